"""The 3D view: bone surfaces found along parallel rays and shaded by their own slope, with numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.morphometry.results import SpineMeasurement
from corduroy.pipeline.images import CaseImages
from corduroy.reports.planes import spine_frame
from corduroy.reports.style import BONE, VIEWER_BACKGROUND, VIEWER_INK, figure_style, grade_colour, new_figure
from corduroy.reports.viewer import add_text
from corduroy.reports.wording import marked_grade

FloatArray = NDArray[np.float64]

_PIXEL_MM = 0.5
_STEP_MM = 1.0
_BLUR_MM = 0.9
_SURFACE = 0.5
# Rays that just miss the bone fade out between these densities, so that edges are smooth.
_EDGE = (0.3, 0.5)
_MARGIN_MM = 8.0
_HEIGHT_IN = 5.4
# Key light over the viewer's left shoulder, in view axes (to the right, up, towards the viewer).
_LIGHT = np.array([-0.45, 0.55, 0.70])
_AMBIENT, _DIFFUSE, _SHINE, _GLOSS, _FOG = 0.30, 0.86, 0.14, 24, 0.5


@dataclass(frozen=True)
class View:
    """Where the viewer stands, as a turn about the spine's long axis from straight behind, to the patient's left."""

    name: str
    turn_deg: float
    left_letter: str
    right_letter: str


@dataclass(frozen=True)
class Picture:
    """A shaded view: colours, extent in mm about the frame's origin, and the view's axes in world."""

    rgba: FloatArray
    extent: tuple[float, float, float, float]
    axes: FloatArray
    view: View


LEFT_POSTERIOR = View("from left behind", 40.0, "L", "R")
LEFT = View("from the left", 90.0, "A", "P")


def draw_solid(measurement: SpineMeasurement, images: CaseImages) -> Figure | None:
    """Two views of the bones side by side, fractured vertebrae coloured; None without landmarks."""
    drawn = [v for v in measurement.vertebrae if v.landmarks is not None]
    if not drawn or images.labels is None:
        return None
    frame = spine_frame(drawn)
    field, owner = _bone_field(images.labels, images.label_of)
    colours = _colours(measurement, images.label_of)
    pictures = [_render(field, owner, colours, frame, view) for view in (LEFT_POSTERIOR, LEFT)]
    with figure_style():
        return _side_by_side(pictures, measurement, frame)


def _bone_field(labels: LabelMap, label_of: dict[Level, int]) -> tuple[Volume, LabelMap]:
    """A smooth field, 1 inside the vertebrae and 0 outside, and the labels, cropped to the vertebrae."""
    values = [value for value in label_of.values() if value in labels.boxes]
    boxes = [labels.boxes[value] for value in values]
    r, a, s = (slice(min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes)) for axis in range(3))
    cut = labels.crop((r, a, s), margin=4)
    # The map may hold ribs and organs too.
    owner = LabelMap(np.where(np.isin(cut.array, values), cut.array, 0), cut.affine, cut.name)
    inside = (owner.array > 0).astype(np.float32)
    # Coarse voxels are blurred by a part of their own size, or their steps would show.
    sigma = np.maximum(_BLUR_MM, 0.7 * owner.spacing) / owner.spacing
    return owner.with_array(ndimage.gaussian_filter(inside, sigma)), owner


def _colours(measurement: SpineMeasurement, label_of: dict[Level, int]) -> FloatArray:
    """One colour per label value."""
    table = np.tile(np.array(to_rgb(BONE)), (max(label_of.values()) + 1, 1))
    for vertebra in measurement.vertebrae:
        if vertebra.level in label_of:
            table[label_of[vertebra.level]] = to_rgb(grade_colour(vertebra, BONE))
    return table


def view_axes(frame: Frame, view: View) -> FloatArray:
    """Columns: to the viewer's right, up, and towards the viewer, in world coordinates."""
    turn = np.deg2rad(view.turn_deg)
    towards = -frame.anterior * np.cos(turn) - frame.right * np.sin(turn)
    return np.column_stack([np.cross(frame.superior, towards), frame.superior, towards])


def _render(field: Volume, owner: LabelMap, colours: FloatArray, frame: Frame, view: View) -> Picture:
    """Look along parallel rays, stop each at the first bone, and shade it there."""
    axes = view_axes(frame, view)
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in field.shape])).reshape(3, -1).T
    span = (field.world_from_voxel(corners) - frame.origin) @ axes
    low, high = span.min(axis=0), span.max(axis=0)
    # Index of the block: across to the right, down, and away from the viewer.
    first = np.array([low[0], high[1], high[2]])
    steps = np.array([_PIXEL_MM, -_PIXEL_MM, -_STEP_MM])
    shape = np.ceil((high - low) / np.abs(steps)).astype(int)
    block = turned(field, frame.origin + axes @ first, axes * steps, tuple(shape))
    density = block.max(axis=2)
    bone = block >= _SURFACE
    depth = np.where(bone.any(axis=2), bone.argmax(axis=2), block.argmax(axis=2))
    seen = density > _EDGE[0]
    local = first + steps * np.column_stack([*np.nonzero(seen), depth[seen] - overshoot(block, depth, seen)])
    world = frame.origin + local @ axes.T
    picture = np.zeros((*density.shape, 4))
    base = colours[_nearest_label(owner, world - 0.6 * axes[:, 2])]
    far = (first[2] - local[:, 2]) / (high[2] - low[2])
    picture[seen, :3] = shaded(base, surface_normals(field, world) @ axes, far)
    picture[seen, 3] = np.clip((density[seen] - _EDGE[0]) / (_EDGE[1] - _EDGE[0]), 0, 1)
    return Picture(picture.transpose(1, 0, 2), (low[0], high[0], low[1], high[1]), axes, view)


def turned(field: Volume, origin: FloatArray, columns: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """The field resampled on a block whose axes are those of the view."""
    matrix = field.inverse_affine[:3, :3] @ columns
    return np.asarray(
        ndimage.affine_transform(
            field.array, matrix, field.voxel_from_world(origin), output_shape=shape, output=np.float32, order=1
        )
    )


def overshoot(block: FloatArray, depth: NDArray[np.int64], seen: NDArray[np.bool_]) -> FloatArray:
    """By how many steps the first bone sample lies behind the surface, 0 to 1."""
    at = np.take_along_axis(block, depth[..., None], axis=2)[seen, 0]
    before = np.take_along_axis(block, np.maximum(depth - 1, 0)[..., None], axis=2)[seen, 0]
    return np.asarray(np.clip((at - _SURFACE) / np.maximum(at - before, 1e-6), 0.0, 1.0))


def surface_normals(field: Volume, world: FloatArray) -> FloatArray:
    """Outward unit normals of the surface, from central differences over about a voxel."""
    reach = 0.75 * float(field.spacing.max())
    slope = np.column_stack(
        [field.sample(world - reach * unit) - field.sample(world + reach * unit) for unit in np.eye(3)]
    )
    return np.asarray(slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-6))


def _nearest_label(owner: LabelMap, world: FloatArray) -> NDArray[np.int64]:
    """The label at each point; where the blurred surface lies outside its own label, the nearest one's."""
    index = np.round(owner.voxel_from_world(world)).astype(int)
    index = np.clip(index, 0, np.array(owner.shape) - 1)
    spread = ndimage.maximum_filter(owner.array, 3)
    inside = owner.array[tuple(index.T)]
    return np.asarray(np.where(inside > 0, inside, spread[tuple(index.T)]), dtype=np.int64)


def shaded(base: FloatArray, normals: FloatArray, far: FloatArray) -> FloatArray:
    """Blinn-Phong shading; what lies further away (`far`, 0 to 1) is darker, so that it recedes."""
    light = _LIGHT / np.linalg.norm(_LIGHT)
    half = light + np.array([0.0, 0.0, 1.0])
    half /= np.linalg.norm(half)
    diffuse = np.clip(normals @ light, 0, 1)
    shine = np.clip(normals @ half, 0, 1) ** _GLOSS
    bright = (_AMBIENT + _DIFFUSE * diffuse) * (1.0 - _FOG * far)
    return np.asarray(np.clip(base * bright[:, None] + _SHINE * shine[:, None], 0, 1))


def _side_by_side(pictures: list[Picture], measurement: SpineMeasurement, frame: Frame) -> Figure:
    """All pictures at one scale, with letters and the fractured levels' names."""
    widths = [p.extent[1] - p.extent[0] + 2 * _MARGIN_MM for p in pictures]
    height = max(p.extent[3] - p.extent[2] for p in pictures) + 3 * _MARGIN_MM
    figure = new_figure(sum(widths) * _HEIGHT_IN / height, _HEIGHT_IN, VIEWER_BACKGROUND)
    left = 0.0
    for picture, width in zip(pictures, widths, strict=True):
        axes = figure.add_axes((left, 0, width / sum(widths), 1))
        left += width / sum(widths)
        _show(axes, picture, height)
        for vertebra in measurement.vertebrae:
            if vertebra.landmarks is not None and marked_grade(vertebra) >= 1:
                x, y, _ = (vertebra.landmarks.centre - frame.origin) @ picture.axes
                add_text(axes, x, y, str(vertebra.level), size=11, weight="bold", colour=VIEWER_INK)
    return figure


def _show(axes: Axes, picture: Picture, height: float) -> None:
    extent = picture.extent
    bottom = extent[2] - 2 * _MARGIN_MM
    axes.set_axis_off()
    axes.imshow(picture.rgba, extent=extent, interpolation="bicubic")
    axes.set_xlim(extent[0] - _MARGIN_MM, extent[1] + _MARGIN_MM)
    axes.set_ylim(bottom, bottom + height)
    add_text(axes, 0.05, 0.5, picture.view.left_letter, size=13, weight="bold", relative=True)
    add_text(axes, 0.95, 0.5, picture.view.right_letter, size=13, weight="bold", relative=True)
    add_text(axes, 0.5, 0.03, picture.view.name, size=9.5, relative=True)
