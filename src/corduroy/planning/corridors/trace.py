"""Every entry against every target point: the least clearance along each straight way, by the clearance itself.

The clearance changes by at most a millimetre per millimetre: where it exceeds what is asked by d, nothing can fall
short within d, and the march skips there (sphere tracing, 10.1007/s003710050084). First it is only asked whether a
way keeps its margins; how much it spares is found for those that do, and for the best way of an entry that has none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

KINDS = 8
"""Transpedicular, costovertebral, posterolateral, translaminar, each left, then right."""

BODY, PEDICLE_LEFT, PEDICLE_RIGHT, LAMINA_LEFT, LAMINA_RIGHT, SPINOUS, TRANSVERSE, ARCH = range(1, 9)
TRANSVERSE_AT_RIB = 9
LAST_BONE = 15
GROOVE = 16
"""Soft tissue between rib and vertebra, on the map of parts."""

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_LEAST_STEP_MM = 0.5
_TIE_MM = 1e-3
_BONE_STEP_MM = 0.7
_TABLE_STEP_MM = 0.25
# Weights of merit, author's choice; docs/corridors.md.
_ENOUGH_SPARE_MM = 5.0
_ENOUGH_LENGTH_MM = 25.0
_ENOUGH_WALL_MM = 2.0
_WALL_WEIGHT = 0.5
_DEPTH_WEIGHT = 0.1
_LEAN_WEIGHT = 0.5
_NO_MERIT = -1e9


@njit(cache=True, error_model="numpy", fastmath=_FAST, inline="always")
def _trilinear(field: Any, x: float, y: float, z: float) -> Any:
    """A field between its voxels' centres; the outermost voxels go on for ever."""
    nx, ny, nz = field.shape
    x = min(max(x, 0.0), nx - 1.001)
    y = min(max(y, 0.0), ny - 1.001)
    z = min(max(z, 0.0), nz - 1.001)
    # Without a sign, so that no index is looked at for counting from the end.
    i, j, k = np.uint64(x), np.uint64(y), np.uint64(z)
    a, b, c = np.float32(x - i), np.float32(y - j), np.float32(z - k)
    one = np.uint64(1)
    f00 = field[i, j, k] + c * (field[i, j, k + one] - field[i, j, k])
    f01 = field[i, j + one, k] + c * (field[i, j + one, k + one] - field[i, j + one, k])
    f10 = field[i + one, j, k] + c * (field[i + one, j, k + one] - field[i + one, j, k])
    f11 = field[i + one, j + one, k] + c * (field[i + one, j + one, k + one] - field[i + one, j + one, k])
    f0 = f00 + b * (f01 - f00)
    return f0 + a * (f10 + b * (f11 - f10) - f0)


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def first_below(field: Any, start: Any, per_mm: Any, length: float, floor: float) -> float:
    """Where a field first falls below a value on a way, mm from the start; -1 where it never does.

    Parameters
    ----------
    field, start, per_mm, length, floor
        As of `least_clearance`.
    """
    s = 0.0
    while True:
        here = _trilinear(field, start[0] + s * per_mm[0], start[1] + s * per_mm[1], start[2] + s * per_mm[2])
        if here < floor:
            return float(s)
        if s >= length:
            return -1.0
        s = min(length, s + max(here - floor, _LEAST_STEP_MM))


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def first_below_both(
    field: Any, start: Any, per_mm: Any, length: float, upper: float, lower: float
) -> tuple[float, float]:
    """Where a field first falls below an upper and then below a lower value, mm from the start; -1 for never."""
    s = 0.0
    above = -1.0
    while True:
        here = _trilinear(field, start[0] + s * per_mm[0], start[1] + s * per_mm[1], start[2] + s * per_mm[2])
        if here < upper and above < 0.0:
            above = s
        if here < lower:
            return above, s
        if s >= length:
            return above, -1.0
        s = min(length, s + max(here - (upper if above < 0.0 else lower), _LEAST_STEP_MM))


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def least_clearance(field: Any, start: Any, per_mm: Any, length: float) -> float:
    """The least value of a field along a way.

    Parameters
    ----------
    field : ndarray of float32, shape (R, A, S)
        Changes by at most 1 per mm.
    start, per_mm : ndarray, shape (3,)
        Voxel index at the start; change per mm of the way.
    length : float
        Of the way, mm.
    """
    least, s = 1e9, 0.0
    while True:
        here = _trilinear(field, start[0] + s * per_mm[0], start[1] + s * per_mm[1], start[2] + s * per_mm[2])
        least = min(least, here)
        if s >= length:
            return float(least)
        s = min(length, s + max(here - least, _LEAST_STEP_MM))


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def along_bone(parts: Any, target: Any, start: Any, per_mm: Any, length: float) -> tuple[float, int, int, int, float]:
    """What a way meets from its tip outwards.

    Parameters
    ----------
    parts, target : ndarray of uint8
        The vertebra's parts, and the lesion, on one box of voxels.
    start, per_mm : ndarray, shape (3,)
        Voxel index in that box at the tip; change per mm.
    length : float
        To the entry, mm.

    Returns
    -------
    bone_mm : float
        From the tip to the bone's outermost voxel on the way.
    first, last : int
        The part that is met first on the way in, and the one that holds the tip.
    groove : int
        1 if the way runs between rib and vertebra, or through a transverse process that bears a rib.
    in_target : float
        Length inside the lesion, mm.
    """
    nx, ny, nz = parts.shape
    bone_mm, first, last, groove, in_target, s = 0.0, 0, 0, 0, 0.0, 0.0
    while s <= length:
        i = int(np.floor(start[0] + s * per_mm[0] + 0.5))
        j = int(np.floor(start[1] + s * per_mm[1] + 0.5))
        k = int(np.floor(start[2] + s * per_mm[2] + 0.5))
        if i < 0 or j < 0 or k < 0 or i >= nx or j >= ny or k >= nz:
            break
        part = parts[i, j, k]
        if part in (GROOVE, TRANSVERSE_AT_RIB):
            groove = 1
        if part > 0 and part != GROOVE:
            bone_mm, first = s, part
            last = part if s == 0.0 else last
        if target[i, j, k] > 0:
            in_target += _BONE_STEP_MM
        s += _BONE_STEP_MM
    return bone_mm, first, last, groove, min(in_target, length)


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def wall_distance(pedicles: Any, table: Any, tip: Any, outwards: Any, length: float, side: int) -> float:
    """From a way's axis to the pedicle's wall where it crosses the isthmus, mm; -99 where it passes elsewhere.

    Parameters
    ----------
    pedicles : ndarray, shape (2, 4, 3)
        Centre, right, upward and forward direction of either isthmus, world; left first.
    table : ndarray of float32, shape (2, n, n)
        Signed distance to the isthmus' outline (positive inside) every 0.25 mm around the centre; n 0: no pedicle.
    """
    n = table.shape[1]
    slope = 0.0
    offset = 0.0
    for c in range(3):
        slope += outwards[c] * pedicles[side, 3, c]
        offset += (pedicles[side, 0, c] - tip[c]) * pedicles[side, 3, c]
    if slope > -0.2 or offset / slope < 0.0 or offset / slope > length:
        return -99.0
    s = offset / slope
    u = 0.0
    v = 0.0
    for c in range(3):
        gap = tip[c] + s * outwards[c] - pedicles[side, 0, c]
        u += gap * pedicles[side, 1, c]
        v += gap * pedicles[side, 2, c]
    i = int(np.floor(u / _TABLE_STEP_MM + 0.5)) + n // 2
    j = int(np.floor(v / _TABLE_STEP_MM + 0.5)) + n // 2
    if i < 0 or j < 0 or i >= n or j >= n:
        return -99.0
    return float(table[side, i, j])


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def _kind(first: int, last: int, groove: int, left: float, right: float, is_right: int) -> int:
    """The number of a way's kind."""
    if left > 0.0 or right > 0.0:
        return 0 if left >= right else 1
    if last != BODY and first in (LAMINA_LEFT, LAMINA_RIGHT, SPINOUS):
        return 6 + is_right
    return (2 if groove else 4) + is_right


@njit(cache=True, error_model="numpy", fastmath=_FAST, parallel=True)
def sweep(
    entries: Any,
    entries_at: Any,
    targets: Any,
    targets_at: Any,
    centrality: Any,
    field: Any,
    nearest: Any,
    parts: Any,
    lesion: Any,
    box_start: Any,
    pedicles: Any,
    table: Any,
    middle: Any,
    limits: Any,
    weights: Any,
    spare: Any,
    tried: Any,
    safe: Any,
    merit: Any,
    chosen: Any,
    blocked: Any,
) -> None:
    """Try all pairs; see `corduroy.planning.corridors.search` for the arrays.

    Parameters
    ----------
    entries, targets : ndarray of float64, shape (n, 3) and (m, 3)
        World mm; ``_at`` the same as voxel index.
    centrality : ndarray of float64, shape (m,)
        1 in the middle of the lesion, 0 at its farthest point.
    field : ndarray of float32
        Distance to the nearest structure less its margin, mm; `nearest` names it.
    middle : ndarray, shape (2, 3)
        A point of the vertebra's midline and its direction to the right, world.
    limits : ndarray, shape (4,)
        The needle's radius, cosine of the largest axial angle, tangent of the largest sagittal one, largest depth.
    weights : ndarray, shape (2,)
        Of length in the lesion and of centrality.
    spare : ndarray of float32, shape (n,)
        Filled: the best clearance of each entry beyond radius and margins.
    tried, safe : ndarray of int32, shape (n,)
    merit, chosen : ndarray, shape (n, 8)
        Filled: the best safe way of each kind and its target.
    blocked : ndarray of int32, shape (n, 256)
    """
    radius, axial_cos, sagittal_tan, deepest = limits
    for e in prange(len(entries)):
        outwards = np.empty(3)
        per_mm = np.empty(3)
        best = -1e9
        for t in range(len(targets)):
            for c in range(3):
                outwards[c] = entries[e, c] - targets[t, c]
            flat = np.sqrt(outwards[0] ** 2 + outwards[1] ** 2)
            length = np.sqrt(flat**2 + outwards[2] ** 2)
            if length > deepest or -outwards[1] < axial_cos * flat or abs(outwards[2]) > sagittal_tan * flat:
                continue
            tried[e] += 1
            for c in range(3):
                outwards[c] /= length
                per_mm[c] = (entries_at[e, c] - targets_at[t, c]) / length
            start = targets_at[t]
            place, worse = first_below_both(field, start, per_mm, length, radius, min(radius, best + _TIE_MM))
            if place >= 0.0:
                i = int(start[0] + place * per_mm[0] + 0.5)
                j = int(start[1] + place * per_mm[1] + 0.5)
                k = int(start[2] + place * per_mm[2] + 0.5)
                blocked[e, nearest[i, j, k]] += 1
                if worse < 0.0:
                    best = least_clearance(field, start, per_mm, length)
                continue
            least = least_clearance(field, start, per_mm, length)
            best = max(best, least)
            bone_mm, first, last, groove, in_target = along_bone(parts, lesion, start - box_start, per_mm, length)
            if first == 0:
                continue
            safe[e] += 1
            side = 0.0
            for c in range(3):
                side += (targets[t, c] + bone_mm * outwards[c] - middle[0, c]) * middle[1, c]
            left = wall_distance(pedicles, table, targets[t], outwards, length, 0)
            right = wall_distance(pedicles, table, targets[t], outwards, length, 1)
            kind = _kind(first, last, groove, left, right, 1 if side >= 0 else 0)
            worth = min(least - radius, _ENOUGH_SPARE_MM) / _ENOUGH_SPARE_MM - _DEPTH_WEIGHT * length / 100.0
            worth -= _LEAN_WEIGHT * (1.0 + outwards[1] * length / flat)
            worth += weights[0] * min(in_target, _ENOUGH_LENGTH_MM) / _ENOUGH_LENGTH_MM + weights[1] * centrality[t]
            if kind < 2:
                wall = max(left, right) - radius
                worth += _WALL_WEIGHT * min(max(wall, -_ENOUGH_WALL_MM), _ENOUGH_WALL_MM) / _ENOUGH_WALL_MM
            if worth > merit[e, kind]:
                merit[e, kind] = worth
                chosen[e, kind] = t
        spare[e] = best - radius


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def misplaced(
    field: Any, lesion: Any, box_start: Any, starts: Any, per_mm: Any, lengths: Any, radius: float, clear: Any, hit: Any
) -> None:
    """Whether needles touch nothing, and whether their tips are in the lesion.

    Parameters
    ----------
    field : ndarray of float32
        Distance to the nearest structure, mm, no margin taken off.
    starts, per_mm : ndarray of float64, shape (n, 3)
        Voxel index of the tip; change per mm towards the hub.
    lengths : ndarray, shape (n,)
    clear, hit : ndarray of bool, shape (n,)
        Filled.
    """
    nx, ny, nz = lesion.shape
    for n in range(len(starts)):
        clear[n] = first_below(field, starts[n], per_mm[n], lengths[n], radius) < 0.0
        i = int(np.floor(starts[n, 0] - box_start[0] + 0.5))
        j = int(np.floor(starts[n, 1] - box_start[1] + 0.5))
        k = int(np.floor(starts[n, 2] - box_start[2] + 0.5))
        inside = 0 <= i < nx and 0 <= j < ny and 0 <= k < nz
        hit[n] = inside and lesion[i, j, k] > 0
