"""A look at a whole registry: what cannot be, what is unusual, what is missing, and who is overdue for a visit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from corduroy.registry.exchange.rows import filled_counts
from corduroy.registry.record import BY_KIND, CaseFile, Finding
from corduroy.registry.record.choices import ConsentScope, EventType, Visit
from corduroy.registry.store import Registry
from corduroy.registry.store.history import all_confirmed
from corduroy.registry.store.reading import read_case_files

PLANNED_DAYS: dict[Visit, int] = {
    Visit.WEEK_6: 42,
    Visit.MONTH_3: 91,
    Visit.MONTH_6: 183,
    Visit.MONTH_12: 365,
    Visit.MONTH_24: 731,
    Visit.MONTH_36: 1096,
}
"""Days from surgery to each planned visit, by definition of its name."""

GRACE_DAYS = 91
"""Three months, after which PTRON (NCT02790983) asks for a check of a patient who was not seen."""


@dataclass(frozen=True)
class CaseFinding:
    """A finding, and in which case."""

    pseudonym: str
    case_no: int
    finding: Finding

    def as_plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        told = {"kind": self.finding.kind, "field": self.finding.field, "message": self.finding.message}
        return {"pseudonym": self.pseudonym, "case_no": self.case_no, **told}


@dataclass(frozen=True)
class Missing:
    """How much of a field is not recorded, in a kind that has entries."""

    kind: str
    name: str
    label: str
    entries: int
    missing: int

    def as_plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"kind": self.kind, "field": self.name, "entries": self.entries, "missing": self.missing}


@dataclass(frozen=True)
class Overdue:
    """A planned visit that was due more than three months ago, and after which the patient was not seen."""

    pseudonym: str
    case_no: int
    visit: Visit
    due: date
    last_seen: date | None

    def as_plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        seen = self.last_seen.isoformat() if self.last_seen else None
        told = {"visit": str(self.visit), "due": self.due.isoformat(), "last_seen": seen}
        return {"pseudonym": self.pseudonym, "case_no": self.case_no, **told}


@dataclass
class RegistryCheck:
    """What was found in a registry.

    Parameters
    ----------
    cases : int
    errors, doubts : list of CaseFinding
        Doubts by which a person stands already are not among them; `confirmed` counts these.
    confirmed : int
    missing : list of Missing
    overdue : list of Overdue
    """

    cases: int = 0
    confirmed: int = 0
    errors: list[CaseFinding] = field(default_factory=list)
    doubts: list[CaseFinding] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    overdue: list[Overdue] = field(default_factory=list)

    def as_plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        lists = {name: getattr(self, name) for name in ("errors", "doubts", "missing", "overdue")}
        counts = {"cases": self.cases, "confirmed": self.confirmed}
        return {**counts, **{name: [one.as_plain() for one in found] for name, found in lists.items()}}


def check_registry(registry: Registry, today: date) -> RegistryCheck:
    """Check every case of a registry, a few hundred in memory at a time.

    Parameters
    ----------
    registry : Registry
    today : date
        The day for which visits are overdue.
    """
    found = RegistryCheck()
    with registry.connected() as connection:
        confirmed = all_confirmed(connection)
        for case_id, file in read_case_files(connection):
            found.cases += 1
            key = (file.patient.pseudonym, file.case.case_no)
            _sort(file, key, confirmed.get(case_id, set()), found)
            late = overdue_visit(file, today)
            if late:
                found.overdue.append(Overdue(*key, late, _due(file, late), file.last_seen))
    found.missing = list(_missing(registry))
    return found


def _sort(file: CaseFile, key: tuple[str, int], confirmed: set[str], found: RegistryCheck) -> None:
    """What is found in a case to the errors or the doubts; what a person stands by is counted alone."""
    for finding in file.findings():
        if finding.is_hard:
            found.errors.append(CaseFinding(*key, finding))
        elif finding.message in confirmed:
            found.confirmed += 1
        else:
            found.doubts.append(CaseFinding(*key, finding))


def overdue_visit(file: CaseFile, today: date) -> Visit | None:
    """The first planned visit that is overdue; None for who died, was lost, or has withdrawn or refused consent.

    A visit that was left out counts no longer once the patient was seen after it.
    """
    consent = file.consent
    if file.surgery is None or any(event.type in (EventType.DEATH, EventType.LOST) for event in file.events):
        return None
    if consent and (consent.withdrawn_on or consent.scope is ConsentScope.REFUSED):
        return None
    held = {assessment.visit for assessment in file.assessments}
    order = list(PLANNED_DAYS)
    done = max((order.index(visit) for visit in held if visit in PLANNED_DAYS), default=-1)
    for visit in order[done + 1 :]:
        due = _due(file, visit)
        if due + timedelta(days=GRACE_DAYS) < today and (file.last_seen is None or file.last_seen < due):
            return visit
    return None


def _due(file: CaseFile, visit: Visit) -> date:
    assert file.surgery is not None
    return file.surgery + timedelta(days=PLANNED_DAYS[visit])


def _missing(registry: Registry) -> Iterator[Missing]:
    with registry.connected() as connection:
        for kind, record in BY_KIND.items():
            entries, filled = filled_counts(connection, kind)
            for name, item in record.items().items() if entries else ():
                if filled[name] < entries:
                    yield Missing(kind, name, f"{record.title}: {item.label}", entries, entries - filled[name])
