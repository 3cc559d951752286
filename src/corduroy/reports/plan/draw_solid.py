"""The plan in three dimensions: the bones of three levels, see-through where the lesion and the needles lie behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.anatomy.pedicles import Side
from corduroy.imaging.volume import Box, LabelMap, Volume
from corduroy.pipeline.plan_outputs import PlanImages
from corduroy.planning.corridors import Corridor, outer_diameter_mm
from corduroy.planning.surgical_plan import SurgicalPlan
from corduroy.reports.plan.cylinder import Seen, see_cylinder
from corduroy.reports.plan.draw import LESION, NEEDLE, RESECTED
from corduroy.reports.solid import LEFT, LEFT_POSTERIOR, View, overshoot, shaded, surface_normals, turned, view_axes
from corduroy.reports.style import BONE, VIEWER_BACKGROUND, VIEWER_INK, figure_style, new_figure
from corduroy.reports.viewer import add_text

FloatArray = NDArray[np.float64]

CANNULA = "#E69F00"
_RIGHT_POSTERIOR = View("from right behind", -40.0, "L", "R")
_RIGHT = View("from the right", -90.0, "P", "A")
_VIEWS = {Side.LEFT: (LEFT_POSTERIOR, LEFT), Side.RIGHT: (_RIGHT_POSTERIOR, _RIGHT)}

_PIXEL_MM, _STEP_MM = 0.5, 0.8
_BLUR_MM = 0.9
_MARGIN_MM = 9.0
_RIM_PX = 3
_BEHIND_MM = 32.0  # of a needle that is drawn behind the bones
_THROUGH_BONE, _THROUGH_LESION = 0.62, 0.75  # how much of what lies behind is seen through
_WIDTH_IN = 8.2


@dataclass(frozen=True, eq=False)
class _Layer:
    """One thing as the rays see it: colours by ray, shape (n, 3), and how much of what lies behind is seen through."""

    seen: Seen
    colours: FloatArray
    through: float


@dataclass(frozen=True, eq=False)
class _Block:
    """The rays of one view: where they start, and the steps across, down and away from the viewer."""

    frame: Frame
    axes: FloatArray
    low: FloatArray
    high: FloatArray

    @property
    def shape(self) -> tuple[int, int, int]:
        across, down, deep = np.ceil((self.high - self.low) / [_PIXEL_MM, _PIXEL_MM, _STEP_MM]).astype(int)
        return int(across), int(down), int(deep)

    @property
    def first(self) -> FloatArray:
        return np.array([self.low[0], self.high[1], self.high[2]])

    @property
    def steps(self) -> FloatArray:
        return np.array([_PIXEL_MM, -_PIXEL_MM, -_STEP_MM])

    def rays(self) -> tuple[FloatArray, FloatArray]:
        """View coordinates across and up of every ray, in the order of the picture's pixels."""
        across = self.first[0] + _PIXEL_MM * np.arange(self.shape[0])
        up = self.first[1] - _PIXEL_MM * np.arange(self.shape[1])
        return np.repeat(across, self.shape[1]), np.tile(up, self.shape[0])

    def seen(self, field: Volume) -> tuple[Seen, FloatArray]:
        """Where the rays meet the surface of a field of shares (at one half), and the world points there."""
        block = turned(field, self.frame.origin + self.axes @ self.first, self.axes * self.steps, self.shape)
        inside = block >= 0.5
        met = np.asarray(inside.any(axis=2))
        depth = inside.argmax(axis=2)
        places = np.column_stack([*np.nonzero(met), depth[met] - overshoot(block, depth, met)])
        local = np.asarray(self.first + self.steps * places)
        world = self.frame.origin + local @ self.axes.T
        at = np.flatnonzero(met.ravel())
        towards, normals = np.full(met.size, -np.inf), np.zeros((met.size, 3))
        towards[at] = local[:, 2]
        normals[at] = surface_normals(field, world) @ self.axes
        return Seen(towards, normals), world


def draw_plan_solid(plan: SurgicalPlan, images: PlanImages, corridors: Mapping[str, Corridor | None]) -> Figure | None:
    """Two views side by side, from the side of the first corridor; None without labels or landmarks.

    Parameters
    ----------
    plan : SurgicalPlan
    images : PlanImages
    corridors : mapping of str to Corridor or None
        Those to be drawn, by purpose.
    """
    marks = plan.measured.landmarks
    if marks is None or images.case.labels is None or plan.level not in images.case.label_of:
        return None
    frame = Frame(marks.centre, marks.axes)
    bones = _bones(plan, images, images.case.labels)
    lesion = None if images.lesion is None else _field(images.lesion.parts, np.array([1, 2, 3]))
    needles = {purpose: corridor for purpose, corridor in corridors.items() if corridor is not None}
    side = next((corridor.side for corridor in needles.values()), Side.LEFT)
    pictures = [_picture(bones, lesion, needles, frame, view) for view in _VIEWS[side]]
    with figure_style():
        return _side_by_side(pictures, plan, lesion is not None, needles)


def _bones(plan: SurgicalPlan, images: PlanImages, labels: LabelMap) -> LabelMap:
    """1 for the bone of the level and its neighbours, 2 for what the laminectomy takes of it."""
    numbers = [images.case.label_of[level] for level in _levels(plan.level, images.case.label_of)]
    boxes = [labels.boxes[number] for number in numbers if number in labels.boxes]
    box = _around(boxes)
    cut = labels.crop(box, margin=4)
    parts = np.isin(cut.array, numbers).astype(np.uint8)
    if plan.decompression is not None:
        taken = plan.decompression.resected.crop(box, margin=4).array > 0
        parts[taken & (parts > 0)] = 2
    return LabelMap(parts, cut.affine, "bones")


def _levels(level: Level, known: Mapping[Level, int]) -> Iterator[Level]:
    """The level, and the one above and below it, as far as they are labelled."""
    order = sorted(known, key=lambda each: each.position)
    place = order.index(level)
    yield from order[max(0, place - 1) : place + 2]


def _around(boxes: list[Box]) -> Box:
    r, a, s = (slice(min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes)) for axis in range(3))
    return r, a, s


def _field(parts: LabelMap, codes: FloatArray) -> Volume:
    """A smooth field, 1 inside and 0 outside."""
    padded = np.pad(np.isin(parts.array, codes), 3).astype(np.float32)
    affine = parts.affine.copy()
    affine[:3, 3] = parts.world_from_voxel([-3, -3, -3])
    sigma = np.maximum(_BLUR_MM, 0.7 * parts.spacing) / parts.spacing
    return Volume(ndimage.gaussian_filter(padded, sigma), affine, parts.name)


def _picture(
    bones: LabelMap, lesion: Volume | None, needles: Mapping[str, Corridor], frame: Frame, view: View
) -> tuple[FloatArray, FloatArray, View]:
    """Colours of one view, its extent in mm, and the view."""
    axes = view_axes(frame, view)
    block = _block(bones, frame, axes)
    bone_seen, world = block.seen(_field(bones, np.array([1, 2])))
    # The smoothed surface strays outside by a voxel: there the nearest part gives the colour.
    spread = bones.with_array(np.where(bones.array > 0, bones.array, ndimage.maximum_filter(bones.array, 3)))
    near = spread.sample(world - 0.8 * axes[:, 2], order=0).astype(int)
    bone_colours = _plain(BONE, len(bone_seen.depth))
    bone_colours[np.flatnonzero(np.isfinite(bone_seen.depth))[near == 2]] = to_rgb(RESECTED)
    layers = []
    if lesion is not None:
        layers.append(_Layer(block.seen(lesion)[0], _plain(LESION, len(bone_seen.depth)), _THROUGH_LESION))
    across, up = block.rays()
    for purpose, corridor in needles.items():
        ends = (np.array([corridor.target_mm, corridor.entry_mm]) - frame.origin) @ axes
        seen = see_cylinder(across, up, ends, outer_diameter_mm(corridor.gauge) / 2)
        layers.append(_Layer(seen, _plain(_needle_colour(purpose), len(across)), 0.0))
    rgb = _composed(block, bone_seen, bone_colours, layers)
    depths = np.stack([bone_seen.depth, *(layer.seen.depth for layer in layers)])
    drawn = np.asarray(np.isfinite(depths).any(axis=0))
    return *_trimmed(block, rgb, drawn), view


def _trimmed(block: _Block, rgb: FloatArray, drawn: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """The picture without the empty room around what is drawn, and its extent: left, right, bottom, top."""
    width, height = block.shape[:2]
    met = drawn.reshape(width, height)
    first, last = _span(np.asarray(met.any(axis=1)))
    upper, lower = _span(np.asarray(met.any(axis=0)))
    picture = rgb.reshape(width, height, 3)[first:last, upper:lower].transpose(1, 0, 2)
    left, top = block.first[0] + _PIXEL_MM * first, block.first[1] - _PIXEL_MM * upper
    return picture, np.array([left, left + _PIXEL_MM * (last - first), top - _PIXEL_MM * (lower - upper), top])


def _span(met: NDArray[np.bool_]) -> tuple[int, int]:
    """First and last place that is met, with a rim."""
    at = np.flatnonzero(met)
    return max(int(at[0]) - _RIM_PX, 0), min(int(at[-1]) + 1 + _RIM_PX, len(met))


def _block(bones: LabelMap, frame: Frame, axes: FloatArray) -> _Block:
    """The bones' box in view axes, with room behind the patient for the needles."""
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in bones.shape])).reshape(3, -1).T
    world = bones.world_from_voxel(corners)
    behind = world - _BEHIND_MM * frame.anterior
    span = (np.concatenate([world, behind]) - frame.origin) @ axes
    return _Block(frame, axes, span.min(axis=0), span.max(axis=0))


def _plain(colour: str, count: int) -> FloatArray:
    return np.tile(np.array(to_rgb(colour)), (count, 1))


def _needle_colour(purpose: str) -> str:
    return CANNULA if purpose == "cement" else NEEDLE


def _composed(block: _Block, bone: Seen, bone_colours: FloatArray, layers: list[_Layer]) -> FloatArray:
    """What a viewer sees: bone and lesion let through what lies behind them, everything else hides it."""
    count = len(bone.depth)
    whole = [*layers, _Layer(bone, bone_colours, _THROUGH_BONE)]
    depths = np.stack([layer.seen.depth for layer in whole])
    shades = np.stack([_lit(block, layer.seen, layer.colours) for layer in whole])
    lets = np.array([layer.through for layer in whole])
    order = np.argsort(depths, axis=0)
    pixel = np.arange(count)
    rgb = np.tile(np.array(to_rgb(VIEWER_BACKGROUND)), (count, 1))
    covered = np.zeros(count, dtype=bool)
    for which in order:
        shown = np.isfinite(depths[which, pixel])
        # What lets something through does so only where there is something: the ground is not seen through bone.
        let = np.where(covered, lets[which], 0.0)[:, None]
        rgb = np.where(shown[:, None], let * rgb + (1.0 - let) * shades[which, pixel], rgb)
        covered |= shown
    return rgb


def _lit(block: _Block, seen: Seen, colours: FloatArray) -> FloatArray:
    """Colours in the light; what lies further away is darker."""
    at = np.isfinite(seen.depth)
    lit = np.zeros_like(colours)
    far = (block.high[2] - seen.depth[at]) / (block.high[2] - block.low[2])
    lit[at] = shaded(colours[at], seen.normals[at], np.clip(far, 0.0, 1.0))
    return lit


def _side_by_side(
    pictures: list[tuple[FloatArray, FloatArray, View]],
    plan: SurgicalPlan,
    with_lesion: bool,
    needles: Mapping[str, Corridor],
) -> Figure:
    """Both views at one scale, with letters of direction and what the colours mean."""
    widths = [extent[1] - extent[0] + 2 * _MARGIN_MM for _, extent, _ in pictures]
    height = max(extent[3] - extent[2] for _, extent, _ in pictures) + 3 * _MARGIN_MM
    figure = new_figure(_WIDTH_IN, _WIDTH_IN * height / sum(widths), VIEWER_BACKGROUND)
    left = 0.0
    for (picture, extent, view), width in zip(pictures, widths, strict=True):
        axes = figure.add_axes((left / sum(widths), 0.0, width / sum(widths), 1.0))
        left += width
        axes.set_axis_off()
        axes.imshow(picture, extent=(extent[0], extent[1], extent[2], extent[3]), interpolation="bicubic")
        axes.set_xlim(extent[0] - _MARGIN_MM, extent[1] + _MARGIN_MM)
        axes.set_ylim(extent[2] - 2 * _MARGIN_MM, extent[2] - 2 * _MARGIN_MM + height)
        add_text(axes, 0.045, 0.5, view.left_letter, size=13, weight="bold", relative=True)
        add_text(axes, 0.955, 0.5, view.right_letter, size=13, weight="bold", relative=True)
        add_text(axes, 0.5, 0.97, "S", size=13, weight="bold", relative=True)
        add_text(axes, 0.5, 0.075, view.name, size=9.5, relative=True)
    figure.text(0.015, 0.98, str(plan.level), color=VIEWER_INK, size=14, weight="bold", va="top")
    _key(figure, plan, with_lesion, needles)
    return figure


def _key(figure: Figure, plan: SurgicalPlan, with_lesion: bool, needles: Mapping[str, Corridor]) -> None:
    """What the colours mean, along the lower border."""
    named = [("resected", RESECTED)] if plan.decompression is not None else []
    named += [("lesion", LESION)] if with_lesion else []
    named += [(f"{purpose}, {corridor.side}", _needle_colour(purpose)) for purpose, corridor in needles.items()]
    for number, (text, colour) in enumerate(named):
        figure.text((number + 0.5) / len(named), 0.02, text, color=colour, size=9.5, ha="center", va="bottom")
