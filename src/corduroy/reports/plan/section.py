"""What a section of a plan's report is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from corduroy.reports.plan.tables import Rows


@dataclass(frozen=True)
class Section:
    """One section of the report.

    Parameters
    ----------
    title : str
    paragraphs : list of str
    bullets : list of str
    figures : list of str
        Keys of the figures that belong here.
    tables : list of dict
    """

    title: str
    paragraphs: list[str] = field(default_factory=list)
    bullets: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)


def table_of(title: str, note: str, columns: Sequence[str], rows: Rows) -> dict[str, Any]:
    """A table for the templates."""
    return {"title": title, "note": note, "columns": list(columns), "rows": rows}
