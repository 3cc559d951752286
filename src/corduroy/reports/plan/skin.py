"""The map of the skin: which entries offer a safe way, seen from behind."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from corduroy.planning.corridors import Corridor, CorridorPlan, EntryMap
from corduroy.reports.plan.tables import SHOWN_CORRIDORS
from corduroy.reports.style import INK, figure_style, new_figure

_WIDTH_IN, _HEIGHT_IN = 7.2, 3.6
_REACH_MM = 10.0  # beyond this the colour does not change


def draw_skin(found: CorridorPlan | None) -> Figure | None:
    """What every entry leaves beyond its margins; None where entries do not begin on the skin."""
    if found is None or found.entries.around_deg.size == 0 or not np.isfinite(found.entries.spare_mm).any():
        return None
    entries = found.entries
    with figure_style():
        figure = new_figure(_WIDTH_IN, _HEIGHT_IN)
        axes = figure.add_axes((0.1, 0.15, 0.74, 0.72))
        height = entries.height_mm - float(np.mean(entries.height_mm))
        shown = axes.pcolormesh(
            entries.around_deg,
            height,
            entries.spare_mm,
            cmap="RdYlBu",
            norm=TwoSlopeNorm(0.0, -_REACH_MM, _REACH_MM),
            shading="nearest",
            rasterized=True,
        )
        for number, corridor in enumerate(found.corridors[:SHOWN_CORRIDORS], start=1):
            _mark(axes, entries, height, corridor, number)
        axes.set_xlabel("angle around the vertebra, degrees from straight behind")
        axes.set_ylabel("height, mm")
        axes.text(0.01, 1.03, "L", transform=axes.transAxes, weight="bold", size=12, ha="left")
        axes.text(0.99, 1.03, "R", transform=axes.transAxes, weight="bold", size=12, ha="right")
        axes.text(0.5, 1.03, "seen from behind", transform=axes.transAxes, ha="center")
        bar = figure.colorbar(shown, cax=figure.add_axes((0.87, 0.15, 0.025, 0.72)), extend="both")
        bar.set_label("mm beyond the margins; below 0 unsafe")
    return figure


def _mark(axes: Axes, entries: EntryMap, height: NDArray[np.float64], corridor: Corridor, number: int) -> None:
    """A returned corridor at the entry nearest to its own."""
    gaps = np.linalg.norm(entries.points_mm - np.array(corridor.entry_mm), axis=2)
    row, column = np.unravel_index(int(np.nanargmin(gaps)), gaps.shape)
    x, y = entries.around_deg[column], height[row]
    axes.plot([x], [y], "o", ms=11, mfc="white", mec=INK, mew=1.0)
    axes.text(x, y, str(number), ha="center", va="center", size=7, color=INK)
