"""Reader's points from a CSV table: reader, repeat, level, point, x_mm, y_mm[, magnification]."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from corduroy.anatomy.level import Level
from corduroy.errors import FileFormatError, LabelError, PointsError, RepairWarning
from corduroy.morphometry.readings import PointReading, collect_points, parse_point_name
from corduroy.provenance import content_hash

_REQUIRED = ("level", "point", "x_mm", "y_mm")
_NUMBERS = ("x_mm", "y_mm", "magnification")
_ALIASES = {"point name": "point", "point_name": "point", "vertebra": "level", "x": "x_mm", "y": "y_mm"}

Row = dict[str, str]
PointKey = tuple[str, int]


def read_csv_points(path: Path) -> tuple[PointReading, ...]:
    """All readings of a table, one for each reader and repeat.

    Parameters
    ----------
    path : Path
        One row a point. Columns, in any order and case: ``level`` (``T12``), ``point`` (``sup_ant``, ``sup_mid``,
        ``sup_post``, ``inf_ant``, ``inf_mid``, ``inf_post``; longer words are understood), ``x_mm``, ``y_mm``
        on the film or slice in any orientation, and optionally ``reader`` (default ``unknown``), ``repeat``
        (default 1) and ``magnification`` (image size over true size, the same in all rows of a reading).
        Commas, semicolons or tabs between the columns; with semicolons or tabs a decimal comma is read as a point.

    Returns
    -------
    tuple of PointReading
        In order of reader and repeat.

    Raises
    ------
    FileFormatError
        If there is no such file or it is not a text table.
    PointsError
        If columns or points are missing, given twice, or not numbers.
    """
    keyed: dict[PointKey, list[tuple[int, Row]]] = {}
    for number, row in _rows(path):
        key = (row.get("reader") or "unknown", _repeat(row, number, path))
        keyed.setdefault(key, []).append((number, row))
    if not keyed:
        raise PointsError(f"{path.name} has no rows", "one row a point")
    digest = content_hash(path)
    return tuple(
        PointReading(
            points=collect_points([_point(row, number, path) for number, row in rows], path.name),
            reader=reader,
            repeat=repeat,
            magnification=_magnification(rows, path),
            source=path.name,
            sha256=digest,
        )
        for (reader, repeat), rows in sorted(keyed.items())
    )


def _rows(path: Path) -> list[tuple[int, Row]]:
    text = _text(path)
    header = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=header.count)
    try:
        table = [(number, row) for number, row in _table(text, delimiter, path) if any(row.values())]
    except csv.Error as error:
        raise FileFormatError(f"{path.name} is not a table: {error}", "a CSV table of points") from error
    if delimiter != "," and any("," in row[column] for _, row in table for column in _NUMBERS if column in row):
        warnings.warn(f"{path.name}: decimal commas read as points", RepairWarning, stacklevel=3)
        table = [(number, _with_decimal_points(row)) for number, row in table]
    return table


def _table(text: str, delimiter: str, path: Path) -> Iterator[tuple[int, Row]]:
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, restval="")
    names = [_column(name) for name in reader.fieldnames or ()]
    lacking = [name for name in _REQUIRED if name not in names]
    if lacking:
        raise PointsError(
            f"{path.name} lacks the columns {', '.join(lacking)}",
            "reader, repeat, level, point, x_mm, y_mm and optionally magnification",
        )
    reader.fieldnames = names
    for row in reader:
        yield reader.line_num, {key: value.strip() for key, value in row.items() if isinstance(value, str)}


def _with_decimal_points(row: Row) -> Row:
    return {key: value.replace(",", ".") if key in _NUMBERS else value for key, value in row.items()}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileFormatError(f"cannot read {path.name}: {error.strerror or error}", "a CSV table of points") from error
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{path.name} is not text", "a CSV table in UTF-8") from error


def _column(name: str | None) -> str:
    plain = (name or "").strip().lower()
    return _ALIASES.get(plain, plain)


def _point(row: Row, number: int, path: Path) -> tuple[Level, str, np.ndarray]:
    name = parse_point_name(row["point"])
    if name is None:
        raise PointsError(
            f"{path.name} line {number}: '{row['point']}' names no point", "sup or inf with ant, mid or post"
        )
    try:
        level = Level.parse(row["level"])
    except LabelError as error:
        raise PointsError(f"{path.name} line {number}: {error}") from error
    position = [_number(row, axis, number, path) for axis in ("x_mm", "y_mm")]
    return level, name, np.array(position)


def _repeat(row: Row, line: int, path: Path) -> int:
    repeat = _number(row, "repeat", line, path) if row.get("repeat") else 1.0
    if not repeat.is_integer():
        raise PointsError(f"{path.name} line {line}: repeat is '{row['repeat']}'", "a whole number")
    return int(repeat)


def _number(row: Row, column: str, line: int, path: Path) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise PointsError(f"{path.name} line {line}: {column} is '{row[column]}'", "a number") from None


def _magnification(rows: list[tuple[int, Row]], path: Path) -> float | None:
    values = {_number(row, "magnification", number, path) for number, row in rows if row.get("magnification")}
    if len(values) > 1:
        raise PointsError(f"{path.name} gives one reading the magnifications {sorted(values)}", "one of them")
    return values.pop() if values else None
