"""Whatever is done behind the store's back is found, and the first bad place is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from corduroy.registry.record import Patient, Record
from corduroy.registry.store import Registry
from corduroy.registry.store.audit import COLUMNS, FIRST_HASH, AuditRow
from corduroy.registry.store.place import writing
from corduroy.registry.store.tables import AUDIT, TABLES

Tamper = Callable[[Connection], object]


@pytest.fixture
def full(registry: Registry, records: list[Record]) -> Registry:
    with registry.transaction(who="R1", why="entered") as change:
        case = change.add(records[1], change.add(records[0]).id)
        added = [change.add(record, case.id) for record in records[2:]]
    with registry.transaction(who="R2", why="misread") as change:
        change.update(added[0].id, 1, records[2].model_copy(update={"pain_back": 6.0}))
        change.delete(added[2].id, 1)
    return registry


def unguarded(connection: Connection, *statements: Any) -> None:
    """What somebody with the rights of the database's owner can do."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_no_change"))
    else:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("DROP TRIGGER audit_no_delete"))
    for statement in statements:
        connection.execute(statement)


def test_an_untouched_registry_is_whole(full: Registry) -> None:
    found = full.verify(full.head())
    assert found.is_whole
    assert (found.lines, found.entries, found.head) == (7, 5, full.head())


def test_an_empty_registry_is_whole(registry: Registry) -> None:
    assert registry.verify(FIRST_HASH).is_whole
    assert registry.verify().head == FIRST_HASH


CASE, PATIENT, ASSESSMENT = (TABLES[kind] for kind in ("case", "patient", "assessment"))
OPERATED = text("UPDATE operation_record SET \"on\" = '2020-01-03'")

ROWS: dict[str, tuple[Tamper, str]] = {
    "value": (lambda c: c.execute(update(ASSESSMENT).values(pain_back=1.0)), "as-3.*pain_back is 1.0, but 6.0"),
    "date": (lambda c: c.execute(OPERATED), "op-4.*on is '2020-01-03'"),
    "erased": (lambda c: c.execute(update(PATIENT).values(sex=None)), "pt-1.*sex is None, but 'female'"),
    "filled in": (lambda c: c.execute(update(CASE).values(sins=9)), "cs-2.*sins is 9, but None"),
    "yes to no": (lambda c: c.execute(update(CASE).values(fracture=False)), "cs-2.*fracture"),
    "version": (lambda c: c.execute(update(PATIENT).values(version=7)), "pt-1.*version is 7"),
    "undeleted": (lambda c: c.execute(update(ASSESSMENT).values(deleted=False)), "as-5.*deleted"),
    "removed": (lambda c: c.execute(delete(TABLES["operation"])), "op-4 is in the trail, but its row is gone"),
    "smuggled in": (
        lambda c: c.execute(
            insert(PATIENT).values(entry_no=99, version=1, deleted=False, pseudonym="X")
        ),
        "pt-99 is in the tables, but not in the trail",
    ),
    "under a number of another kind": (
        lambda c: c.execute(insert(PATIENT).values(entry_no=3, version=1, deleted=False, pseudonym="X")),
        "pt-3 is in the tables, but not in the trail",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_row_changed_behind_the_stores_back_is_found(full: Registry, name: str) -> None:
    tamper, told = ROWS[name]
    with writing(full._engine) as connection:
        tamper(connection)
    found = full.verify()
    assert not found.is_whole
    assert found.problem is not None

    assert re.search(told, found.problem), found.problem


LINES: dict[str, tuple[Any, str]] = {
    "who": (update(AUDIT).where(AUDIT.c.seq == 2).values(who="X"), "line 2 of the trail .add of case no. 2 by X"),
    "why": (update(AUDIT).where(AUDIT.c.seq == 6).values(why="X"), "line 6 .* was changed"),
    "when": (update(AUDIT).where(AUDIT.c.seq == 1).values(at="2020-01-01T00:00:00+00:00"), "line 1 .* was changed"),
    "before": (update(AUDIT).where(AUDIT.c.seq == 6).values(before="{}"), "line 6 .* was changed"),
    "after": (update(AUDIT).where(AUDIT.c.seq == 3).values(after=AUDIT.c.after + " "), "line 3 .* was changed"),
    "hash": (update(AUDIT).where(AUDIT.c.seq == 3).values(hash="0" * 64), "line 3 .* was changed"),
    "removed": (delete(AUDIT).where(AUDIT.c.seq == 4), "line 4 of the trail is missing; the next one is line 5"),
    "beginning cut off": (delete(AUDIT).where(AUDIT.c.seq < 3), "line 1 of the trail is missing"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_changed_line_of_the_trail_is_found(full: Registry, name: str) -> None:
    statement, told = LINES[name]
    with writing(full._engine) as connection:
        unguarded(connection, statement)

    found = full.verify()
    assert found.problem is not None
    assert re.search(told, found.problem), found.problem


def test_an_end_cut_off_with_its_rows_shows_only_against_a_kept_head(full: Registry) -> None:
    kept = full.head()
    with full.transaction(who="R", why="x") as change:
        extra = change.add(Patient(pseudonym="P-9"))
    later = full.head()
    with writing(full._engine) as connection:
        unguarded(
            connection, delete(AUDIT).where(AUDIT.c.seq > 7), delete(PATIENT).where(PATIENT.c.entry_no == extra.no)
        )
    assert full.verify().is_whole, "nothing in the registry itself tells of it"
    assert full.verify(kept).is_whole
    found = full.verify(later)
    assert found.problem is not None
    assert "cut off or written anew" in found.problem


def test_a_trail_written_anew_shows_only_against_a_kept_head(full: Registry) -> None:
    kept = full.head()
    with writing(full._engine) as connection:
        rows = connection.execute(select(*(AUDIT.c[name] for name in COLUMNS)).order_by(AUDIT.c.seq)).all()
        statements, head = [], FIRST_HASH
        for row in rows:
            forged = AuditRow(**{**row._mapping, "who": "somebody else"})
            head = forged.hash_after(head)
            statements.append(update(AUDIT).where(AUDIT.c.seq == row.seq).values(who="somebody else", hash=head))
        unguarded(connection, *statements)
    assert full.verify().is_whole
    assert not full.verify(kept).is_whole


def test_a_kept_head_stays_good_when_the_registry_grows(full: Registry) -> None:
    kept = full.head()
    with full.transaction(who="R", why="x") as change:
        change.add(Patient(pseudonym="P-9"))
    assert full.head() != kept
    assert full.verify(kept).is_whole
