"""Scans of a case, and what was measured on them."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from corduroy.anatomy import Level
from corduroy.registry.record.base import Record
from corduroy.registry.record.choices import ImagingModality, ImagingPosture, Quantity, Visit
from corduroy.registry.record.dates import EventDate
from corduroy.registry.record.findings import Finding
from corduroy.registry.record.items import item

# Possible ranges per quantity: a height no vertebra has, an angle past folding, a share beyond all.
_POSSIBLE = {
    Quantity.HEIGHT_ANTERIOR: (0.0, 60.0),
    Quantity.HEIGHT_MIDDLE: (0.0, 60.0),
    Quantity.HEIGHT_POSTERIOR: (0.0, 60.0),
    Quantity.REFERENCE_HEIGHT: (5.0, 60.0),
    Quantity.WEDGE_ANGLE: (-60.0, 90.0),
    Quantity.REGIONAL_COBB: (-90.0, 150.0),
    Quantity.CANAL_AREA: (0.0, 1000.0),
    Quantity.CANAL_COMPROMISE: (-100.0, 100.0),
    Quantity.TRABECULAR_HU: (-200.0, 1500.0),
}

# Author's choice: outside these a height was probably written in centimetres, or the wrong quantity was chosen.
_USUAL_HEIGHT_MM = (5.0, 40.0)


class ImagingStudy(Record):
    """One examination. Its posture is kept because heights and angles change with it."""

    kind: ClassVar[str] = "imaging"
    prefix: ClassVar[str] = "im"
    title: ClassVar[str] = "Imaging"
    parent: ClassVar[str | None] = "case"

    visit: Visit = item("Visit", source="definition", required=True)
    on: EventDate = item("Date of imaging", source="PTRON: imaging", required=True)
    modality: ImagingModality = item("Modality", source="clinical.md 2.1", required=True)
    posture: ImagingPosture = item(
        "Posture",
        source="10.1186/s13018-023-03758-w: sitting against lying changes a wedge angle by 5 degrees",
        required=True,
    )
    folder: str | None = item(
        "Case folder",
        source="definition",
        pattern=r"^[\w-]+(/[\w-]+)*$",
        note="relative to the cohort's folder",
    )


class MeasurementEntry(Record):
    """One quantity of one vertebra, read by a person or by Corduroy."""

    kind: ClassVar[str] = "measurement"
    prefix: ClassVar[str] = "ms"
    title: ClassVar[str] = "Measurement"
    parent: ClassVar[str | None] = "case"

    visit: Visit = item("Visit", source="definition", required=True)
    on: EventDate = item("Date of the image", source="definition", required=True)
    level: Level = item("Level", source="definition", required=True)
    quantity: Quantity = item("Quantity", source="clinical.md 2.1 to 2.3", required=True)
    value: float = item("Value", source="definition", required=True)
    uncertainty: float | None = item("Half-width of the 95 % interval", source="definition", low=0, high=200)
    modality: ImagingModality = item("Modality", source="clinical.md 6.1", required=True)
    posture: ImagingPosture = item("Posture", source="clinical.md 6.1", required=True)
    method: str = item("Method and version", source="clinical.md 6.1", required=True)
    reader: str = item(
        "Reader",
        source="clinical.md 6.1",
        required=True,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,23}$",
        note="a code such as R1, or corduroy; no name",
    )
    reading_no: int | None = item("Number of the reading", source="clinical.md 6.1", low=1, high=20)

    @model_validator(mode="after")
    def _value_is_possible(self) -> Self:
        low, high = _POSSIBLE[self.quantity]
        if not low <= self.value <= high:
            raise ValueError(f"{self.quantity.label} of {self.value:g}: {low:g} to {high:g} is possible")
        return self

    def doubts(self) -> list[Finding]:
        found = super().doubts()
        low, high = _USUAL_HEIGHT_MM
        if self.quantity.label.endswith("height (mm)") and not low <= self.value <= high:
            told = f"{self.quantity.label} of {self.value:g} is unusual, {low:g} to {high:g} is usual; is it in mm?"
            found.append(self._doubt("value", told))
        return found
