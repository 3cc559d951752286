"""Where in a sheet something is wrong, and what was got and expected there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_SHOWN = 60


@dataclass(frozen=True, order=True)
class Place:
    """A cell, a row, or a whole sheet, in spreadsheet notation.

    Parameters
    ----------
    sheet : str
        Name of the sheet; of a CSV file its file name.
    row : int
        Counted from 1; 0 means the sheet as a whole.
    column : int
        Counted from 1; 0 means the row as a whole.
    """

    sheet: str
    row: int = 0
    column: int = 0

    def __str__(self) -> str:
        quoted = self.sheet.replace("'", "''")
        sheet = self.sheet if _PLAIN_NAME.fullmatch(self.sheet) else f"'{quoted}'"
        if not self.row:
            return sheet
        if not self.column:
            return f"{sheet}!{self.row}:{self.row}"
        return f"{sheet}!{get_column_letter(self.column)}{self.row}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or doubtful, in one place.

    Parameters
    ----------
    place : Place
    heading : str
        Heading of the column; empty where a row or a sheet is meant.
    got, expected : str
        What was found, and what would have been accepted.
    """

    place: Place
    heading: str
    got: str
    expected: str

    def as_plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        where = {"place": str(self.place), "sheet": self.place.sheet, "row": self.place.row}
        return {**where, "heading": self.heading, "got": self.got, "expected": self.expected}

    def __str__(self) -> str:
        heading = f" ({self.heading})" if self.heading else ""
        expected = f"; expected {self.expected}" if self.expected else ""
        return f"{self.place}{heading}: {self.got}{expected}"


def shown(value: object) -> str:
    """A cell's content for a message: on one line, shortened, in quotation marks."""
    text = " ".join(str(value).split())
    return f"'{text[:_SHOWN]}…'" if len(text) > _SHOWN else f"'{text}'"
