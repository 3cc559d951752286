"""The tables: one for each kind of record, derived from its fields, and the audit trail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

from corduroy.registry.record import BY_KIND, RECORDS, Record
from corduroy.registry.record.items import Kind

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite takes only a column of the type INTEGER as the number of the row.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

UNIQUE: dict[str, tuple[str, ...]] = {"patient": ("pseudonym",), "case": ("parent_no", "case_no")}
"""What tells two living entries of a kind apart, besides their number."""

_INDEXED = {("operation", "on")}
"""Columns by which the list page selects."""

_TYPES: dict[Kind, Any] = {
    "number": Double,
    "integer": BigInteger,
    "yes/no": Boolean,
    "date": Date,
}


def unique_columns(record: type[Record]) -> tuple[str, ...]:
    """The columns that together are unique among the living entries of a kind; none where entries repeat."""
    return UNIQUE.get(record.kind, () if record.repeats else ("parent_no",))


def _table(record: type[Record]) -> Table:
    """Entry number, number of the parent, version, whether deleted; then the fields in their order."""
    columns: list[Column[Any]] = [Column("entry_no", NUMBER, primary_key=True, autoincrement=False)]
    if record.parent:
        above = ForeignKey(f"{BY_KIND[record.parent].kind}_record.entry_no")
        columns.append(Column("parent_no", NUMBER, above, nullable=False, index=True))
    columns.append(Column("version", BigInteger, nullable=False))
    columns.append(Column("deleted", Boolean, nullable=False))
    for name, item in record.items().items():
        indexed = True if (record.kind, name) in _INDEXED else None
        columns.append(Column(name, _TYPES.get(item.kind, Text)(), nullable=not item.required, index=indexed))
    table = Table(f"{record.kind}_record", METADATA, *columns)
    if unique := unique_columns(record):
        parts = [table.c[name] for name in unique]
        # Each database uses the index only where the question says it in the same words.
        name, sqlite, postgresql = f"uq_{record.kind}_record", text("deleted = 0"), text("NOT deleted")
        Index(name, *parts, unique=True, sqlite_where=sqlite, postgresql_where=postgresql)
    return table


TABLES: dict[str, Table] = {record.kind: _table(record) for record in RECORDS}
"""By the kind of record."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("entry_no", NUMBER, nullable=False),
    Column("parent_no", NUMBER),
    Column("version", BigInteger, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("hash", Text, nullable=False),
    Index("ix_audit_entry_no_seq", "entry_no", "seq"),
)
"""Who changed what, when and why, with the states before and after; each row's hash covers the row before it."""
