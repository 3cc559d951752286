"""Pain on a visual analogue scale (VAS) or a numeric rating scale (NRS)."""

from __future__ import annotations

from corduroy.scales.choice import LabelledStr


class PainInstrument(LabelledStr):
    """How the patient answered."""

    VAS = "VAS", "Visual analogue scale"
    NRS = "NRS", "Numeric rating scale"


class PainUnit(LabelledStr):
    """The unit of the number as recorded."""

    POINTS_10 = "0-10", "0 to 10 points"
    MM_100 = "0-100 mm", "0 to 100 mm"


class PainSite(LabelledStr):
    """Where it hurts."""

    BACK = "back", "Back"
    LEG = "leg", "Leg"


class PainCircumstance(LabelledStr):
    """When it was asked for."""

    AT_REST = "at rest", "At rest"
    MOVING = "moving", "When moving"
