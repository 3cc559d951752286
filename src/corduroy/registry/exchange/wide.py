"""Export as one wide table: a row for each case, the visit in the columns' names."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from corduroy.registry.exchange.codebook import Column, write_codebook
from corduroy.registry.exchange.folder import new_folder
from corduroy.registry.exchange.rows import HEADS, OF_CASE, Following, as_cell, child_rows, head_rows, most_per_case
from corduroy.registry.record import BY_KIND, Item, Record
from corduroy.registry.store import Registry

_FILE = "wide.csv"
_VISIT = "visit"


def export_wide(registry: Registry, folder: Path) -> int:
    """Write ``wide.csv`` and its codebook into a new folder.

    A column is called by the record's two letters, the visit where the record has one, a number from the second entry
    of the same visit on, and the field: ``as_preop_pain_back``, ``as_unplanned_2_frankel``, ``op_blood_loss_ml``,
    ``lk_2_leaked``. Entries of one visit are numbered in the order in which they were added.

    Returns
    -------
    int
        Number of cases.

    Raises
    ------
    InputError
        If the folder is there already or cannot be written.
    """
    with new_folder(folder) as place, registry.connected() as connection:
        blocks = [block for record in OF_CASE for block in _blocks(connection, record)]
        table = _WideTable(connection, blocks)
        with (place / _FILE).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([name for name, _, _ in table.columns()])
            for cells in table.rows():
                writer.writerow(cells)
        write_codebook(table.described(), place, "Wide table: one row for each case")
    return table.number


@dataclass(frozen=True)
class _Block:
    """The columns of one entry: of a kind, at a visit, the nth of that visit.

    Parameters
    ----------
    record : type of Record
    visit : str
        Empty for a record without visits.
    nth : int
        From 1.
    start : int
        First of its columns, counted within the kind.
    """

    record: type[Record]
    visit: str
    nth: int
    start: int

    def columns(self) -> Iterator[tuple[str, str, Item]]:
        """Name, label and item of each column."""
        again = f"{self.nth}_" if self.nth > 1 else ""
        name = f"{self.record.prefix}_{self.visit}_{again}" if self.visit else f"{self.record.prefix}_{again}"
        told = self.record.title
        if self.visit:
            told += f", {(self.record.items()[_VISIT].choices or {})[self.visit]}"
        if self.nth > 1:
            told += f", no. {self.nth}"
        for item in _own(self.record):
            yield f"{name}{item.name}", f"{told}: {item.label}", item


def _own(record: type[Record]) -> list[Item]:
    """The items with a column of their own; the visit stands in the name."""
    return [item for item in record.items().values() if item.name != _VISIT]


def _blocks(connection: Connection, record: type[Record]) -> Iterator[_Block]:
    visits = record.items().get(_VISIT)
    most = most_per_case(connection, record.kind, _VISIT if visits else None)
    start = 0
    for visit in visits.choices or {} if visits else ("",):
        for nth in range(1, most.get(visit, 0) + 1):
            yield _Block(record, visit, nth, start)
            start += len(_own(record))


class _WideTable:
    """Joins the streams of all kinds, each in the order of the cases, row by row."""

    def __init__(self, connection: Connection, blocks: list[_Block]) -> None:
        self._connection = connection
        self._blocks = blocks
        self._heads = [item for kind in HEADS for item in BY_KIND[kind].items().values()]
        self._filled = [0] * sum(1 for _ in self.columns())
        self.number = 0

    def columns(self) -> Iterator[tuple[str, str, Item]]:
        """Name, label and item of every column."""
        for kind in HEADS:
            record = BY_KIND[kind]
            for item in record.items().values():
                yield f"{record.prefix}_{item.name}", f"{record.title}: {item.label}", item
        for block in self._blocks:
            yield from block.columns()

    def rows(self) -> Iterator[list[str]]:
        """The cells of every case."""
        kinds = [_KindCells(self._connection, blocks) for blocks in self._blocks_by_kind()]
        for row in head_rows(self._connection):
            cells = [as_cell(item, value) for item, value in zip(self._heads, row[:-1], strict=True)]
            for kind in kinds:
                cells += kind.cells(row[-1])
            self._filled = [n + 1 if cell else n for n, cell in zip(self._filled, cells, strict=True)]
            self.number += 1
            yield cells

    def described(self) -> list[Column]:
        """For the codebook, after the last row."""
        return [
            Column(_FILE, name, label, item, self.number, filled)
            for (name, label, item), filled in zip(self.columns(), self._filled, strict=True)
        ]

    def _blocks_by_kind(self) -> list[list[_Block]]:
        kinds = dict.fromkeys(block.record for block in self._blocks)
        return [[block for block in self._blocks if block.record is kind] for kind in kinds]


class _KindCells:
    """The cells of one kind of record, case by case."""

    def __init__(self, connection: Connection, blocks: list[_Block]) -> None:
        record = blocks[0].record
        names = list(record.items())
        self._items = _own(record)
        self._kept = [names.index(item.name) for item in self._items]
        self._visit = names.index(_VISIT) if _VISIT in names else None
        self._start = {(block.visit, block.nth): block.start for block in blocks}
        self._width = len(blocks) * len(self._items)
        self._entries = Following(row[2:] for row in child_rows(connection, record.kind, names))

    def cells(self, case_no: int) -> list[str]:
        """The cells of the case with this number of its entry."""
        cells = [""] * self._width
        seen: dict[str, int] = {}
        for row in self._entries.of(case_no):
            visit = "" if self._visit is None else str(row[self._visit])
            seen[visit] = seen.get(visit, 0) + 1
            start = self._start[visit, seen[visit]]
            for offset, (item, place) in enumerate(zip(self._items, self._kept, strict=True)):
                if row[place] is not None:
                    cells[start + offset] = as_cell(item, row[place])
        return cells
