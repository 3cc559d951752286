"""Measuring by six points on a slice."""

from corduroy.web.pages.points.page import add_points

__all__ = ["add_points"]
