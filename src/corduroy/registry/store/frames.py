"""The frames of a store, in the form of `corduroy.registry.frames`, straight from its tables: no record is built.

Of a large registry a study needs few columns of everybody, to choose its cases, and all columns of the chosen: what is
asked for is read, and nothing else.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, bindparam, literal, select, type_coerce
from sqlalchemy.types import NullType

from corduroy.errors import RegistryError
from corduroy.registry.frames import Columns, Frames, frame, id_columns, wanted_columns
from corduroy.registry.record import RECORDS, Item, Record
from corduroy.registry.store.entries import number_of
from corduroy.registry.store.reading import living
from corduroy.registry.store.tables import TABLES

# Rows read at a time: they should still be in the processor's cache when they are packed.
_CHUNK = 1_000
# Entries named in one question; SQLite takes 32,766 values.
_NAMED = 10_000

Array = NDArray[Any]


class StoredRecords:
    """The living entries of a store, as they were at one moment: the records that a study reads.

    Parameters
    ----------
    connection : Connection
        It sees one state throughout; see `Registry.records`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def frames(self, columns: Columns | None = None, cases: Collection[str] | None = None) -> Frames:
        """As `corduroy.registry.frames.Records.frames` says."""
        wanted = wanted_columns(columns)
        with _without_collecting():
            chosen = None if cases is None else _numbers_of(self._connection, cases)
            return _read(self._connection, wanted, chosen)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Rows hold no cycles; looking for some among millions takes a tenth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _numbers_of(connection: Connection, cases: Collection[str]) -> dict[str | None, Array]:
    """The numbers of some cases and of their patients, by kind."""
    numbers = np.unique(np.array([number_of(case)[1] for case in cases], np.int64))
    table = TABLES["case"]
    patients = [
        connection.execute(select(table.c.parent_no).where(named)).scalars().all()
        for named in _named(table.c.entry_no, numbers)
    ]
    return {"case": numbers, "patient": np.unique(np.array([number for some in patients for number in some], np.int64))}


def _named(column: ColumnElement[int], numbers: Array) -> Iterator[ColumnElement[bool]]:
    """Conditions that together let through the rows with one of the numbers, each row once."""
    for start in range(0, len(numbers), _NAMED):
        # Bound as one value: SQLAlchemy would make an object of every number.
        yield column.in_(bindparam("numbers", numbers[start : start + _NAMED].tolist(), expanding=True))


def _read(connection: Connection, wanted: dict[str, tuple[str, ...]], chosen: dict[str | None, Array] | None) -> Frames:
    frames: Frames = {}
    numbers: dict[str, Array] = {}
    for record in (record for record in RECORDS if record.kind in wanted):
        own, above, fields = _columns(connection, record, wanted[record.kind], chosen)
        numbers[record.kind] = own
        entry_ids = np.array([f"{record.prefix}-{number}" for number in own.tolist()], dtype=object)
        parent_ids = np.full(len(own), None)
        if record.parent:
            # One text for each parent, however many children it has.
            parents = frames[record.parent]["entry_id"].to_numpy()
            parent_ids = parents[np.searchsorted(numbers[record.parent], above)]
        ids = {name: pd.Series(entry_ids if name == "entry_id" else parent_ids) for name in id_columns(record)}
        frames[record.kind] = frame(record, ids | fields)
    return frames


def _columns(
    connection: Connection, record: type[Record], names: Sequence[str], chosen: dict[str | None, Array] | None
) -> tuple[Array, Array, dict[str, pd.Series[Any]]]:
    """Numbers of the entries and of their parents, and the fields; a chunk of rows is let go once it is packed."""
    items = [record.items()[name] for name in names]
    packed: list[list[Array]] = [[np.zeros(0, np.int64)], [np.zeros(0, np.int64)]]
    packed += [[_packed(item, ())] for item in items]
    for chunk in _chunks(connection, record, names, chosen):
        own, above, *values = zip(*chunk, strict=True)
        packed[0].append(np.array(own, np.int64))
        packed[1].append(np.array(above, np.int64))
        for column, item, several in zip(packed[2:], items, values, strict=True):
            column.append(_packed(item, several))
    whole = [np.concatenate(column) for column in packed]
    if chosen is not None:
        # Several questions were asked, each answered in the order of its own entries.
        order = np.argsort(whole[0], kind="stable")
        whole = [column[order] for column in whole]
    fields = {item.name: _unpacked(item, values) for item, values in zip(items, whole[2:], strict=True)}
    return whole[0], whole[1], fields


def _chunks(
    connection: Connection, record: type[Record], names: Sequence[str], chosen: dict[str | None, Array] | None
) -> Iterator[Sequence[Any]]:
    table = TABLES[record.kind]
    above: Any = table.c.parent_no if record.parent else literal(0)
    # The values as the driver gives them: SQLAlchemy would make an object of every date, one by one.
    fields = [type_coerce(table.c[name], NullType()).label(name) for name in names]
    query = select(table.c.entry_no, above.label("above"), *fields).where(living(record.kind))
    for named in _conditions(record, chosen):
        with connection.execute(query.where(*named).order_by(table.c.entry_no)) as found:
            # The driver's own rows: SQLAlchemy would make an object of every one of millions. Not streamed from
            # PostgreSQL, where SQLAlchemy keeps the first row back for itself.
            while found.cursor is not None and (rows := found.cursor.fetchmany(_CHUNK)):
                yield rows


def _conditions(
    record: type[Record], chosen: dict[str | None, Array] | None
) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """What lets through the entries of the chosen cases and their patients; nothing to fulfil if all are chosen."""
    if chosen is None:
        yield ()
        return
    table = TABLES[record.kind]
    key, numbers = (
        (table.c.entry_no, chosen[record.kind]) if record.kind in chosen else (table.c.parent_no, chosen[record.parent])
    )
    for named in _named(key, numbers):
        yield (named,)


def _packed(item: Item, values: Sequence[Any]) -> Array:
    """The values of one column in few bytes: the places of the codes, days, numbers."""
    if item.kind == "choice":
        return _places(item, values)
    if item.kind == "date":
        return np.array(values, dtype="datetime64[D]")
    if item.kind in ("number", "integer", "yes/no"):
        return np.array(values, dtype=np.float64)
    packed = np.empty(len(values), dtype=object)
    packed[:] = values
    return packed


def _places(item: Item, values: Sequence[Any]) -> Array:
    """The places of the codes among the choices, -1 for None."""
    places: dict[str | None, int] = {code: place for place, code in enumerate(item.choices or {})}
    places[None] = -1
    try:
        return np.fromiter(map(places.__getitem__, values), np.int8, len(values))
    except KeyError as unknown:
        raise RegistryError(f"{item.label}: {unknown} is no choice", do="run `corduroy registry verify`") from None


def _unpacked(item: Item, packed: Array) -> pd.Series[Any]:
    """The column in the type that its frame has."""
    if item.kind == "choice":
        codes = np.array([*(item.choices or {}), None], dtype=object)
        return pd.Series(codes[packed])
    if item.kind == "date":
        return pd.Series(packed.astype("datetime64[ns]"))
    if item.kind == "yes/no":
        missing = np.isnan(packed)
        return pd.Series(pd.arrays.BooleanArray(np.where(missing, 0, packed).astype(bool), missing))
    return pd.Series(packed)
