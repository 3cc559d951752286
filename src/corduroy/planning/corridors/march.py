"""The clearance along a straight way, by the clearance itself.

The clearance changes by at most a millimetre per millimetre: where it exceeds what is asked by d, nothing can fall
short within d, and the march skips there (sphere tracing, 10.1007/s003710050084).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_LEAST_STEP_MM = 0.5


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
