"""Myelopathy scores: modified JOA (18 points) and thoracic JOA (11 points)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class MyelopathySeverity(LabelledStr):
    """Bands of the 18-point mJOA."""

    NONE = "none", "None (18)"
    MILD = "mild", "Mild (15 to 17)"
    MODERATE = "moderate", "Moderate (12 to 14)"
    SEVERE = "severe", "Severe (0 to 11)"
