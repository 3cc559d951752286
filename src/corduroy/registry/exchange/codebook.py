"""The codebook of an export: what each column means, and how much of it is missing."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corduroy.registry.exchange.formulas import neutralised
from corduroy.registry.record import Item

HEADINGS = (
    "file", "column", "label", "type", "unit", "possible", "usual", "choices", "required", "source", "note",
    "rows", "missing", "missing_percent",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of an exported table.

    Parameters
    ----------
    file, name, label : str
    item : Item
    rows : int
        Rows that could hold a value.
    filled : int
        Rows that do.
    """

    file: str
    name: str
    label: str
    item: Item
    rows: int
    filled: int

    def cells(self) -> tuple[str, ...]:
        """The codebook's row, in the order of `HEADINGS`."""
        item, missing = self.item, self.rows - self.filled
        share = f"{100 * missing / self.rows:.1f}" if self.rows else ""
        choices = " | ".join(f"{code} = {label}" for code, label in (item.choices or {}).items())
        possible = _range((item.low, item.high))
        required = "yes" if item.required else "no"
        told = (self.file, self.name, self.label, item.kind, item.unit, possible, _range(item.usual), choices)
        return (*told, required, item.source, item.note, str(self.rows), str(missing), share)


def write_codebook(columns: Sequence[Column], folder: Path, title: str) -> None:
    """Write ``codebook.csv`` and the same as ``codebook.md``."""
    with (folder / "codebook.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        writer.writerows([neutralised(cell) for cell in column.cells()] for column in columns)
    (folder / "codebook.md").write_text(as_markdown(columns, title), encoding="utf-8")


def as_markdown(columns: Sequence[Column], title: str) -> str:
    """A table for each file, without the headings that are empty in all of its rows."""
    lines = [f"# {title}", "", _LEGEND]
    for file in dict.fromkeys(column.file for column in columns):
        rows = [column.cells()[1:] for column in columns if column.file == file]
        used = [place for place in range(len(rows[0])) if any(row[place] for row in rows)]
        lines += ["", f"## {file}", "", _line([HEADINGS[1:][place] for place in used]), _line(["---"] * len(used))]
        lines += [_line([row[place] for place in used]) for row in rows]
    return "\n".join(lines) + "\n"


_LEGEND = (
    "Cells: codes of choices, several of them joined by `|`; dates as YYYY-MM-DD; decimal points; yes and no; an empty "
    "cell was not recorded. A text that begins with `=`, `+`, `-`, `@`, a tab, a carriage return or an apostrophe has "
    "an apostrophe in front, so that no spreadsheet runs it."
)


def _line(cells: Sequence[str]) -> str:
    escaped = [" ".join(cell.replace("|", "\\|").split()) for cell in cells]
    return f"| {' | '.join(escaped)} |"


def _range(bounds: tuple[float | None, float | None] | None) -> str:
    if bounds is None or bounds == (None, None):
        return ""
    low, high = bounds
    if low is None or high is None:
        return f"from {low:g}" if low is not None else f"to {high:g}"
    return f"{low:g} to {high:g}"
