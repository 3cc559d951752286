"""From drafts to cases: who belongs together, who is there already, and what cannot be true at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from corduroy.registry.exchange.drafts import Draft
from corduroy.registry.exchange.duplicates import alike_names, alike_persons
from corduroy.registry.exchange.problems import Problem
from corduroy.registry.exchange.reading import KnownCase, KnownPatient, LookUp, NewRecords, Reading, nobody_known
from corduroy.registry.record import CaseFile, Consent, Finding, Patient, Record, TreatedCase

Key = tuple[str, int]
"""Pseudonym and number of the case."""

_R = TypeVar("_R", bound=Record)


def assemble(drafts: Iterable[tuple[Key, Draft]], reading: Reading, look_up: LookUp = nobody_known) -> None:
    """Put drafts together into the cases of `reading`, with every problem found on the way.

    Parameters
    ----------
    drafts : iterable of (Key, Draft)
    reading : Reading
        Its `problems` and `doubts` grow; its `cases` are filled only if there is no problem at all.
    look_up : callable
        Finds patients in the registry.
    """
    by_patient: dict[str, dict[int, list[Draft]]] = {}
    for (pseudonym, case_no), draft in drafts:
        by_patient.setdefault(pseudonym, {}).setdefault(case_no, []).append(draft)
    known = look_up(by_patient)
    for pseudonym, cases in by_patient.items():
        _PatientBuilder(pseudonym, cases, known.get(pseudonym), reading).build()
    places = {name: next(iter(cases.values()))[0].row.place for name, cases in by_patient.items()}
    reading.doubts += alike_names(places)
    reading.doubts += alike_persons([case.file for case in reading.cases if case.file], places)
    # One cell may feed several records: what is wrong with it is told once.
    reading.problems[:] = sorted(dict.fromkeys(reading.problems), key=lambda problem: problem.place)
    reading.doubts[:] = sorted(dict.fromkeys(reading.doubts), key=lambda doubt: doubt.place)
    if reading.problems:
        reading.cases.clear()


class _PatientBuilder:
    """All that a file says of one patient.

    A record that is refused is replaced by what is left of it, so that the rest is checked in the same go; nothing of
    it is written, as its problem is on the list.
    """

    def __init__(
        self, pseudonym: str, cases: dict[int, list[Draft]], known: KnownPatient | None, reading: Reading
    ) -> None:
        self._pseudonym = pseudonym
        self._cases = cases
        self._known = known
        self._reading = reading
        self._drafts: dict[int, Draft] = {}

    def build(self) -> None:
        everything = [draft for drafts in self._cases.values() for draft in drafts]
        held_consent = next((case.file.consent for case in self._known.cases.values()), None) if self._known else None
        patient = self._single(Patient, everything, self._known.patient if self._known else None)
        consent = self._single(Consent, everything, held_consent)
        if patient is None:
            self._miss(everything[0], f"patient '{self._pseudonym}'", "patient")
            return
        new: list[Record] = [] if self._known else [patient]
        new += [consent] if consent and not held_consent else []
        for case_no, drafts in self._own_cases().items():
            known = self._known.cases.get(case_no) if self._known else None
            file = self._case(case_no, drafts, known, patient, consent)
            if file is None:
                continue
            new += self._new_records(file, known, drafts[0])
            self._reading.cases.append(NewRecords(self._pseudonym, case_no, tuple(new), file, self._known))
            new = []
        if new and not self._own_cases():
            self._reading.cases.append(NewRecords(self._pseudonym, None, tuple(new), known=self._known))
            got = f"patient '{self._pseudonym}' without a case"
            first = everything[0].row
            self._reading.doubts.append(Problem(first.place, first.heading, got, "a case; confirm it"))

    def _own_cases(self) -> dict[int, list[Draft]]:
        """The drafts of each case; rows that tell only of the person belong to none."""
        of_case = {
            number: [draft for draft in drafts if draft.record not in (Patient, Consent)]
            for number, drafts in self._cases.items()
        }
        return {number: drafts for number, drafts in of_case.items() if drafts}

    def _case(
        self, case_no: int, drafts: list[Draft], known: KnownCase | None, patient: Patient, consent: Consent | None
    ) -> CaseFile | None:
        """The case as it will be, its findings reported."""
        case = self._single(TreatedCase, drafts, known.file.case if known else None)
        records = [self._built(draft) for draft in drafts if draft.record.parent == "case"]
        if case is None:
            self._miss(drafts[0], f"case {case_no} of patient '{self._pseudonym}'", "case")
            return None
        held = [record for record in known.file.records() if record.parent == "case"] if known else []
        added = [record for record in records if record is not None]
        for record in added:
            if record in held:
                self._report_held(self._drafts[id(record)], record.title)
        own: list[Record] = [patient, case, *([consent] if consent else [])]
        file = CaseFile.of([*own, *held, *added])
        self._report(file.findings(), drafts[0])
        return file

    def _new_records(self, file: CaseFile, known: KnownCase | None, first: Draft) -> list[Record]:
        added = [record for record in file.records() if record.parent == "case" and id(record) in self._drafts]
        if known and not added:
            self._report_held(first, f"case {file.case.case_no} of patient '{self._pseudonym}'")
        return [*([] if known else [file.case]), *added]

    def _single(self, record: type[_R], drafts: Sequence[Draft], held: _R | None) -> _R | None:
        """The one record of this kind: the registry's, or that of the file, whose rows may repeat it."""
        own = [draft for draft in drafts if draft.record is record]
        if not own:
            return held
        merged = _merged(own, self._reading.problems)
        made = self._built(merged)
        if held is not None and made is not None and _differs(made, held):
            got = f"{record.title} of '{self._pseudonym}' other than in the registry"
            self._problem(merged, got, "the same values: an import only adds; edit the entry there")
        found = held or made
        return found if isinstance(found, record) else None

    def _built(self, draft: Draft) -> Record | None:
        made = draft.build(self._reading.problems) or draft.stand_in()
        if made is not None:
            self._drafts[id(made)] = draft
        return made

    def _report(self, findings: list[Finding], first: Draft) -> None:
        """Findings about records of this file; those about what the registry holds are not this import's."""
        for finding in findings:
            draft = self._drafts.get(id(finding.about)) if finding.about is not None else first
            if draft is not None:
                place = self._reading.problems if finding.is_hard else self._reading.doubts
                place.append(draft.problem(finding))

    def _report_held(self, draft: Draft, what: str) -> None:
        self._problem(draft, f"{what}: in the registry already", "what is not there yet")

    def _miss(self, draft: Draft, what: str, kind: str) -> None:
        if not any(d.record.kind == kind for drafts in self._cases.values() for d in drafts):
            got = f"{what} is neither in the registry nor described in this file"
            self._problem(draft, got, f"a table of the mapping with 'kind: {kind}', or '{kind}' in the registry")

    def _problem(self, draft: Draft, got: str, expected: str) -> None:
        self._reading.problems.append(Problem(draft.row.place, draft.row.heading, got, expected))


def _merged(drafts: Sequence[Draft], problems: list[Problem]) -> Draft:
    """Several rows' views of one record; where they contradict each other, that is a problem of the later one."""
    first = drafts[0]
    merged = Draft(first.record, first.row)
    for draft in drafts:
        merged.refused |= draft.refused
        for name, value in draft.values.items():
            if value is None:
                continue
            held = merged.values.get(name)
            if held is not None and held != value:
                origin = draft.origin(name)
                expected = f"{held}, as in {merged.origin(name).place}"
                problems.append(Problem(origin.place, origin.heading, f"{value}, another value for the same", expected))
                continue
            merged.values[name] = value
            merged.origins.setdefault(name, draft.origin(name))
    merged.values = {**dict.fromkeys(first.values), **merged.values}
    return merged


def _differs(made: Record, held: Record) -> bool:
    given = {name: getattr(made, name) for name in type(made).model_fields}
    return any(value is not None and value != getattr(held, name) for name, value in given.items())
