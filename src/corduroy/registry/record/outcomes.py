"""What went wrong, and what happened later."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from corduroy.anatomy import Level
from corduroy.registry.record.base import Record
from corduroy.registry.record.choices import ComplicationType, EventType, Procedure, RecurrenceDefinition
from corduroy.registry.record.dates import EventDate
from corduroy.registry.record.findings import Finding
from corduroy.registry.record.items import Several, item
from corduroy.scales import ClavienDindoGrade, LeakModality, Sir2017Grade, SirOldGrade, YeomType


class Complication(Record):
    """One complication of one procedure."""

    kind: ClassVar[str] = "complication"
    prefix: ClassVar[str] = "cx"
    title: ClassVar[str] = "Complication"
    parent: ClassVar[str | None] = "case"

    on: EventDate = item("Date of complication", source="PTRON: morbidity", required=True)
    after: Procedure = item("Complication of", source="clinical.md 2.8: graded apart", required=True)
    type: ComplicationType = item("Type of complication", source="PTRON: morbidity", required=True)
    clavien: ClavienDindoGrade | None = item("Clavien-Dindo grade", source="Dindo 2004, clinical.md 2.8")
    sir_old: SirOldGrade | None = item(
        "SIR grade, old (A to F)", source="clinical.md 2.8", note="embolization and biopsy only"
    )
    sir_2017: Sir2017Grade | None = item(
        "SIR severity, 2017 (1 to 5)", source="PMID 28757285", note="embolization and biopsy only"
    )
    window_days: int | None = item(
        "Window of observation", source="clinical.md 2.8: state 30 or 90 days", unit="d", low=1, high=3650
    )
    resolved: bool | None = item("Resolved", source="PTRON: morbidity")

    @model_validator(mode="after")
    def _graded_on_its_own_scale(self) -> Self:
        if self.after is Procedure.OPERATION and (self.sir_old or self.sir_2017):
            raise ValueError("a SIR grade belongs to embolization or biopsy; grade the operation by Clavien-Dindo")
        return self


class Leak(Record):
    """Whether cement leaked. "No leak" means nothing without the modality that looked for it."""

    kind: ClassVar[str] = "leak"
    prefix: ClassVar[str] = "lk"
    title: ClassVar[str] = "Cement leak"
    parent: ClassVar[str | None] = "case"

    on: EventDate = item("Date of the image", source="definition", required=True)
    level: Level = item("Level", source="definition", required=True)
    leaked: bool = item("Cement leak", source="index series", required=True)
    types: Several[YeomType] | None = item("Types (Yeom)", source="10.1302/0301-620x.85b1.13026")
    modality: LeakModality = item("Looked for on", source="clinical.md 2.7: CT found 1.5 times more", required=True)
    symptoms: bool | None = item("Symptoms from the leak", source="clinical.md 2.7")

    @model_validator(mode="after")
    def _types_only_where_leaked(self) -> Self:
        if not self.leaked and (self.types or self.symptoms):
            raise ValueError("no leak, yet its type or symptoms are given")
        return self

    def doubts(self) -> list[Finding]:
        found = super().doubts()
        if not self.leaked and self.modality is not LeakModality.CT:
            found.append(self._doubt("modality", "no leak, looked for without CT: films missed 93 % of type B"))
        if self.leaked and not self.types:
            found.append(self._doubt("types", "a leak without its type"))
        return found


class FollowUpEvent(Record):
    """What happened later, or that nothing did."""

    kind: ClassVar[str] = "event"
    prefix: ClassVar[str] = "ev"
    title: ClassVar[str] = "Follow-up event"
    parent: ClassVar[str | None] = "case"

    on: EventDate = item("Date of event", source="PTRON: survival, recurrence", required=True)
    type: EventType = item("Event", source="index series; PTRON", required=True)
    level: Level | None = item("Level", source="clinical.md 1.3")
    definition: RecurrenceDefinition | None = item("Recurrence by", source="clinical.md 6.8: needs a definition")
    treatment: str | None = item("Treatment", source="clinical.md 6.8", free_text=True)

    @model_validator(mode="after")
    def _recurrence_is_defined(self) -> Self:
        recurred = self.type is EventType.RECURRENCE
        if recurred and self.definition is None:
            raise ValueError("a recurrence needs its definition: imaging, clinical or histology")
        if not recurred and self.definition is not None:
            raise ValueError(f"'{self.type.label}' with a definition of recurrence")
        return self
