"""Pain on a visual analogue scale (VAS) or a numeric rating scale (NRS)."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.errors import ScaleError
from corduroy.scales.choice import LabelledStr
from corduroy.scales.definition import NOT_VERIFIED, Scale


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


_GREATEST = {PainUnit.POINTS_10: 10.0, PainUnit.MM_100: 100.0}

PAIN_VAS = Scale(
    key="pain_vas",
    name="Pain, visual analogue scale",
    version="0-100 mm",
    source=f"convention; {NOT_VERIFIED}",
    made_for="pain of any cause",
    minimum=0,
    maximum=100,
    unit="mm",
    notices=("Store the unit as recorded; convert by name only.",),
)

PAIN_0_10 = Scale(
    key="pain_0_10",
    name="Pain, 0 to 10",
    version="0-10 (NRS, or VAS in points)",
    source=f"convention; {NOT_VERIFIED}",
    made_for="pain of any cause",
    minimum=0,
    maximum=10,
    unit="points",
    notices=("Store the unit as recorded; convert by name only.",),
)


@dataclass(frozen=True, slots=True)
class PainScore:
    """One answer, in the unit in which it was recorded.

    Parameters
    ----------
    value : float
    unit : PainUnit
        Mandatory: 7 of 10 and 7 of 100 mm look alike.
    instrument : PainInstrument
    site : PainSite
    circumstance : PainCircumstance or None
    under_analgesia : bool or None

    Raises
    ------
    ScaleError
        If the value lies outside its unit, or an NRS is given in millimetres.
    """

    value: float
    unit: PainUnit
    instrument: PainInstrument
    site: PainSite
    circumstance: PainCircumstance | None = None
    under_analgesia: bool | None = None

    def __post_init__(self) -> None:
        greatest = _GREATEST[PainUnit(self.unit)]
        if not 0 <= self.value <= greatest:
            raise ScaleError(f"pain of {self.value} on {self.unit}", f"0 to {greatest:g}", "check the unit")
        if self.instrument is PainInstrument.NRS and self.unit is PainUnit.MM_100:
            raise ScaleError("a numeric rating in millimetres", "0 to 10 points", "an NRS has no millimetres")

    def in_points_of_10(self) -> float:
        """The value on 0 to 10, millimetres divided by 10; the recorded value stays as it is."""
        return self.value / 10 if self.unit is PainUnit.MM_100 else self.value
