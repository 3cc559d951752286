"""`Change`: what may be done to a registry within one transaction, all of it or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from corduroy.errors import ConflictError, InputError, RecordError
from corduroy.registry.record import BY_KIND, Finding, Record, errors_of
from corduroy.registry.store.audit import state_of
from corduroy.registry.store.entries import Entry, id_of, number_of
from corduroy.registry.store.history import confirmed_before, last_change
from corduroy.registry.store.ledger import Ledger
from corduroy.registry.store.reading import BATCH, children_of, living, read_entry
from corduroy.registry.store.tables import TABLES, unique_columns
from corduroy.registry.store.touched import Owner, Touched


class Change:
    """Made by ``Registry.transaction``; at its end everything is checked and written, or nothing is.

    Attributes
    ----------
    doubts : list of Finding
        What is unusual in the cases that were touched and was not confirmed before: a person should look at it.
        Known after `check` and after the transaction has ended.
    """

    def __init__(self, connection: Connection, at: str, who: str, why: str) -> None:
        self._connection = connection
        self._ledger = Ledger(connection, at, who, why)
        self._touched = Touched(connection)
        self._parents: set[tuple[str, int]] = set()
        self._open: dict[Owner, list[Finding]] = {}
        self.doubts: list[Finding] = []

    def add(self, record: Record, parent_id: str | None = None) -> Entry:
        """Add a record.

        Parameters
        ----------
        record : Record
        parent_id : str, optional
            The patient of a case or a consent, the case of everything else; None for a patient.

        Raises
        ------
        InputError
            If the parent is not of the right kind, not there or deleted.
        RecordError
            If the record cannot be true; or if there is such an entry already: a pseudonym, a case number of a
            patient, a second consent. At the latest at the transaction's end.
        """
        entry = self._ledger.add(_sound(record), self._parent_no(record, parent_id))
        self._parents.add((entry.kind, entry.no))
        self._touched.added(entry)
        if self._ledger.is_full:
            self._flush()
        return entry

    def update(self, entry_id: str, version: int, record: Record) -> Entry:
        """Replace an entry's record by another one of the same kind; an equal record changes nothing.

        Parameters
        ----------
        entry_id : str
        version : int
            The version that was seen when the new record was made.
        record : Record

        Raises
        ------
        ConflictError
            If the entry was changed meanwhile.
        InputError
            If there is no such entry, it is deleted, or the record is of another kind.
        RecordError
            If the record cannot be true, or there is such an entry already.
        """
        old = self._current(entry_id, version)
        if record.kind != old.kind:
            raise InputError(f"a record '{record.kind}' for {entry_id}", f"a record '{old.kind}'")
        record = _sound(record)
        if record == old.record:
            return old
        self._refuse_twins([{**dict(record), "parent_no": _parent_no(old), "entry_no": old.no}], type(record))
        new = self._ledger.update(old, record)
        self._touched.changed(new)
        return new

    def delete(self, entry_id: str, version: int) -> Entry:
        """Mark an entry as deleted; it stays in the registry, for the trail, and is shown only when asked for.

        What belongs to it must be deleted first, each with the version that was seen: a child that somebody added
        meanwhile is not swept away unseen.

        Raises
        ------
        ConflictError
            If the entry was changed meanwhile.
        InputError
            If there is no such entry, it is deleted already, or others belong to it.
        """
        old = self._current(entry_id, version)
        if children := children_of(self._connection, old.kind, old.no):
            shown = ", ".join(children[:10]) + (f" and {len(children) - 10} more" if len(children) > 10 else "")
            raise InputError(f"{entry_id} has entries that belong to it: {shown}", do="delete these first")
        gone = self._ledger.delete(old)
        self._parents.discard((old.kind, old.no))
        self._touched.changed(gone)
        return gone

    def check(self) -> list[Finding]:
        """Write what waits and look at every case that was touched; nothing is committed yet.

        Returns
        -------
        list of Finding
            What is unusual and was not confirmed before.

        Raises
        ------
        RecordError
            If anything cannot be true at once; it holds all of it.
        """
        self._flush()
        self._open, impossible = {}, []
        for owner, found in self._touched.findings():
            impossible += [f"{id_of(*owner)}: {finding.message}" for finding in found if finding.is_hard]
            doubts = [finding for finding in found if not finding.is_hard]
            known = confirmed_before(self._connection, *owner) if doubts else set()
            if fresh := [doubt for doubt in doubts if doubt.message not in known]:
                self._open[owner] = fresh
        if impossible:
            more = f" and {len(impossible) - 1} more" if len(impossible) > 1 else ""
            raise RecordError(f"{impossible[0]}{more}", do="nothing was written; mend the records", problems=impossible)
        self.doubts = [doubt for found in self._open.values() for doubt in found]
        return self.doubts

    def confirm(self) -> None:
        """Record in the trail that a person stands by the doubts that `check` has found."""
        for owner, doubts in self._open.items():
            held = read_entry(self._connection, id_of(*owner))
            self._ledger.confirm(held.id, held.version, _parent_no(held), [doubt.message for doubt in doubts])
        self._ledger.flush()

    def _parent_no(self, record: Record, parent_id: str | None) -> int | None:
        """The parent's number, if it may have this child."""
        if record.parent is None:
            if parent_id is not None:
                raise InputError(f"a {record.kind} with the parent {parent_id}", "none")
            return None
        prefix = BY_KIND[record.parent].prefix
        if parent_id is None:
            raise InputError(f"a record '{record.kind}' without its {record.parent}", f"the id of one: {prefix}-…")
        kind, number = number_of(parent_id)
        if kind != record.parent:
            raise InputError(f"a record '{record.kind}' under {parent_id}", f"the id of a {record.parent}: {prefix}-…")
        if (kind, number) not in self._parents:
            if read_entry(self._connection, parent_id).deleted:
                raise InputError(f"{parent_id} is deleted", f"a living {record.parent}")
            self._parents.add((kind, number))
        return number

    def _current(self, entry_id: str, version: int) -> Entry:
        """The entry as it is now, if it is as the caller has seen it."""
        self._flush()
        now = read_entry(self._connection, entry_id)
        if now.version != version:
            meanwhile = last_change(self._connection, *number_of(entry_id))
            raise ConflictError(
                f"{entry_id} is at version {now.version}, not {version}: {meanwhile}",
                do="nothing was written; look at the entry as it is now and change that",
            )
        if now.deleted:
            raise InputError(f"{entry_id} is deleted: {last_change(self._connection, *number_of(entry_id))}")
        return now

    def _flush(self) -> None:
        for record in BY_KIND.values():
            if rows := self._ledger.waiting(record.kind):
                self._refuse_twins(rows, record)
        self._ledger.flush()

    def _refuse_twins(self, rows: Sequence[dict[str, Any]], record: type[Record]) -> None:
        """Name what would be there twice. The tables refuse it too, but not in words for people."""
        columns = unique_columns(record)
        if not columns:
            return
        seen: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for row in rows:
            seen[tuple(row[name] for name in columns)].append(row["entry_no"])
        table = TABLES[record.kind]
        firsts = [key[0] for key in seen]
        for start in range(0, len(firsts), BATCH):
            among = table.c[columns[0]].in_(firsts[start : start + BATCH])
            for held in self._connection.execute(select(table).where(among, living(record.kind))).mappings():
                key = tuple(held[name] for name in columns)
                if key in seen and held["entry_no"] not in seen[key]:
                    seen[key].insert(0, held["entry_no"])
        twins = [_twins(record, columns, key, numbers) for key, numbers in seen.items() if len(numbers) > 1]
        if twins:
            more = f" and {len(twins) - 1} more" if len(twins) > 1 else ""
            raise RecordError(
                f"{twins[0]}{more}", do="nothing was written; change the entry that is there", problems=twins
            )


def _sound(record: Record) -> Record:
    """The record, checked once more: pydantic's ``model_copy`` and ``model_construct`` check nothing."""
    try:
        return type(record).model_validate(state_of(record))
    except ValidationError as problem:
        problems = [finding.message for finding in errors_of(type(record), problem)]
        raise RecordError("; ".join(problems), do="nothing was written; mend the record", problems=problems) from None


def _parent_no(entry: Entry) -> int | None:
    return number_of(entry.parent_id)[1] if entry.parent_id else None


def _twins(record: type[Record], columns: tuple[str, ...], key: tuple[Any, ...], numbers: list[int]) -> str:
    """What two entries have in common that they must not, in words."""
    known = record.items()
    parts = [f"{known[name].label.lower()} {value}" for name, value in zip(columns, key, strict=True) if name in known]
    if "parent_no" in columns and record.parent:
        parts.append(f"of {id_of(record.parent, key[columns.index('parent_no')])}")
    return f"there is already a {record.title.lower()}, {', '.join(parts)}: {id_of(record.kind, numbers[0])}"
