"""Export as long tables: one CSV for each kind of record, one row for each entry."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from corduroy.registry.exchange.codebook import Column, write_codebook
from corduroy.registry.exchange.folder import new_folder
from corduroy.registry.exchange.rows import (
    Row,
    as_cell,
    case_rows,
    child_rows,
    consent_rows,
    filled_counts,
    patient_rows,
)
from corduroy.registry.record import BY_KIND, RECORDS, Record
from corduroy.registry.store import Registry


def export_long(registry: Registry, folder: Path) -> dict[str, int]:
    """Write ``KIND.csv`` for every kind, and a codebook, into a new folder.

    The columns are the pseudonym, the number of the case, and the record's fields under their own names.

    Returns
    -------
    dict of str to int
        Rows by kind.

    Raises
    ------
    InputError
        If the folder is there already or cannot be written.
    """
    with new_folder(folder) as place, registry.connected() as connection:
        counts = {record.kind: _write_kind(connection, record, place) for record in RECORDS}
        columns = [column for record in RECORDS for column in _described(connection, record)]
        write_codebook(columns, place, "Long tables: one file for each kind of record")
    return counts


def _write_kind(connection: Connection, record: type[Record], place: Path) -> int:
    items = list(record.items().values())
    keys = keys_of(record)
    number = 0
    with (place / f"{record.kind}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*keys, *(item.name for item in items if item.name not in keys)])
        for ids, values in keyed_rows(connection, record):
            cells = [as_cell(item, value) for item, value in zip(items, values, strict=True) if item.name not in keys]
            writer.writerow([*ids, *cells])
            number += 1
    return number


def keys_of(record: type[Record]) -> tuple[str, ...]:
    """The columns that say to whom a row belongs."""
    return ("pseudonym",) if record.parent != "case" and record.kind != "case" else ("pseudonym", "case_no")


def keyed_rows(connection: Connection, record: type[Record]) -> Iterator[tuple[Row, Row]]:
    """Keys and values of every living entry of a kind, in the order of patients or cases."""
    names = list(record.items())
    if record.kind == "patient":
        for row in patient_rows(connection, names):
            yield (row[names.index("pseudonym")],), row[:-1]
    elif record.kind == "consent":
        # Not all patients have one: the stream of patients may end early, and its cursor is to be closed then.
        with closing(patient_rows(connection, ("pseudonym",))) as owners:
            owner: Row = ("", 0)
            for row in consent_rows(connection, names):
                while owner[1] != row[-1]:
                    owner = next(owners)
                yield (owner[0],), row[:-1]
    elif record.kind == "case":
        for row in case_rows(connection, names):
            values = row[1:-2]
            yield (row[0], values[names.index("case_no")]), values
    else:
        for row in child_rows(connection, record.kind, names):
            yield row[:2], row[2:-1]


def _described(connection: Connection, record: type[Record]) -> Iterator[Column]:
    total, filled = filled_counts(connection, record.kind)
    keys = keys_of(record)
    for name in keys:
        owner = "patient" if name == "pseudonym" else "case"
        item = BY_KIND[owner].items()[name]
        yield Column(f"{record.kind}.csv", name, item.label, item, total, total)
    for name, item in record.items().items():
        if name not in keys:
            yield Column(f"{record.kind}.csv", name, f"{record.title}: {item.label}", item, total, filled[name])
