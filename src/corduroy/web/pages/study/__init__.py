"""A case series: which cases, what is compared, and what came out."""

from corduroy.web.pages.study.page import add_study

__all__ = ["add_study"]
