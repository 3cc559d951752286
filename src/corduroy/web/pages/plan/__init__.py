"""The plan as a conversation: another corridor, gauge, volume or width, and what that changes."""

from corduroy.web.pages.plan.page import add_plan

__all__ = ["add_plan"]
