"""The height profile: each measured height beside the range that was expected of it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from corduroy.morphometry.results import POSITIONS, SpineMeasurement
from corduroy.provenance import Measured
from corduroy.reports.style import (
    FAINT_INK,
    FRACTURE,
    INK,
    POSITION_INKS,
    figure_style,
    grade_colour,
    new_figure,
)
from corduroy.reports.wording import marked_grade

_WIDTH_IN = 10.4
_PANEL_IN = 1.6
_MOST_SIDE_BY_SIDE = 8
_MOST_LABELLED = 0.5
_LABEL_IN = 0.75
_LONE_HALF_WIDTH = 0.25


def draw_profile(measurement: SpineMeasurement) -> Figure:
    """Three panels, anterior to posterior: height ± uncertainty by level over the reference band."""
    count = len(measurement.vertebrae)
    with figure_style():
        figure, panels = _panels(count)
        for axes, position in zip(panels, POSITIONS, strict=True):
            _draw_panel(axes, measurement, position)
        for axes in panels if count <= _MOST_SIDE_BY_SIDE else panels[-1:]:
            _name_levels(axes, measurement)
        _draw_key(panels[-1] if count <= _MOST_SIDE_BY_SIDE else panels[0])
        figure.supylabel("height in mm", fontsize=10, color=INK)
    return figure


def _name_levels(axes: Axes, measurement: SpineMeasurement) -> None:
    """The levels below a panel, fractured ones in colour."""
    axes.set_xticks(range(len(measurement.vertebrae)), [str(v.level) for v in measurement.vertebrae])
    for tick, vertebra in zip(axes.get_xticklabels(), measurement.vertebrae, strict=True):
        tick.set_color(grade_colour(vertebra, INK))
        tick.set_fontweight("bold" if marked_grade(vertebra) else "normal")


def _panels(levels: int) -> tuple[Figure, list[Axes]]:
    """Side by side for a short spine, above each other for a long one, which needs the width."""
    if levels <= _MOST_SIDE_BY_SIDE:
        figure = new_figure(_WIDTH_IN, 2 * _PANEL_IN)
        panels = figure.subplots(1, 3, sharey=True)
        figure.subplots_adjust(left=0.065, right=0.985, top=0.9, bottom=0.1, wspace=0.08)
    else:
        figure = new_figure(_WIDTH_IN, 3.4 * _PANEL_IN)
        panels = figure.subplots(3, 1, sharex=True, sharey=True)
        figure.subplots_adjust(left=0.065, right=0.985, top=0.95, bottom=0.06, hspace=0.26)
    return figure, list(panels)


def _draw_panel(axes: Axes, measurement: SpineMeasurement, position: str) -> None:
    references = [v.reference_heights.get(position) for v in measurement.vertebrae]
    _draw_band(axes, references)
    for index, vertebra in enumerate(measurement.vertebrae):
        height = vertebra.heights.get(position)
        if height is None:
            continue
        colour = grade_colour(vertebra, POSITION_INKS[position])
        axes.errorbar(
            index, height.value, height.uncertainty, fmt="o", ms=5.5, capsize=3, color=colour, lw=1.4, zorder=3
        )
        loss = vertebra.height_loss.get(position)
        if marked_grade(vertebra) and loss is not None and abs(loss.value) >= _MOST_LABELLED:
            axes.annotate(
                f"−{loss.value:.0f} %" if loss.value > 0 else f"+{-loss.value:.0f} %",
                (index, height.value),
                xytext=(8, 0),
                textcoords="offset points",
                color=FRACTURE if colour == FRACTURE else INK,
                va="center",
                size=9,
            )
    axes.set_title(position, loc="left", fontsize=10, color=POSITION_INKS[position], fontweight="bold", pad=3)
    axes.grid(axis="y", color=FAINT_INK, alpha=0.25, lw=0.6)
    axes.tick_params(length=3)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.margins(y=0.12)
    # Room for the last level's loss, which is written at its right.
    count = len(measurement.vertebrae)
    panel_in = 0.3 * _WIDTH_IN if count <= _MOST_SIDE_BY_SIDE else 0.92 * _WIDTH_IN
    last_graded = bool(marked_grade(measurement.vertebrae[-1]))
    axes.set_xlim(-0.6, count - 1 + max(0.6, last_graded * count * _LABEL_IN / panel_in))


def _draw_key(axes: Axes) -> None:
    """What the band and the bars mean, above the first panel, at its right."""
    band = (Patch(color=FAINT_INK, alpha=0.22, lw=0), Line2D([], [], color=FAINT_INK, lw=1.1, ls="--"))
    axes.legend(
        [band],
        ["reference height"],
        loc="lower right",
        bbox_to_anchor=(1.01, 0.98),
        frameon=False,
        fontsize=8.5,
        borderpad=0,
    )


def _draw_band(axes: Axes, references: list[Measured | None]) -> None:
    """The reference height with its 95 % interval; broken where there is none, a short bar where it stands alone."""
    middle = np.array([np.nan if r is None else r.value for r in references])
    half = np.array([np.nan if r is None else r.uncertainty for r in references])
    x = np.arange(middle.size)
    known = np.pad(np.isfinite(middle), 1)
    runs = [(x, middle, half)]
    for index in np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:]):
        ends = index + np.array([-_LONE_HALF_WIDTH, _LONE_HALF_WIDTH])
        runs.append((ends, np.full(2, middle[index]), np.full(2, half[index])))
    for places, values, widths in runs:
        axes.fill_between(places, values - widths, values + widths, color=FAINT_INK, alpha=0.22, lw=0, zorder=1)
        axes.plot(places, values, color=FAINT_INK, lw=1.1, ls="--", zorder=2)
