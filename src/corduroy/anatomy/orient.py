"""First axes of a vertebra, before anything else is known about it.

The superior axis is the tangent of the curve through all vertebrae's centroids; the anterior axis points from
the posterior arch to the body. The body is the thickest part of the vertebra seen along the superior axis:
a disc of 12 to 25 mm radius also when the vertebra has collapsed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grid import bounds_in, outline_points, sample_along
from corduroy.anatomy.label_shapes import mean_index
from corduroy.imaging.volume import LabelMap

FloatArray = NDArray[np.float64]

WORLD_SUPERIOR = np.array([0.0, 0.0, 1.0])
WORLD_ANTERIOR = np.array([0.0, 1.0, 0.0])
_STEP_MM = 1.5
_NEIGHBOURS = 2


def centroid(mask: LabelMap) -> FloatArray:
    """World centroid of the non-zero voxels of a cropped mask, shape (3,)."""
    return mask.world_from_voxel(mean_index(mask.array > 0))


def spine_tangents(centroids: FloatArray) -> FloatArray:
    """Unit superior directions of a chain of vertebrae, ordered cranial to caudal.

    Parameters
    ----------
    centroids : ndarray, shape (n, 3)
        World mm.

    Returns
    -------
    ndarray, shape (n, 3)
        Slope of a local quadratic through up to two neighbours on each side; the world's superior axis for a
        lone vertebra.
    """
    n = len(centroids)
    if n == 1:
        return WORLD_SUPERIOR[None, :].copy()
    chord = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(centroids, axis=0), axis=1))])
    tangents = np.empty((n, 3))
    for i in range(n):
        near = slice(max(0, i - _NEIGHBOURS), min(n, i + _NEIGHBOURS + 1))
        t = chord[near] - chord[i]
        design = np.vander(t, min(3, len(t)), increasing=True)
        curve = np.linalg.lstsq(design, centroids[near], rcond=None)[0]
        # At an end the slope is taken half-way to the one neighbour: beyond it the parabola overshoots.
        inward = 0.25 * (t[0] + t[-1]) if i in (0, n - 1) else 0.0
        tangents[i] = -(curve[1] + (2 * inward * curve[2] if len(curve) == 3 else 0.0))
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    return tangents


def first_frame(mask: LabelMap, superior: FloatArray) -> Frame:
    """A frame at the body's centre, its anterior axis pointing from the arch to the body.

    Parameters
    ----------
    mask : LabelMap
        One vertebra, cropped.
    superior : ndarray, shape (3,)
        Approximate superior direction in world coordinates.

    Notes
    -----
    Where the arch is missing (cut by the border, or laminectomised), the world's anterior axis serves.
    """
    start = Frame.from_directions(centroid(mask), superior, _anterior_hint(superior))
    lower, upper = bounds_in(outline_points(mask), start, float(mask.spacing.max()))
    grid = sample_along(mask, start, lower, upper, np.full(3, _STEP_MM))
    solid = grid.solid
    if not solid.any():  # a speck that falls between the grid's points
        return start
    depth = ndimage.distance_transform_edt(np.pad(solid.any(axis=2), 1))[1:-1, 1:-1] * _STEP_MM
    thick = solid.sum(axis=2) * depth**2
    radius = float(depth.max())
    core = depth > 0.8 * radius
    centre = np.array([_weighted_mean(grid.x[:, None], thick * core), _weighted_mean(grid.y[None, :], thick * core)])
    gap = np.hypot(grid.x[:, None] - centre[0], grid.y[None, :] - centre[1])
    arch = solid.any(axis=2) & (gap > 1.35 * radius)
    column = solid[core].sum(axis=0)
    height = float((grid.z * column).sum() / column.sum())
    origin = start.world([centre[0], centre[1], height])
    if np.count_nonzero(arch) * _STEP_MM**2 < 60.0:
        return Frame.from_directions(origin, superior, _anterior_hint(superior))
    behind = np.array([_weighted_mean(grid.x[:, None], arch), _weighted_mean(grid.y[None, :], arch)])
    forward = start.axes[:, :2] @ (centre - behind)
    if np.linalg.norm(forward) < _STEP_MM:  # bone all around the centre: no vertebra's shape, no front
        forward = _anterior_hint(superior)
    return Frame.from_directions(origin, superior, forward)


def _anterior_hint(superior: FloatArray) -> FloatArray:
    """World anterior, unless the spine itself runs along it."""
    return WORLD_ANTERIOR if abs(superior @ WORLD_ANTERIOR) < 0.9 else -WORLD_SUPERIOR


def _weighted_mean(values: FloatArray, weights: NDArray[Any]) -> float:
    return float((values * weights).sum() / weights.sum())
