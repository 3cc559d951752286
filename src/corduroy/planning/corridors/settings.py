"""What a user may choose about the search for needle corridors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from corduroy.planning.corridors.gauges import Gauge, outer_diameter_mm

Millimetres = Annotated[float, Field(ge=0.0, le=30.0)]


class Purpose(StrEnum):
    """What the needle is for."""

    BIOPSY = "biopsy"
    CEMENT = "cement"


class EntryFrom(StrEnum):
    """Where a corridor begins: on the skin, or on the exposed bone in open surgery."""

    SKIN = "skin"
    BONE = "bone"


class CorridorSettings(BaseModel):
    """The needle, what it keeps away from, and how finely corridors are searched.

    All defaults are the author's choice: no paper that was read prints margins or angle limits in numbers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: Purpose = Purpose.BIOPSY
    """Biopsy wants a long way through the lesion; cement wants its tip in the middle of the lesion."""

    gauge: Gauge = 11
    """Gauge of the needle or cannula; see `OUTER_DIAMETER_MM`. Adults are usually given 11 to 13 G
    (not verified against a primary source)."""

    entry: EntryFrom = EntryFrom.SKIN
    """Whether corridors begin on the skin or on the bone."""

    neural_margin_mm: Millimetres = 1.0
    """Bone or fat in mm that stays between the needle's surface and canal, cord and nerve roots."""

    vessel_margin_mm: Millimetres = 3.0
    """The same for aorta, vena cava and the other great vessels, mm."""

    organ_margin_mm: Millimetres = 3.0
    """The same for lung and pleura, kidney, bowel and other organs, which move with breathing, mm."""

    max_axial_deg: Annotated[float, Field(gt=0.0, le=90.0)] = 70.0
    """Largest angle in degrees between needle and the scanner's sagittal plane, seen in the axial plane."""

    max_sagittal_deg: Annotated[float, Field(ge=0.0, le=60.0)] = 25.0
    """Largest angle in degrees between needle and the scanner's axial plane: the gantry's or the surgeon's tilt."""

    max_depth_mm: Annotated[float, Field(gt=0.0, le=300.0)] = 150.0
    """Longest way in mm from the entry to the tip: the needle's usable length."""

    entry_step_mm: Annotated[float, Field(ge=0.5, le=20.0)] = 2.0
    """Distance in mm between neighbouring entries, on the skin 100 mm from the vertebra."""

    target_step_mm: Annotated[float, Field(ge=0.5, le=20.0)] = 4.0
    """Distance in mm between neighbouring target points in the lesion."""

    up_and_down_mm: Annotated[float, Field(gt=0.0, le=200.0)] = 60.0
    """How far in mm above and below the vertebra's centre entries lie."""

    around_deg: Annotated[float, Field(gt=0.0, le=180.0)] = 110.0
    """How far in degrees entries reach around the patient to either side, from straight behind."""

    per_kind: Annotated[int, Field(ge=1, le=10)] = 2
    """How many corridors of each kind and side are returned; their entries lie 10 mm apart or more."""

    coverage_mm: Annotated[float, Field(gt=0.0, le=50.0)] = 10.0
    """Distance in mm from the needle's part inside the lesion within which the lesion counts as reached."""

    error_mm: Annotated[float, Field(ge=0.0, le=10.0)] = 2.0
    """Largest error of placement in mm, across the needle, for the robustness."""

    error_deg: Annotated[float, Field(ge=0.0, le=15.0)] = 3.0
    """Largest error of direction in degrees, for the robustness."""

    @property
    def radius_mm(self) -> float:
        """Half the needle's outer diameter, mm."""
        return outer_diameter_mm(self.gauge) / 2
