"""The stiffness of voxels times a vector, line by line, without a matrix.

A voxel's 24×24 stiffness becomes block diagonal with blocks of at most three in the basis of its eight corner modes
(sums and differences along each axis; see `element.py`). Sums and differences along the two slow axes are taken for a
whole line of voxels, those along the fast axis and the blocks in vector registers, and the way back is the transpose:
about 190 operations per voxel where the plain product takes 1152. Threads own slabs of node planes and compute the
voxels between two slabs twice, so that every node is written by one thread and nothing is coloured or locked.

Numba's vectoriser sets the style here: every loop runs over short views from zero, rows of a work buffer lie at
constant distances, and a loop never writes to more than two arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.borrowed import borrowed
from corduroy.simulation.elasticity.lines import (
    CHUNK,
    CHUNK_WORK,
    LINE,
    clear,
    complete,
    keep_free,
    store_product,
    store_residual,
    store_smoothed,
    voxel_line,
)
from corduroy.simulation.sums import in_order

LONGEST_LINE = 1016
TAIL = 96
"""Entries allocated behind every vector, for the rounded-up last chunk reads (and discards) past its end."""
_HERE = 0
_NEXT = 6 * LINE
_TOTAL = 12 * LINE
LINE_WORK = 15 * LINE
PRODUCT, RESIDUAL, SMOOTH = 0, 1, 2
GAP = 8
"""Empty voxels in a row that are worth skipping: a vector register's."""
UNLIT, PLAIN, MIXED = 0, 1, 2
"""Node lines without a voxel beside them; those whose nodes are free or held as a whole; the others."""
_FAST = {"contract", "reassoc", "nsz", "arcp"}
__all__ = [
    "CHUNK_WORK",
    "GAP",
    "LINE_WORK",
    "LONGEST_LINE",
    "MIXED",
    "PLAIN",
    "PRODUCT",
    "RESIDUAL",
    "SMOOTH",
    "TAIL",
    "UNLIT",
    "find_spans",
    "sweep",
]


@njit(cache=True)
def find_spans(modulus: Any, lines: int, length: int) -> tuple[Any, Any]:
    """Stretches of stiff voxels of each line, at most `CHUNK` long, joined over short gaps.

    Returns
    -------
    starts : array of int32, shape (lines + 1,)
    spans : array of int16, shape (spans, 2)
        First voxel and number of voxels.
    """
    starts = np.zeros(lines + 1, np.int32)
    spans = np.empty((0, 2), np.int16)
    for run in range(2):
        count = 0
        for line in range(lines):
            row = modulus[line * length : (line + 1) * length]
            at = 0
            while at < length:
                if row[at] == 0:
                    at += 1
                    continue
                end = at + 1
                last = end
                while end < length and end - at < CHUNK and end - last < GAP:
                    if row[end] != 0:
                        last = end + 1
                    end += 1
                if run == 1:
                    spans[count, 0] = at
                    spans[count, 1] = last - at
                count += 1
                at = last
            starts[line + 1] = count
        if run == 0:
            spans = np.empty((count, 2), np.int16)
    return starts, spans


@njit(cache=True, fastmath=_FAST, inline="never")
def _slab(
    mode: int,
    s: int,
    shape: Any,
    u: Any,
    modulus: Any,
    span_starts: Any,
    spans: Any,
    k: Any,
    inverse: Any,
    free: Any,
    kinds: Any,
    right: Any,
    out: Any,
    weights: Any,
    starts: Any,
    edges: Any,
    below: Any,
    chunk: Any,
    rows: Any,
) -> Any:
    """One slab of node planes; `edges` holds its neighbours' planes as they were before the sweep."""
    _, lines, pitch = shape
    plane = lines * 3 * pitch
    first, end = starts[s], starts[s + 1]
    dot = 0.0
    for q in range(first - 1, end):
        low = u[q * plane : (q + 1) * plane + TAIL]
        up = u[(q + 1) * plane : (q + 2) * plane + TAIL]
        if q == first - 1 and s > 0:
            low = edges[s - 1, 0]
        if q == end - 1 and s < starts.size - 2:
            up = edges[s, 1]
        here = rows[_HERE:_NEXT]
        beyond = rows[_NEXT:_TOTAL]
        clear(here, pitch + 8)
        for j in range(lines - 1):
            kind = kinds[q * lines + j]
            if kind == UNLIT:
                below[3 * j * pitch : 3 * (j + 1) * pitch] = 0
                clear(here, pitch + 8)
                continue
            clear(beyond, pitch + 8)
            line = q * (lines - 1) + j
            at = line * (pitch - 1)
            voxel_line(
                low,
                up,
                modulus[at : at + pitch - 1],
                spans[span_starts[line] : span_starts[line + 1]],
                k,
                chunk,
                here,
                beyond,
                j,
                pitch,
            )
            for c in range(3):
                o = (3 * j + c) * pitch
                total = rows[_TOTAL + c * LINE : _TOTAL + c * LINE + pitch]
                complete(here[2 * c * LINE :], total, below[o : o + pitch], pitch)
                if q < first:
                    continue
                v = q * plane + o
                node = (q * lines + j) * pitch
                mine = u[v : v + pitch]
                there = out[v : v + pitch]
                bits = free[node : node + pitch]
                if mode == PRODUCT:
                    dot += store_product(total, mine, there, bits, c, pitch)
                elif mode == RESIDUAL:
                    store_residual(total, right[v : v + pitch], there, bits, c, pitch)
                else:
                    wanted = right[v : v + pitch]
                    if kind == MIXED:
                        keep_free(total, wanted, bits, c, pitch)
                    factor = inverse[node : node + pitch]
                    store_smoothed(total, mine, wanted, there, factor, weights[0], weights[1], pitch)
            here, beyond = beyond, here
    return dot


@njit(cache=True, fastmath=_FAST, parallel=True)
def sweep(
    mode: int,
    shape: Any,
    u: Any,
    modulus: Any,
    span_starts: Any,
    spans: Any,
    k: Any,
    inverse: Any,
    free: Any,
    kinds: Any,
    right: Any,
    out: Any,
    weights: Any,
    starts: Any,
    edges: Any,
    below: Any,
    chunk_work: Any,
    line_work: Any,
) -> Any:
    """One pass of the operator over all nodes, joined with what is done with the product.

    Parameters
    ----------
    mode : int
        `PRODUCT`: out = A u on free components, returns u·A u. `RESIDUAL`: out = right - A u. `SMOOTH`: the
        Chebyshev step out = keep·out + gain·inverse·(right - A u), u += out, in place.
    shape : tuple of int
        Nodes with ghosts along the three axes.
    u, right, out : array of float, flat
        Vectors of nodes: plane, line, component, place in the line.
    modulus : array of float32, flat
        Of the voxels with ghosts, one fewer along each axis.
    span_starts, spans
        See `find_spans`.
    k : array of float
        The 33 block entries.
    inverse : array of float32, flat
        Inverse diagonal per node, 0 where nothing is unknown.
    free : array of uint8, flat
        Bit c is set where component c is unknown.
    kinds : array of uint8, flat
        `UNLIT`, `PLAIN` or `MIXED` per node line.
    weights : array of float
        keep and gain.
    starts : array of int
        First node plane of each slab, and the end.
    edges, below, chunk_work, line_work : array of float
        Work space of the slabs: `Sweeper` makes it.
    """
    _, lines, pitch = shape
    plane = lines * 3 * pitch
    slabs = starts.size - 1
    dots = line_work[:, _TOTAL].copy()
    for s in prange(slabs - 1):
        first = starts[s + 1]
        edges[s, 0, :plane] = u[(first - 1) * plane : first * plane]
        edges[s, 1, :plane] = u[first * plane : (first + 1) * plane]
    for s in prange(slabs):
        dots[s] = _slab(
            mode,
            s,
            shape,
            borrowed(u),
            borrowed(modulus),
            span_starts,
            borrowed(spans),
            k,
            borrowed(inverse),
            borrowed(free),
            kinds,
            borrowed(right),
            borrowed(out),
            weights,
            starts,
            borrowed(edges),
            borrowed(below)[s],
            borrowed(chunk_work)[s],
            borrowed(line_work)[s],
        )
    return in_order(dots)
