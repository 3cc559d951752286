"""`Reading`: what an import found: the cases, or everything that stands against them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from corduroy.registry.exchange.problems import Problem
from corduroy.registry.record import CaseFile, Patient, Record


@dataclass(frozen=True)
class KnownCase:
    """A case that the registry holds already.

    Parameters
    ----------
    entry_id : str
    file : CaseFile
    """

    entry_id: str
    file: CaseFile


@dataclass(frozen=True)
class KnownPatient:
    """A patient whom the registry holds already.

    Parameters
    ----------
    entry_id : str
    patient : Patient
    cases : dict of int to KnownCase
        By the case's number.
    """

    entry_id: str
    patient: Patient
    cases: dict[int, KnownCase]


LookUp = Callable[[Collection[str]], dict[str, KnownPatient]]
"""Finds those patients in the registry who have one of these pseudonyms."""


@dataclass(frozen=True)
class NewRecords:
    """What is to be added to one case, or to a patient without one.

    Parameters
    ----------
    pseudonym : str
    case_no : int or None
    records : tuple of Record
        What is new; parents first.
    file : CaseFile or None
        The case as it will be, with what the registry holds of it already.
    known : KnownPatient or None
    """

    pseudonym: str
    case_no: int | None
    records: tuple[Record, ...]
    file: CaseFile | None = None
    known: KnownPatient | None = None


@dataclass
class Reading:
    """What a file holds, checked.

    Parameters
    ----------
    cases : list of NewRecords
        Empty as long as there are problems.
    problems : list of Problem
        What is impossible; nothing is written before all of it is mended.
    doubts : list of Problem
        What is unusual; it is written when a person has confirmed it.
    notes : list of str
        What was decided, and what was not read.
    rows : int
        Rows read, blank ones apart.
    """

    cases: list[NewRecords] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """New records by kind."""
        found: dict[str, int] = {}
        for case in self.cases:
            for record in case.records:
                found[record.kind] = found.get(record.kind, 0) + 1
        return found

    def as_plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "rows": self.rows,
            "records": self.counts,
            "problems": [problem.as_plain() for problem in self.problems],
            "doubts": [doubt.as_plain() for doubt in self.doubts],
            "notes": self.notes,
        }


def nobody_known(pseudonyms: Collection[str]) -> dict[str, KnownPatient]:
    """The look-up of an empty registry."""
    del pseudonyms
    return {}
