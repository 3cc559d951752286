"""The pictures of an assessment: where each state yields, how strong it is, and what the neighbours feel."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from corduroy.imaging.volume import LabelMap
from corduroy.pipeline.mechanics_outputs import MechanicsImages
from corduroy.reports.planes import Sheet
from corduroy.reports.sections import field_on, sheet_through
from corduroy.reports.style import FAINT_INK, INK, VIEWER_BACKGROUND, VIEWER_INK, figure_style, new_figure
from corduroy.reports.viewer import OUTLINE, add_letters, add_scale_bar, show_grey
from corduroy.simulation.vertebra import State, StateResult

FloatArray = NDArray[np.float64]

_PANEL_IN = 2.5
_COLOURS = "inferno"
CEMENT, RESECTED = "#56B4E9", "#F0E442"
_STATE_COLOURS = ("#0072B2", "#222222", "#009E73", "#E69F00", "#CC79A7")
_GAP = 0.012  # on both sides of a panel, of its width


def draw_yield(images: MechanicsImages, view: str) -> Figure:
    """Stress over yield stress under the reference load, all states; `view` is ``"sagittal"`` or ``"axial"``.

    Each state in the plane of the place where it fails first, marked by a cross.
    """
    found = images.assessment
    states = list(found.states.items())
    top = max(float(np.nanquantile(state.vertebra.fields.yield_ratio, 0.995)) for _, state in states)
    scale = Normalize(0.0, top)
    with figure_style():
        grid = found.states[State.AS_IS].vertebra.fields.grid
        sheets = [sheet_through(grid, result.vertebra.site.point_mm, view) for _, result in states]
        left, right, bottom, upper = sheets[0].extent
        height = _PANEL_IN * (upper - bottom) / (right - left)
        figure = new_figure(_PANEL_IN * len(states), height + 0.95, VIEWER_BACKGROUND)
        whole = height + 0.95
        for number, (state, result) in enumerate(states):
            place = ((number + _GAP) / len(states), 0.6 / whole, (1 - 2 * _GAP) / len(states), height / whole)
            axes = figure.add_axes(place)
            _panel(axes, sheets[number], images, state, result, scale, view)
            x = (number + 0.5) / len(states)
            figure.text(x, 1 - 0.17 / whole, state.words, color=VIEWER_INK, size=12, ha="center", va="center")
            if number == 0:
                add_scale_bar(axes)
        bar = figure.add_axes((0.3, 0.4 / whole, 0.4, 0.11 / whole))
        drawn = figure.colorbar(ScalarMappable(scale, _COLOURS), cax=bar, orientation="horizontal")
        drawn.ax.tick_params(colors=VIEWER_INK, labelsize=10)
        drawn.outline.set_edgecolor(VIEWER_INK)
        words = "stress over yield stress, standing" if found.loads else "stress over yield stress at 500 N"
        figure.text(0.29, 0.45 / whole, words, color=VIEWER_INK, size=11, ha="right", va="center")
    return figure


def _panel(
    axes: Axes, sheet: Sheet, images: MechanicsImages, state: State, result: StateResult, scale: Normalize, view: str
) -> None:
    axes.set_axis_off()
    if images.case.ct is not None:
        show_grey(axes, sheet.grey(images.case.ct), sheet)
    fields = result.vertebra.fields
    values = field_on(sheet, fields.grid, fields.yield_ratio)
    picture = ScalarMappable(scale, _COLOURS).to_rgba(np.nan_to_num(values))
    shown = np.isfinite(values)
    picture[..., 3] = np.where(shown, np.clip(0.35 + values / (scale.vmax or 1.0), 0.35, 0.95), 0.0)
    axes.imshow(picture, extent=sheet.extent, interpolation="nearest", zorder=1)
    if state.is_filled:
        _tint(axes, sheet, images.alterations.fill, CEMENT)
    if state.is_decompressed:
        _tint(axes, sheet, images.alterations.resection, RESECTED)
    local = fields.grid.frame.local(result.vertebra.site.point_mm)
    x, y = (-local[0], local[1]) if view == "axial" else (-local[1], local[2])
    axes.plot([x], [y], "+", color="#56B4E9", ms=15, mew=2.4, path_effects=OUTLINE, zorder=6)
    axes.set_xlim(sheet.extent[:2])
    axes.set_ylim(sheet.extent[2:])
    if view == "axial":
        add_letters(axes, "R", "L", "A", "P")
    else:
        add_letters(axes, "A", "P")


def _tint(axes: Axes, sheet: Sheet, mask: LabelMap | None, colour: str) -> None:
    """A mask as a tinted area."""
    if mask is None:
        return
    picture = np.empty((*sheet.points.shape[:2], 4))
    picture[...] = (*to_rgb(colour), 0.0)
    picture[..., 3] = 0.45 * (sheet.labels(mask) > 0)
    axes.imshow(picture, extent=sheet.extent, interpolation="bilinear", zorder=2)


def draw_strength(document: dict[str, Any]) -> Figure:
    """Strength of each state with its interval, against the loads of standing and lifting."""
    states = [state for state in document["states"] if state["strength"] is not None]
    with figure_style():
        figure = new_figure(7.2, 0.5 * len(states) + 1.5)
        axes = figure.add_axes((0.27, 0.62 / (0.5 * len(states) + 1.5), 0.69, 1 - 1.1 / (0.5 * len(states) + 1.5)))
        for name, load in document["loads"].items():
            x = load["value"] / 1000
            axes.axvline(x, color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
            axes.text(x, -0.62, name.split(",")[0], color=INK, size=9, ha="center", va="bottom")
        for row, state in enumerate(states):
            strength = state["strength"]
            if strength["interval"]:
                axes.plot([bound / 1000 for bound in strength["interval"]], [row, row], color=_STATE_COLOURS[1], lw=1.6)
            axes.plot([strength["value"] / 1000], [row], "o", color=_STATE_COLOURS[0], ms=7, zorder=3)
        axes.set_yticks(range(len(states)), [state["words"] for state in states])
        axes.set_ylim(len(states) - 0.5, -0.65)
        axes.set_xlim(left=0)
        axes.set_xlabel("strength, kN (elastic-plastic, at 1.9 % apparent strain)")
    return figure


def draw_neighbours(document: dict[str, Any]) -> Figure | None:
    """Strain of endplates and neighbouring bodies under the reference load; None without the three-vertebra model."""
    states = [state for state in document["states"] if state["segment"] is not None]
    if not states:
        return None
    names = list(states[0]["segment"]["strain_microstrain"])
    with figure_style():
        figure = new_figure(7.2, 3.9)
        axes = figure.add_axes((0.1, 0.2, 0.88, 0.63))
        for number, state in enumerate(states):
            shift = 0.13 * (number - (len(states) - 1) / 2)
            for place, name in enumerate(names):
                strain = state["segment"]["strain_microstrain"][name]
                colour = _STATE_COLOURS[number % len(_STATE_COLOURS)]
                axes.plot([place + shift] * 2, [strain["median"], strain["p95"]], color=colour, lw=1.4)
                axes.plot(
                    [place + shift],
                    [strain["median"]],
                    "o",
                    color=colour,
                    ms=5,
                    label=state["words"] if place == 0 else None,
                )
        axes.set_xticks(
            range(len(names)),
            [name.replace(" (", "\n(").replace(" inf", "\ninf").replace(" sup", "\nsup") for name in names],
        )
        axes.set_ylim(bottom=0)
        axes.set_ylabel("effective strain, µε")
        axes.legend(ncols=3, frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), fontsize=9)
    return figure
