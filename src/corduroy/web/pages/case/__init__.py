"""The page of one case: its visits, the scan in the viewer, measurements, scores, plan and reports."""

from corduroy.web.pages.case.page import add_case

__all__ = ["add_case"]
