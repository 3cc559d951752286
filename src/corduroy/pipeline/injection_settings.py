"""What the user may choose about the injection of a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from corduroy.errors import SettingsError
from corduroy.pipeline.plan_case import PlanRequest
from corduroy.planning.corridors.gauges import Gauge
from corduroy.planning.markups import Point
from corduroy.planning.yaml_file import first_problem
from corduroy.simulation.injection import CEMENTS, Cement, cement_named, read_cement
from corduroy.simulation.injection_study import POSTERIOR, Spread, Weights

Millilitres = Annotated[float, Field(gt=0.0, le=40.0)]


class GivenCannula(BaseModel):
    """Where the user holds the cannula, world RAS+ mm; its clearances were looked at elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    entry_mm: Point
    """On the skin, or on the bone in open surgery."""

    tip_mm: Point
    """In the bone."""

    gauge: Gauge | None = None
    """None: as in the plan."""

    @model_validator(mode="after")
    def _leads_somewhere(self) -> GivenCannula:
        if self.entry_mm == self.tip_mm:
            raise ValueError("its entry is its tip")
        return self


class InjectionCaseSettings(BaseModel):
    """Choices that change the result, and so are part of its cache key and its provenance."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    cement: str = "high-viscosity"
    """A named cement, or a CSV file with the user's own curve."""

    volume_ml: Millilitres = 4.5
    """From 4.5 ml on one registry found better odds (SWISSspine, see the plan)."""

    rate_ml_s: Annotated[float, Field(gt=0.0, le=1.0)] = 0.05
    """Flow rate; author's choice."""

    minutes_from_mixing: Annotated[float, Field(ge=0.0, le=30.0)] | None = None
    """None: as in the plan."""

    gelatin_percent: Annotated[float, Field(ge=0.0, le=50.0)] | None = None
    """Gelatin sponge in the mixture, percent of volume; None: as in the plan."""

    gelatin_before_ml: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """Gelatin sponge given before the cement."""

    cannula: GivenCannula | None = None
    """None: the plan's first corridor that meets no air."""

    pedicles: Literal[1, 2] = 1
    """Through one cannula, or one on each side at once."""

    pressure_limit_mpa: Annotated[float, Field(gt=0.0, le=20.0)] = 1.5
    """In the syringe; see `corduroy.simulation.injection.Schedule`."""

    plunger_mm: Annotated[float, Field(gt=0.0, le=30.0)] = 4.7
    """Diameter of the syringe's plunger: 1 ml; author's choice."""

    stop_at: Annotated[tuple[Literal["posterior", "B", "S", "C", "D"], ...], Field(min_length=1)] = (POSTERIOR,)
    """Leaks at which the surgeon stops: all at the posterior wall, or Yeom's types. Author's choice."""

    target_share: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    """The plan itself also ends when this share of the lesion's pores is filled; None: only by its volume."""

    voxel_mm: Annotated[float, Field(ge=0.3, le=3.0)] = 1.0
    """Edge of the model's voxels."""

    members: Annotated[int, Field(ge=0, le=1024)] = 64
    """Of the ensemble, at most; 0 for none, else 4 or more."""

    what_if_members: Annotated[int, Field(ge=0, le=256)] = 16
    """Of each variant's ensemble; 0 for no table."""

    what_if_voxel_mm: Annotated[float, Field(ge=0.3, le=3.0)] = 1.5
    """Edge of the voxels for the table, all variants alike."""

    volumes_ml: tuple[Millilitres, ...] = (2.0, 3.0, 4.5, 6.0)
    """Of the table, beside the planned volume."""

    seed: Annotated[int, Field(ge=0)] = 1
    """Of the random numbers behind the draws."""

    calibration: tuple[float, float] | None = None
    """Intercept (mg/cm3) and slope (mg/cm3 per HU) of K2HPO4-equivalent density; None: from the scan itself."""

    spread: Spread = Spread()
    """How far the unknown is spread."""

    weights: Weights = Weights()
    """What makes a recipe the best."""

    def curve(self) -> Cement:
        """The cement's curve.

        Raises
        ------
        SettingsError
            If there is neither a cement nor a file of that name.
        FileFormatError
            If the file holds no curve.
        """
        if self.cement in CEMENTS or not self.cement.lower().endswith(".csv"):
            return cement_named(self.cement)
        return read_cement(Path(self.cement))


def checked_injection(**chosen: Any) -> InjectionCaseSettings:
    """Settings as the user gave them.

    Raises
    ------
    SettingsError
        If a value is out of its range, or there are too few members; the message names the first.
    """
    try:
        settings = InjectionCaseSettings.model_validate(chosen)
    except ValidationError as error:
        raise SettingsError(first_problem("injection", error), do="see `corduroy inject --help`") from error
    for name in ("members", "what_if_members"):
        count = getattr(settings, name)
        if 0 < count < 4:
            raise SettingsError(f"{name}: {count}", "0 for none, or 4 and more", "an interval needs members")
    settings.curve()
    return settings


@dataclass(frozen=True)
class InjectionRequest:
    """What is asked for.

    Parameters
    ----------
    plan : PlanRequest
        Level, lesion, facts and structures are those of the plan.
    settings : InjectionCaseSettings
    processes : int
        That compute members side by side; the result does not depend on it.
    """

    plan: PlanRequest = field(default_factory=PlanRequest)
    settings: InjectionCaseSettings = field(default_factory=InjectionCaseSettings)
    processes: int = 2
