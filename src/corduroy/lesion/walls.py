"""The side wall of a vertebral body: how dense it is and how far out it lies, by direction and height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree
from scipy.special import ndtr

from corduroy.lesion.bench import Array, Bench, FloatArray
from corduroy.lesion.surface import Rays, body_axis, body_surface

# All author's choice.
_INWARDS_MM = np.arange(-2.5, 2.51, 0.25)
_BEYOND_MM, _WITHIN_MM, _STEP_WIDTH_MM = 2.0, 1.0, 0.8
_PATCH_MM = 1.6  # over which neighbouring rays are averaged
_HEIGHT = 0.75  # of the half height: beyond it the endplates round off
_LEVEL = 0.7  # largest upward part of a normal that belongs to a side wall
AZIMUTHS, HEIGHTS = 24, 3
LEAST_CREST_HU = 40.0  # where a wall stands out less, nothing is said of it


@dataclass(frozen=True, eq=False)
class Walls(Rays):
    """Rays through a body's side wall.

    Parameters
    ----------
    crest_hu : ndarray, shape (n,)
        By how much the grey value at the surface stands above the step between what lies 2 to 2.5 mm outside and
        inside, averaged with near rays.
    radius_mm : ndarray, shape (n,)
        Distance from the body's axis.
    bins : ndarray of int, shape (n, 2)
        Direction and height.
    """

    crest_hu: FloatArray
    radius_mm: FloatArray
    bins: Array

    @classmethod
    def of(cls, bench: Bench) -> Walls:
        """Send rays through the side wall of a bench's body."""
        surface = body_surface(bench)
        axis, half_sizes = body_axis(bench)
        height = (surface.local[:, 2] - axis[2]) / half_sizes[2]
        side = (np.abs(height) < _HEIGHT) & (np.abs(surface.outwards[:, 2]) < _LEVEL)
        rays, height = surface[side], height[side]
        points = rays.local[:, None] - _INWARDS_MM[None, :, None] * rays.outwards[:, None]
        index = (points - bench.grid.start) / bench.grid.step
        grey = ndimage.map_coordinates(bench.grid.values, index.reshape(-1, 3).T, order=1, mode="nearest")
        grey = grey.reshape(points.shape[:2])
        offset = rays.local - axis
        azimuth = np.rad2deg(np.arctan2(offset[:, 0], offset[:, 1]))
        bins = np.column_stack(
            [
                np.clip(((azimuth + 180.0) / 360.0 * AZIMUTHS).astype(int), 0, AZIMUTHS - 1),
                np.clip(((height / _HEIGHT + 1) / 2 * HEIGHTS).astype(int), 0, HEIGHTS - 1),
            ]
        )
        radius = np.hypot(offset[:, 0], offset[:, 1])
        crest = averaged_near(rays.local, _crest(grey), _PATCH_MM)
        return cls(rays.local, rays.outwards, rays.area_mm2, crest, radius, bins)

    def table(self, values: FloatArray) -> FloatArray:
        """Median of the rays' values by direction and height, shape (24, 3); NaN where there are none."""
        found = np.full((AZIMUTHS, HEIGHTS), np.nan)
        flat = np.ravel_multi_index(tuple(self.bins.T), found.shape)
        for number in np.unique(flat):
            found.ravel()[number] = np.median(values[flat == number])
        return found


def _crest(grey: FloatArray) -> FloatArray:
    """Height of each ray's grey values above a smooth step, at its most near the surface."""
    outside = grey[:, _INWARDS_MM <= -_BEYOND_MM].mean(axis=1, keepdims=True)
    inside = grey[:, _INWARDS_MM >= _BEYOND_MM].mean(axis=1, keepdims=True)
    step = outside + (inside - outside) * ndtr(_INWARDS_MM / _STEP_WIDTH_MM)
    near = np.abs(_INWARDS_MM) <= _WITHIN_MM
    return np.asarray((grey - step)[:, near].max(axis=1))


def averaged_near(points: FloatArray, values: FloatArray, radius_mm: float) -> FloatArray:
    """Mean of the values at points within a radius."""
    near = cKDTree(points).query_ball_point(points, radius_mm)
    return np.array([values[n].mean() for n in near])
