"""The exact distance from a needle's axis to the boxes of voxels, for the few corridors that are returned."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

REACH_MM = 20.0
_TURNS = 40
_GOLDEN = 0.6180339887498949


def nearest_of_each(
    avoid: NDArray[np.uint8], spacing: FloatArray, tip: FloatArray, hub: FloatArray
) -> dict[int, tuple[float, FloatArray]]:
    """Distance from a segment to the nearest voxel of every code, and the direction in which it lies.

    Parameters
    ----------
    avoid : ndarray of uint8
        Codes, 0 for nothing.
    spacing : ndarray, shape (3,)
        Voxel size, mm.
    tip, hub : ndarray, shape (3,)
        Ends of the segment, fractional voxel index.

    Returns
    -------
    dict of int to (float, ndarray)
        Distance in mm to the voxels' boxes, not their centres, up to 20 mm; unit vector along the array's axes.
    """
    reach = REACH_MM / spacing
    low = np.clip(np.floor(np.minimum(tip, hub) - reach), 0, avoid.shape).astype(int)
    high = np.clip(np.ceil(np.maximum(tip, hub) + reach) + 1, 0, avoid.shape).astype(int)
    box = avoid[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    start, end = (tip - low) * spacing, (hub - low) * spacing
    # Per slab of the first axis, so that slabs can be searched side by side.
    found = np.full((box.shape[0], 256), REACH_MM)
    places = np.zeros((box.shape[0], 256, 4))
    _nearest_boxes(box, spacing, start, end, found, places)
    slab = found.argmin(axis=0)
    result = {}
    for code in range(1, 256):
        distance = float(found[slab[code], code])
        if distance < REACH_MM:
            *voxel, share = places[slab[code], code]
            gap = np.asarray(voxel) - (start + share * (end - start))
            result[code] = (distance, gap / max(float(np.linalg.norm(gap)), 1e-9))
    return result


@njit(cache=True, parallel=True)
def _nearest_boxes(box: Any, spacing: Any, start: Any, end: Any, found: Any, places: Any) -> None:
    nx, ny, nz = box.shape
    way = end - start
    square = max((way**2).sum(), 1e-12)
    corner = 0.5 * np.sqrt((spacing**2).sum())
    for i in prange(nx):
        centre = np.empty(3)
        centre[0] = i * spacing[0]
        for j in range(ny):
            centre[1] = j * spacing[1]
            for k in range(nz):
                code = box[i, j, k]
                if code == 0:
                    continue
                centre[2] = k * spacing[2]
                share = 0.0
                for c in range(3):
                    share += (centre[c] - start[c]) * way[c]
                share = min(max(share / square, 0.0), 1.0)
                gap = 0.0
                for c in range(3):
                    gap += (centre[c] - start[c] - share * way[c]) ** 2
                if np.sqrt(gap) - corner >= found[i, code]:
                    continue
                distance, at = _to_box(centre, spacing, start, way)
                if distance < found[i, code]:
                    found[i, code] = distance
                    places[i, code, 0], places[i, code, 1], places[i, code, 2] = centre[0], centre[1], centre[2]
                    places[i, code, 3] = at


@njit(cache=True)
def _box_gap(centre: Any, spacing: Any, start: Any, way: Any, share: float) -> float:
    gap = 0.0
    for c in range(3):
        gap += max(0.0, abs(start[c] + share * way[c] - centre[c]) - 0.5 * spacing[c]) ** 2
    return gap


@njit(cache=True)
def _to_box(centre: Any, spacing: Any, start: Any, way: Any) -> tuple[float, float]:
    """Least distance of a segment to a box: a convex function of the place on the segment, by golden section."""
    low, high = 0.0, 1.0
    a, b = high - _GOLDEN, _GOLDEN
    at_a, at_b = _box_gap(centre, spacing, start, way, a), _box_gap(centre, spacing, start, way, b)
    for _ in range(_TURNS):
        if at_a <= at_b:
            high, b, at_b = b, a, at_a
            a = high - _GOLDEN * (high - low)
            at_a = _box_gap(centre, spacing, start, way, a)
        else:
            low, a, at_a = a, b, at_b
            b = low + _GOLDEN * (high - low)
            at_b = _box_gap(centre, spacing, start, way, b)
    ends = min(_box_gap(centre, spacing, start, way, 0.0), _box_gap(centre, spacing, start, way, 1.0))
    return np.sqrt(min(at_a, at_b, ends)), a
