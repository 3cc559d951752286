"""Forms of records, drawn from the record model."""

from corduroy.web.pages.forms.page import add_forms

__all__ = ["add_forms"]
