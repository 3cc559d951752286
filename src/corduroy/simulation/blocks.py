"""Kernels of the coarse levels: rows of small dense blocks between vertices that share a cell.

A level's matrix is kept by rows: the neighbours of vertex v are `columns[starts[v]:starts[v + 1]]`, their c×c blocks
lie at the same places of `blocks`. Vectors keep the components of a vertex together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_PART = 256
"""Rows that a thread takes at once. Author's choice."""
_REACH = 256
"""Room for the fine vertices that bear on a coarse one: 125 in a full box."""


@njit(cache=True)
def _parts(n: int) -> int:
    return (n + _PART - 1) // _PART


@njit(cache=True, fastmath=_FAST, inline="never")
def _row_of_three(columns: Any, blocks: Any, u: Any, out: Any) -> None:
    x = u[0] * 0
    y = x
    z = x
    for j in range(columns.size):
        at = 3 * columns[j]
        b = blocks[j]
        p = u[at]
        q = u[at + 1]
        r = u[at + 2]
        x += b[0] * p + b[1] * q + b[2] * r
        y += b[3] * p + b[4] * q + b[5] * r
        z += b[6] * p + b[7] * q + b[8] * r
    out[0] -= x
    out[1] -= y
    out[2] -= z


@njit(cache=True, fastmath=_FAST, inline="never")
def _row_of_one(columns: Any, blocks: Any, u: Any, out: Any) -> None:
    x = u[0] * 0
    for j in range(columns.size):
        x += blocks[j, 0] * u[columns[j]]
    out[0] -= x


@njit(cache=True, fastmath=_FAST, parallel=True)
def residual(starts: Any, columns: Any, blocks: Any, u: Any, right: Any, out: Any) -> None:
    """out = right - A u.

    Parameters
    ----------
    starts : array of int64, shape (n + 1,)
    columns : array of int32, shape (m,)
    blocks : array of float32, shape (m, c c)
    u, right, out : array of float32, shape (n c,)
    """
    n = starts.size - 1
    c = u.size // n
    for part in prange(_parts(n)):
        for v in range(part * _PART, min(n, (part + 1) * _PART)):
            row = out[c * v : c * v + c]
            row[:] = right[c * v : c * v + c]
            if c == 3:
                _row_of_three(columns[starts[v] : starts[v + 1]], blocks[starts[v] : starts[v + 1]], u, row)
            else:
                _row_of_one(columns[starts[v] : starts[v + 1]], blocks[starts[v] : starts[v + 1]], u, row)


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
def invert_diagonals(starts: Any, columns: Any, blocks: Any, inverse: Any) -> None:
    """Inverse of each diagonal block; a component without stiffness stays out."""
    n, c, _ = inverse.shape
    for v in prange(n):
        block = np.zeros((c, c))
        for j in range(starts[v], starts[v + 1]):
            if columns[j] == v:
                block[:] = blocks[j].copy().reshape(c, c)
        largest = 0.0
        for k in range(c):
            largest = max(largest, block[k, k])
        inverse[v] = 0
        if largest == 0:
            continue
        for k in range(c):
            if block[k, k] <= 1e-12 * largest:
                block[k, :] = 0
                block[:, k] = 0
            else:
                block[k, k] *= 1 + 1e-5  # keeps single precision's blocks positive definite
        _invert(block, inverse[v])


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
def _neighbours(corners: Any, places: Any, found: Any) -> int:
    """Vertices that share a cell with one whose corners are at `places`, ascending; their number."""
    count = 0
    for i in range(places.size):
        for m in range(8):
            vertex = corners[places[i] >> 3, m]
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
    """Row starts and columns of the matrix that couples vertices of a common cell."""
    n = cell_starts.size - 1
    starts = np.zeros(n + 1, np.int64)
    for part in prange(_parts(n)):
        for v in range(part * _PART, min(n, (part + 1) * _PART)):
            mine = places[cell_starts[v] : cell_starts[v + 1]]
            starts[v + 1] = _neighbours(corners, mine, np.empty(8 * mine.size, np.int32))
    for v in range(n):
        starts[v + 1] += starts[v]
    columns = np.empty(starts[n], np.int32)
    for part in prange(_parts(n)):
        for v in range(part * _PART, min(n, (part + 1) * _PART)):
            mine = places[cell_starts[v] : cell_starts[v + 1]]
            found = np.empty(8 * mine.size, np.int32)
            _neighbours(corners, mine, found)
            columns[starts[v] : starts[v + 1]] = found[: starts[v + 1] - starts[v]]
    return starts, columns


@njit(cache=True, fastmath=_FAST, parallel=True)
def galerkin(
    starts: Any,
    columns: Any,
    blocks: Any,
    guest_starts: Any,
    guests: Any,
    seats: Any,
    host: Any,
    seat: Any,
    weights: Any,
    corners: Any,
    cell_starts: Any,
    places: Any,
    coarse_starts: Any,
    coarse_columns: Any,
    coarse_blocks: Any,
    slabs: int,
) -> None:
    """The product Pᵀ A P, coarse row by coarse row.

    Parameters
    ----------
    starts, columns, blocks
        The fine matrix.
    guest_starts, guests, seats
        Fine vertices that each coarse cell hosts.
    host, seat : array
        Of the fine vertices.
    weights : array of float32, shape (27, 8)
    corners, cell_starts, places
        The coarse cells' vertices, and the other way round.
    coarse_starts, coarse_columns, coarse_blocks
        The coarse matrix; its blocks are zero at first.
    slabs : int
        Parts in which the rows are dealt out.
    """
    n = coarse_starts.size - 1
    width = blocks.shape[1]
    for s in prange(slabs):
        at = np.zeros(n, np.int64)
        slot = np.full(host.size, -1, np.int32)
        near = np.empty(_REACH, np.int32)
        sums = np.empty((_REACH, width), blocks.dtype)
        for row in range(s * n // slabs, (s + 1) * n // slabs):
            for j in range(coarse_starts[row], coarse_starts[row + 1]):
                at[coarse_columns[j]] = j
            count = 0
            for i in range(cell_starts[row], cell_starts[row + 1]):
                cell, corner = places[i] >> 3, places[i] & 7
                for g in range(guest_starts[cell], guest_starts[cell + 1]):
                    weight = weights[seats[g], corner]
                    if weight == 0:
                        continue
                    v = guests[g]
                    for j in range(starts[v], starts[v + 1]):
                        u = columns[j]
                        if slot[u] < 0:
                            if count == near.size:
                                near = np.concatenate((near, near))
                                sums = np.concatenate((sums, sums))
                            slot[u] = count
                            near[count] = u
                            sums[count] = 0
                            count += 1
                        _add_block(sums[slot[u]], weight, blocks[j], width)
            for k in range(count):
                u = near[k]
                slot[u] = -1
                for m in range(8):
                    weight = weights[seat[u], m]
                    if weight != 0:
                        _add_block(coarse_blocks[at[corners[host[u], m]]], weight, sums[k], width)


@njit(cache=True, fastmath=_FAST)
def _add_block(target: Any, weight: Any, source: Any, width: int) -> None:
    for k in range(width):
        target[k] += weight * source[k]
