"""Time to an event: steps, ticks where a patient was seen last, numbers at risk; a band only where one is true."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from corduroy.reports.style import FAINT_INK, INK, figure_style, new_figure
from corduroy.study.results import RiskRow, SurvivalCurve

_LINE = "#0072B2"
_BAND = "#9CC7E3"


def draw_survival(curve: SurvivalCurve) -> Figure:
    """Kaplan-Meier; where nothing has happened the exact bound is written below the axis instead of a band."""
    bounded = not curve.banded and any(row.interval is not None for row in curve.risk)
    with figure_style():
        figure = new_figure(6.2, 3.5 if bounded else 3.3)
        axes = figure.add_axes((0.2, 0.36 if bounded else 0.29, 0.77, 0.58 if bounded else 0.64))
        _curve(axes, curve)
        last = max([step.months for step in curve.steps] + list(curve.censored_at))
        axes.set(xlim=(0, last * 1.03), ylim=(0, 1.05), ylabel="free of the event")
        axes.set_yticks((0, 0.25, 0.5, 0.75, 1), ("0", "25 %", "50 %", "75 %", "100 %"))
        axes.set_xticks([row.months for row in curve.risk])
        axes.set_xlabel("months from surgery", labelpad=2)
        _below(axes, curve, bounded)
        axes.set_title(f"Free of {curve.name}", fontsize=10, loc="left")
    return figure


def _curve(axes: Axes, curve: SurvivalCurve) -> None:
    months = [step.months for step in curve.steps]
    ends = [*months, max(months + list(curve.censored_at))]
    levels = [step.survival for step in curve.steps]
    axes.step(ends, [*levels, levels[-1]], where="post", color=_LINE, lw=1.8)
    if curve.banded:
        known = [(step.months, step.low, step.high) for step in curve.steps if None not in (step.low, step.high)]
        band: Any = np.array(known, float).T
        axes.fill_between(band[0], band[1], band[2], step="post", color=_BAND, alpha=0.5, lw=0)
    seen_last = np.unique(curve.censored_at)
    step = np.searchsorted(months, seen_last, side="right") - 1
    axes.plot(seen_last, np.array(levels)[step], ls="", marker="|", color=_LINE, ms=9, mew=1.4)


def _below(axes: Axes, curve: SurvivalCurve, bounded: bool) -> None:
    rows = [("at risk", [str(row.at_risk) for row in curve.risk])]
    if bounded:
        rows.append(("95 % limits of\nfree by then", [_limits(row) for row in curve.risk]))
    for place, (words, texts) in enumerate(rows):
        height = -0.3 - 0.15 * place
        axes.text(-0.07, height, words, ha="right", va="center", fontsize=8, color=FAINT_INK, transform=axes.transAxes)
        for row, text in zip(curve.risk, texts, strict=True):
            axes.text(
                row.months, height, text, ha="center", va="center", fontsize=8.2, color=INK,
                transform=axes.get_xaxis_transform(),
            )  # fmt: skip


def _limits(row: RiskRow) -> str:
    if row.interval is None:
        return ""
    return f"{100 * row.interval.low:.0f}–{min(100 * row.interval.high, 100):.0f} %"
