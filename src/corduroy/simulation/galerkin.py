"""The matrix of a coarser level, from that of a finer one and the interpolation between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.grouping import grouped

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
    across = 3 if width == 9 else 1
    other_starts, other_rows, other_places = others
    for s in prange(slabs):
        at = np.zeros(n, np.int64)
        slot = np.full(host.size, -1, np.int32)
        near = np.empty(_REACH, np.int32)
        sums = np.empty((_REACH, width), blocks.dtype)
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
                    upper = starts[v + 1] - starts[v]
                    for i in range(upper + other_starts[v + 1] - other_starts[v]):
                        turned = i >= upper
                        other = other_starts[v] + i - upper
                        j = other_places[other] if turned else starts[v] + i
                        u = other_rows[other] if turned else columns[j]
                        if slot[u] < 0:
                            if count == near.size:
                                near = np.concatenate((near, near))
                                sums = np.concatenate((sums, sums))
                            slot[u] = count
                            near[count] = u
                            sums[count] = 0
                            count += 1
                        if turned:
                            _add_turned(sums[slot[u]], weight, blocks[j], across)
                        else:
                            _add_block(sums[slot[u]], weight, blocks[j], width)
            for k in range(count):
                u = near[k]
                slot[u] = -1
                for m in range(8):
                    weight = weights[seat[u], m]
                    column = corners[host[u], m]
                    if weight != 0 and column >= row:
                        _add_block(coarse_blocks[at[column]], weight, sums[k], width)


@njit(cache=True, fastmath=_FAST)
def _add_block(target: Any, weight: Any, source: Any, width: int) -> None:
    for k in range(width):
        target[k] += weight * source[k]


@njit(cache=True, fastmath=_FAST)
def _add_turned(target: Any, weight: Any, source: Any, across: int) -> None:
    """The same with the block's transpose."""
    for a in range(across):
        for b in range(across):
            target[across * a + b] += weight * source[across * b + a]


@njit(cache=True)
def other_halves(starts: Any, columns: Any) -> tuple[Any, Any, Any]:
    """Where the blocks below the diagonal stand, transposed, in the half rows.

    Returns
    -------
    starts : array of int64, shape (n + 1,)
    rows, places : array of int32
        Of each vertex' neighbours with smaller numbers: these numbers, and their blocks' places.
    """
    n = starts.size - 1
    rows = np.empty(columns.size, np.int32)
    below = columns.copy()
    for v in range(n):
        for j in range(starts[v], starts[v + 1]):
            rows[j] = v
            if columns[j] == v:
                below[j] = -1
    found, places = grouped(below, n)
    return found, rows[places], places
