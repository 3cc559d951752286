"""A plan as a conversation: one process keeps scenes in memory and answers what a changed needle or width would do."""

from corduroy.web.conversation.answers import CorridorAnswer, FillAnswer, OpenedPlan, ScanFiles, WidthAnswer
from corduroy.web.conversation.desk import Desk, desk_of

__all__ = ["CorridorAnswer", "Desk", "FillAnswer", "OpenedPlan", "ScanFiles", "WidthAnswer", "desk_of"]
