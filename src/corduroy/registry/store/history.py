"""Reading the audit trail: the history of an entry, who changed it last, which doubts were confirmed."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from corduroy.registry.record import BY_KIND
from corduroy.registry.store.audit import AuditRow
from corduroy.registry.store.entries import id_of
from corduroy.registry.store.tables import AUDIT

_DONE = {"add": "added", "update": "changed", "delete": "deleted", "confirm": "confirmed"}


def history(connection: Connection, kind: str, number: int) -> list[AuditRow]:
    """The lines of one entry, oldest first."""
    columns = [column for column in AUDIT.c if column.name != "hash"]
    query = select(*columns).where(AUDIT.c.entry_no == number, AUDIT.c.kind == kind).order_by(AUDIT.c.seq)
    return [AuditRow(*row) for row in connection.execute(query)]


def last_change(connection: Connection, kind: str, number: int) -> str:
    """Who changed an entry last, when, why and what, in words."""
    line = [row for row in history(connection, kind, number) if row.action != "confirm"][-1]
    what = "; ".join(changes_in(line)) if line.action == "update" else ""
    return f"{line.who} {_DONE[line.action]} it at {line.at} ({line.why}){': ' + what if what else ''}"


def changes_in(line: AuditRow) -> list[str]:
    """Each field that a line of the trail changed: its label, the value before and after."""
    before, after = (json.loads(state) if state else {} for state in (line.before, line.after))
    if line.action == "confirm":
        return list(after["confirmed"])
    if line.action == "delete":
        return []
    items = BY_KIND[line.kind].items()
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [
        f"{items[name].label if name in items else name}: "
        + (f"{_shown(before.get(name))} → " if line.action == "update" else "")
        + _shown(after.get(name))
        for name in names
    ]


def confirmed_before(connection: Connection, kind: str, number: int) -> set[str]:
    """The doubts about an entry by which a person stands already."""
    query = select(AUDIT.c.after).where(AUDIT.c.entry_no == number, AUDIT.c.kind == kind, AUDIT.c.action == "confirm")
    return {message for state in connection.execute(query).scalars() for message in json.loads(state)["confirmed"]}


def all_confirmed(connection: Connection) -> dict[str, set[str]]:
    """The doubts by which a person stands, by the id of the entry, a case or a patient, about which they are."""
    query = select(AUDIT.c.kind, AUDIT.c.entry_no, AUDIT.c.after).where(AUDIT.c.action == "confirm")
    found: dict[str, set[str]] = {}
    for kind, number, state in connection.execute(query):
        found.setdefault(id_of(kind, number), set()).update(json.loads(state)["confirmed"])
    return found


def _shown(value: Any) -> str:
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
