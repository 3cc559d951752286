"""What was done: biopsy, embolization, operation."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from corduroy.anatomy import Level
from corduroy.registry.record.base import Record
from corduroy.registry.record.choices import (
    BiopsyGuidance,
    BiopsyRoute,
    BloodLossMethod,
    EmbolicAgent,
    GelatinUse,
    Navigation,
    SideInjected,
)
from corduroy.registry.record.dates import EventDate
from corduroy.registry.record.findings import Finding
from corduroy.registry.record.items import Several, item
from corduroy.scales import BiopsyResult, Completeness, Sir2017Grade, SirOldGrade, Vascularity


class Biopsy(Record):
    """One biopsy and what it could decide."""

    kind: ClassVar[str] = "biopsy"
    prefix: ClassVar[str] = "bx"
    title: ClassVar[str] = "Biopsy"
    parent: ClassVar[str | None] = "case"

    on: EventDate = item("Date of biopsy", source="PTRON: diagnosis and biopsy type", required=True)
    guidance: BiopsyGuidance | None = item("Guidance", source="index series: CT-guided")
    route: BiopsyRoute | None = item("Route", source="clinical.md 3")
    gauge: int | None = item(
        "Needle", source="10.1136/neurintsurg-2021-017419", unit="G", low=7, high=25, usual=(8, 20)
    )
    passes: int | None = item("Passes", source="author's choice", low=1, high=20)
    result: BiopsyResult | None = item("Result", source="clinical.md 3: definitive in 5 of 6")
    complication: bool | None = item("Complication of the biopsy", source="10.1136/neurintsurg-2021-017419")


class Embolization(Record):
    """One embolization; its complication is graded apart from the operation's."""

    kind: ClassVar[str] = "embolization"
    prefix: ClassVar[str] = "em"
    title: ClassVar[str] = "Embolization"
    parent: ClassVar[str | None] = "case"

    on: EventDate = item("Date of embolization", source="PTRON: treatment", required=True)
    vessels: str | None = item(
        "Arteries embolized",
        source="clinical.md 2.9",
        pattern=r"^[LR] ?[TL]\d{1,2}(, ?[LR] ?[TL]\d{1,2})*$",
        note="side and level: L T7, R T7, R T8",
    )
    agents: Several[EmbolicAgent] | None = item("Agents", source="clinical.md 2.9 and 3")
    vascularity: Vascularity | None = item("Vascularity", source="PMC3806015")
    completeness: Completeness | None = item("Completeness", source="PMC3806015")
    radiculomedullary: bool | None = item("Radiculomedullary artery seen at the level", source="PMC6620248")
    hours_to_surgery: float | None = item(
        "From embolization to surgery", source="10.3340/jkns.2022.0204", unit="h", low=0, high=2160, usual=(0, 72)
    )
    sir_old: SirOldGrade | None = item("Complication, SIR grade, old (A to F)", source="clinical.md 2.8")
    sir_2017: Sir2017Grade | None = item("Complication, SIR severity, 2017 (1 to 5)", source="PMID 28757285")


class Operation(Record):
    """The operation, with everything that the index series reports of it."""

    kind: ClassVar[str] = "operation"
    prefix: ClassVar[str] = "op"
    title: ClassVar[str] = "Operation"
    parent: ClassVar[str | None] = "case"

    on: EventDate = item("Date of surgery", source="PTRON: treatment", required=True)
    duration_min: int | None = item(
        "Duration", source="index series; usual: rs-6529168", unit="min", low=10, high=1440, usual=(60, 500)
    )
    blood_loss_ml: float | None = item(
        "Blood loss", source="index series; usual: rs-6529168", unit="ml", low=0, high=20000, usual=(20, 3500)
    )
    blood_loss_how: BloodLossMethod | None = item("Blood loss measured by", source="clinical.md 3")
    transfusion_u: float | None = item(
        "Red cells transfused", source="clinical.md 2.8", unit="units", low=0, high=60, usual=(0, 8)
    )
    cement_ml: float | None = item(
        "Cement", source="usual: 1 to 18 ml, Nambiar 2020", unit="ml", low=0, high=40, usual=(1, 18)
    )
    cement_product: str | None = item("Cement product", source="clinical.md 3", free_text=True)
    cement_minutes: float | None = item(
        "Injected, minutes from mixing",
        source="clinical.md 3: leaks depend on it",
        unit="min",
        low=0,
        high=60,
        usual=(1, 15),
    )
    gelatin_use: GelatinUse | None = item("Gelatin sponge", source="index series")
    gelatin_mg: float | None = item(
        "Gelatin sponge, amount", source="no published value; author's choice", unit="mg", low=0, high=10000
    )
    injected_side: SideInjected | None = item("Injected from", source="clinical.md 3: unipedicular in 82 %")
    shots_left: int | None = item("Injections, left", source="clinical.md 3: laterality", low=0, high=10)
    shots_right: int | None = item("Injections, right", source="clinical.md 3: laterality", low=0, high=10)
    laminectomy: Several[Level] | None = item("Laminectomy at", source="index series")
    facets_percent: float | None = item(
        "Facet removed, larger side", source="clinical.md 3: warn above 50 %", unit="%", low=0, high=100, usual=(0, 50)
    )
    fixation: bool | None = item("Instrumented fixation", source="clinical.md 3")
    fixation_levels: Several[Level] | None = item("Fixed levels", source="clinical.md 3")
    navigation: Navigation | None = item("Navigation", source="author's choice")

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if self.gelatin_use is GelatinUse.NONE and self.gelatin_mg:
            raise ValueError(f"gelatin sponge 'none' with an amount of {self.gelatin_mg:g} mg")
        if self.fixation is False and self.fixation_levels:
            raise ValueError(f"no fixation, yet fixed levels {', '.join(self.fixation_levels)}")
        unused = {SideInjected.LEFT: self.shots_right, SideInjected.RIGHT: self.shots_left}.get(self.injected_side)  # type: ignore[arg-type]
        if unused:
            raise ValueError(f"injected from the {self.injected_side} only, yet {unused} injections on the other side")
        return self

    def doubts(self) -> list[Finding]:
        found = super().doubts()
        if self.blood_loss_ml is not None and self.blood_loss_how is None:
            found.append(self._doubt("blood_loss_how", "blood loss without how it was measured cannot be compared"))
        return found
