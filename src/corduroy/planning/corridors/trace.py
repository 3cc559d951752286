"""Every entry against every target point: the least clearance along each straight way, and which ways are best.

First it is only asked whether a way keeps its margins; how much it spares is found for those that do, and for the
best way of an entry that has none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.planning.corridors.march import first_below, first_below_both, least_clearance
from corduroy.planning.corridors.on_the_way import along_bone, kind_of_way, wall_distance

KINDS = 8
"""Transpedicular, costovertebral, posterolateral, translaminar, each left, then right."""

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_TIE_MM = 1e-3
# Weights of merit, author's choice; docs/corridors.md.
_ENOUGH_SPARE_MM = 5.0
_ENOUGH_LENGTH_MM = 25.0
_ENOUGH_WALL_MM = 2.0
_WALL_WEIGHT = 0.5
_DEPTH_WEIGHT = 0.1
_LEAN_WEIGHT = 0.5


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
            kind = kind_of_way(first, last, groove, left, right, 1 if side >= 0 else 0)
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
