"""`Ledger`: rows on their way into the tables, each with its line in the audit trail."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, insert, select, update

from corduroy.registry.record import RECORDS, Record
from corduroy.registry.store.audit import COLUMNS, FIRST_HASH, Action, AuditRow, canonical, state_of
from corduroy.registry.store.entries import Entry, id_of, number_of
from corduroy.registry.store.tables import AUDIT, TABLES
from corduroy.registry.values import kept_values

# Rows that wait in memory before they are written together.
_ENOUGH = 10_000


def chain_end(connection: Connection) -> tuple[int, str]:
    """Place and hash of the trail's last row; 0 and sixty-four zeros where there is none."""
    last = connection.execute(select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else (0, FIRST_HASH)


class Ledger:
    """Writes entries and the audit trail, in order, over a connection that no other writer can come between.

    Parameters
    ----------
    connection : Connection
    at, who, why : str
        What every line of this change says.
    """

    def __init__(self, connection: Connection, at: str, who: str, why: str) -> None:
        self._connection = connection
        self._told = (at, who, why)
        self._seq, self._hash = chain_end(connection)
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._lines: list[dict[str, Any]] = []

    @property
    def is_full(self) -> bool:
        """Whether enough rows wait that it is time to write them."""
        return len(self._lines) >= _ENOUGH

    def waiting(self, kind: str) -> list[dict[str, Any]]:
        """New rows of a kind that are not in the tables yet."""
        return self._rows[kind]

    def add(self, record: Record, parent_no: int | None) -> Entry:
        """A new entry; its number is its place in the trail."""
        kind, plain = record.kind, state_of(record)
        self._line("add", kind, self._seq + 1, parent_no, 1, None, canonical(plain))
        row = {"entry_no": self._seq, "version": 1, "deleted": False, **kept_values(type(record), plain)}
        if record.parent:
            row["parent_no"] = parent_no
        self._rows[kind].append(row)
        parent = id_of(record.parent, parent_no) if record.parent and parent_no else None
        return Entry(id_of(kind, self._seq), kind, parent, 1, record, False)

    def update(self, old: Entry, record: Record) -> Entry:
        """A new state of an entry."""
        plain = state_of(record)
        new = Entry(old.id, old.kind, old.parent_id, old.version + 1, record, False)
        self._change("update", old, canonical(plain), kept_values(type(record), plain))
        return new

    def delete(self, old: Entry) -> Entry:
        """Mark an entry as deleted; its values stay."""
        self._change("delete", old, None, {"deleted": True})
        return Entry(old.id, old.kind, old.parent_id, old.version + 1, old.record, True)

    def confirm(self, entry_id: str, version: int, parent_no: int | None, doubts: list[str]) -> None:
        """A line that says which unusual values a person stands by."""
        kind, number = number_of(entry_id)
        self._line("confirm", kind, number, parent_no, version, None, canonical({"confirmed": doubts}))

    def flush(self) -> None:
        """Write what waits, parents before children."""
        for record in RECORDS:
            if rows := self._rows.pop(record.kind, None):
                self._connection.execute(insert(TABLES[record.kind]), rows)
        if self._lines:
            self._connection.execute(insert(AUDIT), self._lines)
            self._lines = []

    def _change(self, action: Action, old: Entry, after: str | None, values: dict[str, Any]) -> None:
        self.flush()
        table = TABLES[old.kind]
        parent_no = number_of(old.parent_id)[1] if old.parent_id else None
        version = old.version + 1
        self._line(action, old.kind, old.no, parent_no, version, canonical(state_of(old.record)), after)
        self._connection.execute(update(table).where(table.c.entry_no == old.no).values(version=version, **values))

    def _line(
        self,
        action: Action,
        kind: str,
        number: int,
        parent_no: int | None,
        version: int,
        before: str | None,
        after: str | None,
    ) -> None:
        self._seq += 1
        row = AuditRow(self._seq, *self._told, action, kind, number, parent_no, version, before, after)
        self._hash = row.hash_after(self._hash)
        self._lines.append(dict(zip(COLUMNS, row.values(), strict=True), hash=self._hash))
