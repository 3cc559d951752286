"""What the user may choose about the mechanics of a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, field_validator

from corduroy.errors import SettingsError
from corduroy.pipeline.plan_case import PlanRequest
from corduroy.planning.yaml_file import first_problem
from corduroy.simulation.vertebra.intervals import LEAST_SAMPLES

ASSUMED_MASS_KG = 70.0
"""Body mass where none is known: that of the volunteer whose loads are scaled (10.1097/00007632-199904150-00005)."""
ASSUMED_VOLUME_ML = 4.5
"""Cement where neither a fill nor a volume is given: from 4.5 ml on one registry found better odds (SWISSspine, see the
plan)."""
_SLOPES = (0.2, 3.0)  # outside, a line is mistyped: author's choice


class MechanicsSettings(BaseModel):
    """Choices that change the result, and so are part of its cache key and its provenance."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    voxel_mm: Annotated[float, Field(ge=0.3, le=3.0)] = 1.0
    """Edge of the models' voxels in mm."""

    samples: Annotated[int, Field(ge=0, le=200)] = 10
    """Draws of calibration, laws and tissues for the intervals; 0 for none, else 4 or more."""

    seed: Annotated[int, Field(ge=0)] = 1
    """Of the random numbers behind the draws."""

    volume_ml: Annotated[float, Field(gt=0.0, le=40.0)] | None = None
    """Cement around the planned cannula's tip, where no fill is given; None: 4.5 ml, or what fits."""

    gelatin_percent: Annotated[float, Field(ge=0.0, le=50.0)] | None = None
    """Gelatin sponge in the cement, percent of volume; None: as in the plan."""

    body_mass_kg: Annotated[float, Field(ge=20.0, le=250.0)] | None = None
    """None: as in `case.yaml`, else 70 kg."""

    calibration: tuple[FiniteFloat, FiniteFloat] | None = None
    """Intercept (mg/cm3) and slope (mg/cm3 per HU) of K2HPO4-equivalent density; None: from the scan itself."""

    @field_validator("samples")
    @classmethod
    def _none_or_enough(cls, given: int) -> int:
        if 0 < given < LEAST_SAMPLES:
            raise ValueError(f"{given} samples make no interval: 0, or {LEAST_SAMPLES} and more")
        return given

    @field_validator("calibration")
    @classmethod
    def _a_line(cls, given: tuple[float, float] | None) -> tuple[float, float] | None:
        if given is not None and not _SLOPES[0] <= given[1] <= _SLOPES[1]:
            raise ValueError(f"a slope of {given[1]:g}, expected {_SLOPES[0]:g} to {_SLOPES[1]:g} mg/cm3 per HU")
        return given


def checked_settings(**chosen: Any) -> MechanicsSettings:
    """Settings as the user gave them.

    Raises
    ------
    SettingsError
        If a value is out of its range; the message names the first.
    """
    try:
        return MechanicsSettings.model_validate(chosen)
    except ValidationError as error:
        raise SettingsError(first_problem("mechanics", error), do="see `corduroy mechanics --help`") from error


@dataclass(frozen=True)
class MechanicsRequest:
    """What is asked for.

    Parameters
    ----------
    plan : PlanRequest
        Level, lesion, facts and structures are those of the plan.
    fill, resection : Path or None
        Masks that take the place of the planned cement and of the planned laminectomy.
    settings : MechanicsSettings
    """

    plan: PlanRequest = field(default_factory=PlanRequest)
    fill: Path | None = None
    resection: Path | None = None
    settings: MechanicsSettings = field(default_factory=MechanicsSettings)

    @property
    def files(self) -> dict[str, Path]:
        """All files beside the scan, by their role."""
        own = {"fill": self.fill, "resection": self.resection}
        return self.plan.files | {role: path for role, path in own.items() if path is not None}
