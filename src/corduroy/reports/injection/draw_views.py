"""The fill on the CT: over time, and as a probability, in sagittal and axial views."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from corduroy.pipeline.injection_outputs import InjectionImages
from corduroy.reports.planes import Sheet
from corduroy.reports.sections import field_on, sheet_through
from corduroy.reports.style import VIEWER_BACKGROUND, VIEWER_INK, figure_style, new_figure
from corduroy.reports.viewer import OUTLINE, add_scale_bar, add_text, show_grey
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection_study import Opening, PorousVertebra, Study
from corduroy.simulation.vertebra.grid import ModelGrid

FloatArray = NDArray[np.float64]

CEMENT = "#E69F00"
LESION = "#CC79A7"
NEEDLE = "#2FC79B"
SITES = {YeomType.B: "#56B4E9", YeomType.S: "#F0E442", YeomType.C: "#E8690B", YeomType.D: "#CC79A7"}
VIEWS = ("sagittal", "axial")

_MARGIN_MM = 7.0
_PANEL_IN = 2.35
_FILLED = 0.97  # of a panel's width that the wider view takes
_GAP_IN = 0.06
_SHARES = (0.25, 0.5, 0.75, 1.0)
_NEAR_PLANE_MM = 6.0


def draw_series(images: InjectionImages) -> Figure:
    """The fill after a quarter, a half, three quarters and all of what is injected; sagittal above axial."""
    study = images.study
    planned = study.planned
    volumes = [share * float(planned.injected_mm3[-1]) for share in _SHARES]
    times = [float(np.interp(v, planned.injected_mm3, planned.times_s)) for v in volumes]
    sheets = {view: sheet_of(study, view) for view in VIEWS}
    with figure_style():
        figure, places = _panels(sheets, len(times))
        for view in VIEWS:
            for column, time in enumerate(times):
                axes = figure.add_axes(places[view, column])
                fill = planned.fill if column == len(times) - 1 else planned.mask(time).astype(float)
                _ground(axes, sheets[view], images)
                _overlay(axes, sheets[view], study.vertebra.grid, np.asarray(fill, float))
                _marks(axes, sheets[view], study, view, scale=column == 0)
        for column, (time, volume) in enumerate(zip(times, volumes, strict=True)):
            x = (column + 0.5) / len(times)
            figure.text(
                x, 0.985, f"{volume / 1000:.1f} ml, {time:.0f} s", color=VIEWER_INK, size=11, ha="center", va="top"
            )
    return figure


def draw_probability(images: InjectionImages) -> Figure | None:
    """The share of members that fill each place; None without an ensemble."""
    study = images.study
    if study.ensemble is None:
        return None
    chance = study.ensemble.fill_probability(1000 * study.dose.volume_ml)
    sheets = {view: sheet_of(study, view) for view in VIEWS}
    widths = [sheet.extent[1] - sheet.extent[0] for sheet in sheets.values()]
    tallest = max(sheet.extent[3] - sheet.extent[2] for sheet in sheets.values())
    inch = 7.2 / sum(widths)
    whole = tallest * inch + 0.75
    with figure_style():
        figure = new_figure(7.2, whole, VIEWER_BACKGROUND)
        left = 0.0
        for view, sheet in sheets.items():
            wide, high = sheet.extent[1] - sheet.extent[0], sheet.extent[3] - sheet.extent[2]
            below = 0.7 + (tallest - high) * inch / 2
            axes = figure.add_axes((left * inch / 7.2, below / whole, wide * inch / 7.2, high * inch / whole))
            left += wide
            _ground(axes, sheet, images)
            values = field_on(sheet, study.vertebra.grid, chance)
            picture = ScalarMappable(Normalize(0, 1), "inferno").to_rgba(np.nan_to_num(values))
            picture[..., 3] = np.where(np.nan_to_num(values) > 0, np.clip(0.3 + values, 0.3, 0.92), 0.0)
            axes.imshow(picture, extent=sheet.extent, interpolation="nearest", zorder=1)
            _marks(axes, sheet, study, view, scale=view == "sagittal")
        bar = figure.add_axes((0.34, 0.42 / whole, 0.32, 0.12 / whole))
        drawn = figure.colorbar(ScalarMappable(Normalize(0, 100), "inferno"), cax=bar, orientation="horizontal")
        drawn.ax.tick_params(colors=VIEWER_INK, labelsize=9.5)
        drawn.outline.set_edgecolor(VIEWER_INK)
        figure.text(0.33, 0.48 / whole, "% of members", color=VIEWER_INK, size=10.5, ha="right", va="center")
    return figure


def sheet_of(study: Study, view: str) -> Sheet:
    """The plane of the (first) cannula's tip across or along the vertebra."""
    return sheet_through(study.vertebra.grid, study.dose.cannulas[0].tip_mm, view, _MARGIN_MM)


def _panels(
    sheets: dict[str, Sheet], columns: int
) -> tuple[Figure, dict[tuple[str, int], tuple[float, float, float, float]]]:
    """A figure with one row for each view, and the place of every panel; both views at one scale."""
    widest = max(sheet.extent[1] - sheet.extent[0] for sheet in sheets.values()) / _FILLED
    inch = _PANEL_IN / widest
    highs = [(sheet.extent[3] - sheet.extent[2]) * inch for sheet in sheets.values()]
    whole = sum(highs) + 0.4 + _GAP_IN
    figure = new_figure(_PANEL_IN * columns, whole, VIEWER_BACKGROUND)
    places = {}
    top = whole - 0.35
    for (view, sheet), high in zip(sheets.items(), highs, strict=True):
        wide = (sheet.extent[1] - sheet.extent[0]) / widest
        for column in range(columns):
            left = (column + (1 - wide) / 2) / columns
            places[view, column] = (left, (top - high) / whole, wide / columns, high / whole)
        top -= high + _GAP_IN
    return figure, places


def _ground(axes: Axes, sheet: Sheet, images: InjectionImages) -> None:
    axes.set_axis_off()
    if images.case.ct is not None:
        show_grey(axes, sheet.grey(images.case.ct), sheet)
    axes.set_xlim(sheet.extent[:2])
    axes.set_ylim(sheet.extent[2:])


def _overlay(axes: Axes, sheet: Sheet, grid: ModelGrid, fill: FloatArray) -> None:
    values = np.nan_to_num(field_on(sheet, grid, fill))
    picture = np.empty((*values.shape, 4))
    picture[..., :3] = to_rgb(CEMENT)
    picture[..., 3] = 0.8 * np.clip(values, 0, 1)
    axes.imshow(picture, extent=sheet.extent, interpolation="nearest", zorder=1)


def _marks(axes: Axes, sheet: Sheet, study: Study, view: str, scale: bool) -> None:
    """Lesion, cannulas, ways out near the plane, letters."""
    grid = study.vertebra.grid
    lesion = np.nan_to_num(field_on(sheet, grid, study.vertebra.lesion.astype(float)))
    if lesion.any():
        axes.contour(
            lesion[::-1], [0.5], colors=[LESION], linewidths=1.1, extent=sheet.extent, zorder=3, linestyles="--"
        )
    tip_plane = grid.frame.local(study.dose.cannulas[0].tip_mm)
    for cannula in study.dose.cannulas:
        along = grid.frame.axes.T @ np.asarray(cannula.direction)
        tip = grid.frame.local(cannula.tip_mm)
        ends = np.array([tip, tip - 60 * along / np.linalg.norm(along)])
        x, y = _on_sheet(ends, view)
        axes.plot(x, y, color=NEEDLE, lw=2.2, path_effects=OUTLINE, zorder=5, solid_capstyle="butt")
    for opening in _near(study.vertebra, tip_plane, view):
        x, y = _on_sheet(grid.frame.local(opening.point_mm)[None], view)
        axes.plot(x, y, "o", color=SITES[opening.yeom], ms=6, mec=VIEWER_BACKGROUND, mew=1.2, zorder=6)
        add_text(axes, float(x[0]) + 2.2, float(y[0]) + 2.2, opening.yeom.value, size=9, weight="bold")
    axes.set_xlim(sheet.extent[:2])
    axes.set_ylim(sheet.extent[2:])
    for place, letter in zip((0.055, 0.945), ("R", "L") if view == "axial" else ("A", "P"), strict=True):
        add_text(axes, place, 0.5, letter, size=12, weight="bold", relative=True)
    if scale:
        add_scale_bar(axes)


def _near(vertebra: PorousVertebra, plane: FloatArray, view: str) -> Sequence[Opening]:
    axis = 2 if view == "axial" else 0
    frame = vertebra.grid.frame
    return [o for o in vertebra.openings if abs(float(frame.local(o.point_mm)[axis] - plane[axis])) <= _NEAR_PLANE_MM]


def _on_sheet(local: FloatArray, view: str) -> tuple[FloatArray, FloatArray]:
    return (-local[:, 0], local[:, 1]) if view == "axial" else (-local[:, 1], local[:, 2])
