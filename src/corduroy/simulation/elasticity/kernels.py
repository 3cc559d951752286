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

CHUNK = 71
"""Most voxels of a line that are treated at once: their work rows stay in the first-level cache."""
_W = 88  # a work row: a chunk's nodes, rounded up, and room to read past them
LONGEST_LINE = 1016
_LINE = 1040  # a line row; 4160 bytes apart, so that rows do not fall on the same cache sets
TAIL = 96
"""Entries allocated behind every vector, for the rounded-up last chunk reads (and discards) past its end."""
_SUMS = 0
_MINUS = 12 * _W
_PLUS = 24 * _W
_MODULUS = 36 * _W
CHUNK_WORK = 38 * _W
_HERE = 0
_NEXT = 6 * _LINE
_TOTAL = 12 * _LINE
LINE_WORK = 15 * _LINE
PRODUCT, RESIDUAL, SMOOTH = 0, 1, 2
GAP = 8
"""Empty voxels in a row that are worth skipping: a vector register's."""
UNLIT, PLAIN, MIXED = 0, 1, 2
"""Node lines without a voxel beside them; those whose nodes are free or held as a whole; the others."""
_FAST = {"contract", "reassoc", "nsz", "arcp"}


@njit(cache=True, fastmath=_FAST, inline="never")
def _corner_sums(low0: Any, low1: Any, up0: Any, up1: Any, rows: Any, n: int) -> None:
    """Sums and differences along the two slow axes, of one component of four node lines."""
    for i in range(n):
        p = low0[i]
        q = low1[i]
        r = up0[i]
        s = up1[i]
        a = r + p
        b = s + q
        c = r - p
        d = s - q
        rows[i] = b + a
        rows[_W + i] = b - a
        rows[2 * _W + i] = d + c
        rows[3 * _W + i] = d - c


@njit(cache=True, fastmath=_FAST, inline="never")
def _modal_forces(x: Any, f: Any, modulus: Any, k: Any, n: int) -> None:
    """Forces of a line's voxels on their low (minus) and high (plus) end along the fast axis.

    Rows of `x` and `f`: four times the component, plus 2 for a difference along the first axis, plus 1 for one along
    the second. `k` holds the 33 entries of the blocks in the order of `element.BLOCKS`.
    """
    k0, k1, k2, k3, k4, k5 = k[0], k[1], k[2], k[3], k[4], k[5]
    k6, k7, k8, k9, k10, k11, k12, k13, k14 = k[6], k[7], k[8], k[9], k[10], k[11], k[12], k[13], k[14]
    k15, k16, k17, k18, k19, k20 = k[15], k[16], k[17], k[18], k[19], k[20]
    k21, k22, k23, k24, k25, k26, k27, k28, k29 = k[21], k[22], k[23], k[24], k[25], k[26], k[27], k[28], k[29]
    k30, k31, k32 = k[30], k[31], k[32]
    for i in range(n):
        e = modulus[i]
        x0c = (x[i + 1] - x[i]) * e
        x0b = (x[_W + i + 1] + x[_W + i]) * e
        x0bc = (x[_W + i + 1] - x[_W + i]) * e
        x0a = (x[2 * _W + i + 1] + x[2 * _W + i]) * e
        x0ac = (x[2 * _W + i + 1] - x[2 * _W + i]) * e
        x0ab = (x[3 * _W + i + 1] + x[3 * _W + i]) * e
        x0abc = (x[3 * _W + i + 1] - x[3 * _W + i]) * e
        x1c = (x[4 * _W + i + 1] - x[4 * _W + i]) * e
        x1b = (x[5 * _W + i + 1] + x[5 * _W + i]) * e
        x1bc = (x[5 * _W + i + 1] - x[5 * _W + i]) * e
        x1a = (x[6 * _W + i + 1] + x[6 * _W + i]) * e
        x1ac = (x[6 * _W + i + 1] - x[6 * _W + i]) * e
        x1ab = (x[7 * _W + i + 1] + x[7 * _W + i]) * e
        x1abc = (x[7 * _W + i + 1] - x[7 * _W + i]) * e
        x2c = (x[8 * _W + i + 1] - x[8 * _W + i]) * e
        x2b = (x[9 * _W + i + 1] + x[9 * _W + i]) * e
        x2bc = (x[9 * _W + i + 1] - x[9 * _W + i]) * e
        x2a = (x[10 * _W + i + 1] + x[10 * _W + i]) * e
        x2ac = (x[10 * _W + i + 1] - x[10 * _W + i]) * e
        x2ab = (x[11 * _W + i + 1] + x[11 * _W + i]) * e
        x2abc = (x[11 * _W + i + 1] - x[11 * _W + i]) * e
        f0c = k9 * x0c + k10 * x2a
        f[i] = -f0c
        f[12 * _W + i + 1] = f0c
        f0b = k6 * x0b + k7 * x1a
        f0bc = k15 * x0bc + k16 * x1ac + k17 * x2ab
        f[_W + i] = f0b - f0bc
        f[13 * _W + i + 1] = f0b + f0bc
        f0a = k0 * x0a + k1 * x1b + k2 * x2c
        f0ac = k21 * x0ac + k22 * x1bc
        f[2 * _W + i] = f0a - f0ac
        f[14 * _W + i + 1] = f0a + f0ac
        f0ab = k24 * x0ab + k25 * x2bc
        f[3 * _W + i] = f0ab - k30 * x0abc
        f[15 * _W + i + 1] = f0ab + k30 * x0abc
        f1c = k12 * x1c + k13 * x2b
        f[4 * _W + i] = -f1c
        f[16 * _W + i + 1] = f1c
        f1b = k1 * x0a + k3 * x1b + k4 * x2c
        f1bc = k22 * x0ac + k23 * x1bc
        f[5 * _W + i] = f1b - f1bc
        f[17 * _W + i + 1] = f1b + f1bc
        f1a = k7 * x0b + k8 * x1a
        f1ac = k16 * x0bc + k18 * x1ac + k19 * x2ab
        f[6 * _W + i] = f1a - f1ac
        f[18 * _W + i + 1] = f1a + f1ac
        f1ab = k27 * x1ab + k28 * x2ac
        f[7 * _W + i] = f1ab - k31 * x1abc
        f[19 * _W + i + 1] = f1ab + k31 * x1abc
        f2c = k2 * x0a + k4 * x1b + k5 * x2c
        f[8 * _W + i] = -f2c
        f[20 * _W + i + 1] = f2c
        f2b = k13 * x1c + k14 * x2b
        f2bc = k25 * x0ab + k26 * x2bc
        f[9 * _W + i] = f2b - f2bc
        f[21 * _W + i + 1] = f2b + f2bc
        f2a = k10 * x0c + k11 * x2a
        f2ac = k28 * x1ab + k29 * x2ac
        f[10 * _W + i] = f2a - f2ac
        f[22 * _W + i + 1] = f2a + f2ac
        f2ab = k17 * x0bc + k19 * x1ac + k20 * x2ab
        f[11 * _W + i] = f2ab - k32 * x2abc
        f[23 * _W + i + 1] = f2ab + k32 * x2abc


@njit(cache=True, fastmath=_FAST, inline="never")
def _to_node_lines(f: Any, here: Any, beyond: Any, n: int) -> None:
    """Add one component's forces to the node lines before and behind the voxels along the second axis."""
    for i in range(n):
        s = f[i] + f[12 * _W + i]
        d = f[_W + i] + f[13 * _W + i]
        here[i] += s - d
        beyond[i] += s + d
    for i in range(n):
        s = f[2 * _W + i] + f[14 * _W + i]
        d = f[3 * _W + i] + f[15 * _W + i]
        here[_LINE + i] += s - d
        beyond[_LINE + i] += s + d


@njit(cache=True, fastmath=_FAST, inline="never")
def _complete(here: Any, total: Any, from_below: Any, n: int) -> None:
    """Finish a node line with what the plane of voxels below left, and leave the next plane its share."""
    for i in range(n):
        s = here[i]
        d = here[_LINE + i]
        total[i] = from_below[i] + (s - d)
        from_below[i] = s + d


@njit(cache=True, fastmath=_FAST, inline="never")
def _store_product(total: Any, u: Any, out: Any, free: Any, component: int, n: int) -> Any:
    dot = total[0] * 0
    for i in range(n):
        value = total[i] * ((free[i] >> component) & 1)
        out[i] = value
        dot += value * u[i]
    return dot


@njit(cache=True, fastmath=_FAST, inline="never")
def _store_residual(total: Any, right: Any, out: Any, free: Any, component: int, n: int) -> None:
    for i in range(n):
        out[i] = (right[i] - total[i]) * ((free[i] >> component) & 1)


@njit(cache=True, fastmath=_FAST, inline="never")
def _keep_free(total: Any, right: Any, free: Any, component: int, n: int) -> None:
    """Make the residual vanish where the component is known."""
    for i in range(n):
        total[i] = right[i] + (total[i] - right[i]) * ((free[i] >> component) & 1)


@njit(cache=True, fastmath=_FAST, inline="never")
def _store_smoothed(total: Any, u: Any, right: Any, step: Any, inverse: Any, keep: Any, gain: Any, n: int) -> None:
    for i in range(n):
        total[i] = keep * step[i] + gain * inverse[i] * (right[i] - total[i])
    for i in range(n):
        step[i] = total[i]
        u[i] += total[i]


@njit(cache=True, fastmath=_FAST, inline="never")
def _voxel_line(
    low: Any, up: Any, modulus: Any, spans: Any, k: Any, work: Any, here: Any, beyond: Any, line: int, pitch: int
) -> None:
    """Forces of one line of voxels, added to the node lines `here` and `beyond`."""
    rows = work[_SUMS:_MINUS]
    forces = work[_MINUS:_MODULUS]
    e = work[_MODULUS:]
    for span in range(spans.shape[0]):
        start = spans[span, 0]
        n = spans[span, 1]
        padded = (n + 8) // 8 * 8
        source = modulus[start : start + n]
        for i in range(n):
            e[i] = source[i]
        for i in range(n, padded):
            e[i] = 0
        for c in range(3):
            a = (3 * line + c) * pitch + start
            b = a + 3 * pitch
            _corner_sums(low[a:], low[b:], up[a:], up[b:], rows[4 * c * _W :], padded)
        _modal_forces(rows, forces, e, k, padded)
        for c in range(3):
            o = 2 * c * _LINE + start
            _to_node_lines(forces[4 * c * _W :], here[o:], beyond[o:], padded)


@njit(cache=True, fastmath=_FAST, inline="never")
def _clear(rows: Any, n: int) -> None:
    for c in range(6):
        rows[c * _LINE : c * _LINE + n] = 0


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
        u_, modulus_, spans_, inverse_, free_ = (
            borrowed(u),
            borrowed(modulus),
            borrowed(spans),
            borrowed(inverse),
            borrowed(free),
        )
        right_, out_, k_, edges_, below_ = borrowed(right), borrowed(out), borrowed(k), borrowed(edges), borrowed(below)
        rows, chunk = borrowed(line_work)[s], borrowed(chunk_work)[s]
        dot = 0.0
        for q in range(starts[s] - 1, starts[s + 1]):
            low = u_[q * plane : (q + 1) * plane + TAIL]
            up = u_[(q + 1) * plane : (q + 2) * plane + TAIL]
            if q == starts[s] - 1 and s > 0:
                low = edges_[s - 1, 0]
            if q == starts[s + 1] - 1 and s < slabs - 1:
                up = edges_[s, 1]
            here = rows[_HERE:_NEXT]
            beyond = rows[_NEXT:_TOTAL]
            _clear(here, pitch + 8)
            for j in range(lines - 1):
                kind = kinds[q * lines + j]
                if kind == UNLIT:
                    below_[s, 3 * j * pitch : 3 * (j + 1) * pitch] = 0
                    _clear(here, pitch + 8)
                    continue
                _clear(beyond, pitch + 8)
                line = q * (lines - 1) + j
                at = line * (pitch - 1)
                _voxel_line(
                    low,
                    up,
                    modulus_[at : at + pitch - 1],
                    spans_[span_starts[line] : span_starts[line + 1]],
                    k_,
                    chunk,
                    here,
                    beyond,
                    j,
                    pitch,
                )
                for c in range(3):
                    o = (3 * j + c) * pitch
                    total = rows[_TOTAL + c * _LINE : _TOTAL + c * _LINE + pitch]
                    _complete(here[2 * c * _LINE :], total, below_[s, o : o + pitch], pitch)
                    if q < starts[s]:
                        continue
                    v = q * plane + o
                    node = (q * lines + j) * pitch
                    mine = u_[v : v + pitch]
                    there = out_[v : v + pitch]
                    bits = free_[node : node + pitch]
                    if mode == PRODUCT:
                        dot += _store_product(total, mine, there, bits, c, pitch)
                    elif mode == RESIDUAL:
                        _store_residual(total, right_[v : v + pitch], there, bits, c, pitch)
                    else:
                        wanted = right_[v : v + pitch]
                        if kind == MIXED:
                            _keep_free(total, wanted, bits, c, pitch)
                        factor = inverse_[node : node + pitch]
                        _store_smoothed(total, mine, wanted, there, factor, weights[0], weights[1], pitch)
                here, beyond = beyond, here
        dots[s] = dot
    return dots.sum()
