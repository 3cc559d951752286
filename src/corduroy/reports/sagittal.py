"""The mid-sagittal view, with everything drawn on it that was measured there."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from corduroy.morphometry.results import POSITIONS, SpineMeasurement, VertebraMeasurement
from corduroy.pipeline.images import CaseImages
from corduroy.reports.planes import Sheet, mid_sagittal
from corduroy.reports.style import (
    BONE,
    ENDPLATE,
    LOCAL_ANGLE,
    POSITION_COLOURS,
    REGIONAL_ANGLE,
    VIEWER_INK,
    figure_style,
    grade_colour,
)
from corduroy.reports.viewer import OUTLINE, add_letters, add_scale_bar, add_text, show_grey, viewer_figure
from corduroy.reports.wording import marked_grade, number

FloatArray = NDArray[np.float64]

_LONGEST_IN = (6.8, 9.0)
_MM_PER_IN = 30.0
_WEDGE_REACH_MM = 16.0
_COBB_REACH_MM = 30.0
_OUTLINE_BLUR_PX = 1.6
_NAMES_AT = 0.07
_FULL_LINES_MM = 220.0


def draw_sagittal(measurement: SpineMeasurement, images: CaseImages) -> Figure | None:
    """The mid-sagittal figure; None if no vertebra has landmarks."""
    drawn = [v for v in measurement.vertebrae if v.landmarks is not None]
    if not drawn or images.labels is None:
        return None
    sheet = mid_sagittal(drawn)
    with figure_style():
        figure, axes = viewer_figure(sheet.extent, _size_in(sheet))
        _draw_ground(axes, sheet, images, measurement)
        for vertebra in drawn:
            _draw_lines(axes, sheet, vertebra)
            _draw_name(axes, sheet, vertebra)
        worst = worst_vertebra(drawn)
        if worst is not None:
            _draw_local_angle(axes, sheet, worst)
            _draw_regional_angle(axes, sheet, worst, drawn)
        add_letters(axes, "A", "P")
        add_scale_bar(axes)
        _draw_key(axes)
    return figure


def _size_in(sheet: Sheet) -> float:
    """A long spine gets a larger figure, up to a page."""
    bottom, top = sheet.extent[2:]
    return float(np.clip((top - bottom) / _MM_PER_IN, *_LONGEST_IN))


def worst_vertebra(vertebrae: list[VertebraMeasurement]) -> VertebraMeasurement | None:
    """The vertebra most surely and most deformed; None if none is graded 1 or above."""
    fractured = [v for v in vertebrae if (v.genant_grade or 0) >= 1]
    return max(fractured, key=lambda v: (marked_grade(v), v.genant_grade, v.deformity_score or 0.0), default=None)


def _draw_ground(axes: Axes, sheet: Sheet, images: CaseImages, measurement: SpineMeasurement) -> None:
    """The CT with the labels' outlines, or filled silhouettes where there is no CT."""
    assert images.labels is not None
    found = sheet.labels(images.labels)
    if images.ct is not None:
        show_grey(axes, sheet.grey(images.ct), sheet)
    for vertebra in measurement.vertebrae:
        mask = found == images.label_of.get(vertebra.level, -1)
        if not mask.any():
            continue
        colour = grade_colour(vertebra, BONE)
        if images.ct is None:
            picture = np.empty((*mask.shape, 4))
            picture[...] = (*to_rgb(colour), 0.0)
            picture[..., 3] = 0.5 * ndimage.gaussian_filter(mask.astype(float), _OUTLINE_BLUR_PX)
            axes.imshow(picture, extent=sheet.extent, interpolation="bilinear", zorder=0)
        # The outline of voxels is a staircase; blurred by half a millimetre it is the bone's again.
        smooth = ndimage.gaussian_filter(mask.astype(float), _OUTLINE_BLUR_PX)
        axes.contour(smooth, [0.5], colors=[colour], linewidths=0.9, extent=sheet.extent, origin="upper", zorder=2)


def _draw_lines(axes: Axes, sheet: Sheet, vertebra: VertebraMeasurement) -> None:
    """Endplates and the three heights; thinner where a long spine is drawn small."""
    assert vertebra.landmarks is not None
    thickness = float(np.clip(_FULL_LINES_MM / (sheet.extent[3] - sheet.extent[2]), 0.5, 1.0))
    for line in vertebra.landmarks.endplate_lines.values():
        axes.plot(*_on(sheet, line), color=ENDPLATE, lw=1.5 * thickness, zorder=4)
    for position in POSITIONS:
        segment = vertebra.landmarks.height_segments.get(position)
        if segment is not None:
            axes.plot(*_on(sheet, segment), color=POSITION_COLOURS[position], lw=1.6 * thickness, zorder=5)


def _draw_name(axes: Axes, sheet: Sheet, vertebra: VertebraMeasurement) -> None:
    """The level ahead of its body; for a fracture also its grade, kind and score."""
    assert vertebra.landmarks is not None
    y = float(_on(sheet, vertebra.landmarks.centre)[1])
    left, right = axes.get_xlim()
    place = left + _NAMES_AT * (right - left)
    colour = grade_colour(vertebra, VIEWER_INK)
    add_text(axes, place, y, str(vertebra.level), size=11, weight="bold", colour=colour, align="left")
    if (vertebra.genant_grade or 0) >= 1:
        axes.annotate(
            _fracture_words(vertebra),
            (place, y),
            xytext=(31, 0),
            textcoords="offset points",
            color=VIEWER_INK,
            size=8,
            va="center",
            linespacing=1.05,
            path_effects=OUTLINE,
            zorder=10,
        )


def _fracture_words(vertebra: VertebraMeasurement) -> str:
    score = "" if vertebra.deformity_score is None else f" {vertebra.deformity_score:.0f} %"
    or_none = " or 0" if vertebra.perhaps_intact else ""
    return f"Genant {vertebra.genant_grade}{or_none}\n{vertebra.deformity}{score}"


def _draw_local_angle(axes: Axes, sheet: Sheet, vertebra: VertebraMeasurement) -> None:
    """Both wedge lines of the worst vertebra, carried on behind it, and their angle."""
    assert vertebra.landmarks is not None
    if vertebra.wedge_angle is None:
        return
    lines = vertebra.landmarks.wedge_lines
    ends = [_extended(axes, sheet, lines[name], _WEDGE_REACH_MM, LOCAL_ANGLE, "--") for name in lines]
    x, y = np.mean(ends, axis=0)
    text = f"wedge {number(vertebra.wedge_angle, 0)}°"
    add_text(axes, x + 1.5, y, text, colour=LOCAL_ANGLE, size=9.5, weight="bold", align="left")


def _draw_regional_angle(
    axes: Axes, sheet: Sheet, worst: VertebraMeasurement, drawn: list[VertebraMeasurement]
) -> None:
    """Upper endplate of the vertebra above to lower endplate of the vertebra below the worst one."""
    place = drawn.index(worst)
    if worst.regional_cobb is None or not 0 < place < len(drawn) - 1:
        return
    above, below = drawn[place - 1].landmarks, drawn[place + 1].landmarks
    assert above is not None
    assert below is not None
    lines = (above.wedge_lines["superior"], below.wedge_lines["inferior"])
    ends = [_extended(axes, sheet, line, _COBB_REACH_MM, REGIONAL_ANGLE, "-") for line in lines]
    x, y = ends[0]
    text = f"regional\nCobb {number(worst.regional_cobb, 0)}°"
    add_text(axes, x + 1.5, y, text, colour=REGIONAL_ANGLE, size=9.5, weight="bold", align="left")


def _extended(
    axes: Axes, sheet: Sheet, line: FloatArray, reach_mm: float, colour: str, style: str
) -> tuple[float, float]:
    """Draw a line carried on to posterior by `reach_mm`; returns its posterior end."""
    x, y = _on(sheet, line)
    front, back = np.argmin(x), np.argmax(x)
    start, end = np.array([x[front], y[front]]), np.array([x[back], y[back]])
    direction = (end - start) / np.linalg.norm(end - start)
    tip = end + reach_mm * direction
    axes.plot([start[0], tip[0]], [start[1], tip[1]], color=colour, lw=1.4, ls=style, zorder=3, path_effects=OUTLINE)
    return float(tip[0]), float(tip[1])


def _draw_key(axes: Axes) -> None:
    """Which colour is which height, along the upper border."""
    for index, position in enumerate(POSITIONS):
        x = 0.05 + 0.19 * index
        axes.plot(
            [x, x + 0.03], [0.982] * 2, color=POSITION_COLOURS[position], lw=3, transform=axes.transAxes, zorder=9
        )
        add_text(axes, x + 0.038, 0.982, position, size=8.5, align="left", relative=True)
    axes.plot([0.63, 0.66], [0.982] * 2, color=ENDPLATE, lw=2, transform=axes.transAxes, zorder=9)
    add_text(axes, 0.668, 0.982, "endplate", size=8.5, align="left", relative=True)


def _on(sheet: Sheet, points: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Image coordinates in mm of world points: to posterior, and up."""
    local = sheet.frame.local(points)
    return -local[..., 1], local[..., 2]
