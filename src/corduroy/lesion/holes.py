"""Holes in side wall and endplates: patches that hold far less than what is around, at the scan's own resolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.special import ndtr

from corduroy.imaging.volume import Volume
from corduroy.lesion.bench import Array, Bench, BoolArray, FloatArray
from corduroy.lesion.surface import Rays
from corduroy.lesion.walls import LEAST_CREST_HU

# All author's choice, set on planted lesions of other seeds than the benchmark's (7000-7231, 8000-8227).
_INWARDS_MM = np.arange(-3.0, 3.01, 0.25)
_OUTSIDE = (_INWARDS_MM >= -2.5) & (_INWARDS_MM <= -1.0)
_AT_WALL = (_INWARDS_MM >= -1.0) & (_INWARDS_MM <= 1.5)
_BESIDE = _INWARDS_MM <= -1.75
_AVERAGED = 3  # samples along a ray
_STEP_WIDTH_MM = 0.7
_PATCH_MM = 0.8  # sigma over which neighbouring rays are averaged: half of the least hole that matters
_AROUND_MM = 9.0
_MOST_POOLED = 400  # rays from which what is usual around a place is taken
_LEAST_USUAL = 0.6  # of the wall as a whole, where the wall around a place is weaker still
_GREY_HU = (-200.0, 1500.0)
_BRIGHT_HU = 130.0  # where more lies outside, another bone or a vessel full of contrast hides the wall
_FAT_HU = -60.0  # where less lies outside, fat or lung touches the wall: nothing came through
_MISSING, _MISSING_AT_SOFT_PART = 0.75, 0.50  # beyond the noise, of the wall, in the middle of a hole
_NOISE_WEIGHT = 0.3
_EDGE = 0.45  # as far as a hole reaches
_LEAST_AREA_MM2 = 7.0  # of a circle of 3 mm
_LINK_MM = 1.5
_SOFT_PART_MM = 4.0
_MAD_TO_SD = 1.4826
_PSF_MM = 0.34  # sigma of a point spread of 0.8 mm


@dataclass(frozen=True, eq=False)
class Holes:
    """What was seen of holes in a wall.

    Parameters
    ----------
    patches : list of (ndarray of shape (3,), float)
        Middle on the vertebra's axes, mm, and diameter of the circle of the same area, mm.
    smallest_mm : float or None
        Diameter from which a hole would have been seen; None where the wall stands out too little for any.
    told_share : float
        Part of the wall, 0 to 1, where neither another bone or vessel nor fat or lung outside hides a hole.
    """

    patches: list[tuple[FloatArray, float]]
    smallest_mm: float | None
    told_share: float


def find_holes(bench: Bench, ct: Volume, over: Rays, stroma_hu: float, soft_part: BoolArray | None = None) -> Holes:
    """Look for holes in the wall over a lesion.

    Parameters
    ----------
    bench : Bench
    ct : Volume
        Sampled directly: the bench's millimetre blurs a cortex of half a millimetre.
    over : Rays
        Through the wall that covers the lesion.
    stroma_hu : float
        Of the lesion.
    soft_part : ndarray of bool, optional
        On the bench: what the lesion has pushed out of the bone. Where that touches the wall, less is asked for.

    Notes
    -----
    What the wall holds beyond a step from outside to the lesion's stroma is averaged over a patch of the size of a
    small hole and compared with the wall as a whole and with its surroundings of 9 mm; how unevenly those vary
    counts against a hole. Where fat or lung lies against the wall, however thin, nothing of the lesion has come
    through, and no hole is reported. The smallest hole follows from what patch, point spread and voxels leave of a
    round hole in its middle. When this misleads: see `corduroy.lesion.cortex.lesion_cortex`.
    """
    local, area = over.local, over.area_mm2
    if len(local) == 0:
        return Holes([], None, 0.0)
    crest, untold = _crest(bench, ct, over, stroma_hu)
    told_share = float(area[~untold].sum() / area.sum())
    whole = float(np.median(crest))
    if whole < LEAST_CREST_HU:
        return Holes([], None, told_share)
    around = _usual_around(local, crest)
    noise = _MAD_TO_SD * float(np.median(np.abs(crest - around))) / whole
    missing = (1 - crest / whole) / 2 + (around - crest) / np.maximum(around, _LEAST_USUAL * whole) / 2
    missing = np.where(untold, 0.0, missing)
    asked = np.where(_near(bench, local, soft_part), _MISSING_AT_SOFT_PART, _MISSING) + _NOISE_WEIGHT * noise
    smallest_mm = _smallest_mm(ct, _MISSING + _NOISE_WEIGHT * noise)
    return Holes(_patches(local, area, missing, asked), smallest_mm, told_share)


def _crest(bench: Bench, ct: Volume, over: Rays, stroma_hu: float) -> tuple[FloatArray, BoolArray]:
    """HU by which each ray's surroundings stand above the step at the wall, and where no hole can be or be told."""
    local = over.local
    points = local[:, None] - _INWARDS_MM[None, :, None] * over.outwards[:, None]
    grey = np.clip(ct.sample(bench.grid.frame.world(points.reshape(-1, 3))), *_GREY_HU).reshape(points.shape[:2])
    mean = _weights(local, over.area_mm2) @ grey
    outside = ndimage.uniform_filter1d(mean, _AVERAGED, axis=1)[:, _OUTSIDE].min(axis=1, keepdims=True)
    step = outside + (stroma_hu - outside) * ndtr(_INWARDS_MM / _STEP_WIDTH_MM)
    above = ndimage.uniform_filter1d(mean - step, _AVERAGED, axis=1)
    untold = (mean[:, _BESIDE].max(axis=1) > _BRIGHT_HU) | (mean[:, _OUTSIDE].mean(axis=1) < _FAT_HU)
    return above[:, _AT_WALL].max(axis=1), np.asarray(untold)


def _weights(local: FloatArray, area: FloatArray) -> csr_matrix:
    """Of each ray in the mean around each other: a gaussian over the wall."""
    near = cKDTree(local).sparse_distance_matrix(cKDTree(local), 2.2 * _PATCH_MM, output_type="coo_matrix")
    weight = np.exp(-0.5 * (near.data / _PATCH_MM) ** 2) * area[near.col]
    total = np.bincount(near.row, weight, minlength=len(local))
    return csr_matrix((weight / total[near.row], (near.row, near.col)), shape=near.shape)


def _usual_around(local: FloatArray, crest: FloatArray) -> FloatArray:
    """Median of what the wall holds within 9 mm of each ray, from rays spread evenly over it."""
    pool = np.arange(0, len(local), max(1, len(local) // _MOST_POOLED))
    places = cKDTree(local[pool])
    usual = np.array([np.median(crest[pool][near]) for near in places.query_ball_point(local[pool], _AROUND_MM)])
    _, nearest = places.query(local)
    return np.asarray(usual[nearest])


def _near(bench: Bench, local: FloatArray, soft_part: BoolArray | None) -> BoolArray:
    """Rays beside a part of the lesion outside the bone."""
    if soft_part is None or not soft_part.any():
        return np.zeros(len(local), dtype=bool)
    return np.asarray(bench.away_from(soft_part, local) < _SOFT_PART_MM)


def _patches(local: FloatArray, area: FloatArray, missing: FloatArray, asked: Array) -> list[tuple[FloatArray, float]]:
    """Patches of rays with little wall around a middle with next to none, largest first."""
    faint = missing > _EDGE
    if not faint.any():
        return []
    points, areas, lacking, gone = local[faint], area[faint], missing[faint], (missing > asked)[faint]
    near = cKDTree(points).sparse_distance_matrix(cKDTree(points), _LINK_MM)
    count, patch = connected_components(near, directed=False)
    found = []
    for number in range(count):
        at = patch == number
        size = float(areas[at].sum())
        if size >= _LEAST_AREA_MM2 and gone[at].any():
            middle = np.average(points[at], axis=0, weights=lacking[at] - _EDGE)
            found.append((middle, float(2 * np.sqrt(size / np.pi))))
    return sorted(found, key=lambda patch: -patch[1])


def _smallest_mm(ct: Volume, asked: float) -> float | None:
    """Diameter of a round hole in whose middle the blurred wall lacks as much as is asked for."""
    if asked >= 1.0:
        return None
    # Patch, point spread, and voxels with trilinear interpolation between them: variances add up.
    _, coarse, coarsest = np.sort(np.sqrt(_PATCH_MM**2 + _PSF_MM**2 + (ct.spacing / 2) ** 2))
    return float(2 * np.sqrt(-2 * coarse * coarsest * np.log(1 - asked)))
