"""Needle corridors as pictures: the map of the unrolled skin, and the oblique section that holds a needle."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from corduroy.anatomy.frame import Frame
from corduroy.imaging.volume import Volume
from corduroy.planning.corridors import Corridor, CorridorPlan, outer_diameter_mm
from corduroy.reports.planes import Sheet
from corduroy.reports.style import FAINT_INK, INK, figure_style, new_figure
from corduroy.reports.viewer import OUTLINE, add_letters, add_scale_bar, add_text, show_grey, viewer_figure

NEEDLE = "#F0E442"
TIP = "#E8690B"

_SHOWN_SPARE_MM = 5.0
_MAP_IN = (7.6, 4.6)
_SECTION_IN = 4.6
_PIXEL_MM = 0.4
_AHEAD_MM = 42.0  # of the tip: aorta and lung are seen there
_BEHIND_MM = 14.0
_HALF_WIDTH_MM = 65.0


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


def draw_corridor(corridor: Corridor, ct: Volume, rank: int = 1) -> Figure:
    """The section that holds the needle and the patient's left-right direction, as seen from the feet.

    Parameters
    ----------
    corridor : Corridor
    ct : Volume
        Hounsfield units.
    rank : int
        Its place in the plan.
    """
    sheet = _section(corridor)
    with figure_style():
        figure, axes = viewer_figure(sheet.extent, _SECTION_IN)
        show_grey(axes, sheet.grey(ct), sheet)
        _draw_needle(axes, sheet, corridor)
        add_letters(axes, "R", "L", "A", "P")
        add_scale_bar(axes)
        left, right, _, top = sheet.extent
        lines = [
            f"{rank}: {corridor.kind}, {corridor.side}, {corridor.gauge} G",
            f"depth {corridor.depth_mm:.0f} mm, axial {abs(corridor.to_gantry.axial_deg):.0f}°, "
            f"sagittal {abs(corridor.to_gantry.sagittal_deg):.0f}°",
        ]
        if corridor.tightest is not None:
            lines.append(f"{corridor.tightest}: {corridor.clearances[corridor.tightest]}")
        for number, line in enumerate(lines):
            add_text(axes, left + 0.03 * (right - left), top - 5.0 - 5.5 * number, line, align="left", size=8)
    return figure


def _section(corridor: Corridor) -> Sheet:
    entry, target = np.array(corridor.entry_mm), np.array(corridor.target_mm)
    inwards = target - entry
    sagittal = np.array([0.0, inwards[1], inwards[2]]) / np.hypot(inwards[1], inwards[2])
    normal = np.cross([1.0, 0.0, 0.0], sagittal)
    frame = Frame.from_directions((entry + target) / 2, normal, sagittal)
    half = float(abs(inwards @ sagittal)) / 2
    top, bottom = half + _AHEAD_MM, -half - _BEHIND_MM
    x = np.arange(-_HALF_WIDTH_MM, _HALF_WIDTH_MM, _PIXEL_MM) + _PIXEL_MM / 2
    y = np.arange(top, bottom, -_PIXEL_MM) - _PIXEL_MM / 2
    # Radiological convention: the reader looks up from the feet, the patient's right is on the left.
    local = np.stack(np.broadcast_arrays(-x[None, :], y[:, None], 0.0), axis=-1)
    return Sheet(frame, frame.world(local), (-_HALF_WIDTH_MM, _HALF_WIDTH_MM, float(y[-1]) - _PIXEL_MM / 2, top))


def _draw_needle(axes: Axes, sheet: Sheet, corridor: Corridor) -> None:
    ends = sheet.frame.local(np.array([corridor.entry_mm, corridor.bone_mm, corridor.target_mm]))
    x, y = -ends[:, 0], ends[:, 1]
    way = np.array([x[2] - x[0], y[2] - y[0]])
    aside = np.array([-way[1], way[0]]) / np.linalg.norm(way) * outer_diameter_mm(corridor.gauge) / 2
    hub, tip = np.array([x[0], y[0]]), np.array([x[2], y[2]])
    corners = np.stack([hub + aside, tip + aside, tip - aside, hub - aside])
    axes.add_patch(Polygon(corners, facecolor=NEEDLE, alpha=0.75, edgecolor="none", zorder=4))
    axes.plot(x[0], y[0], "o", ms=5, color=NEEDLE, path_effects=OUTLINE, zorder=5)
    axes.plot(x[2], y[2], "o", ms=4, color=TIP, path_effects=OUTLINE, zorder=5)
