"""`verify`: whether the trail is whole, and whether the tables say what the trail says.

The chain shows that no line was changed, removed or put in between, and the comparison that no row was changed
behind the store's back. What neither can show is that the last lines were cut off together with their rows, or that
everything was computed anew: for that, a head that was written down elsewhere must be among the hashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Executable, RowMapping, func, select, type_coerce
from sqlalchemy.types import NullType

from corduroy.registry.record import BY_KIND, RECORDS, Record
from corduroy.registry.store.audit import COLUMNS, FIRST_HASH, AuditRow
from corduroy.registry.store.entries import id_of
from corduroy.registry.store.tables import AUDIT, TABLES
from corduroy.registry.values import kept_values

_CHUNK = 5_000


@dataclass(frozen=True)
class Verification:
    """What was found.

    Parameters
    ----------
    lines : int
        Of the trail, as far as it was walked.
    entries : int
        That were compared with the trail.
    head : str
        Hash of the last line that was walked.
    problem : str or None
        The first thing that is wrong, naming line and entry; None if all is well.
    """

    lines: int
    entries: int
    head: str
    problem: str | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


def verify(connection: Connection, kept_head: str | None = None) -> Verification:
    """Walk the chain, then compare every row with its last line.

    Parameters
    ----------
    connection : Connection
        Seeing one state throughout.
    kept_head : str, optional
        A head that was written down: it must be the hash of one of the lines.
    """
    lines, head, problem, met = _walk(connection, kept_head)
    if problem is None and kept_head is not None and not met:
        problem = f"no line of the trail has the hash {kept_head}: it was cut off or written anew after that was noted"
    entries = 0
    if problem is None:
        entries, problem = _compare(connection)
    return Verification(lines, entries, head, problem)


def _walk(connection: Connection, kept_head: str | None) -> tuple[int, str, str | None, bool]:
    """Number of good lines, hash of the last one, what is wrong with the next one, whether the kept head was met."""
    head, lines, met = FIRST_HASH, 0, kept_head == FIRST_HASH
    query = select(*(AUDIT.c[name] for name in COLUMNS), AUDIT.c.hash).order_by(AUDIT.c.seq)
    with connection.execute(query.execution_options(yield_per=_CHUNK)) as found:
        for *values, told in found:
            row = AuditRow(*values)
            if row.seq != lines + 1:
                return lines, head, f"line {lines + 1} of the trail is missing; the next one is {_place(row)}", met
            if row.hash_after(head) != told:
                return lines, head, f"{_place(row)} was changed, or the one before it", met
            head, lines = told, row.seq
            met = met or head == kept_head
    return lines, head, None, met


def _place(row: AuditRow) -> str:
    return f"line {row.seq} of the trail ({row.action} of {row.kind} no. {row.entry_no} by {row.who} at {row.at})"


def _compare(connection: Connection) -> tuple[int, str | None]:
    """How many entries agree with the trail, and the first that does not."""
    compared = 0
    for record in RECORDS:
        with connection.execute(_rows_with_lines(record)) as rows:
            for row in rows.mappings():
                if problem := _difference(record, row):
                    return compared, problem
                compared += 1
    query = select(func.count()).select_from(AUDIT).where(AUDIT.c.action == "add")
    if int(connection.execute(query).scalar_one()) != compared:
        return compared, f"{_first_missing(connection)} is in the trail, but its row is gone"
    return compared, None


def _rows_with_lines(record: type[Record]) -> Executable:
    """Every row of a kind as the driver gives it, with the last line about it."""
    table = TABLES[record.kind]
    line = AUDIT.alias("line")
    # The newest line that is no mere confirmation; found by the index on number and place.
    newest = (
        select(func.max(AUDIT.c.seq))
        .where(AUDIT.c.entry_no == table.c.entry_no, AUDIT.c.action != "confirm")
        .scalar_subquery()
    )
    raw = [type_coerce(column, NullType()).label(column.name) for column in table.c]
    told = [line.c[name].label(f"line_{name}") for name in COLUMNS]
    query = select(*raw, *told).select_from(table).outerjoin(line, line.c.seq == newest).order_by(table.c.entry_no)
    return query.execution_options(yield_per=_CHUNK)


def _difference(record: type[Record], row: RowMapping) -> str | None:
    """What a row says otherwise than its last line."""
    line = AuditRow(*(row[f"line_{name}"] for name in COLUMNS))
    name = id_of(record.kind, row["entry_no"])
    if line.seq is None or line.kind != record.kind:
        return f"entry {name} is in the tables, but not in the trail"
    try:
        expected = row_of(line)
    except (ValueError, TypeError, AttributeError):
        return f"line {line.seq} of the trail tells no state of entry {name} that could be one"
    for field, value in expected.items():
        held = row[field]
        if isinstance(value, date):
            value, held = value.isoformat(), str(held)
        if held != value:
            told = f"line {line.seq} of the trail ({line.who} at {line.at})"
            return f"entry {name} was changed behind the store's back: {field} is {held!r}, but {value!r} in {told}"
    return None


def _first_missing(connection: Connection) -> str:
    """The first entry that was added and has no row."""
    for record in RECORDS:
        table = TABLES[record.kind]
        query = (
            select(AUDIT.c.entry_no)
            .where(AUDIT.c.action == "add", AUDIT.c.kind == record.kind)
            .where(~select(table.c.entry_no).where(table.c.entry_no == AUDIT.c.entry_no).exists())
            .order_by(AUDIT.c.seq)
            .limit(1)
        )
        if (number := connection.execute(query).scalar_one_or_none()) is not None:
            return f"entry {id_of(record.kind, number)}"
    return "an entry"


def last_states(connection: Connection, kind: str) -> Iterator[AuditRow]:
    """The newest line of every entry of a kind, by the number of the entry."""
    newest = (
        select(func.max(AUDIT.c.seq).label("seq"))
        .where(AUDIT.c.kind == kind, AUDIT.c.action != "confirm")
        .group_by(AUDIT.c.entry_no)
        .subquery()
    )
    query = select(*(AUDIT.c[name] for name in COLUMNS)).join(newest, AUDIT.c.seq == newest.c.seq)
    with connection.execute(query.order_by(AUDIT.c.entry_no).execution_options(yield_per=_CHUNK)) as found:
        for values in found:
            yield AuditRow(*values)


def row_of(line: AuditRow) -> dict[str, Any]:
    """The row of the tables that a line of the trail calls for."""
    record = BY_KIND[line.kind]
    row: dict[str, Any] = {"entry_no": line.entry_no, "version": line.version, "deleted": line.action == "delete"}
    if record.parent:
        row["parent_no"] = line.parent_no
    return row | kept_values(record, line.state)
