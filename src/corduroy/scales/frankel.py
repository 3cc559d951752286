"""Frankel grade of a spinal cord lesion (1969)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class FrankelGrade(LabelledStr):
    """Frankel A (worst) to E (best)."""

    A = "A", "A: complete, no motor and no sensory function below the level"
    B = "B", "B: sensory function only below the level"
    C = "C", "C: motor function present but not useful"
    D = "D", "D: useful motor function"
    E = "E", "E: normal (abnormal reflexes allowed)"
