"""Which case files a change has touched, and what is to be found in them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from corduroy.registry.record import RECORDS, CaseFile, Finding, Record
from corduroy.registry.store.entries import Entry, number_of
from corduroy.registry.store.reading import files_of, living, select_entries
from corduroy.registry.store.tables import TABLES

Owner = tuple[str, int]
"""Kind and number of the entry, a case or a patient, to which findings belong."""


class Touched:
    """Remembers what a change adds, so that the files of new patients need not be read back from the tables."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._new_patients: dict[int, list[Record]] = {}
        self._new_cases: dict[int, list[Record]] = {}
        self._patient_of: dict[int, int] = {}
        self._cases: set[int] = set()
        self._patients: set[int] = set()

    def added(self, entry: Entry) -> None:
        """Take note of a new entry."""
        above, parent_no = number_of(entry.parent_id) if entry.parent_id else (None, 0)
        if above is None:
            self._new_patients[entry.no] = [entry.record]
        elif above == "case":
            if parent_no in self._new_cases:
                self._new_cases[parent_no].append(entry.record)
            else:
                self._cases.add(parent_no)
        elif parent_no not in self._new_patients:
            self._note_old(entry)
        elif entry.kind == "case":
            self._new_cases[entry.no] = [entry.record]
            self._patient_of[entry.no] = parent_no
        else:
            self._new_patients[parent_no].append(entry.record)

    def changed(self, entry: Entry) -> None:
        """Take note of a new state of an entry, or of its deletion.

        What was remembered of new patients may be of the past now: all files are read from the tables in the end.
        """
        self._patients.update(self._new_patients)
        self._cases.update(self._new_cases)
        for remembered in (self._new_patients, self._new_cases, self._patient_of):
            remembered.clear()
        self._note_old(entry)

    def _note_old(self, entry: Entry) -> None:
        above, parent_no = number_of(entry.parent_id) if entry.parent_id else (None, 0)
        if above is None:
            self._patients.add(entry.no)
        elif above == "case":
            self._cases.add(parent_no)
        elif entry.kind == "case":
            self._cases.add(entry.no)
        else:
            self._patients.add(parent_no)

    def findings(self) -> Iterator[tuple[Owner, list[Finding]]]:
        """Hard and soft findings of every file that was touched; the rows must be in the tables."""
        table, cases = TABLES["case"], set(self._cases)
        for patient in sorted(self._patients):
            query = select(table.c.entry_no).where(table.c.parent_no == patient, living("case"))
            own = list(self._connection.execute(query).scalars())
            cases.update(own)
            if not own:
                yield ("patient", patient), _doubts(self._without_case(patient))
        for case, file in files_of(self._connection, sorted(cases)).items():
            yield ("case", case), file.findings()
        yield from self._findings_of_new()

    def _findings_of_new(self) -> Iterator[tuple[Owner, list[Finding]]]:
        with_case = set(self._patient_of.values())
        for patient, records in self._new_patients.items():
            if patient not in with_case:
                yield ("patient", patient), _doubts(records)
        for case, records in self._new_cases.items():
            file = CaseFile.of([*self._new_patients[self._patient_of[case]], *records])
            yield ("case", case), file.findings()

    def _without_case(self, patient: int) -> list[Record]:
        """The living records of a patient without cases."""
        found = select_entries(self._connection, "patient", TABLES["patient"].c.entry_no == patient, living("patient"))
        records = [entry.record for entry in found]
        for kind in (record.kind for record in RECORDS if record.parent == "patient"):
            of_patient = TABLES[kind].c.parent_no == patient
            records += [entry.record for entry in select_entries(self._connection, kind, of_patient, living(kind))]
        return records


def _doubts(records: list[Record]) -> list[Finding]:
    return [doubt for record in records for doubt in record.doubts()]
