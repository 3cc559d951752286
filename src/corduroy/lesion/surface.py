"""Rays through the surface of a vertebral body, from which side wall and endplates are taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.measure import marching_cubes

from corduroy.lesion.bench import Array, Bench, BoolArray, FloatArray

# Author's choice.
_SMOOTH_MM = 0.7
_CLEAR_OF_ARCH_MM = -1.0  # from the posterior wall: rays behind it belong to the arch


@dataclass(frozen=True, eq=False)
class Rays:
    """Rays through a part of a body's surface.

    Parameters
    ----------
    local : ndarray, shape (n, 3)
        Where they cross the surface, mm on the vertebra's axes.
    outwards : ndarray, shape (n, 3)
        Unit vectors on the vertebra's axes.
    area_mm2 : ndarray, shape (n,)
        Part of the surface that the ray stands for.
    """

    local: FloatArray
    outwards: FloatArray
    area_mm2: FloatArray

    def __getitem__(self, chosen: BoolArray) -> Rays:
        return Rays(self.local[chosen], self.outwards[chosen], self.area_mm2[chosen])


def body_surface(bench: Bench) -> Rays:
    """Rays through all of a body's surface that is not joined to the arch."""
    soft = ndimage.gaussian_filter(bench.inside.astype(np.float32), _SMOOTH_MM)
    vertices, faces, normals, _ = marching_cubes(np.pad(soft, 1), 0.5)
    vertices = vertices - 1.0
    local = bench.grid.start + bench.grid.step * vertices
    outwards = normals * np.sign((normals * (local - body_axis(bench)[0])).sum(axis=1, keepdims=True))
    rays = Rays(local, outwards, _areas(local, faces))
    ahead = local[:, 1] > bench.body.wall(local[:, 0], local[:, 2]) + _CLEAR_OF_ARCH_MM
    return rays[ahead & _borders_body(bench, vertices)]


def body_axis(bench: Bench) -> tuple[FloatArray, FloatArray]:
    """Middle of a body and its half sizes, from what holds 96 % of it; mm on the vertebra's axes, each shape (3,)."""
    spans = [np.quantile(values[bench.in_body], (0.02, 0.98)) for values in bench.coordinates]
    low, high = np.array(spans).T
    return (low + high) / 2, (high - low) / 2


def _areas(points: FloatArray, faces: Array) -> FloatArray:
    """A third of the area of all triangles around each vertex."""
    a, b, c = (points[faces[:, i]] for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    return np.asarray(np.bincount(faces.ravel(), np.repeat(area, 3), minlength=len(points)) / 3)


def _borders_body(bench: Bench, vertices: FloatArray) -> BoolArray:
    """Whether a surface point lies on the body, not on a pedicle or process."""
    grown = ndimage.binary_dilation(bench.in_body, iterations=1)
    index = np.clip(np.rint(vertices).astype(int), 0, np.array(grown.shape) - 1)
    return np.asarray(grown[tuple(index.T)])
