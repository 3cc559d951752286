"""What the simulation of a case hands to its plan: a small document for injection, and one for mechanics.

The simulation is run after the plan, on its masks and corridors, and takes minutes; its answer is kept beside the plan
as ``injection.json`` or ``mechanics.json`` and shown by the plan from then on. The plan reads it and computes nothing
with it, so this form holds words, numbers and pictures for people, and `details` for programs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corduroy.anatomy.level import Level

SCHEMA: Final = "corduroy/plan-part/1"

Words = Annotated[str, Field(min_length=1)]
_PLAIN_PNG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\.png")


class SimulatedKind(StrEnum):
    """Which simulation a part comes from."""

    INJECTION = "injection"
    MECHANICS = "mechanics"

    @property
    def file(self) -> str:
        """Name of its file in the plan's folder."""
        return f"{self.value}.json"


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, serialize_by_alias=True, populate_by_name=True
    )


class SimulatedValue(_Part):
    """One number, shown as a row of the plan's table."""

    name: Words
    """What it is, such as "stiffness in compression"."""

    state: str = ""
    """In which state of the vertebra, such as "as it is" or "filled"; empty where it has none."""

    value: float
    """In `unit`."""

    uncertainty: float | None = Field(default=None, ge=0.0)
    """Half-width of the 95 % interval, in `unit`; None where none was computed."""

    unit: str
    """``"N/mm"``, ``"kN"``, ``"%"``, ``"ml"`` …; empty for a ratio."""

    method: Words
    """How it was obtained, with the name of the law or criterion."""


class SimulatedTable(_Part):
    """A table of words and numbers as they are to be shown."""

    title: Words
    note: str = ""
    columns: tuple[Words, ...] = Field(min_length=1)
    rows: tuple[tuple[str, ...], ...]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table '{self.title}': a row that has not {len(self.columns)} cells")
        return self


class SimulatedFigure(_Part):
    """A picture that lies in the plan's folder."""

    file: str
    """Name of a PNG file, without any folder."""

    alt: Words
    """What it shows, for those who cannot see it."""

    caption: Words
    """What stands below it; sides are the patient's."""

    @model_validator(mode="after")
    def _plain_name(self) -> Self:
        if not _PLAIN_PNG.fullmatch(self.file):
            raise ValueError(f"figure '{self.file}': not the plain name of a PNG file")
        return self


class SimulatedPart(_Part):
    """What one simulation adds to the plan of one level."""

    form: Literal["corduroy/plan-part/1"] = Field(default=SCHEMA, alias="schema")
    """The schema, ``schema`` in the file."""

    kind: SimulatedKind
    """``injection`` or ``mechanics``."""

    case: str
    """The case's name."""

    level: Level
    """The vertebra that was simulated."""

    summary: tuple[Words, ...] = Field(min_length=1, max_length=8)
    """The answer in sentences; they stand among the plan's findings."""

    values: tuple[SimulatedValue, ...] = ()
    """Numbers for the plan's table."""

    tables: tuple[SimulatedTable, ...] = ()
    """Further tables, such as leak sites or recipes."""

    figures: tuple[SimulatedFigure, ...] = ()
    """Pictures."""

    warnings: tuple[Words, ...] = ()
    """They stand among the plan's warnings."""

    inputs: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of what it was computed from, by role (``image``, ``labels``, ``lesion`` …), as in the plan's
    provenance. A part whose hashes differ from the plan's is of another scan or lesion, and is not shown."""

    details: dict[str, Any] = Field(default_factory=dict)
    """Anything else, kept in the plan's JSON as it is; name a schema in it."""

    provenance: dict[str, Any] = Field(default_factory=dict)
    """As from `corduroy.provenance.Provenance.as_dict`."""

    def differs(self, level: Level, inputs: Mapping[str, str]) -> str | None:
        """In what the part does not belong to a plan of this level and these inputs; None if it does."""
        if self.level is not level:
            return f"it is of {self.level}"
        others = [role for role, digest in self.inputs.items() if inputs.get(role, digest) != digest]
        return f"it was computed from another {' and '.join(others)}" if others else None
