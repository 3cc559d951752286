"""Grades before and after: a ribbon for every patient, in large series one for every change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from corduroy.reports.style import FAINT_INK, INK, figure_style, new_figure
from corduroy.study.results import OrdinalOutcome

_BETTER, _SAME, _WORSE = "#0072B2", "#8A94A0", "#D55E00"
_COLUMN = 0.07
_GAP_SHARE = 0.14
_APART_AT_MOST = 60
"""Cases up to which each has a ribbon of its own; thinner ones could not be told apart (author's choice)."""


def draw_grades(outcome: OrdinalOutcome) -> Figure | None:
    """An alluvial plot with the best grade at the top; None without a complete pair."""
    if not outcome.pairs:
        return None
    n = len(outcome.pairs)
    with figure_style():
        figure = new_figure(5.2, 3.6)
        axes = figure.add_axes((0.02, 0.13, 0.96, 0.79))
        before = _places(outcome.grades, [int(pair.before) for pair in outcome.pairs], n)
        after = _places(outcome.grades, [int(pair.after) for pair in outcome.pairs], n)
        _ribbons(axes, outcome, before, after)
        for x, side, places in ((0.0, "right", before), (1.0, "left", after)):
            _column(axes, outcome, x, side, places)
        axes.set(xlim=(-0.3, 1.3), ylim=(-0.02 * n, n * (1 + _GAP_SHARE * (len(outcome.grades) - 1)) + 0.02 * n))
        axes.set_axis_off()
        axes.text(0, -0.03, outcome.before_name, ha="center", va="top", transform=axes.get_xaxis_transform())
        axes.text(1, -0.03, outcome.after_name, ha="center", va="top", transform=axes.get_xaxis_transform())
        axes.set_title(f"{outcome.label}, {n} cases", fontsize=10, loc="left")
        _key(axes)
    return figure


def _places(grades: Sequence[str], of_case: list[int], n: int) -> list[tuple[float, int]]:
    """Where each grade's block begins and how many it holds; the worst grade at the bottom."""
    places, top = [], 0.0
    for grade in range(len(grades)):
        count = of_case.count(grade)
        places.append((top, count))
        top += count + _GAP_SHARE * n
    return places


def _ribbons(
    axes: Axes, outcome: OrdinalOutcome, before: list[tuple[float, int]], after: list[tuple[float, int]]
) -> None:
    taken_left, taken_right = [0] * len(before), [0] * len(after)
    bend = (1 - np.cos(np.linspace(0.0, np.pi, 60))) / 2
    x = np.linspace(_COLUMN / 2, 1 - _COLUMN / 2, 60)
    for start, end, cases in _strands(outcome):
        left, right = before[start][0] + taken_left[start], after[end][0] + taken_right[end]
        taken_left[start] += cases
        taken_right[end] += cases
        lower = left + (right - left) * bend
        colour = _BETTER if end > start else _SAME if end == start else _WORSE
        axes.fill_between(x, lower + 0.06, lower + cases - 0.06, color=colour, alpha=0.45, lw=0)


def _strands(outcome: OrdinalOutcome) -> list[tuple[int, int, int]]:
    """Grade before, grade after, and how many cases share the ribbon."""
    changes = Counter((int(pair.before), int(pair.after)) for pair in outcome.pairs)
    if len(outcome.pairs) > _APART_AT_MOST:
        return [(*change, cases) for change, cases in sorted(changes.items())]
    return [(*change, 1) for change in sorted(changes.elements())]


def _column(axes: Axes, outcome: OrdinalOutcome, x: float, side: str, places: list[tuple[float, int]]) -> None:
    for grade, (bottom, count) in zip(outcome.grades, places, strict=True):
        if count:
            axes.bar(x, count, _COLUMN, bottom=bottom, color=INK, lw=0)
        away = -0.06 if side == "right" else 0.06
        ink = INK if count else FAINT_INK
        axes.text(x + away, bottom + count / 2, f"{grade}  ({count})", ha=side, va="center", color=ink)


def _key(axes: Axes) -> None:
    for place, (words, colour) in enumerate((("better", _BETTER), ("unchanged", _SAME), ("worse", _WORSE))):
        axes.text(0.32 + 0.2 * place, -0.125, f"■ {words}", color=colour, fontsize=8.5, transform=axes.transAxes)
