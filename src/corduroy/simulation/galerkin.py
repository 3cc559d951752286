"""The matrix of a coarser level, from that of a finer one and the interpolation between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.borrowed import borrowed
from corduroy.simulation.registers import load, spread, store

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_REACH = 256
"""Room for the fine vertices that bear on a coarse one: 125 in a full box."""


@njit(cache=True, fastmath=_FAST, parallel=True)
def galerkin(
    starts: Any,
    columns: Any,
    blocks: Any,
    others: Any,
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
    """The product Pᵀ A P, coarse half row by coarse half row.

    Parameters
    ----------
    starts, columns, blocks
        The fine matrix' half rows.
    others : tuple
        Their other halves, see `other_halves`.
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
    pair = 2 * width
    other_starts, other_rows, other_places = others
    for s in prange(slabs):
        source, target = borrowed(blocks).reshape(-1), borrowed(coarse_blocks).reshape(-1)
        at = np.zeros(n, np.int64)
        slot = np.full(host.size, -1, np.int32)
        near = np.empty(_REACH, np.int32)
        sums = np.empty(_REACH * pair, blocks.dtype)  # of each fine vertex: blocks as they stand, and those turned
        for row in range(s * n // slabs, (s + 1) * n // slabs):
            for j in range(coarse_starts[row], coarse_starts[row + 1]):
                at[coarse_columns[j]] = j
            count = 0
            for n_cell in range(cell_starts[row], cell_starts[row + 1]):
                cell, corner = places[n_cell] >> 3, places[n_cell] & 7
                for g in range(guest_starts[cell], guest_starts[cell + 1]):
                    weight = weights[seats[g], corner]
                    if weight == 0:
                        continue
                    v = guests[g]
                    most = count + starts[v + 1] - starts[v] + other_starts[v + 1] - other_starts[v]
                    while most > near.size:
                        near = np.concatenate((near, near))
                        sums = np.concatenate((sums, sums))
                    for j in range(starts[v], starts[v + 1]):
                        count = _find(columns[j], slot, near, count, sums, pair)
                        _add_block(sums, slot[columns[j]] * pair, weight, source, j * width, width)
                    for i in range(other_starts[v], other_starts[v + 1]):
                        count = _find(other_rows[i], slot, near, count, sums, pair)
                        place = slot[other_rows[i]] * pair + width
                        _add_block(sums, place, weight, source, other_places[i] * width, width)
            for k in range(count):
                u = near[k]
                slot[u] = -1
                _add_turned(sums, k * pair, width)
                for m in range(8):
                    weight = weights[seat[u], m]
                    column = corners[host[u], m]
                    if weight != 0 and column >= row:
                        _add_block(target, at[column] * width, weight, sums, k * pair, width)


@njit(cache=True, inline="always")
def _find(u: int, slot: Any, near: Any, count: int, sums: Any, pair: int) -> int:
    """Give a fine vertex a place among the sums if it has none; how many have one."""
    if slot[u] >= 0:
        return count
    slot[u] = count
    near[count] = u
    sums[count * pair : (count + 1) * pair] = 0
    return count + 1


@njit(cache=True, fastmath=_FAST, inline="always")
def _add_block(target: Any, at: int, weight: Any, source: Any, start: int, width: int) -> None:
    if width == 9:
        store(target, at, load(target, at) + spread(weight) * load(source, start))
        target[at + 8] += weight * source[start + 8]
    else:
        target[at] += weight * source[start]


@njit(cache=True, fastmath=_FAST, inline="always")
def _add_turned(sums: Any, at: int, width: int) -> None:
    """Add to the blocks at a place the transposes of those behind them."""
    across = 3 if width == 9 else 1
    for a in range(across):
        for b in range(across):
            sums[at + across * a + b] += sums[at + width + across * b + a]


@njit(cache=True, parallel=True)
def other_halves(starts: Any, columns: Any, slabs: int) -> tuple[Any, Any, Any]:
    """Where the blocks below the diagonal stand, transposed, in the half rows.

    Parameters
    ----------
    starts, columns
        The half rows; each begins with its diagonal, and its last column is the largest.
    slabs : int
        Parts in which the columns are dealt out.

    Returns
    -------
    starts : array of int64, shape (n + 1,)
    rows, places : array of int32
        Of each vertex' neighbours with smaller numbers: these numbers, and their blocks' places.
    """
    n = starts.size - 1
    found = np.zeros(n + 1, np.int64)
    for s in prange(slabs):
        low, high = s * n // slabs, (s + 1) * n // slabs
        for v in range(high):
            if columns[starts[v + 1] - 1] >= low:
                for j in range(starts[v], starts[v + 1]):
                    if max(low, v + 1) <= columns[j] < high:
                        found[columns[j] + 1] += 1
    for v in range(n):
        found[v + 1] += found[v]
    rows = np.empty(found[n], np.int32)
    places = np.empty(found[n], np.int32)
    for s in prange(slabs):
        low, high = s * n // slabs, (s + 1) * n // slabs
        filled = found[low:high].copy()
        for v in range(high):
            if columns[starts[v + 1] - 1] >= low:
                for j in range(starts[v], starts[v + 1]):
                    if max(low, v + 1) <= columns[j] < high:
                        at = filled[columns[j] - low]
                        rows[at] = v
                        places[at] = j
                        filled[columns[j] - low] = at + 1
    return found, rows, places
