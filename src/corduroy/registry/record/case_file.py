"""`CaseFile`: all records of one case together, and whether they can be true at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, get_args, get_type_hints

from corduroy.errors import CaseError
from corduroy.registry.record.assessment import Assessment
from corduroy.registry.record.base import Record
from corduroy.registry.record.choices import EventType, Sex, Visit, YesNoUnknown
from corduroy.registry.record.findings import Finding, hard, soft
from corduroy.registry.record.imaging import ImagingStudy, MeasurementEntry
from corduroy.registry.record.interventions import Biopsy, Embolization, Operation
from corduroy.registry.record.outcomes import Complication, FollowUpEvent, Leak
from corduroy.registry.record.patient import Consent, Patient
from corduroy.registry.record.treated_case import TreatedCase

RECORDS: tuple[type[Record], ...] = (
    Patient,
    Consent,
    TreatedCase,
    Assessment,
    ImagingStudy,
    MeasurementEntry,
    Biopsy,
    Embolization,
    Operation,
    Complication,
    Leak,
    FollowUpEvent,
)
"""All kinds of record; a parent always before its children."""

BY_KIND: dict[str, type[Record]] = {record.kind: record for record in RECORDS}

Dated = tuple[Assessment | ImagingStudy | FollowUpEvent | Biopsy | Embolization | Operation, ...]


@dataclass(frozen=True)
class CaseFile:
    """A case with its patient and everything recorded of it.

    Parameters
    ----------
    patient : Patient
    case : TreatedCase
    consent : Consent or None
    assessments, imaging, measurements, biopsies, embolizations, operations, complications, leaks, events : tuple
        In any order; each may be empty.
    """

    patient: Patient
    case: TreatedCase
    consent: Consent | None = None
    assessments: tuple[Assessment, ...] = ()
    imaging: tuple[ImagingStudy, ...] = ()
    measurements: tuple[MeasurementEntry, ...] = ()
    biopsies: tuple[Biopsy, ...] = ()
    embolizations: tuple[Embolization, ...] = ()
    operations: tuple[Operation, ...] = ()
    complications: tuple[Complication, ...] = ()
    leaks: tuple[Leak, ...] = ()
    events: tuple[FollowUpEvent, ...] = field(default=())

    @classmethod
    def of(cls, records: Iterable[Record]) -> CaseFile:
        """Sort the records of one case into their places.

        Raises
        ------
        CaseError
            If they hold not exactly one patient and one case.
        """
        places: dict[str, list[Any]] = {}
        for record in records:
            places.setdefault(_place_of(type(record)), []).append(record)
        for name in ("patient", "case"):
            if len(places.get(name, ())) != 1:
                raise CaseError(f"{len(places.get(name, ()))} records '{name}' in one case", "exactly one")
        parts: dict[str, Any] = {name: tuple(several) for name, several in places.items()}
        for name in ("patient", "case", "consent"):
            if name in parts:
                parts[name] = parts[name][0]
        return cls(**parts)

    @property
    def surgery(self) -> date | None:
        """Day of the first operation; time is counted from it."""
        return min((operation.on for operation in self.operations), default=None)

    @property
    def last_seen(self) -> date | None:
        """Last day on which something is known of the patient."""
        seen: Dated = (*self.assessments, *self.imaging, *self.events)
        return max((entry.on for entry in seen), default=None)

    @property
    def age_at_surgery(self) -> int | None:
        """Year of surgery minus year of birth: right to within one year, as the year of birth is all there is."""
        if self.surgery is None or self.patient.birth_year is None:
            return None
        return self.surgery.year - self.patient.birth_year

    def records(self) -> Iterator[Record]:
        """Every record, the patient first."""
        yield self.patient
        yield self.case
        if self.consent is not None:
            yield self.consent
        for several in (
            self.assessments, self.imaging, self.measurements, self.biopsies, self.embolizations,
            self.operations, self.complications, self.leaks, self.events,
        ):  # fmt: skip
            yield from several

    def findings(self) -> list[Finding]:
        """What cannot be true at once (hard), and what a person should confirm (soft)."""
        found = [replace(doubt, about=record) for record in self.records() for doubt in record.doubts()]
        return found + list(_order_of_treatment(self)) + list(_follow_up(self)) + list(_person(self))


@cache
def _place_of(record: type[Record]) -> str:
    """The field of a case file that holds this kind of record."""
    hints = get_type_hints(CaseFile)
    return next(name for name, hint in hints.items() if record in (hint, *get_args(hint)))


def _order_of_treatment(file: CaseFile) -> Iterator[Finding]:
    """No surgery before its embolization; no complication before what caused it."""
    surgery = file.surgery
    for entry in file.embolizations:
        if surgery and entry.on > surgery:
            message = f"embolization on {entry.on}, after the operation on {surgery}; it is expected before"
            # A second operation may be preceded by an embolization of its own.
            later = any(operation.on >= entry.on for operation in file.operations)
            yield soft("embolization", "on", message, entry) if later else hard("embolization", "on", message, entry)
        if surgery and entry.hours_to_surgery is not None and entry.on <= surgery:
            days = (surgery - entry.on).days
            if not (days - 1) * 24 <= entry.hours_to_surgery <= (days + 1) * 24:
                told = f"{entry.hours_to_surgery:g} h to surgery, but the dates are {entry.on} and {surgery}"
                yield hard("embolization", "hours_to_surgery", told, entry)
    for biopsy in file.biopsies:
        if surgery and biopsy.on > surgery:
            yield soft("biopsy", "on", f"biopsy on {biopsy.on}, after the operation on {surgery}; confirm it", biopsy)
    procedures: Dated = (*file.biopsies, *file.embolizations, *file.operations)
    treated = min((procedure.on for procedure in procedures), default=None)
    for complication in file.complications:
        if treated and complication.on < treated:
            yield hard(
                "complication",
                "on",
                f"complication on {complication.on}, before any treatment ({treated})",
                complication,
            )
    for leak in file.leaks:
        if surgery and leak.on < surgery:
            yield hard("leak", "on", f"cement leak looked for on {leak.on}, before the operation on {surgery}", leak)


def _follow_up(file: CaseFile) -> Iterator[Finding]:
    """Visits on the right side of surgery, and nothing after death."""
    surgery = file.surgery
    visits: tuple[Assessment | ImagingStudy | MeasurementEntry, ...]
    visits = (*file.assessments, *file.imaging, *file.measurements)
    for entry in visits:
        before = entry.visit is Visit.PREOPERATIVE
        if surgery and before and entry.on > surgery:
            yield hard(
                entry.kind, "on", f"'{entry.visit.label}' on {entry.on}, after the operation on {surgery}", entry
            )
        if surgery and not before and entry.visit is not Visit.UNPLANNED and entry.on < surgery:
            yield hard(
                entry.kind, "on", f"'{entry.visit.label}' on {entry.on}, before the operation on {surgery}", entry
            )
    for event in file.events:
        if surgery and event.on < surgery:
            yield hard(
                "event",
                "on",
                f"follow-up ('{event.type.label}') on {event.on}, before the operation on {surgery}",
                event,
            )
    death = min((event.on for event in file.events if event.type is EventType.DEATH), default=None)
    dated: Dated = (*file.assessments, *file.imaging, *file.operations, *file.events)
    for later in dated if death else ():
        if death and later.on > death:
            yield hard(later.kind, "on", f"{later.title} on {later.on}, after death on {death}", later)


def _person(file: CaseFile) -> Iterator[Finding]:
    """The patient's sex and age against what is recorded."""
    born, sex = file.patient.birth_year, file.patient.sex
    if sex is Sex.MALE and file.case.pregnant is YesNoUnknown.YES:
        yield hard("case", "pregnant", "pregnant, and the patient's sex is male", file.case)
    for entry in file.operations:
        if born and entry.on.year < born:
            yield hard("operation", "on", f"operated on {entry.on}, born in {born}", entry)
    age = file.age_at_surgery
    if age is not None and not 10 <= age <= 95:
        yield soft(
            "patient", "birth_year", f"{age} years old at surgery; confirm the year of birth {born}", file.patient
        )
