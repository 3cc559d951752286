"""What the team chooses for a plan, in Python or as YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from corduroy.errors import SettingsError
from corduroy.planning.augmentation import AugmentationSettings
from corduroy.planning.corridors import CorridorSettings, Purpose
from corduroy.planning.decompression_settings import DecompressionSettings
from corduroy.planning.yaml_file import first_problem, read_yaml

_BIOPSY = CorridorSettings(purpose=Purpose.BIOPSY, gauge=13)
_CEMENT = CorridorSettings(purpose=Purpose.CEMENT, gauge=11)


class PlanSettings(BaseModel):
    """What the team chooses; every part has its own settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    biopsy: CorridorSettings = _BIOPSY
    """The needle for the biopsy. 13 G: between the 11 to 13 G usual in adults (not verified against a primary
    source)."""

    cement: CorridorSettings = _CEMENT
    """The cannula for the cement. 11 G: author's choice, see the biopsy."""

    augmentation: AugmentationSettings = AugmentationSettings()
    """Cement and gelatin sponge."""

    decompression: DecompressionSettings = DecompressionSettings()
    """Laminectomy."""

    @field_validator("biopsy", mode="before")
    @classmethod
    def _biopsy(cls, given: Any) -> Any:
        return _on_top_of(_BIOPSY, given)

    @field_validator("cement", mode="before")
    @classmethod
    def _cement(cls, given: Any) -> Any:
        return _on_top_of(_CEMENT, given)

    @model_validator(mode="after")
    def _purposes_stay(self) -> Self:
        for name, purpose in (("biopsy", Purpose.BIOPSY), ("cement", Purpose.CEMENT)):
            if getattr(self, name).purpose is not purpose:
                raise ValueError(f"{name}.purpose is {purpose.value} and cannot be changed")
        return self


def read_plan_settings(path: Path) -> PlanSettings:
    """Read settings from YAML; what is left out keeps its default.

    Raises
    ------
    FileFormatError
        If it cannot be read, or is no YAML of names and values.
    SettingsError
        If a name is unknown or a value is out of its range; the message names the first and counts the others.
    """
    document = read_yaml(path, "the settings of a plan", "biopsy: {gauge: 11}")
    try:
        return PlanSettings.model_validate(document)
    except ValidationError as error:
        raise SettingsError(first_problem(path.name, error), do="see docs/plan.md for the settings") from error


def _on_top_of(default: CorridorSettings, given: Any) -> Any:
    """What a person left out is what it is for this needle, not what it is for needles in general."""
    return {**default.model_dump(), **given} if isinstance(given, dict) else given
