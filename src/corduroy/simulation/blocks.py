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
        for j in range(c):
            block[k, j] /= pivot
        for i in range(c):
            if i != k:
                factor = block[i, k]
                block[i, k] = 0
                for j in range(c):
                    block[i, j] -= factor * block[k, j]
    for i in range(c):
        for j in range(c):
            inverse[i, j] = block[i, j]


@njit(cache=True, inline="always")
def _neighbours(v: int, corners: Any, mine: Any, seen: Any, mark: int, found: Any) -> int:
    """Vertices from `v` on that share a cell with it, in any order; their number.

    Parameters
    ----------
    mine : array of int32
        Which corners of which cells the vertex is.
    seen : array of int32, shape (n,)
        Marks of vertices; those found are marked.
    """
    count = 0
    for place in mine:
        for m in range(8):
            vertex = corners[place >> 3, m]
            if vertex >= v and seen[vertex] != mark:
                seen[vertex] = mark
                found[count] = vertex
                count += 1
    return count


@njit(cache=True)
def _sort(row: Any, count: int) -> None:
    """By insertion: few, and nearly in order as they come."""
    for i in range(1, count):
        value = row[i]
        k = i
        while k > 0 and row[k - 1] > value:
            row[k] = row[k - 1]
            k -= 1
        row[k] = value


@njit(cache=True, parallel=True)
def pattern(corners: Any, cell_starts: Any, places: Any, slabs: int) -> tuple[Any, Any]:
    """Starts and columns of the half rows of the matrix that couples vertices of a common cell.

    Parameters
    ----------
    corners : array of int32, shape (cells, 8)
    cell_starts, places
        The cells at each vertex, see `ladder.Ladder`.
    slabs : int
        Parts in which the rows are dealt out.
    """
    n = cell_starts.size - 1
    starts = np.zeros(n + 1, np.int64)
    most = 0
    for v in range(n):
        most = max(most, 8 * (cell_starts[v + 1] - cell_starts[v]))
    for s in prange(slabs):
        cells, at, counts = borrowed(corners), borrowed(places), borrowed(starts)
        seen, found = np.full(n, -1, np.int32), np.empty(most, np.int32)
        for v in range(s * n // slabs, (s + 1) * n // slabs):
            mine = at[cell_starts[v] : cell_starts[v + 1]]
            counts[v + 1] = _neighbours(v, cells, mine, borrowed(seen), v, found)
    for v in range(n):
        starts[v + 1] += starts[v]
    columns = np.empty(starts[n], np.int32)
    for s in prange(slabs):
        cells, at, rows = borrowed(corners), borrowed(places), borrowed(columns)
        seen = np.full(n, -1, np.int32)
        for v in range(s * n // slabs, (s + 1) * n // slabs):
            mine, row = at[cell_starts[v] : cell_starts[v + 1]], rows[starts[v] : starts[v + 1]]
            _sort(row, _neighbours(v, cells, mine, borrowed(seen), v, row))
    return starts, columns
