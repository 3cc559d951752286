"""How the patient is, at one point in time."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from corduroy.registry.record.base import Record
from corduroy.registry.record.choices import Ambulation, Bladder, Visit, Work, YesNoUnknown
from corduroy.registry.record.dates import EventDate
from corduroy.registry.record.findings import Finding
from corduroy.registry.record.items import item
from corduroy.scales import (
    AisGrade,
    FrankelGrade,
    NurickGrade,
    PainCircumstance,
    PainInstrument,
    PainUnit,
)

_TEN_POINTS = 10.0


class Assessment(Record):
    """Pain, neurology and function on one day.

    Pain keeps the unit in which it was recorded: 7 may be 7 of 10 or 7 of 100 mm. Frankel and AIS are different
    scales; each has its field and neither is derived from the other.
    """

    kind: ClassVar[str] = "assessment"
    prefix: ClassVar[str] = "as"
    title: ClassVar[str] = "Assessment"
    parent: ClassVar[str | None] = "case"

    visit: Visit = item("Visit", source="definition", required=True)
    on: EventDate = item("Date of assessment", source="definition", required=True)
    pain_back: float | None = item("Pain, back", source="PTRON: NRS back", low=0, high=100)
    pain_leg: float | None = item("Pain, leg", source="PTRON: NRS leg", low=0, high=100)
    pain_unit: PainUnit | None = item("Unit of pain", source="clinical.md 2.5", note="required where pain is given")
    pain_instrument: PainInstrument | None = item("Instrument for pain", source="clinical.md 2.5")
    pain_when: PainCircumstance | None = item("Pain at rest or moving", source="clinical.md 2.5")
    analgesia: YesNoUnknown | None = item("Under analgesics", source="clinical.md 2.5")
    frankel: FrankelGrade | None = item("Frankel grade", source="index series; clinical.md 2.5")
    ais: AisGrade | None = item("ASIA impairment scale", source="clinical.md 2.5")
    nurick: NurickGrade | None = item("Nurick grade", source="clinical.md 2.5")
    mjoa: int | None = item("mJOA total (0 to 18)", source="clinical.md 2.5", low=0, high=18)
    joa11: float | None = item(
        "JOA total without arm items (0 to 11)", source="10.1007/s00776-010-1483-z", low=0, high=11
    )
    odi: float | None = item("ODI total", source="author's choice: total only, licensed", unit="%", low=0, high=100)
    sf36_pcs: float | None = item("SF-36 physical summary", source="PTRON: SF-36v2", low=0, high=100, usual=(10, 70))
    sf36_mcs: float | None = item("SF-36 mental summary", source="PTRON: SF-36v2", low=0, high=100, usual=(10, 75))
    ambulation: Ambulation | None = item("Walking", source="clinical.md 5: minimum set")
    bladder: Bladder | None = item("Bladder", source="clinical.md 5: minimum set")
    work: Work | None = item("Work", source="Nurick depends on it, clinical.md 2.5")

    @model_validator(mode="after")
    def _pain_has_its_unit(self) -> Self:
        for label, value in (("back", self.pain_back), ("leg", self.pain_leg)):
            if value is None:
                continue
            if self.pain_unit is None:
                raise ValueError(f"pain ({label}) {value:g} has no unit; give 0-10 or 0-100 mm")
            if self.pain_unit is PainUnit.POINTS_10 and value > _TEN_POINTS:
                raise ValueError(f"pain ({label}) {value:g} on a scale of 0 to 10; is it in millimetres?")
        return self

    def pain_points(self, site: str) -> float | None:
        """Pain in points of 0 to 10, the unit converted.

        Parameters
        ----------
        site : {"back", "leg"}
        """
        value = {"back": self.pain_back, "leg": self.pain_leg}[site]
        if value is None:
            return None
        return value / 10.0 if self.pain_unit is PainUnit.MM_100 else value

    def doubts(self) -> list[Finding]:
        found = super().doubts()
        small = [v for v in (self.pain_back, self.pain_leg) if v is not None and 0 < v <= _TEN_POINTS]
        if small and self.pain_unit is PainUnit.MM_100:
            found.append(self._doubt("pain_unit", f"pain {small[0]:g} of 100 mm is very little; is it of 10?"))
        if self.frankel == FrankelGrade.E and self.ais is not None and self.ais != AisGrade.E:
            found.append(self._doubt("ais", f"Frankel E (normal) beside AIS {self.ais}; confirm both"))
        return found
