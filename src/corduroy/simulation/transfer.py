"""Between a level's vertices and the corners of the next coarser cells: trilinear interpolation and its transpose.

Every fine vertex has one host, a coarse cell, and a seat in it: one of the 27 places 9a + 3b + c with 0 low end, 1
middle, 2 high end along each axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.borrowed import borrowed

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_PART = 256
"""Cells or vertices that a thread takes at once. Author's choice."""


@njit(cache=True)
def _parts(n: int) -> int:
    return (n + _PART - 1) // _PART


@njit(cache=True, fastmath=_FAST, parallel=True)
def restrict(
    fine: Any, lane: int, guest_starts: Any, guests: Any, seats: Any, starts: Any, places: Any, sums: Any, coarse: Any
) -> None:
    """coarse = Pᵀ fine: first what each cell's guests give its corners, then what the cells give each vertex.

    Parameters
    ----------
    fine : array of float32, flat
    lane : int
        Distance of a vertex' components in `fine`.
    guest_starts, guests, seats
        Fine vertices of each coarse cell, see `ladder.Ladder`; `guests` says where in `fine` each begins.
    starts, places
        The cells' corners at each coarse vertex.
    sums : array of float32, shape (8 cells, c)
        Work space.
    coarse : array of float32, shape (n c,)
    """
    cells = guest_starts.size - 1
    n = starts.size - 1
    c = sums.shape[1]
    for part in prange(_parts(cells)):
        values = np.empty(27, fine.dtype)
        for cell in range(part * _PART, min(cells, (part + 1) * _PART)):
            for k in range(c):
                values[:] = 0
                for g in range(guest_starts[cell], guest_starts[cell + 1]):
                    values[seats[g]] += fine[guests[g] + k * lane]
                _to_corners(values, sums, 8 * cell, k)
    for part in prange(_parts(n)):
        for v in range(part * _PART, min(n, (part + 1) * _PART)):
            for k in range(c):
                total = sums[places[starts[v]], k]
                for i in range(starts[v] + 1, starts[v + 1]):
                    total += sums[places[i], k]
                coarse[c * v + k] = total


@njit(cache=True, fastmath=_FAST)
def _to_corners(values: Any, sums: Any, at: int, k: int) -> None:
    """The transpose of `_at_seats`; overwrites the values."""
    half = values.dtype.type(0.5)
    for d in range(9):
        shared = half * values[9 + d]
        values[d] += shared
        values[18 + d] += shared
    for a in range(2):
        for d in range(3):
            shared = half * values[18 * a + 3 + d]
            values[18 * a + d] += shared
            values[18 * a + 6 + d] += shared
        for b in range(2):
            low = 18 * a + 6 * b
            shared = half * values[low + 1]
            sums[at + 4 * a + 2 * b, k] = values[low] + shared
            sums[at + 4 * a + 2 * b + 1, k] = values[low + 2] + shared


@njit(cache=True, fastmath=_FAST, parallel=True)
def prolong_add(
    coarse: Any, c: int, corners: Any, guest_starts: Any, guests: Any, seats: Any, fine: Any, lane: int
) -> None:
    """fine += P coarse."""
    n = corners.shape[0]
    for part in prange(_parts(n)):
        values = np.empty(27, coarse.dtype)
        for cell in range(part * _PART, min(n, (part + 1) * _PART)):
            for k in range(c):
                _at_seats(coarse, borrowed(corners)[cell], c, k, values)
                for g in range(guest_starts[cell], guest_starts[cell + 1]):
                    fine[guests[g] + k * lane] += values[seats[g]]


@njit(cache=True, fastmath=_FAST)
def _at_seats(coarse: Any, corners: Any, c: int, k: int, values: Any) -> None:
    """Values at the 27 seats of a cell: corners, then means along the third, the second and the first axis."""
    half = coarse[0] * 0 + 0.5
    half = coarse.dtype.type(half)
    for a in range(2):
        for b in range(2):
            low = coarse[c * corners[4 * a + 2 * b] + k]
            high = coarse[c * corners[4 * a + 2 * b + 1] + k]
            at = 18 * a + 6 * b
            values[at] = low
            values[at + 1] = half * (low + high)
            values[at + 2] = high
        for d in range(3):
            values[18 * a + 3 + d] = half * (values[18 * a + d] + values[18 * a + 6 + d])
    for d in range(9):
        values[9 + d] = half * (values[d] + values[18 + d])
