"""The map of the unrolled skin: where needles can enter, and how much the best one from there spares."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from corduroy.planning.corridors import CorridorPlan
from corduroy.reports.style import FAINT_INK, INK, figure_style, new_figure

_SHOWN_SPARE_MM = 5.0
_MAP_IN = (7.6, 4.6)


def draw_entry_map(plan: CorridorPlan) -> Figure | None:
    """The unrolled skin, seen from behind: how much the best needle from each entry spares.

    Parameters
    ----------
    plan : CorridorPlan

    Returns
    -------
    Figure or None
        None where the plan was made from the bone.
    """
    entries = plan.entries
    if len(entries.around_deg) == 0:
        return None
    with figure_style():
        figure = new_figure(*_MAP_IN)
        axes = figure.add_axes((0.09, 0.13, 0.76, 0.74))
        middle = float(entries.height_mm.mean())
        heights = entries.height_mm - middle
        picture = axes.pcolormesh(
            entries.around_deg,
            heights,
            np.ma.masked_invalid(np.clip(entries.spare_mm, -_SHOWN_SPARE_MM, _SHOWN_SPARE_MM)),
            cmap="PuOr",
            norm=TwoSlopeNorm(0.0, -_SHOWN_SPARE_MM, _SHOWN_SPARE_MM),
            rasterized=True,
        )
        axes.set_facecolor("#EEEEEE")
        if (entries.spare_mm >= 0).any() and (entries.spare_mm < 0).any():
            axes.contour(entries.around_deg, heights, np.nan_to_num(entries.spare_mm, nan=-9.0), [0.0], colors=INK)
        _mark_entries(axes, plan, middle)
        axes.set_xlabel("angle from straight behind, degrees   (left: patient's left, right: patient's right)")
        axes.set_ylabel(f"height from the centre of {plan.level}, mm")
        axes.set_title(
            f"Entries to {plan.level} with {plan.settings.gauge} G for {plan.settings.purpose}, seen from behind\n"
            f"{plan.safe_candidates:,} of {plan.candidates:,} ways keep all margins",
            loc="left",
            fontsize=10,
        )
        for x, letter in ((0.015, "L"), (0.985, "R")):
            axes.text(x, 0.96, letter, transform=axes.transAxes, ha="center", va="top", weight="bold", size=13)
        bar = figure.colorbar(picture, cax=figure.add_axes((0.87, 0.13, 0.022, 0.74)))
        bar.set_label("spared beyond all margins, mm (below 0: missing)")
        bar.outline.set_visible(False)
    return figure


def _mark_entries(axes: Axes, plan: CorridorPlan, middle: float) -> None:
    """The returned corridors by rank, at their entries."""
    points = plan.entries.points_mm
    for rank, corridor in enumerate(plan.corridors, start=1):
        gap = np.linalg.norm(points - np.array(corridor.entry_mm), axis=-1)
        row, column = np.unravel_index(np.nanargmin(gap), gap.shape)
        x, y = plan.entries.around_deg[column], plan.entries.height_mm[row] - middle
        axes.plot(x, y, "o", ms=13, mfc="white", mec=INK, mew=0.8, zorder=5)
        axes.text(x, y, str(rank), ha="center", va="center_baseline", size=7.5, zorder=6)
    if not plan.corridors:
        axes.text(0.5, 0.5, "nothing is safe", transform=axes.transAxes, ha="center", size=14, color=FAINT_INK)
