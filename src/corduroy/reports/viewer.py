"""What every picture of the patient has: a dark ground, a scale bar, and letters for the directions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import Stroke, withStroke
from numpy.typing import NDArray

from corduroy.reports.planes import Sheet
from corduroy.reports.style import VIEWER_BACKGROUND, VIEWER_INK, new_figure

# A narrow bone window: trabecular bone and soft tissue are told apart, cortex is white. Author's choice.
WINDOW_HU = (-250.0, 750.0)
SCALE_BAR_MM = 20.0
OUTLINE: Sequence[Stroke] = (withStroke(linewidth=2.4, foreground=VIEWER_BACKGROUND),)


def viewer_figure(extent: tuple[float, float, float, float], longest_in: float) -> tuple[Figure, Axes]:
    """A figure that the image fills, with the image's shape; the axes are in mm."""
    left, right, bottom, top = extent
    width, height = right - left, top - bottom
    scale = longest_in / max(width, height)
    figure = new_figure(width * scale, height * scale, VIEWER_BACKGROUND)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_aspect("equal")
    return figure, axes


def show_grey(axes: Axes, grey: NDArray[np.float64], sheet: Sheet) -> None:
    """The CT in the bone window."""
    low, high = WINDOW_HU
    axes.imshow(grey, cmap="gray", vmin=low, vmax=high, extent=sheet.extent, interpolation="bilinear", zorder=0)


def add_letters(axes: Axes, left: str, right: str, top: str | None = None, bottom: str | None = None) -> None:
    """Direction letters at the middle of the sides."""
    places = {"left": (0.03, 0.5), "right": (0.97, 0.5), "top": (0.5, 0.975), "bottom": (0.5, 0.025)}
    for name, letter in (("left", left), ("right", right), ("top", top), ("bottom", bottom)):
        if letter is not None:
            add_text(axes, *places[name], letter, size=13, weight="bold", relative=True)


def add_scale_bar(axes: Axes) -> None:
    """A bar of 20 mm in the lower right corner."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    x, y = right - 0.05 * (right - left) - SCALE_BAR_MM, bottom + 0.022 * (top - bottom)
    axes.plot([x, x + SCALE_BAR_MM], [y, y], color=VIEWER_INK, lw=2.5, solid_capstyle="butt", path_effects=OUTLINE)
    middle = x + SCALE_BAR_MM / 2
    add_text(axes, middle, y + 0.01 * (top - bottom), f"{SCALE_BAR_MM:.0f} mm", above=True)


def add_text(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float = 9,
    colour: str = VIEWER_INK,
    weight: str = "normal",
    align: str = "center",
    above: bool = False,
    relative: bool = False,
) -> None:
    """Text that stays readable on bone and on air."""
    axes.text(
        x,
        y,
        text,
        color=colour,
        size=size,
        weight=weight,
        ha=align,
        va="bottom" if above else "center",
        transform=axes.transAxes if relative else axes.transData,
        path_effects=OUTLINE,
        zorder=10,
    )
