"""The store's tables as streams of rows in the order of the cases, a few thousand in memory at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select, type_coerce
from sqlalchemy.types import NullType

from corduroy.registry.exchange.formulas import neutralised
from corduroy.registry.record import BY_KIND, RECORDS, Item, Record
from corduroy.registry.store.tables import TABLES

_CHUNK = 5_000

OF_CASE: tuple[type[Record], ...] = tuple(record for record in RECORDS if record.parent == "case")
"""The kinds that belong to a case."""

HEADS = ("patient", "consent", "case")
"""The kinds of which a case has at most one record."""

Row = tuple[Any, ...]


def patient_rows(connection: Connection, fields: Sequence[str]) -> Generator[Row]:
    """Living patients: the fields, then the number of the entry."""
    table = TABLES["patient"]
    query = select(*_raw("patient", fields), table.c.entry_no).where(~table.c.deleted).order_by(table.c.entry_no)
    yield from _streamed(connection, query)


def consent_rows(connection: Connection, fields: Sequence[str]) -> Iterator[Row]:
    """Living consents in the order of their patients: the fields, then the number of the patient's entry."""
    table = TABLES["consent"]
    query = select(*_raw("consent", fields), table.c.parent_no).where(~table.c.deleted).order_by(table.c.parent_no)
    yield from _streamed(connection, query)


def case_rows(connection: Connection, fields: Sequence[str]) -> Iterator[Row]:
    """Living cases: pseudonym, the fields, number of the patient's and of the case's entry."""
    patient, case = TABLES["patient"], TABLES["case"]
    columns = [patient.c.pseudonym, *_raw("case", fields), case.c.parent_no, case.c.entry_no]
    query = select(*columns).join_from(case, patient, case.c.parent_no == patient.c.entry_no)
    yield from _streamed(connection, query.where(~case.c.deleted).order_by(case.c.entry_no))


def head_rows(connection: Connection) -> Iterator[Row]:
    """Living cases with their patient and consent: all fields of the three, then the number of the case's entry."""
    patient, consent, case = (TABLES[kind] for kind in HEADS)
    columns = [column for kind in HEADS for column in _raw(kind, list(BY_KIND[kind].items()))]
    query = select(*columns, case.c.entry_no).join_from(case, patient, case.c.parent_no == patient.c.entry_no)
    query = query.outerjoin(consent, (consent.c.parent_no == patient.c.entry_no) & ~consent.c.deleted)
    yield from _streamed(connection, query.where(~case.c.deleted).order_by(case.c.entry_no))


def child_rows(connection: Connection, kind: str, fields: Sequence[str]) -> Iterator[Row]:
    """Living entries of a kind that belongs to a case, by case: pseudonym, number of the case, the fields, entry of
    the case."""
    patient, case, table = TABLES["patient"], TABLES["case"], TABLES[kind]
    columns = [patient.c.pseudonym, case.c.case_no, *_raw(kind, fields), table.c.parent_no]
    query = select(*columns).join_from(table, case, table.c.parent_no == case.c.entry_no)
    query = query.join(patient, case.c.parent_no == patient.c.entry_no).where(~table.c.deleted)
    yield from _streamed(connection, query.order_by(table.c.parent_no, table.c.entry_no))


def by_last(rows: Iterator[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Rows that agree in their last value, an entry's number, together; without that value."""
    for number, group in groupby(rows, key=lambda row: int(row[-1])):
        yield number, [row[:-1] for row in group]


class Following:
    """Groups of `by_last`, asked for in rising order of the number."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = by_last(rows)
        self._next = next(self._groups, None)

    def of(self, number: int) -> list[Row]:
        """The rows of this number; none where there is none."""
        while self._next is not None and self._next[0] < number:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != number:
            return []
        found = self._next[1]
        # Go on at once, so that a stream has ended, and its cursor is closed, with the last case.
        self._next = next(self._groups, None)
        return found


def most_per_case(connection: Connection, kind: str, by: str | None) -> dict[str, int]:
    """How many entries of a kind one case has at most, for each value of the field `by`."""
    table = TABLES[kind]
    keys = [table.c[by]] if by else []
    counted = (
        select(*keys, func.count().label("n")).where(~table.c.deleted).group_by(table.c.parent_no, *keys).subquery()
    )
    if by is None:
        most = connection.execute(select(func.max(counted.c.n))).scalar()
        return {"": int(most)} if most else {}
    query = select(counted.c[by], func.max(counted.c.n)).group_by(counted.c[by])
    return {str(value): int(most) for value, most in connection.execute(query)}


def filled_counts(connection: Connection, kind: str) -> tuple[int, dict[str, int]]:
    """Number of living entries of a kind, and in how many of them each field is recorded."""
    table = TABLES[kind]
    names = list(BY_KIND[kind].items())
    query = select(func.count(), *[func.count(table.c[name]) for name in names]).where(~table.c.deleted)
    total, *filled = connection.execute(query).one()
    return int(total), {name: int(n) for name, n in zip(names, filled, strict=True)}


def as_cell(item: Item, value: Any) -> str:
    """A kept value as a CSV cell: codes, ISO dates, decimal points, yes and no; nothing for what was not recorded."""
    if value is None:
        return ""
    if item.kind == "yes/no":
        return "yes" if value else "no"
    if item.kind in ("text", "free text"):
        return neutralised(str(value))
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _raw(kind: str, fields: Sequence[str]) -> list[Any]:
    """Columns as the driver gives them: SQLAlchemy would make an object of every date, one by one."""
    return [type_coerce(TABLES[kind].c[name], NullType()).label(f"{kind}_{name}") for name in fields]


def _streamed(connection: Connection, query: Any) -> Iterator[Row]:
    with connection.execute(query.execution_options(yield_per=_CHUNK)) as result:
        for part in result.partitions():
            yield from (tuple(row) for row in part)
