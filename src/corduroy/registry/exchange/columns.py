"""The columns of a sheet as a mapping uses them: which fields they feed, and which of them call a record into being."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.registry.exchange.cells import CellReader
from corduroy.registry.exchange.mapping import RecordMap
from corduroy.registry.exchange.sheets import Cell

KEYS = {"patient": "pseudonym", "case": "case_no"}
"""The kinds that every row has, and the field by which each is known."""


@dataclass(frozen=True)
class Column:
    """A field's column in a sheet; index None means the same value in every row."""

    index: int | None
    heading: str
    reader: CellReader
    constant: str | None


Fed = list[tuple[RecordMap, dict[str, Column]]]
"""The records of a table, each with the columns of its fields."""


def calling_columns(record: RecordMap, columns: dict[str, Column], records: Fed) -> list[Column]:
    """The columns that call a record into being: those that feed it alone; all of its columns if there are none.

    Patient and case are there in every row.
    """
    if record.kind in KEYS:
        return []
    uses: dict[int | None, int] = {}
    for _, others in records:
        for index in {column.index for column in others.values()}:
            uses[index] = uses.get(index, 0) + 1
    own = [column for column in columns.values() if column.index is not None and uses[column.index] == 1]
    return own or [column for column in columns.values() if column.index is not None]


def taken_elsewhere(records: Fed, field: str, column: Column, cell: Cell) -> str:
    """Of a cell that feeds several fields: which one refuses it, if another one takes it."""
    taking = [
        f"{record.kind}.{name}"
        for record, columns in records
        for name, other in columns.items()
        if column.index is not None and other.index == column.index and other.reader.takes(cell)
    ]
    return f" (for {field}; {' and '.join(taking)} would take it)" if taking else ""
