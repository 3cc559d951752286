"""What a series report is made of: sections of paragraphs, lists, tables and pictures, before any file format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of plain text."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list; each entry a sentence or two."""

    entries: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table that is also written as CSV.

    Parameters
    ----------
    key : str
        Name of its CSV file, without the ending.
    title : str
    columns : tuple of str
        The first one names the rows.
    rows : tuple of tuple of str
    notes : tuple of str
        Below the table.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.key}: a row has not {len(self.columns)} cells")


@dataclass(frozen=True)
class Picture:
    """A figure that was written as SVG and PNG.

    Parameters
    ----------
    key : str
        Name of its files, without the ending.
    caption : str
    alt : str
        What it shows, for those who cannot see it; its numbers are in a table.
    """

    key: str
    caption: str
    alt: str


Block = Paragraph | Bullets | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it.

    Parameters
    ----------
    title : str
    blocks : tuple of Block
    """

    title: str
    blocks: tuple[Block, ...] = field(default=())

    @property
    def anchor(self) -> str:
        """The name by which a checklist links to it."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")
