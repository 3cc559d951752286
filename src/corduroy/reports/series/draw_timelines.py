"""The swimmer plot: one line per patient, days before surgery on the left, months after it on the right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from corduroy.reports.style import FAINT_INK, INK, figure_style, new_figure
from corduroy.study.results import Timeline

_WIDTH_IN = 7.2
_LINE_IN = 0.4
_MOST_LINES = 40
_DAYS_PER_MONTH = 365.25 / 12
_DAYS_SHOWN = 21
_BAR = "#CBD5E0"
# Marks of one day lie above and below each other.
_LIFT = {"imaging": 0.3, "leak": -0.3, "complication": -0.3}

# Shape and colour per kind of mark, Okabe and Ito's palette; every kind differs in shape too.
_MARKS: dict[str, tuple[str, str, str]] = {
    "biopsy": ("v", "#E69F00", "biopsy"),
    "embolization": ("D", "#CC79A7", "embolization"),
    "operation": ("s", INK, "operation"),
    "assessment": ("|", "#0072B2", "assessment"),
    "imaging": ("2", "#009E73", "imaging"),
    "leak": ("P", "#56B4E9", "cement leak"),
    "complication": ("X", "#D55E00", "complication"),
    "recurrence": ("*", "#D55E00", "recurrence"),
    "refracture": ("p", "#D55E00", "re-fracture"),
    "adjacent": ("h", "#D55E00", "adjacent fracture"),
    "reoperation": ("s", "#D55E00", "reoperation"),
    "death": ("x", INK, "death"),
    "lost": ("4", INK, "lost to follow-up"),
}


def draw_timelines(timelines: Sequence[Timeline]) -> Figure | None:
    """The first 40 patients, the longest observed at the top; None without any."""
    shown = sorted(timelines[:_MOST_LINES], key=lambda line: -line.months)
    if not shown:
        return None
    with figure_style():
        figure = new_figure(_WIDTH_IN, _LINE_IN * len(shown) + 1.35)
        before, after = figure.subplots(1, 2, sharey=True, width_ratios=(1, 3.2))
        figure.subplots_adjust(left=0.11, right=0.985, bottom=0.95 / figure.get_figheight(), top=0.97, wspace=0.04)
        for row, line in enumerate(shown):
            after.barh(row, line.months, height=0.5, color=_BAR, zorder=1)
            if line.ended == "end of observation":
                after.plot(line.months * 1.012, row, marker=">", color=FAINT_INK, ms=6, zorder=2, clip_on=False)
            for mark in line.marks:
                _mark(before, after, row, mark.kind, mark.months)
        _frame(before, after, [line.case for line in shown], max(line.months for line in shown))
        _legend(figure, {mark.kind for line in shown for mark in line.marks})
    return figure


def _mark(before: Axes, after: Axes, row: int, kind: str, months: float) -> None:
    if kind not in _MARKS:
        return
    shape, colour, _ = _MARKS[kind]
    days = months * _DAYS_PER_MONTH
    axes, place = (before, max(days, -_DAYS_SHOWN)) if days < -0.5 else (after, months)
    edge: dict[str, Any] = {} if shape in "|24x" else {"markeredgecolor": "white", "markeredgewidth": 0.6}
    axes.plot(
        place,
        row + _LIFT.get(kind, 0.0),
        marker=shape,
        color=colour,
        ms=6.5,
        ls="",
        zorder=4 if kind == "operation" else 3,
        clip_on=False,
        **edge,
    )


def _frame(before: Axes, after: Axes, cases: list[str], longest: float) -> None:
    before.set(xlim=(-_DAYS_SHOWN - 1.5, 0), ylim=(len(cases) - 0.5, -0.5), xlabel="days before surgery")
    before.set_yticks(range(len(cases)), cases)
    before.set_xticks([-21, -14, -7, 0], ["≤−21", "−14", "−7", "0"])
    after.set(xlim=(-longest * 0.012, longest * 1.04), xlabel="months from surgery")
    after.set_xticks(range(0, math.ceil(longest) + 1, 12 if longest > 30 else 6))
    for axes in (before, after):
        axes.grid(axis="x", color="#E2E6EB", lw=0.6, zorder=0)
        axes.tick_params(length=0, axis="y")
        axes.spines["left"].set_visible(axes is before)


def _legend(figure: Figure, kinds: set[str]) -> None:
    handles = [
        Line2D([], [], marker=shape, color=colour, ls="", ms=6.5, label=label)
        for kind, (shape, colour, label) in _MARKS.items()
        if kind in kinds
    ]
    handles.append(Line2D([], [], marker=">", color=FAINT_INK, ls="", ms=5, label="under observation"))
    figure.legend(handles=handles, loc="lower center", ncols=5, frameon=False, fontsize=8, handletextpad=0.3)
