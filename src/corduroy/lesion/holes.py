"""Holes in side wall and endplates: patches that hold far less than what is around, at the scan's own resolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.special import chndtrinc, ndtr

from corduroy.imaging.volume import Volume
from corduroy.lesion.bench import Bench, BoolArray, FloatArray
from corduroy.lesion.surface import Rays
from corduroy.lesion.walls import LEAST_CREST_HU

# All author's choice, set on planted lesions of other seeds than the benchmark's; docs/lesion.md names them.
_INWARDS_MM = np.arange(-3.0, 4.01, 0.25)
_OUTSIDE = (_INWARDS_MM >= -2.5) & (_INWARDS_MM <= -1.0)
_DEPTHS_OF_WALL = (_INWARDS_MM >= -1.5) & (_INWARDS_MM <= 2.5)
_NEAR_WALL_MM = 1.0  # from where the wall lies around a place
_LEVEL_WITH_MM = 3.0  # the wall within this lies as deep
_BESIDE = _INWARDS_MM <= -1.75
_AVERAGED = 3  # samples along a ray
_STEP_WIDTH_MM = 0.7
_STEP_PLACE = 0.5  # of the way from the label map's border to the wall
_PATCH_MM = 0.5  # sigma over which neighbouring rays are averaged
_AROUND_MM = 9.0
_UNEVEN_WITHIN_MM = 12.0
_MOST_POOLED = 400  # rays from which what is usual around a place is taken
_LEAST_USUAL = 0.6  # of the wall as a whole, where the wall around a place is weaker still
_GREY_HU = (-200.0, 1500.0)
_BRIGHT_HU = 130.0  # where more lies outside, another bone or a vessel full of contrast hides the wall
_FAT_HU = -60.0  # where less lies outside, fat or lung touches the wall: nothing came through
_MISSING = 0.6  # of the wall, in the middle of a hole
_NOISE_AREA_MM2 = 7.0  # of a circle of 3 mm: of such a hole more must be missing by as much as the wall varies
_EDGE = 0.35  # as far as a hole reaches
_LEAST_AREA_MM2 = 2.0
_WIDEST_MM = 12.0
_LINK_MM = 1.5
_UNDER_MM = 1.9  # from a ray's beginning: what a delineation can say begins 1.6 mm below the surface
_SOFT_PART_MM = 4.0
_MAD_TO_SD = 1.4826
_PSF_MM = 0.51  # sigma of a point spread of 1.2 mm


@dataclass(frozen=True, eq=False)
class Holes:
    """What was seen of holes in a wall.

    Parameters
    ----------
    patches : list of (ndarray of shape (3,), float)
        Middle on the vertebra's axes, mm, and diameter of the circle of the same area, mm.
    smallest_mm : float or None
        Diameter from which a hole would have been seen; None where the wall stands out too little for any, or
        varies too much for one of 12 mm.
    told_share : float
        Part of the wall, 0 to 1, where neither another bone or vessel nor fat or lung outside hides a hole.
    """

    patches: list[tuple[FloatArray, float]]
    smallest_mm: float | None
    told_share: float


def find_holes(
    bench: Bench,
    ct: Volume,
    over: Rays,
    away_mm: FloatArray,
    stroma_hu: float,
    soft_part: BoolArray | None = None,
    least: float = _MISSING,
) -> Holes:
    """Look for holes in the wall over a lesion.

    Parameters
    ----------
    bench : Bench
    ct : Volume
        Sampled directly: the bench's millimetre blurs a cortex of half a millimetre.
    over : Rays
        Through the wall that covers the lesion.
    away_mm : ndarray, shape (n,)
        How far the lesion lies from the beginning of each ray.
    stroma_hu : float
        Of the lesion.
    soft_part : ndarray of bool, optional
        On the bench: what the lesion has pushed out of the bone. Where that touches the wall, less is asked for.
    least : float
        Part of the wall that must be missing in the middle of a hole, even where the wall does not vary.

    Notes
    -----
    What the wall holds beyond a step from outside to the lesion's stroma is averaged over a patch of the size of a
    small hole, at the depth at which the wall around lies (a label map may run two millimetres beyond the bone), and
    compared with the wall as a whole and with its surroundings of 9 mm. In the middle of a hole 0.6 of the wall must be
    missing (`least`), and more the more unevenly it varies within 12 mm: by its standard deviation, as a part of the
    wall, for a hole of 7 mm², and as with the noise of a mean less by the root of the area for a larger one, more for a
    smaller one. The lesion must lie right under most of it: beside the lesion the wall has openings of its own, that of
    the basivertebral vein above all. Beside a soft part 0.6 is enough, wherever the lesion lies. Where fat or lung
    lies against the wall, however thin, nothing of the lesion has come through, and no hole is reported. The smallest
    hole is the round one of which patch, point spread and voxels leave as much missing in the middle as is asked for
    over its area. When this misleads: see `corduroy.lesion.cortex.lesion_cortex`.
    """
    local, area = over.local, over.area_mm2
    if len(local) == 0:
        return Holes([], None, 0.0)
    crest, untold = _crest(bench, ct, over, stroma_hu)
    told_share = float(area[~untold].sum() / area.sum())
    whole = float(np.median(crest))
    if whole < LEAST_CREST_HU:
        return Holes([], None, told_share)
    around = _around(local, crest, _AROUND_MM)
    usual = np.maximum(around, _LEAST_USUAL * whole)
    uneven = _MAD_TO_SD * _around(local, np.abs(crest - around), _UNEVEN_WITHIN_MM) / usual
    missing = np.where(untold, 0.0, (1 - crest / whole) / 2 + (around - crest) / usual / 2)
    beside = _near(bench, local, soft_part)
    patches = _patches(over, missing, np.where(beside, 0.0, uneven), np.where(beside, 0.0, away_mm), least)
    return Holes(patches, _smallest_mm(ct, float(np.median(uneven)), least), told_share)


def _crest(bench: Bench, ct: Volume, over: Rays, stroma_hu: float) -> tuple[FloatArray, BoolArray]:
    """HU by which each ray's surroundings stand above the step at the wall, and where no hole can be or be told."""
    local = over.local
    points = local[:, None] - _INWARDS_MM[None, :, None] * over.outwards[:, None]
    grey = np.clip(ct.sample(bench.grid.frame.world(points.reshape(-1, 3))), *_GREY_HU).reshape(points.shape[:2])
    mean = _weights(local, over.area_mm2) @ grey
    outside = ndimage.uniform_filter1d(mean, _AVERAGED, axis=1)[:, _OUTSIDE].min(axis=1, keepdims=True)
    depth = _depth_of_wall(local, mean)[:, None]
    step = outside + (stroma_hu - outside) * ndtr((_INWARDS_MM - _STEP_PLACE * depth) / _STEP_WIDTH_MM)
    above = ndimage.uniform_filter1d(mean - step, _AVERAGED, axis=1)
    untold = (mean[:, _BESIDE].max(axis=1) > _BRIGHT_HU) | (mean[:, _OUTSIDE].mean(axis=1) < _FAT_HU)
    at_wall = np.abs(_INWARDS_MM - depth) <= _NEAR_WALL_MM
    return np.where(at_wall, above, -np.inf).max(axis=1), np.asarray(untold)


def _depth_of_wall(local: FloatArray, mean: FloatArray) -> FloatArray:
    """Depth in mm at which the median profile is brightest, median around each ray."""
    around = _around(local, mean, _LEVEL_WITH_MM)
    brightest = _INWARDS_MM[_DEPTHS_OF_WALL][around[:, _DEPTHS_OF_WALL].argmax(axis=1)]
    return _around(local, brightest, _LEVEL_WITH_MM)


def _weights(local: FloatArray, area: FloatArray) -> csr_matrix:
    """Of each ray in the mean around each other: a gaussian over the wall."""
    near = cKDTree(local).sparse_distance_matrix(cKDTree(local), 2.2 * _PATCH_MM, output_type="coo_matrix")
    weight = np.exp(-0.5 * (near.data / _PATCH_MM) ** 2) * area[near.col]
    total = np.bincount(near.row, weight, minlength=len(local))
    return csr_matrix((weight / total[near.row], (near.row, near.col)), shape=near.shape)


def _around(local: FloatArray, values: FloatArray, reach_mm: float) -> FloatArray:
    """Median of the rays' values around each ray, from rays spread evenly over the wall."""
    pool = np.arange(0, len(local), max(1, len(local) // _MOST_POOLED))
    places = cKDTree(local[pool])
    usual = [np.median(values[pool][near], axis=0) for near in places.query_ball_point(local[pool], reach_mm)]
    _, nearest = places.query(local)
    return np.asarray(np.array(usual)[nearest])


def _near(bench: Bench, local: FloatArray, soft_part: BoolArray | None) -> BoolArray:
    """Rays beside a part of the lesion outside the bone."""
    if soft_part is None or not soft_part.any():
        return np.zeros(len(local), dtype=bool)
    return np.asarray(bench.away_from(soft_part, local) < _SOFT_PART_MM)


def _patches(
    over: Rays, missing: FloatArray, unevenness: FloatArray, away_mm: FloatArray, least: float
) -> list[tuple[FloatArray, float]]:
    """Patches of rays with little wall around a middle in which it is gone, largest first."""
    faint = missing > _EDGE
    if not faint.any():
        return []
    rays, lacking, uneven, away_mm = over[faint], missing[faint], unevenness[faint], away_mm[faint]
    near = cKDTree(rays.local).sparse_distance_matrix(cKDTree(rays.local), _LINK_MM)
    count, patch = connected_components(near, directed=False)
    found = []
    for number in range(count):
        at = patch == number
        size = float(rays.area_mm2[at].sum())
        if size < _LEAST_AREA_MM2 or np.median(away_mm[at]) > _UNDER_MM:
            continue
        if (lacking[at] > _asked(least, uneven[at], size)).any():
            middle = np.average(rays.local[at], axis=0, weights=lacking[at] - _EDGE)
            found.append((middle, float(2 * np.sqrt(size / np.pi))))
    return sorted(found, key=lambda patch: -patch[1])


def _asked(least: float, unevenness: FloatArray | float, size_mm2: FloatArray | float) -> FloatArray:
    """Part of the wall that must be missing in the middle of a hole of a size."""
    return np.asarray(least + unevenness * np.sqrt(_NOISE_AREA_MM2 / size_mm2))


def _smallest_mm(ct: Volume, noise: float, least: float) -> float | None:
    """Diameter of the least round hole of which the blurred wall lacks as much as is asked for; None beyond 12 mm.

    A gaussian of unit variance at distance r from the middle of a disc of radius R holds a part of
    ``P(noncentral chi-square(2, r²) < R²)`` within the disc.
    """
    # Patch, point spread, and voxels with trilinear interpolation between them: variances add up.
    _, coarse, coarsest = np.sort(np.sqrt(_PATCH_MM**2 + _PSF_MM**2 + (ct.spacing / 2) ** 2))
    diameters = np.arange(1.0, _WIDEST_MM + 0.01, 0.05)
    radius2 = diameters**2 / (4 * coarse * coarsest)
    middle = 1 - np.exp(-radius2 / 2)
    diameters, radius2, middle = (values[middle > _EDGE] for values in (diameters, radius2, middle))
    size = np.pi * coarse * coarsest * chndtrinc(radius2, 2, _EDGE)
    seen = (size >= _LEAST_AREA_MM2) & (middle >= _asked(least, noise, np.maximum(size, _LEAST_AREA_MM2)))
    return float(diameters[seen.argmax()]) if seen.any() else None
