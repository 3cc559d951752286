"""Kernels of the coarse levels: rows of small dense blocks between vertices that share a cell.

A level's matrix is symmetric and kept by half rows: vertex v itself and then its neighbours with larger numbers are
`columns[starts[v]:starts[v + 1]]`, their c×c blocks lie at the same places of `blocks`. Vectors keep the components of
a vertex together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.borrowed import borrowed

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_PART = 256
"""Rows that a thread takes at once. Author's choice."""


@njit(cache=True)
def _parts(n: int) -> int:
    return (n + _PART - 1) // _PART


@njit(cache=True, fastmath=_FAST, parallel=True)
def relax(inverse: Any, keep: Any, gain: Any, left_over: Any, step: Any, u: Any) -> None:
    """One Chebyshev step: step = keep·step + gain·D⁻¹·left_over, u += step.

    Parameters
    ----------
    inverse : array of float32, shape (n, c, c)
        Of each diagonal block.
    """
    n, c, _ = inverse.shape
    for part in prange(_parts(n)):
        for v in range(part * _PART, min(n, (part + 1) * _PART)):
            at = v * c
            for k in range(c):
                total = inverse[v, k, 0] * left_over[at]
                for m in range(1, c):
                    total += inverse[v, k, m] * left_over[at + m]
                total = keep * step[at + k] + gain * total
                step[at + k] = total
                u[at + k] += total


@njit(cache=True, parallel=True)
def invert_diagonals(starts: Any, blocks: Any, inverse: Any) -> None:
    """Inverse of each diagonal block; a component without stiffness stays out."""
    n, c, _ = inverse.shape
    for part in prange(_parts(n)):
        block = np.empty((c, c))
        for v in range(part * _PART, min(n, (part + 1) * _PART)):
            _invert_one(borrowed(blocks)[starts[v] : starts[v + 1]], borrowed(block), borrowed(inverse)[v])


@njit(cache=True)
def _invert_one(row: Any, block: Any, inverse: Any) -> None:
    """The same for one half row, which is empty or begins with the diagonal block; overwrites `block`."""
    c = block.shape[0]
    largest = 0.0
    inverse[:] = 0
    if row.shape[0] == 0:
        return
    for k in range(c):
        for m in range(c):
            block[k, m] = row[0, c * k + m]
        largest = max(largest, block[k, k])
    if largest == 0:
        return
    for k in range(c):
        if block[k, k] <= 1e-12 * largest:
            block[k, :] = 0
            block[:, k] = 0
        else:
            block[k, k] *= 1 + 1e-5  # keeps single precision's blocks positive definite
    _invert(block, inverse)


@njit(cache=True)
def _invert(block: Any, inverse: Any) -> None:
    """Gauss-Jordan on a small symmetric block in place; rows of zeros stay so."""
    c = block.shape[0]
    for k in range(c):
        pivot = block[k, k]
        if pivot <= 0:
            block[k, :] = 0
            block[:, k] = 0
            continue
        block[k, k] = 1
        block[k, :] /= pivot
        for i in range(c):
            if i != k:
                factor = block[i, k]
                block[i, k] = 0
                for j in range(c):
                    block[i, j] -= factor * block[k, j]
    inverse[:] = block


@njit(cache=True)
def _neighbours(corners: Any, places: Any, least: int, found: Any) -> int:
    """Vertices from `least` on that share a cell with one whose corners are at `places`, ascending; their number."""
    count = 0
    for i in range(places.size):
        for m in range(8):
            vertex = corners[places[i] >> 3, m]
            if vertex < least:
                continue
            low = 0
            high = count
            while low < high:
                middle = (low + high) // 2
                if found[middle] < vertex:
                    low = middle + 1
                else:
                    high = middle
            if low == count or found[low] != vertex:
                for k in range(count, low, -1):
                    found[k] = found[k - 1]
                found[low] = vertex
                count += 1
    return count


@njit(cache=True, parallel=True)
def pattern(corners: Any, cell_starts: Any, places: Any) -> tuple[Any, Any]:
    """Starts and columns of the half rows of the matrix that couples vertices of a common cell."""
    n = cell_starts.size - 1
    starts = np.zeros(n + 1, np.int64)
    for part in prange(_parts(n)):
        for v in range(part * _PART, min(n, (part + 1) * _PART)):
            mine = borrowed(places)[cell_starts[v] : cell_starts[v + 1]]
            starts[v + 1] = _neighbours(borrowed(corners), mine, v, np.empty(8 * mine.size, np.int32))
    for v in range(n):
        starts[v + 1] += starts[v]
    columns = np.empty(starts[n], np.int32)
    for part in prange(_parts(n)):
        for v in range(part * _PART, min(n, (part + 1) * _PART)):
            mine = borrowed(places)[cell_starts[v] : cell_starts[v + 1]]
            found = np.empty(8 * mine.size, np.int32)
            _neighbours(borrowed(corners), mine, v, found)
            columns[starts[v] : starts[v + 1]] = found[: starts[v + 1] - starts[v]]
    return starts, columns
