"""The spinal canal from the uppermost to the lowest closed ring, also between the levels where no bone bounds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from corduroy.anatomy.canal import CanalRing
from corduroy.anatomy.spine import Spine
from corduroy.imaging.volume import LabelMap, Volume

FloatArray = NDArray[np.float64]

_ANGLES = np.linspace(-np.pi, np.pi, 73)
_STEP_MM = 0.5
_BEYOND_MM = 6.0  # author's choice: how far the tube runs on above the first and below the last ring


@dataclass(frozen=True, eq=False)
class CanalTube:
    """The canal as a tube of varying cross-section around a curved centreline.

    Parameters
    ----------
    centres : ndarray, shape (n, 3)
        Centreline every 0.5 mm, world mm, from cranial to caudal.
    axes : ndarray, shape (n, 3, 3)
        Right, anterior and superior unit vectors at each centre, as columns.
    radii : ndarray, shape (n, 73)
        Distance of the outline from the centre, mm, by the angle from right over anterior, -180 to 180 degrees.

    Notes
    -----
    Between two rings the outline is interpolated from ring to ring. When this misleads: at disc level the canal is
    bounded by the disc, the ligamenta flava and the facets, which a mask of vertebrae does not show; a bulging disc
    or thick ligament is not seen.
    """

    centres: FloatArray
    axes: FloatArray
    radii: FloatArray

    def area_mm2(self) -> FloatArray:
        """Area of the cross-section at every centre, shape (n,)."""
        step = np.diff(_ANGLES)
        wedge = self.radii[:, :-1] * self.radii[:, 1:] * np.sin(step)
        return np.asarray(wedge.sum(axis=1) / 2)

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Which world points (mm), shape (..., 3), lie inside."""
        world = np.asarray(points, dtype=np.float64)
        flat = world.reshape(-1, 3)
        _, nearest = cKDTree(self.centres).query(flat)
        local = np.einsum("nj,njk->nk", flat - self.centres[nearest], self.axes[nearest])
        angle = np.arctan2(local[:, 1], local[:, 0])
        place = (angle - _ANGLES[0]) / (_ANGLES[1] - _ANGLES[0])
        low = np.clip(place.astype(np.intp), 0, len(_ANGLES) - 2)
        part = place - low
        outline = (1 - part) * self.radii[nearest, low] + part * self.radii[nearest, low + 1]
        inside = (np.hypot(local[:, 0], local[:, 1]) <= outline) & (np.abs(local[:, 2]) <= _STEP_MM)
        return np.asarray(inside.reshape(world.shape[:-1]))

    def mask_on(self, grid: Volume) -> LabelMap:
        """The canal as a mask of 0 and 1 on the grid of an image."""
        reach = float(self.radii.max()) + float(grid.spacing.max())
        voxels = grid.voxel_from_world(self.centres)
        margin = reach / grid.spacing
        start = np.clip(np.floor(voxels.min(axis=0) - margin), 0, grid.shape).astype(int)
        stop = np.clip(np.ceil(voxels.max(axis=0) + margin) + 1, 0, grid.shape).astype(int)
        mask = np.zeros(grid.shape, dtype=np.uint8)
        box = tuple(slice(a, b) for a, b in zip(start, stop, strict=True))
        index = np.moveaxis(np.indices(tuple(stop - start)), 0, -1) + start
        mask[box] = self.contains(grid.world_from_voxel(index))
        return LabelMap(mask, grid.affine, "canal")


def canal_tube(spine: Spine) -> CanalTube | None:
    """The canal through all closed rings of a spine; None with fewer than two."""
    rings = [v.canal for v in spine.vertebrae.values() if v.canal is not None]
    if len(rings) < 2:
        return None
    knots = np.array([ring.frame.origin for ring in rings])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    places = np.arange(-_BEYOND_MM, along[-1] + _BEYOND_MM, _STEP_MM)
    held = np.clip(places, 0.0, along[-1])
    course = PchipInterpolator(along, knots)
    beyond = (places - held)[:, None] * _ends_direction(knots, places)
    centres = course(held) + beyond
    outlines = PchipInterpolator(along, np.array([_polar(ring) for ring in rings]))
    front = PchipInterpolator(along, np.array([ring.frame.anterior for ring in rings]))
    return CanalTube(centres, _axes(centres, front(held)), outlines(held))


def _ends_direction(knots: FloatArray, places: FloatArray) -> FloatArray:
    """Unit direction of the first or last stretch, for the run beyond the rings."""
    ends = np.array([knots[1] - knots[0], knots[-1] - knots[-2]])
    ends /= np.linalg.norm(ends, axis=1, keepdims=True)
    return np.asarray(np.where(places[:, None] < 0, ends[0], ends[1]))


def _axes(centres: FloatArray, front: FloatArray) -> FloatArray:
    """Right, anterior, superior at every centre: superior against the course, anterior made perpendicular."""
    up = -np.gradient(centres, axis=0)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    forward = front - (front * up).sum(axis=1, keepdims=True) * up
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    return np.stack([np.cross(forward, up), forward, up], axis=-1)


def _polar(ring: CanalRing) -> FloatArray:
    """A ring's outline as radius by angle about its centroid."""
    angle = np.arctan2(ring.contour[:, 1], ring.contour[:, 0])
    order = np.argsort(angle)
    radius = np.hypot(ring.contour[order, 0], ring.contour[order, 1])
    return np.asarray(np.interp(_ANGLES, angle[order], radius, period=2 * np.pi))
