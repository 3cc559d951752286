"""The side wall of a vertebral body: how dense it is and how far out it lies, by direction and height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree
from scipy.special import ndtr
from skimage.measure import marching_cubes

from corduroy.lesion.bench import Array, Bench, FloatArray

# All author's choice.
_SMOOTH_MM = 0.7
_INWARDS_MM = np.arange(-2.5, 2.51, 0.25)
_BEYOND_MM, _WITHIN_MM, _STEP_WIDTH_MM = 2.0, 1.0, 0.8
_PATCH_MM = 1.6  # over which neighbouring rays are averaged
_HEIGHT = 0.75  # of the half height: beyond it the endplates round off
_LEVEL = 0.7  # largest upward part of a normal that belongs to a side wall
AZIMUTHS, HEIGHTS = 24, 3
LEAST_CREST_HU = 40.0  # where a wall stands out less, nothing is said of it


@dataclass(frozen=True, eq=False)
class Walls:
    """Rays through a body's side wall.

    Parameters
    ----------
    local : ndarray, shape (n, 3)
        Where they cross the surface, mm on the vertebra's axes.
    outwards : ndarray, shape (n, 3)
        Unit vectors on the vertebra's axes.
    crest_hu : ndarray, shape (n,)
        By how much the grey value at the surface stands above the step between what lies 2 to 2.5 mm outside and
        inside, averaged with near rays.
    radius_mm : ndarray, shape (n,)
        Distance from the body's axis.
    area_mm2 : ndarray, shape (n,)
        Part of the surface that the ray stands for.
    bins : ndarray of int, shape (n, 2)
        Direction and height.
    """

    local: FloatArray
    outwards: FloatArray
    crest_hu: FloatArray
    radius_mm: FloatArray
    area_mm2: FloatArray
    bins: Array

    @classmethod
    def of(cls, bench: Bench) -> Walls:
        """Send rays through the side wall of a bench's body."""
        soft = ndimage.gaussian_filter(bench.inside.astype(np.float32), _SMOOTH_MM)
        vertices, faces, normals, _ = marching_cubes(np.pad(soft, 1), 0.5)
        vertices = vertices - 1.0
        local = bench.grid.start + bench.grid.step * vertices
        area = _areas(local, faces)
        axis, half_height = _axis(bench)
        height = (local[:, 2] - axis[2]) / half_height
        at = bench.body.wall(local[:, 0], local[:, 2]) - 1.0
        side = (np.abs(height) < _HEIGHT) & (local[:, 1] > at) & (np.abs(normals[:, 2]) < _LEVEL)
        side &= _borders_body(bench, vertices)
        vertices, normals, local = vertices[side], normals[side], local[side]
        outwards = normals * np.sign((normals * (local - axis)).sum(axis=1, keepdims=True))
        rays = vertices[:, None] - _INWARDS_MM[None, :, None] * outwards[:, None] / bench.grid.step
        grey = ndimage.map_coordinates(bench.grid.values, rays.reshape(-1, 3).T, order=1, mode="nearest")
        grey = grey.reshape(rays.shape[:2])
        offset = local - axis
        azimuth = np.rad2deg(np.arctan2(offset[:, 0], offset[:, 1]))
        bins = np.column_stack(
            [
                np.clip(((azimuth + 180.0) / 360.0 * AZIMUTHS).astype(int), 0, AZIMUTHS - 1),
                np.clip(((height[side] / _HEIGHT + 1) / 2 * HEIGHTS).astype(int), 0, HEIGHTS - 1),
            ]
        )
        radius = np.hypot(offset[:, 0], offset[:, 1])
        crest = averaged_near(local, _crest(grey), _PATCH_MM)
        return cls(local, outwards, crest, radius, area[side], bins)

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


def _axis(bench: Bench) -> tuple[FloatArray, float]:
    spans = [np.quantile(values[bench.in_body], (0.02, 0.98)) for values in bench.coordinates]
    return np.array([(low + high) / 2 for low, high in spans]), float((spans[2][1] - spans[2][0]) / 2)


def _areas(points: FloatArray, faces: Array) -> FloatArray:
    """A third of the area of all triangles around each vertex."""
    a, b, c = (points[faces[:, i]] for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    return np.asarray(np.bincount(faces.ravel(), np.repeat(area, 3), minlength=len(points)) / 3)


def _borders_body(bench: Bench, vertices: FloatArray) -> Array:
    """Whether a surface point lies on the body, not on a pedicle or process."""
    grown = ndimage.binary_dilation(bench.in_body, iterations=1)
    index = np.clip(np.rint(vertices).astype(int), 0, np.array(grown.shape) - 1)
    return np.asarray(grown[tuple(index.T)])
