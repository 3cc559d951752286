"""Every patient's own line: values in time, and before against after."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from corduroy.registry.record import Visit
from corduroy.reports.style import FAINT_INK, INK, figure_style, new_figure
from corduroy.study.results import PairedOutcome, Trajectory

_WIDTH_IN = 7.2
_PANEL_IN = 2.7
_COLUMNS = 2
_PAIR_COLUMNS = 3
_NAMED_AT_MOST = 10
LINES_AT_MOST = 200
"""Pairs up to which each has a line of its own; more would be one grey surface (author's choice)."""
_TITLE, _NARROW_TITLE = 34, 26
# Okabe and Ito without yellow, which is faint on white; lines are told apart by dash too.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#444444")
_SHORT_VISITS = {
    Visit.PREOPERATIVE: "before", Visit.DISCHARGE: "disch.", Visit.WEEK_6: "6 w", Visit.MONTH_3: "3 m",
    Visit.MONTH_6: "6 m", Visit.MONTH_12: "12 m", Visit.MONTH_24: "24 m", Visit.MONTH_36: "36 m", Visit.LATER: "later",
    Visit.UNPLANNED: "unpl.",
}  # fmt: skip
_DASHES = ("-", "--", "-.", ":")


def draw_trajectories(trajectories: Sequence[Trajectory]) -> Figure | None:
    """One panel per outcome, one line per patient; None without any value."""
    shown = [trajectory for trajectory in trajectories if trajectory.lines]
    if not shown:
        return None
    with figure_style():
        figure, panels = _panels(len(shown), _COLUMNS, _PANEL_IN)
        for axes, trajectory in zip(panels, shown, strict=False):
            _trajectory(axes, trajectory)
        _name_cases(figure, [line.case for line in shown[0].lines])
    return figure


def draw_pairs(outcomes: Sequence[PairedOutcome]) -> Figure | None:
    """One panel per outcome, before on the left and after on the right; a bar at each median.

    In large series boxes (quartiles, whiskers from 5 to 95 %) in place of a line for each patient.
    """
    shown = [outcome for outcome in outcomes if outcome.pairs]
    if not shown:
        return None
    with figure_style():
        figure, panels = _panels(len(shown), _PAIR_COLUMNS, _PANEL_IN)
        for axes, outcome in zip(panels, shown, strict=False):
            _pairs(axes, outcome)
        _name_cases(figure, [pair.case for pair in shown[0].pairs])
    return figure


def _panels(count: int, columns: int, height_in: float) -> tuple[Figure, list[Axes]]:
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    figure = new_figure(_WIDTH_IN, rows * height_in + 0.45)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.ravel()[count:]:
        axes.set_visible(False)
    figure.subplots_adjust(
        left=0.085, right=0.985, top=1 - 0.45 / figure.get_figheight(), bottom=0.85 / figure.get_figheight(),
        wspace=0.32, hspace=0.42,
    )  # fmt: skip
    return figure, list(grid.ravel()[:count])


def _look(index: int, many: bool) -> dict[str, Any]:
    if many:
        return {"color": FAINT_INK, "alpha": 0.35, "lw": 0.8}
    return {"color": _COLOURS[index % len(_COLOURS)], "ls": _DASHES[index // len(_COLOURS) % len(_DASHES)], "lw": 1.5}


def _trajectory(axes: Axes, trajectory: Trajectory) -> None:
    many = len(trajectory.lines) > _NAMED_AT_MOST
    attended = {point.visit for line in trajectory.lines for point in line.points}
    place = {visit.value: x for x, visit in enumerate(v for v in Visit if v.value in attended)}
    for index, line in enumerate(trajectory.lines):
        points = sorted((place[point.visit], point.value) for point in line.points)
        axes.plot(
            [x for x, _ in points], [y for _, y in points], marker="" if many else "o", ms=3.5, **_look(index, many)
        )
    axes.axvline(0.5 if Visit.PREOPERATIVE.value in place else -0.3, color=INK, lw=0.8, ls=(0, (2, 2)))
    if trajectory.low is not None and trajectory.high is not None:
        margin = 0.04 * (trajectory.high - trajectory.low)
        axes.set_ylim(trajectory.low - margin, trajectory.high + margin)
    axes.set_xticks(list(place.values()), [_SHORT_VISITS[Visit(visit)] for visit in place], fontsize=8.2)
    axes.set_title(_titled(trajectory.label, trajectory.unit, _TITLE), fontsize=9.5, loc="left")


def _pairs(axes: Axes, outcome: PairedOutcome) -> None:
    many = len(outcome.pairs) > _NAMED_AT_MOST
    before_and_after = [p.before for p in outcome.pairs], [p.after for p in outcome.pairs]
    if len(outcome.pairs) > LINES_AT_MOST:
        axes.boxplot(before_and_after, positions=(0, 1), widths=0.4, whis=(5, 95), sym="", medianprops={"lw": 0})
    else:
        for index, pair in enumerate(outcome.pairs):
            axes.plot((0, 1), (pair.before, pair.after), marker="" if many else "o", ms=4, **_look(index, many))
    for place, values in enumerate(before_and_after):
        axes.plot((place - 0.16, place + 0.16), (median(values),) * 2, color=INK, lw=2.4, solid_capstyle="butt")
    axes.set_xlim(-0.35, 1.35)
    axes.set_xticks((0, 1), (outcome.before_name.replace(" ", "\n", 1), outcome.after_name.replace(" ", "\n", 1)))
    axes.set_title(_titled(outcome.label, outcome.unit, _NARROW_TITLE), fontsize=9.5, loc="left")


def _titled(label: str, unit: str, width: int) -> str:
    text = f"{label} ({unit})" if unit and unit not in label else label
    return "\n".join(_broken(text, width))


def _broken(text: str, width: int) -> list[str]:
    if len(text) <= width:
        return [text]
    cut = text.rfind(" ", 0, width)
    return [text[:cut], *_broken(text[cut + 1 :], width)] if cut > 0 else [text]


def _name_cases(figure: Figure, cases: Sequence[str]) -> None:
    if len(cases) > _NAMED_AT_MOST:
        return
    drawn = figure.axes[0].get_lines()[: len(cases)]
    figure.legend(drawn, cases, loc="lower center", ncols=min(len(cases), 6), frameon=False, fontsize=8.5)
