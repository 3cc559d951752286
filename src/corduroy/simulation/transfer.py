"""Between a level's vertices and the corners of the next coarser cells: trilinear interpolation and its transpose.

Every fine vertex has one host, a coarse cell, and a seat in it: one of the 27 places 9a + 3b + c with 0 low end, 1
middle, 2 high end along each axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.borrowed import borrowed
from corduroy.simulation.registers import load_four, spread_four, store

_FAST = {"contract", "reassoc", "nsz", "arcp"}
LANES = 4
"""Entries for a vertex' components, one or three: a register's."""
_VALUES = 27 * LANES
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
    sums : array of float32, flat
        Work space: four entries for each corner of each cell.
    coarse : array of float32, shape (n c,)
    """
    cells = guest_starts.size - 1
    n = starts.size - 1
    c = coarse.size // n
    for part in prange(_parts(cells)):
        values = np.empty(_VALUES, fine.dtype)
        for cell in range(part * _PART, min(cells, (part + 1) * _PART)):
            values[:] = 0
            for g in range(guest_starts[cell], guest_starts[cell + 1]):
                for k in range(c):
                    values[LANES * seats[g] + k] += fine[guests[g] + k * lane]
            _to_corners(values, borrowed(sums), 8 * LANES * cell)
    for part in prange(_parts(n)):
        total = np.empty(LANES, sums.dtype)
        for v in range(part * _PART, min(n, (part + 1) * _PART)):
            whole = load_four(sums, LANES * places[starts[v]])
            for i in range(starts[v] + 1, starts[v + 1]):
                whole = whole + load_four(sums, LANES * places[i])
            store(total, 0, whole)
            for k in range(c):
                coarse[c * v + k] = total[k]


@njit(cache=True, fastmath=_FAST)
def _add(values: Any, at: int, more: Any) -> None:
    store(values, at, load_four(values, at) + more)


@njit(cache=True, fastmath=_FAST)
def _to_corners(values: Any, sums: Any, at: int) -> None:
    """The transpose of `_to_seats`; overwrites the values."""
    half = spread_four(values.dtype.type(0.5))
    for d in range(0, 9 * LANES, LANES):
        shared = half * load_four(values, 9 * LANES + d)
        _add(values, d, shared)
        _add(values, 18 * LANES + d, shared)
    for a in range(2):
        for d in range(18 * LANES * a, (18 * a + 3) * LANES, LANES):
            shared = half * load_four(values, 3 * LANES + d)
            _add(values, d, shared)
            _add(values, 6 * LANES + d, shared)
        for b in range(2):
            low = (18 * a + 6 * b) * LANES
            corner = at + (4 * a + 2 * b) * LANES
            shared = half * load_four(values, low + LANES)
            store(sums, corner, load_four(values, low) + shared)
            store(sums, corner + LANES, load_four(values, low + 2 * LANES) + shared)


@njit(cache=True, fastmath=_FAST, parallel=True)
def prolong_add(
    coarse: Any, c: int, corners: Any, guest_starts: Any, guests: Any, seats: Any, fine: Any, lane: int
) -> None:
    """fine += P coarse."""
    n = corners.shape[0]
    for part in prange(_parts(n)):
        values = np.zeros(_VALUES, coarse.dtype)
        for cell in range(part * _PART, min(n, (part + 1) * _PART)):
            for m in range(8):
                seat = LANES * (18 * (m >> 2) + 6 * (m >> 1 & 1) + 2 * (m & 1))
                for k in range(c):
                    values[seat + k] = coarse[c * corners[cell, m] + k]
            _to_seats(values)
            for g in range(guest_starts[cell], guest_starts[cell + 1]):
                for k in range(c):
                    fine[guests[g] + k * lane] += values[LANES * seats[g] + k]


@njit(cache=True, fastmath=_FAST)
def _to_seats(values: Any) -> None:
    """From values at a cell's corners those at its other seats: means along the third, second and first axis."""
    half = spread_four(values.dtype.type(0.5))
    for a in range(2):
        for b in range(2):
            at = (18 * a + 6 * b) * LANES
            store(values, at + LANES, half * (load_four(values, at) + load_four(values, at + 2 * LANES)))
        for d in range(18 * LANES * a, (18 * a + 3) * LANES, LANES):
            store(values, d + 3 * LANES, half * (load_four(values, d) + load_four(values, d + 6 * LANES)))
    for d in range(0, 9 * LANES, LANES):
        store(values, d + 9 * LANES, half * (load_four(values, d) + load_four(values, d + 18 * LANES)))
