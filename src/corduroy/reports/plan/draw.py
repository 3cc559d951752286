"""The pictures of a plan on the CT: needle, lesion and laminectomy, in radiological convention."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.level import Level
from corduroy.imaging.volume import LabelMap
from corduroy.pipeline.plan_outputs import PlanImages
from corduroy.planning.corridors import Corridor, outer_diameter_mm
from corduroy.planning.surgical_plan import SurgicalPlan
from corduroy.reports.plan.sheets import ahead_letters, mid_sagittal_of, needle_axial, needle_sagittal
from corduroy.reports.planes import Sheet, across_canal
from corduroy.reports.style import BONE, CANAL, VIEWER_INK, figure_style
from corduroy.reports.viewer import OUTLINE, add_letters, add_scale_bar, show_grey, viewer_figure

LESION = "#CC79A7"
RESECTED = "#F0E442"
NEEDLE = "#2FC79B"

_SIDE_IN = 5.0
_BLUR_PX = 1.6

Across = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]


def draw_needle(plan: SurgicalPlan, images: PlanImages, corridor: Corridor | None, view: str) -> Figure | None:
    """One corridor in the plane that holds it; `view` is ``"axial"`` or ``"sagittal"``."""
    marks = plan.measured.landmarks
    if corridor is None or marks is None:
        return None
    axial = view == "axial"
    sheet = needle_axial(corridor, marks) if axial else needle_sagittal(corridor, marks)
    with figure_style():
        figure, axes = viewer_figure(sheet.extent, _SIDE_IN)
        _ground(axes, sheet, images)
        _lesion(axes, sheet, images)
        _needle(axes, corridor, _axial(sheet) if axial else _upright(sheet))
        if axial:
            add_letters(axes, "R", "L", "A", "P")
        else:
            add_letters(axes, *ahead_letters(sheet, marks))
        add_scale_bar(axes)
        write_words(axes, plan.level, [(line, NEEDLE) for line in _needle_words(corridor)])
    return figure


def draw_laminectomy(plan: SurgicalPlan, images: PlanImages, view: str) -> Figure | None:
    """The resected bone across the canal, or in the mid-sagittal plane of the vertebra."""
    marks, found = plan.measured.landmarks, plan.decompression
    if found is None or marks is None or marks.canal_contour is None:
        return None
    axial = view == "axial"
    sheet = across_canal(plan.measured) if axial else mid_sagittal_of(marks)
    with figure_style():
        figure, axes = viewer_figure(sheet.extent, _SIDE_IN)
        _ground(axes, sheet, images)
        _region(axes, sheet, found.resected, RESECTED, 0.42)
        _lesion(axes, sheet, images)
        if axial:
            across = _axial(sheet)(np.vstack([marks.canal_contour, marks.canal_contour[:1]]))
            axes.plot(*across, color=CANAL, lw=1.8, zorder=4, path_effects=OUTLINE)
            add_letters(axes, "R", "L", "A", "P")
        else:
            add_letters(axes, "A", "P")
        add_scale_bar(axes)
        key = [("resected", RESECTED)] + ([("lesion", LESION)] if images.lesion is not None else [])
        write_words(axes, plan.level, key)
    return figure


def _axial(sheet: Sheet) -> Across:
    """Image coordinates of world points on an axial sheet: the patient's right on the left."""

    def across(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        local = sheet.frame.local(points)
        return -local[..., 0], local[..., 1]

    return across


def _upright(sheet: Sheet) -> Across:
    """Image coordinates of world points on an upright sheet: ahead on the left."""

    def across(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        local = sheet.frame.local(points)
        return -local[..., 1], local[..., 2]

    return across


def _ground(axes: Axes, sheet: Sheet, images: PlanImages) -> None:
    """The CT, or the bones' silhouettes where there is none."""
    if images.case.ct is not None:
        show_grey(axes, sheet.grey(images.case.ct), sheet)
        return
    assert images.case.labels is not None
    bone = (sheet.labels(images.case.labels) > 0).astype(float)
    _fill(axes, sheet, ndimage.gaussian_filter(bone, _BLUR_PX), BONE, 0.6)


def _lesion(axes: Axes, sheet: Sheet, images: PlanImages) -> None:
    if images.lesion is not None:
        _region(axes, sheet, images.lesion.parts, LESION, 0.28)


def _region(axes: Axes, sheet: Sheet, mask: LabelMap, colour: str, alpha: float) -> None:
    """A mask as a tinted area with its outline, smoothed by half a millimetre: voxels are a staircase."""
    inside = ndimage.gaussian_filter((sheet.labels(mask) > 0).astype(float), _BLUR_PX)
    if inside.max() < 0.5:
        return
    _fill(axes, sheet, inside, colour, alpha)
    axes.contour(inside, [0.5], colors=[colour], linewidths=1.2, extent=sheet.extent, origin="upper", zorder=3)


def _fill(axes: Axes, sheet: Sheet, share: NDArray[np.float64], colour: str, alpha: float) -> None:
    picture = np.empty((*share.shape, 4))
    picture[...] = (*to_rgb(colour), 0.0)
    picture[..., 3] = alpha * share
    axes.imshow(picture, extent=sheet.extent, interpolation="bilinear", zorder=1)


def _needle(axes: Axes, corridor: Corridor, across: Across) -> None:
    """The needle at its true thickness, with entry and tip."""
    x, y = across(np.array([corridor.entry_mm, corridor.bone_mm, corridor.target_mm]))
    along = np.array([x[2] - x[0], y[2] - y[0]])
    side = np.array([-along[1], along[0]]) / np.linalg.norm(along) * outer_diameter_mm(corridor.gauge) / 2
    entry, tip = np.array([x[0], y[0]]), np.array([x[2], y[2]])
    axes.fill(
        *np.array([entry + side, tip + side, tip - side, entry - side]).T,
        facecolor=NEEDLE,
        alpha=0.55,
        edgecolor=NEEDLE,
        lw=1.0,
        zorder=5,
    )
    axes.plot(x[:1], y[:1], "o", color=NEEDLE, ms=6, mec="black", mew=0.8, zorder=6)
    axes.plot(x[2:], y[2:], "o", color="white", ms=4, mec="black", mew=0.8, zorder=6)


def _needle_words(corridor: Corridor) -> list[str]:
    return [
        f"{corridor.kind}, {corridor.side}",
        f"{corridor.gauge} G, {corridor.depth_mm:.0f} mm deep",
        f"{corridor.bone_depth_mm:.0f} mm from the bone on",
    ]


def write_words(axes: Axes, level: Level, lines: list[tuple[str, str]]) -> None:
    """The level, and lines of text below it, in the upper left corner."""
    down = 9.0
    head = (str(level), VIEWER_INK, 14, "bold")
    for text, colour, size, weight in (head, *((*line, 9, "normal") for line in lines)):
        axes.annotate(
            text,
            (0.0, 1.0),
            xycoords="axes fraction",
            xytext=(10, -down),
            textcoords="offset points",
            va="top",
            color=colour,
            size=size,
            weight=weight,
            path_effects=OUTLINE,
            zorder=10,
        )
        down += 1.45 * size
