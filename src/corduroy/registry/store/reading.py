"""Questions to the tables: one entry, all of a kind, the whole file of a case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from corduroy.errors import InputError
from corduroy.registry.record import RECORDS, CaseFile, Patient, Record
from corduroy.registry.store.entries import Entry, entry_from, id_of, number_of
from corduroy.registry.store.tables import TABLES

BATCH = 500
"""Cases that are put together at a time: small enough for one list of numbers in a question."""

_OF_CASE = tuple(record.kind for record in RECORDS if record.parent == "case")


def read_entry(connection: Connection, entry_id: str) -> Entry:
    """One entry, deleted or not.

    Raises
    ------
    InputError
        If there is none.
    """
    kind, number = number_of(entry_id)
    found = next(iter(select_entries(connection, kind, TABLES[kind].c.entry_no == number)), None)
    if found is None:
        raise InputError(f"no entry {entry_id} in this registry", do="`corduroy registry list` shows what there is")
    return found


def select_entries(connection: Connection, kind: str, *conditions: ColumnElement[bool]) -> list[Entry]:
    """The few entries of a kind that meet all conditions, in the order in which they were added."""
    return [entry_from(kind, row) for row in connection.execute(_query(kind, *conditions)).mappings()]


def stream_entries(connection: Connection, kind: str, *conditions: ColumnElement[bool]) -> Iterator[Entry]:
    """The same for any number of entries, a few of them in memory at a time."""
    with connection.execute(_query(kind, *conditions).execution_options(yield_per=BATCH)) as result:
        for row in result.mappings():
            yield entry_from(kind, row)


def _query(kind: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    table = TABLES[kind]
    return select(table).where(*conditions).order_by(table.c.entry_no)


def living(kind: str) -> ColumnElement[bool]:
    """The condition that an entry is not deleted."""
    condition: ColumnElement[bool] = ~TABLES[kind].c.deleted
    return condition


def all_entries(
    connection: Connection, kind: str | None, parent_id: str | None, include_deleted: bool
) -> Iterator[Entry]:
    """Entries of one kind or of all, parents before children."""
    above = number_of(parent_id) if parent_id else None
    for record in RECORDS:
        if kind not in (None, record.kind) or (above and record.parent != above[0]):
            continue
        conditions = [] if include_deleted else [living(record.kind)]
        if above:
            conditions.append(TABLES[record.kind].c.parent_no == above[1])
        yield from stream_entries(connection, record.kind, *conditions)


def children_of(connection: Connection, kind: str, number: int) -> list[str]:
    """The ids of the living entries that belong to one."""
    found = []
    for record in RECORDS:
        if record.parent == kind:
            table = TABLES[record.kind]
            query = select(table.c.entry_no).where(table.c.parent_no == number, living(record.kind))
            found += [
                id_of(record.kind, child) for child in connection.execute(query.order_by(table.c.entry_no)).scalars()
            ]
    return found


def read_case_files(connection: Connection) -> Iterator[tuple[str, CaseFile]]:
    """All living cases with their ids, in the order in which they were added."""
    table, last = TABLES["case"], 0
    while True:
        query = select(table.c.entry_no).where(table.c.entry_no > last, living("case"))
        numbers = list(connection.execute(query.order_by(table.c.entry_no).limit(BATCH)).scalars())
        if not numbers:
            return
        for number, file in files_of(connection, numbers).items():
            yield id_of("case", number), file
        last = numbers[-1]


def files_of(connection: Connection, cases: Sequence[int]) -> dict[int, CaseFile]:
    """The files of some living cases by number, in the order given."""
    found: dict[int, CaseFile] = {}
    for start in range(0, len(cases), BATCH):
        found |= _batch_of_files(connection, cases[start : start + BATCH])
    return {number: found[number] for number in cases if number in found}


def _batch_of_files(connection: Connection, cases: Sequence[int]) -> dict[int, CaseFile]:
    treated = select_entries(connection, "case", TABLES["case"].c.entry_no.in_(cases), living("case"))
    patients = sorted({number_of(case.parent_id)[1] for case in treated if case.parent_id})
    of_patient: dict[str, list[Record]] = defaultdict(list)
    for entry in select_entries(connection, "patient", TABLES["patient"].c.entry_no.in_(patients)):
        of_patient[entry.id].append(entry.record)
    _gather(connection, "consent", patients, of_patient)
    of_case: dict[str, list[Record]] = defaultdict(list)
    for kind in _OF_CASE:
        _gather(connection, kind, cases, of_case)
    return {
        case.no: CaseFile.of([*of_patient[case.parent_id], case.record, *of_case[case.id]])
        for case in treated
        if case.parent_id
    }


def _gather(connection: Connection, kind: str, parents: Sequence[int], into: dict[str, list[Record]]) -> None:
    """Add the living children of some parents to the parents' lists."""
    for entry in select_entries(connection, kind, TABLES[kind].c.parent_no.in_(parents), living(kind)):
        if entry.parent_id:
            into[entry.parent_id].append(entry.record)


def read_patient(connection: Connection, pseudonym: str) -> Entry | None:
    """The living patient of that pseudonym."""
    condition: Any = TABLES[Patient.kind].c.pseudonym == pseudonym
    return next(iter(select_entries(connection, Patient.kind, condition, living(Patient.kind))), None)
