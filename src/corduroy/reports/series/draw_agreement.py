"""Bland-Altman: the difference of two readers against their mean."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from corduroy.reports.style import FAINT_INK, INK, figure_style, new_figure
from corduroy.study.results import ReaderResult

_POINT = "#0072B2"
_PANELS = 3


def draw_agreement(result: ReaderResult) -> Figure | None:
    """A panel per pair of readers, three at most; None where no limits could be computed."""
    shown = result.biases[:_PANELS]
    if not shown:
        return None
    with figure_style():
        figure = new_figure(max(3.4, 2.4 * len(shown) + 0.4), 2.7)
        panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
        figure.subplots_adjust(left=0.6 / figure.get_figwidth(), right=0.98, bottom=0.19, top=0.86, wspace=0.08)
        for axes, bias in zip(panels, shown, strict=True):
            _panel(axes, result, *bias)
        panels[0].set_ylabel(f"difference ({result.unit})")
        figure.text(0.01, 0.95, result.label, fontsize=9.5)
    return figure


def _panel(axes: Axes, result: ReaderResult, first: str, second: str, bias: float, low: float, high: float) -> None:
    one, other = result.readers.index(first), result.readers.index(second)
    means = [(row[one] + row[other]) / 2 for row in result.ratings]
    axes.plot(means, [row[other] - row[one] for row in result.ratings], "o", color=_POINT, ms=4.5, mec="white", mew=0.5)
    axes.axhline(0.0, color=FAINT_INK, lw=0.6)
    axes.axhline(bias, color=INK, lw=1.2)
    for limit in (low, high):
        axes.axhline(limit, color=INK, lw=0.9, ls=(0, (4, 3)))
    axes.set_xlabel(f"mean of {first} and {second}", fontsize=8.5)
