"""The fill in three dimensions: bone seen through, cement and lesion inside, ways out as dots."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.imaging.volume import Volume
from corduroy.pipeline.injection_outputs import InjectionImages
from corduroy.reports.injection.draw_views import CEMENT, NEEDLE, SITES
from corduroy.reports.solid import LEFT, LEFT_POSTERIOR, View, overshoot, shaded, surface_normals, turned, view_axes
from corduroy.reports.style import BONE, VIEWER_BACKGROUND, figure_style, new_figure
from corduroy.reports.viewer import OUTLINE, add_text
from corduroy.simulation.injection_study import Study
from corduroy.simulation.injection_study.dose import side_of

FloatArray = NDArray[np.float64]

_PIXEL_MM, _STEP_MM = 0.4, 0.6
_BLUR_MM = 0.8
_MARGIN_MM = 4.0
_WORDS_MM = 5.0  # below the bone, for the view's name
_WIDTH_IN = 7.6
_SEEN_THROUGH = 0.62
_RIGHT_POSTERIOR = View("from right behind", -40.0, "L", "R")
_RIGHT = View("from the right", -90.0, "P", "A")
_NEEDLE_MM = 55.0


def draw_solid(images: InjectionImages) -> Figure:
    """Two views from the side of the first cannula."""
    study = images.study
    right = side_of(study.dose.cannulas[0], study.vertebra.grid.frame) > 0
    views = (_RIGHT_POSTERIOR, _RIGHT) if right else (LEFT_POSTERIOR, LEFT)
    bone = _smooth(study, study.vertebra.bone)
    cement = _smooth(study, study.planned.mask())
    pictures = [_picture(study, bone, cement, view) for view in views]
    with figure_style():
        widths = [extent[1] - extent[0] for _, extent, _ in pictures]
        height = max(extent[3] - extent[2] for _, extent, _ in pictures) + _WORDS_MM
        inch = _WIDTH_IN / sum(widths)
        figure = new_figure(_WIDTH_IN, height * inch, VIEWER_BACKGROUND)
        left = 0.0
        for (picture, extent, view), width in zip(pictures, widths, strict=True):
            axes = figure.add_axes((left / sum(widths), 0.0, width / sum(widths), 1.0))
            left += width
            axes.set_axis_off()
            axes.imshow(picture, extent=extent, interpolation="bicubic")
            _marks(axes, study, view)
            axes.set_xlim(extent[0], extent[1])
            axes.set_ylim(extent[3] - height, extent[3])
            add_text(axes, 0.04, 0.5, view.left_letter, size=13, weight="bold", relative=True)
            add_text(axes, 0.96, 0.5, view.right_letter, size=13, weight="bold", relative=True)
            add_text(axes, 0.5, 0.05, view.name, size=10, relative=True)
    return figure


def _smooth(study: Study, mask: NDArray[np.bool_]) -> Volume:
    """A smooth field, 1 inside and 0 outside, with room around it."""
    grid = study.vertebra.grid
    padded = ndimage.gaussian_filter(np.pad(mask, 3).astype(np.float32), max(_BLUR_MM / grid.voxel_mm, 0.7))
    affine = study.vertebra.affine.copy()
    affine[:3, 3] = affine[:3, :3] @ [-3, -3, -3] + affine[:3, 3]
    return Volume(padded, affine, "mask")


def _picture(
    study: Study, bone: Volume, cement: Volume, view: View
) -> tuple[FloatArray, tuple[float, float, float, float], View]:
    frame = study.vertebra.grid.frame
    axes = view_axes(frame, view)
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in bone.shape])).reshape(3, -1).T
    span = (bone.world_from_voxel(corners) - frame.origin) @ axes
    low, high = span.min(axis=0) - _MARGIN_MM, span.max(axis=0) + _MARGIN_MM
    across, down, deep = (int(n) for n in np.ceil((high - low) / [_PIXEL_MM, _PIXEL_MM, _STEP_MM]))
    first, steps = np.array([low[0], high[1], high[2]]), np.array([_PIXEL_MM, -_PIXEL_MM, -_STEP_MM])
    rgb = np.tile(np.array(to_rgb(VIEWER_BACKGROUND)), (across, down, 1))
    layers = [(cement, CEMENT), (bone, BONE)]
    shades, met = zip(
        *(_lit(field, colour, frame.origin, axes, first, steps, (across, down, deep)) for field, colour in layers),
        strict=True,
    )
    rgb = np.where(met[1][..., None], shades[1], rgb)
    through = _SEEN_THROUGH * shades[0] + (1 - _SEEN_THROUGH) * rgb
    rgb = np.where(met[0][..., None], through, rgb)
    extent = (float(low[0]), float(high[0]), float(low[1]), float(high[1]))
    return rgb.transpose(1, 0, 2), extent, view


def _lit(
    field: Volume,
    colour: str,
    origin: FloatArray,
    axes: FloatArray,
    first: FloatArray,
    steps: FloatArray,
    shape: tuple[int, int, int],
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Colours of the first surface along each ray, and where there is one."""
    block = turned(field, origin + axes @ first, axes * steps, shape)
    inside = block >= 0.5
    met = np.asarray(inside.any(axis=2))
    depth = inside.argmax(axis=2)
    places = np.column_stack([*np.nonzero(met), depth[met] - overshoot(block, depth, met)])
    local = first + steps * places
    world = origin + local @ axes.T
    far = np.clip((first[2] - local[:, 2]) / abs(steps[2] * shape[2]), 0, 1)
    found = np.zeros((shape[0], shape[1], 3))
    base = np.tile(np.array(to_rgb(colour)), (len(places), 1))
    found[met] = shaded(base, surface_normals(field, world) @ axes, far)
    return found, met


def _marks(axes: Axes, study: Study, view: View) -> None:
    """Ways out and cannulas, over everything, so that none is hidden."""
    frame = study.vertebra.grid.frame
    turn = view_axes(frame, view)
    for cannula in study.dose.cannulas:
        along = np.asarray(cannula.direction) / np.linalg.norm(cannula.direction)
        ends = np.array([cannula.tip_mm, np.asarray(cannula.tip_mm) - _NEEDLE_MM * along])
        x, y, _ = ((ends - frame.origin) @ turn).T
        axes.plot(x, y, color=NEEDLE, lw=2.4, path_effects=OUTLINE, zorder=4)
    for opening in study.vertebra.openings:
        x, y, _ = (np.asarray(opening.point_mm) - frame.origin) @ turn
        axes.plot([x], [y], "o", color=SITES[opening.yeom], ms=6.5, mec=VIEWER_BACKGROUND, mew=1.2, zorder=6)
        add_text(axes, x + 2.0, y + 2.0, opening.yeom.value, size=9.5, weight="bold")
