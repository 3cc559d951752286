"""What a straight way meets: parts of the vertebra, the lesion, the pedicle's wall; and what kind of way that makes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

BODY, PEDICLE_LEFT, PEDICLE_RIGHT, LAMINA_LEFT, LAMINA_RIGHT, SPINOUS, TRANSVERSE, ARCH = range(1, 9)
TRANSVERSE_AT_RIB = 9
LAST_BONE = 15
GROOVE = 16
"""Soft tissue between rib and vertebra, on the map of parts."""

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_BONE_STEP_MM = 0.7
_TABLE_STEP_MM = 0.25


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
def kind_of_way(first: int, last: int, groove: int, left: float, right: float, is_right: int) -> int:
    """The number of a way's kind and side, for `corduroy.planning.corridors.results.kind_and_side`."""
    if left > 0.0 or right > 0.0:
        return 0 if left >= right else 1
    if last != BODY and first in (LAMINA_LEFT, LAMINA_RIGHT, SPINOUS):
        return 6 + is_right
    return (2 if groove else 4) + is_right
