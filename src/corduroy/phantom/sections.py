"""Cross-sections of the bones, evaluated densely: the canal where the ring is closed, the pedicles' isthmus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from corduroy.anatomy.frame import FloatArray, Frame
from corduroy.phantom.labels import occupancy
from corduroy.phantom.points import GridPoints
from corduroy.phantom.shapes import Array
from corduroy.phantom.spine import PhantomSpine

_CANAL_STEP_MM = 0.25
_CANAL_SLICE_MM = 0.75
_CANAL_SPARE_MM = 2.0
_PEDICLE_STEP_MM = 0.15
_PEDICLE_SLICE_MM = 0.5
_BODY_STEP_MM = 0.6


@dataclass(frozen=True)
class CanalTruth:
    """The narrowest closed cross-section of the canal at one vertebra.

    Parameters
    ----------
    area_mm2, ap_mm, transverse_mm : float
        Area; extent in the midline; largest transverse extent.
    centre : ndarray, shape (3,)
        World RAS+ mm.
    closed_range_mm : tuple of float
        Local z between which the bony ring is closed.
    """

    area_mm2: float
    ap_mm: float
    transverse_mm: float
    centre: FloatArray
    closed_range_mm: tuple[float, float]


@dataclass(frozen=True)
class PedicleTruth:
    """A pedicle at its isthmus.

    Parameters
    ----------
    width_mm, height_mm, area_mm2 : float
        Largest extents across and along the vertebra's z, and area, of the section perpendicular to the axis.
    point, axis : ndarray, shape (3,)
        World: the section's centroid, and the unit vector from the arch to the body.
    """

    width_mm: float
    height_mm: float
    area_mm2: float
    point: FloatArray
    axis: FloatArray


def canal_truth(spine: PhantomSpine, index: int) -> CanalTruth | None:
    """The smallest closed section perpendicular to the canal's axis; None if the ring is nowhere closed."""
    vertebra = spine.vertebrae[index]
    tube, size = vertebra.tube, vertebra.size
    half = np.array([tube.half_width, tube.half_depth]) + 3.0
    pedicle = vertebra.pedicles["right"]
    bottom, top = (pedicle.isthmus[2] + sign * (pedicle.height / 2 + _CANAL_SPARE_MM) for sign in (-1, 1))
    step = np.array([_CANAL_STEP_MM, _CANAL_STEP_MM, _CANAL_SLICE_MM])
    low = np.array([-half[0], tube.centre_y - half[1], bottom])
    grid = local_grid(vertebra.frame, low, np.array([half[0], tube.centre_y + half[1], top]), step)
    bone = np.minimum(*spine.bone(grid, index))
    seed_y = int((tube.back_y + 0.4 * size.canal_depth - low[1]) / step[1])
    closed: list[tuple[float, int, Array]] = []
    for k in range(grid.shape[2]):
        parts, _ = ndimage.label(bone[:, :, k] > 0)
        hole = parts == parts[grid.shape[0] // 2, seed_y]
        border = hole[[0, -1]].any() or hole[:, [0, -1]].any()
        if parts[grid.shape[0] // 2, seed_y] and not border:
            filled = ndimage.binary_dilation(hole, iterations=2) * (1.0 - occupancy(bone[:, :, k], step[0]))
            closed.append((float(filled.sum() * step[0] * step[1]), k, filled))
    if not closed:
        return None
    area, k, filled = min(closed, key=lambda item: item[0])
    weights = filled / filled.sum()
    middle = [float((weights.sum(axis=1 - a) * np.arange(filled.shape[a])).sum()) for a in (0, 1)]
    centre = vertebra.frame.world(low + step * [*middle, k])
    heights = [low[2] + step[2] * item[1] for item in closed]
    return CanalTruth(
        area,
        float(filled[grid.shape[0] // 2].sum() * step[1]),
        float(filled.sum(axis=0).max() * step[0]),
        centre,
        (float(min(heights)), float(max(heights))),
    )


def pedicle_truth(spine: PhantomSpine, index: int, side: str) -> PedicleTruth:
    """The smallest section perpendicular to the axis between the posterior wall and the back of the pedicle."""
    vertebra = spine.vertebrae[index]
    pedicle = vertebra.pedicles[side]
    along = np.array(pedicle.direction)
    across = np.cross(along, [0.0, 0.0, 1.0])
    local = Frame(np.array(pedicle.isthmus), np.column_stack([across, along, [0.0, 0.0, 1.0]]))
    frame = Frame(vertebra.frame.world(local.origin), vertebra.frame.axes @ local.axes)
    step = np.array([_PEDICLE_STEP_MM, _PEDICLE_SLICE_MM, _PEDICLE_STEP_MM])
    half = np.array([pedicle.width / 2 + 5.0, 0.22 * vertebra.size.canal_depth, pedicle.height / 2 + 4.0])
    grid = local_grid(frame, -half, half, step)
    inside = occupancy(np.minimum(*spine.bone(grid, index)), _PEDICLE_STEP_MM)
    areas = inside.sum(axis=(0, 2))
    thinnest = int(areas.argmin())
    section = inside[:, thinnest]
    weights = section / section.sum()
    centroid = [float((weights.sum(axis=1 - a) * np.arange(section.shape[a])).sum()) for a in (0, 1)]
    point = frame.world(-half + step * [centroid[0], thinnest, centroid[1]])
    return PedicleTruth(
        float(section.sum(axis=0).max() * _PEDICLE_STEP_MM),
        float(section.sum(axis=1).max() * _PEDICLE_STEP_MM),
        float(section.sum() * _PEDICLE_STEP_MM**2),
        point,
        frame.anterior,
    )


def body_volume_ml(spine: PhantomSpine, index: int) -> float:
    """Volume inside the body's own surface, without fragment and pedicles, ml."""
    body = spine.vertebrae[index].body
    low, high = np.array(body.bounds)
    x, y, z = np.meshgrid(*(np.arange(a, b, _BODY_STEP_MM) for a, b in zip(low, high, strict=True)))
    return float(occupancy(body.distance(x, y, z), _BODY_STEP_MM).sum() * _BODY_STEP_MM**3 / 1000.0)


def body_width_mm(spine: PhantomSpine, index: int, mid_height: FloatArray) -> float:
    """Largest transverse extent of the body in the plane through the mid-height line, mm."""
    body = spine.vertebrae[index].body
    share = np.linspace(0.0, 1.0, 80)[:, None]
    line = mid_height[0] + share * (mid_height[1] - mid_height[0])
    x = np.arange(-0.7 * body.width, 0.7 * body.width, 0.05)
    shape = (len(line), len(x))
    distance = body.distance(
        np.broadcast_to(x, shape),
        np.broadcast_to(line[:, 1:2], shape),
        np.broadcast_to(line[:, 2:3], shape),
    )
    return float(occupancy(distance, 0.05).sum(axis=1).max() * 0.05)


def local_grid(frame: Frame, low: FloatArray, high: FloatArray, step: FloatArray) -> GridPoints:
    """A grid along a frame's axes."""
    affine = np.eye(4)
    affine[:3, :3] = frame.axes * step
    affine[:3, 3] = frame.world(low)
    count = np.floor((high - low) / step + 1e-9).astype(int) + 1
    return GridPoints(affine, (int(count[0]), int(count[1]), int(count[2])))
