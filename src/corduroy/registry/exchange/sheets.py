"""`Sheet`: the cells of a table as they were typed, before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from corduroy.errors import FileFormatError
from corduroy.registry.exchange.problems import Place, Problem

MOST_BYTES = 100 * 2**20
MOST_CELLS = 5_000_000
"""Author's choice: 5,000,000 cells are 100,000 rows of 50 columns; more is no case series but a mistake."""


@dataclass(frozen=True)
class Unusable:
    """A cell that holds no value: a formula, or an error of the spreadsheet."""

    got: str
    expected: str


Cell = str | int | float | bool | date | datetime | time | timedelta | Unusable | None


@dataclass(frozen=True)
class Merged:
    """A range of cells merged into one; rows and columns from 1, ends included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    name: str


@dataclass(frozen=True)
class Sheet:
    """One table.

    Parameters
    ----------
    name : str
    rows : list of list of Cell
        ``rows[0]`` is row 1. Rows may differ in length.
    merged : tuple of Merged
    has_even_rows : bool
        Whether every row must have as many cells as the headings: so in CSV, where a missing delimiter shifts cells.
    """

    name: str
    rows: list[list[Cell]]
    merged: tuple[Merged, ...] = ()
    has_even_rows: bool = False


@dataclass(frozen=True)
class SheetFile:
    """All tables of a file, and what was seen when it was opened.

    Parameters
    ----------
    sheets : dict of str to Sheet
    notes : list of str
        What was decided: encoding, delimiter, hidden parts.
    doubts : list of Problem
        What a person should confirm.
    """

    sheets: dict[str, Sheet]
    notes: list[str] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)


def read_sheets(path: Path, encoding: str | None = None, delimiter: str | None = None) -> SheetFile:
    """Read a CSV or XLSX file.

    Parameters
    ----------
    path : Path
    encoding, delimiter : str, optional
        Of a CSV file; detected where not given, and the outcome is said in the notes.

    Raises
    ------
    FileFormatError
        If the file is missing, too large, unsafe or none of the two.
    """
    from corduroy.registry.exchange.csv_file import read_csv
    from corduroy.registry.exchange.xlsx_file import read_xlsx

    try:
        with path.open("rb") as stream:
            start = stream.read(4)
        size = path.stat().st_size
    except OSError as error:
        raise FileFormatError(f"cannot read {path} ({error.strerror or error})", "a CSV or XLSX file") from error
    if size > MOST_BYTES:
        raise FileFormatError(f"{path} has {size / 2**20:.0f} MB", f"at most {MOST_BYTES // 2**20} MB", "split it")
    if start == b"PK\x03\x04":
        return read_xlsx(path)
    if start == b"\xd0\xcf\x11\xe0":
        raise FileFormatError(f"{path} is an old or an encrypted Excel file", "XLSX or CSV", "save it anew as .xlsx")
    return read_csv(path, encoding, delimiter)


def whole_file(name: str) -> Place:
    """The place of what concerns no single cell."""
    return Place(name)
