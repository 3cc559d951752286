"""The stiffness of voxels times a vector, without a matrix.

A voxel's 24×24 stiffness becomes block diagonal with blocks of at most three in the basis of its eight corner modes
(sums and differences along each axis; see `element.py`): about 200 operations per voxel where the plain product takes
1152. Threads own slabs of node planes and compute the voxels between two slabs twice, so that every node is written by
one thread and nothing is coloured or locked. A slab holds two planes of displacements and two of sums in work rows
(see `lines.py`), so that a vector is read once and may be changed in place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.borrowed import borrowed
from corduroy.simulation.elasticity.lines import voxel_line
from corduroy.simulation.elasticity.nodes import clear, fetch_plane, put_product, put_residual, put_smoothed
from corduroy.simulation.sums import in_order

LONGEST_LINE = 32_000
"""Places on a line are kept as 16-bit integers."""
PRODUCT, RESIDUAL, SMOOTH = 0, 1, 2
GAP = 8
"""Empty voxels in a row that end a span: a vector register's, so that none reaches from one span into the next."""
PLANES = 5
"""Planes of work rows of a slab: displacements below and above, sums below and above, the next slab's first plane."""
ROWS = 4
"""More work rows of a slab: a node line's sums, side by side, and a line's moduli."""
_FAST = {"contract", "reassoc", "nsz", "arcp"}


@njit(cache=True)
def row_length(pitch: int) -> int:
    """Of a work row that holds a node line: with room for a register to read past its end, and one entry more."""
    return (pitch + 2 * GAP + 7) // 8 * 8


@njit(cache=True, parallel=True)
def find_spans(modulus: Any, lines: int, length: int) -> tuple[Any, Any]:
    """Stretches of stiff voxels of each line, joined over short gaps.

    Returns
    -------
    starts : array of int32, shape (lines + 1,)
    spans : array of int16, shape (spans, 2)
        First voxel and number of voxels.
    """
    starts = np.zeros(lines + 1, np.int32)
    none = np.empty((0, 2), np.int16)
    for line in prange(lines):
        starts[line + 1] = _spans_of_line(borrowed(modulus), line * length, length, borrowed(none))
    for line in range(lines):
        starts[line + 1] += starts[line]
    spans = np.empty((starts[lines], 2), np.int16)
    for line in prange(lines):
        mine = borrowed(spans)[starts[line] : starts[line + 1]]
        _spans_of_line(borrowed(modulus), line * length, length, mine)
    return starts, spans


@njit(cache=True)
def _spans_of_line(modulus: Any, first: int, length: int, spans: Any) -> int:
    """Note the stretches of the line that begins at an index, as many as there is room for; how many there are."""
    count = 0
    at = 0
    while at < length:
        if modulus[first + at] == 0:
            at += 1
            continue
        last = end = at + 1
        while end < length and end - last < GAP:
            if modulus[first + end] != 0:
                last = end + 1
            end += 1
        if count < spans.shape[0]:
            spans[count, 0] = at
            spans[count, 1] = last - at
        count += 1
        at = last
    return count


@njit(cache=True, fastmath=_FAST, inline="never")
def _slab(
    mode: int,
    first: int,
    end: int,
    shape: Any,
    u: Any,
    lane: int,
    known: Any,
    own: Any,
    modulus: Any,
    voxels: Any,
    k: Any,
    inverse: Any,
    right: Any,
    out: Any,
    weights: Any,
    work: Any,
    dots: Any,
) -> None:
    """The node planes from `first` to `end`; the work rows hold the planes before and behind as they were."""
    _, lines, pitch = shape
    starts, spans, places = known
    own_starts, own_spans, own_places = own
    voxel_starts, voxel_spans = voxels
    row = row_length(pitch)
    plane = 3 * lines * row
    spare = PLANES * plane
    e = work[spare + 3 * row :]
    low, up, to_low, to_up = 0, plane, 2 * plane, 3 * plane
    clear(work, to_low, 2 * plane)
    for q in range(first - 1, end):
        if q + 1 < end:
            fetch_plane(u, lane, starts, spans, places, (q + 1) * lines, lines, row, work, up)
        else:
            up = (PLANES - 1) * plane
        dot = 0.0
        for j in range(lines - 1):
            line = q * (lines - 1) + j
            at = 3 * j * row
            stretches = voxel_spans[voxel_starts[line] : voxel_starts[line + 1]]
            if stretches.size > 0:
                stiff = modulus[line * (pitch - 1) : (line + 1) * (pitch - 1)]
                for i in range(stiff.size):
                    e[i] = stiff[i]
                voxel_line(work, low + at, up + at, to_low + at, to_up + at, row, e, k, stretches)
            some, last = own_starts[q * lines + j], own_starts[q * lines + j + 1]
            if q >= first and last > some:
                mine = own_spans[some:last]
                there = own_places[some:last]
                if mode == PRODUCT:
                    dot += put_product(work, to_low + at, spare, row, u, out, lane, mine, there)
                elif mode == RESIDUAL:
                    put_residual(work, to_low + at, spare, row, right, out, lane, mine, there)
                else:
                    put_smoothed(work, to_low + at, spare, row, right, out, u, inverse, weights, lane, mine, there)
            clear(work, to_low + at, 3 * row)
        clear(work, to_low + 3 * (lines - 1) * row, 3 * row)
        if q >= first:
            dots[q] = dot
        low, up = up, low
        to_low, to_up = to_up, to_low


@njit(cache=True, fastmath=_FAST, parallel=True)
def sweep(
    mode: int,
    shape: Any,
    u: Any,
    lane: int,
    known: Any,
    own: Any,
    modulus: Any,
    voxels: Any,
    k: Any,
    inverse: Any,
    right: Any,
    out: Any,
    weights: Any,
    slabs: Any,
    work: Any,
    dots: Any,
) -> Any:
    """One pass of the operator over all nodes, joined with what is done with the product.

    Parameters
    ----------
    mode : int
        `PRODUCT`: out = A u, returns u·A u. `RESIDUAL`: out = right - A u. `SMOOTH`: the Chebyshev step
        out = keep·out + gain·inverse·(right - A u), u += out, in place.
    shape : tuple of int
        Nodes with ghosts along the three axes.
    u, right, out : array of float, flat
    lane : int
    known, own : tuple
        Starts, spans and places of the runs, see `layout.Layout`.
    modulus : array of float32, flat
        Of the voxels with ghosts, one fewer along each axis.
    voxels : tuple
        See `find_spans`.
    k : array of float
        The 33 block entries.
    inverse : array of float32, flat
        Inverse diagonal per node, in the order of a vector's first components.
    weights : array of float
        keep and gain.
    slabs : array of int
        First node plane of each slab, and the end.
    work : array of float, shape (slabs, `PLANES` planes of work rows and `ROWS` rows)
    dots : array of float, shape (planes,)
        Work space.
    """
    _, lines, pitch = shape
    starts, spans, places = known
    row = row_length(pitch)
    plane = 3 * lines * row
    for s in prange(slabs.size - 1):
        mine = borrowed(work)[s]
        for n in range(2):
            q, at = (slabs[s] - 1, 0) if n == 0 else (slabs[s + 1], (PLANES - 1) * plane)
            fetch_plane(borrowed(u), lane, starts, borrowed(spans), places, q * lines, lines, row, mine, at)
    for s in prange(slabs.size - 1):
        _slab(
            mode,
            slabs[s],
            slabs[s + 1],
            shape,
            borrowed(u),
            lane,
            (borrowed(known[0]), borrowed(known[1]), borrowed(known[2])),
            (borrowed(own[0]), borrowed(own[1]), borrowed(own[2])),
            borrowed(modulus),
            (borrowed(voxels[0]), borrowed(voxels[1])),
            k,
            borrowed(inverse),
            borrowed(right),
            borrowed(out),
            weights,
            borrowed(work)[s],
            dots,
        )
    return in_order(dots)
