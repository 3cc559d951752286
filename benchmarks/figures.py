"""One measured figure of a benchmark, its target, and how all of them are printed and written."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_DIGITS = 4
_VERDICTS = {True: Text("held", "green"), False: Text("MISSED", "bold red"), None: Text("")}


@dataclass(frozen=True)
class Target:
    """The closed range in which a figure must lie.

    Parameters
    ----------
    low, high : float
        Infinite where there is no bound.
    """

    low: float = -math.inf
    high: float = math.inf

    def holds(self, value: float) -> bool:
        """Whether the value, unrounded, lies in the range."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if self.low == self.high:
            return f"= {self.low:g}"
        if math.isinf(self.low):
            return f"<= {self.high:g}"
        if math.isinf(self.high):
            return f">= {self.low:g}"
        return f"{self.low:g} to {self.high:g}"


def at_most(bound: float) -> Target:
    """A target from above."""
    return Target(high=bound)


def at_least(bound: float) -> Target:
    """A target from below."""
    return Target(low=bound)


@dataclass(frozen=True)
class Figure:
    """One row.

    Parameters
    ----------
    name : str
    value : float or None
        None where it could not be measured; `reason` then says why.
    unit : str
    target : Target or None
    peer : float, str or None
        The same figure of the nearest other program.
    reason : str
    """

    name: str
    value: float | None
    unit: str
    target: Target | None = None
    peer: float | str | None = None
    reason: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None without a target or a value."""
        if self.target is None or self.value is None:
            return None
        return self.target.holds(self.value)

    def as_dict(self) -> dict[str, Any]:
        """The row of the JSON list. Why a value is missing is said in the name: there is no other key for it."""
        missing = self.value is None and self.reason
        return {
            "name": f"{self.name} (not measured: {self.reason})" if missing else self.name,
            "value": None if self.value is None else _rounded(self.value),
            "unit": self.unit,
            "target": None if self.target is None else str(self.target),
            "holds": self.holds,
            "peer": _rounded(self.peer) if isinstance(self.peer, float) else self.peer,
        }


@dataclass(frozen=True)
class Row:
    """What a figure is called and must reach, before it is measured."""

    key: str
    name: str
    unit: str
    target: Target | None = None
    peer: float | str | None = None


def fill(
    rows: Sequence[Row],
    values: Mapping[str, float | None],
    reason: str = "",
    peers: Mapping[str, float | str | None] | None = None,
) -> list[Figure]:
    """A figure for every row, with a null where `values` has none.

    Parameters
    ----------
    rows : sequence of Row
    values : mapping of str to float or None
        By the rows' keys.
    reason : str
        Why values are missing, where they are.
    peers : mapping, optional
        Peers' figures that were measured in this run, by the rows' keys.
    """
    known = peers or {}
    return [
        Figure(row.name, _finite(values.get(row.key)), row.unit, row.target, known.get(row.key, row.peer), reason)
        for row in rows
    ]


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """Write the rows, beside and then renamed, so that no half-written file is ever read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps([figure.as_dict() for figure in figures], indent=2, ensure_ascii=False) + "\n")
    beside.replace(path)


def print_table(title: str, figures: Sequence[Figure], console: Console) -> None:
    """The rows for people."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("figure", max_width=74)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("target", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("peer", max_width=44)
    for figure in figures:
        row = figure.as_dict()
        table.add_row(
            Text(row["name"]),
            "-" if row["value"] is None else f"{row['value']:g}",
            figure.unit,
            row["target"] or "",
            _VERDICTS[figure.holds],
            Text("" if row["peer"] is None else str(row["peer"])),
        )
    console.print(table, end="\n\n")


def print_verdict(figures: Sequence[Figure], console: Console) -> None:
    """How many targets were held, missed and not measured."""
    aimed = [figure for figure in figures if figure.target is not None]
    held, missed = (sum(figure.holds is verdict for figure in aimed) for verdict in (True, False))
    unmeasured = len(aimed) - held - missed
    console.print(f"{held} of {len(aimed)} targets held, {missed} missed, {unmeasured} not measured", highlight=False)


def _finite(value: float | None) -> float | None:
    """NaN is no figure, and no JSON."""
    return None if value is None or not math.isfinite(value) else float(value)


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
