"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from corduroy.morphometry.results import POSITIONS, SpineMeasurement, VertebraMeasurement
from corduroy.provenance import Measured
from corduroy.reports.wording import ALIGNMENTS, NOT_MEASURED, flag_words, marked_grade, number, with_uncertainty

if TYPE_CHECKING:
    from corduroy.pipeline.validation import Comparison, Summary

_PLAIN_WIDTH = 140
_LEAST_WIDTH = 80
_STYLES = {1: "yellow", 2: "bold red", 3: "bold red"}

Column = Callable[[VertebraMeasurement], str]

_HEIGHT_COLUMNS: dict[str, Column] = {
    "anterior": lambda v: _short(v.heights.get("anterior")),
    "middle": lambda v: _short(v.heights.get("middle")),
    "posterior": lambda v: _short(v.heights.get("posterior")),
    "loss %": lambda v: _losses(v),
    "score %": lambda v: NOT_MEASURED if v.deformity_score is None else f"{v.deformity_score:.0f}",
    "Genant": lambda v: _grade(v),
}
_OTHER_COLUMNS: dict[str, Column] = {
    "wedge °": lambda v: _short(v.wedge_angle),
    "Cobb °": lambda v: _short(v.regional_cobb),
    "canal mm²": lambda v: _short(v.canal.area, 0),
    "narrow %": lambda v: _short(v.canal.compromise, 0),
    "conf.": lambda v: f"{v.confidence:.2f}",
}
_KEY = (
    "heights in mm; loss anterior/middle/posterior; score: what the grade is read from; or 0: within error of no "
    "fracture; ± 95 %"
)


def terminal() -> Console:
    """Standard output; wide enough for a table where it is a file or a pipe, and never so narrow that it cuts one."""
    console = Console()
    if not console.is_terminal:
        return Console(width=_PLAIN_WIDTH)
    return console if console.width >= _LEAST_WIDTH else Console(width=_LEAST_WIDTH)


def print_measurement(name: str, measurement: SpineMeasurement) -> None:
    """The measured spine, with flags and alignment below; in two tables where the terminal is too narrow for one."""
    console = terminal()
    whole = _table(name, measurement, {**_HEIGHT_COLUMNS, **_OTHER_COLUMNS})
    widest = console.options.update(width=_PLAIN_WIDTH)
    if console.width >= _PLAIN_WIDTH or console.measure(whole, options=widest).maximum <= console.width:
        console.print(whole)
    else:
        console.print(_table(name, measurement, _HEIGHT_COLUMNS), "", _table(None, measurement, _OTHER_COLUMNS))
    console.print(_KEY, style="dim", highlight=False)
    for title, angle in measurement.alignment.items():
        if angle is not None:
            console.print(f"{ALIGNMENTS.get(title, title)}  {with_uncertainty(angle)}°", highlight=False)
    for vertebra in measurement.vertebrae:
        if vertebra.flags:
            words = "; ".join(flag_words(flag) for flag in vertebra.flags)
            console.print(f"{vertebra.level}: {words}", style="dim", highlight=False, markup=False)


def _table(name: str | None, measurement: SpineMeasurement, columns: dict[str, Column]) -> Table:
    """One row a vertebra; a cell is never wrapped or cut."""
    table = Table(title=name, title_justify="left", box=None, pad_edge=False, header_style="bold")
    table.add_column("level", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for vertebra in measurement.vertebrae:
        cells = [cell(vertebra) for cell in columns.values()]
        table.add_row(str(vertebra.level), *cells, style=_STYLES.get(marked_grade(vertebra)))
    return table


def _short(measured: Measured | None, digits: int = 1) -> str:
    return with_uncertainty(measured, digits).replace(" ± ", "±")


def _losses(vertebra: VertebraMeasurement) -> str:
    losses = [vertebra.height_loss.get(position) for position in POSITIONS]
    if all(loss is None for loss in losses):
        return NOT_MEASURED
    return "/".join(number(loss, 0) for loss in losses)


def _grade(vertebra: VertebraMeasurement) -> str:
    if vertebra.genant_grade is None:
        return NOT_MEASURED
    or_none = " or 0" if vertebra.perhaps_intact else ""
    return "0" if vertebra.genant_grade == 0 else f"{vertebra.genant_grade}{or_none} {vertebra.deformity}"


def print_comparison(compared: list[Comparison], places: tuple[str, ...]) -> None:
    """Measured beside true, for some levels."""
    table = Table(title="measured against truth", title_justify="left", box=None, pad_edge=False)
    for column in ("level", "quantity"):
        table.add_column(column)
    for column in ("measured", "truth", "error", "in interval"):
        table.add_column(column, justify="right")
    for row in compared:
        if row.place in places:
            unit = row.measured.unit
            inside = "yes" if row.covered else "no"
            value = with_uncertainty(row.measured)
            table.add_row(row.place, row.quantity, f"{value} {unit}", f"{row.truth:.1f}", f"{row.error:+.1f}", inside)
    terminal().print(table)


def print_summaries(summaries: list[Summary], title: str) -> None:
    """The errors of each quantity in one row."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("quantity")
    for column in ("unit", "n", "bias", "mean |error|", "95 % of |error| below", "largest", "truth in interval"):
        table.add_column(column, justify="right")
    for row in summaries:
        numbers = [f"{x:.2f}" for x in (row.bias, row.mean_absolute, row.p95_absolute, row.largest)]
        table.add_row(row.quantity, row.unit, str(row.count), *numbers, f"{row.coverage:.0%}")
    terminal().print(table)


def print_grades(grades: list[tuple[int, int | None]]) -> None:
    """How many Genant grades were met exactly; truth first."""
    known = [(true, measured) for true, measured in grades if measured is not None]
    exact = sum(true == measured for true, measured in known)
    terminal().print(f"Genant grade exact in {exact} of {len(known)} graded vertebrae", highlight=False)
