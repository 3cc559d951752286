"""A case: one treated lesion of one patient, over time."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from corduroy.anatomy import Level
from corduroy.registry.record.base import Record
from corduroy.registry.record.choices import Onset, Presentation, PriorTreatment, YesNoUnknown
from corduroy.registry.record.dates import EventDate
from corduroy.registry.record.findings import Finding
from corduroy.registry.record.items import Several, item
from corduroy.scales import EnnekingStage, EsccGrade, TomitaType


class TreatedCase(Record):
    """One treated lesion. Its levels may be several and need not be neighbours."""

    kind: ClassVar[str] = "case"
    prefix: ClassVar[str] = "cs"
    title: ClassVar[str] = "Case"
    parent: ClassVar[str | None] = "patient"

    case_no: int = item("Number of the case", source="definition", low=1, high=99, required=True)
    levels: Several[Level] = item(
        "Levels of the lesion", source="clinical.md 1.3: two lesions that are not neighbours", required=True
    )
    aggressive: bool | None = item("Aggressive hemangioma", source="index series: indication")
    fracture: bool | None = item("Compression fracture", source="index series: indication")
    deficit: bool | None = item("Neurological deficit", source="index series: indication")
    presentation: Several[Presentation] | None = item("Presentation", source="PTRON: symptoms")
    onset: Onset | None = item("Onset", source="PTRON: symptoms")
    symptoms_since: EventDate | None = item("Symptoms since", source="PTRON: symptoms")
    prior: Several[PriorTreatment] | None = item("Earlier treatment", source="PTRON: previous treatment")
    pregnant: YesNoUnknown | None = item(
        "Pregnant at presentation", source="clinical.md 1.3: pregnancy in 6 of 15 case reports"
    )
    enneking: EnnekingStage | None = item("Enneking stage", source="10.1186/s12891-020-3143-6")
    tomita: TomitaType | None = item("Tomita type", source="PTRON: oncological staging")
    escc: EsccGrade | None = item("Epidural compression (ESCC)", source="Bilsky 2010")
    sins: int | None = item("SINS total", source="10.1097/BRS.0b013e3181e16ae2", low=0, high=18)
    consecutive: bool | None = item("Recruited consecutively", source="PROCESS item 3; clinical.md 4.1")

    @model_validator(mode="after")
    def _levels_are_told_once(self) -> Self:
        if not self.levels:
            raise ValueError("at least one level is expected")
        if len(set(self.levels)) < len(self.levels):
            raise ValueError(f"a level is named twice: {', '.join(self.levels)}")
        told = self.prior or ()
        if PriorTreatment.NONE in told and len(told) > 1:
            raise ValueError("earlier treatment is 'none' and something else at once")
        return self

    def doubts(self) -> list[Finding]:
        found = super().doubts()
        if self.aggressive is False:
            found.append(self._doubt("aggressive", "not an aggressive hemangioma: is it meant to be in this registry?"))
        return found
