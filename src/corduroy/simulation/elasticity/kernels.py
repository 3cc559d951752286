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

from numba import njit, prange

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
def _store_smoothed(
    total: Any, u: Any, right: Any, step: Any, inverse: Any, free: Any, keep: Any, gain: Any, component: int, n: int
) -> None:
    for i in range(n):
        total[i] = ((free[i] >> component) & 1) * inverse[i] * (right[i] - total[i])
    for i in range(n):
        value = keep * step[i] + gain * total[i]
        step[i] = value
        u[i] += value


@njit(cache=True, fastmath=_FAST, inline="never")
def _voxel_line(
    low: Any, up: Any, modulus: Any, k: Any, work: Any, here: Any, beyond: Any, line: int, pitch: int
) -> None:
    """Forces of one line of voxels, added to the node lines `here` and `beyond`."""
    voxels = modulus.size
    pieces = (voxels + CHUNK - 1) // CHUNK
    length = (voxels + pieces - 1) // pieces
    rows = work[_SUMS:_MINUS]
    forces = work[_MINUS:_MODULUS]
    e = work[_MODULUS:]
    for start in range(0, voxels, length):
        n = min(length, voxels - start)
        padded = (n + 8) // 8 * 8
        source = modulus[start : start + n]
        e[:padded] = 0
        stiff = e[0]
        for i in range(n):
            e[i] = source[i]
            stiff += e[i]
        if stiff == 0:
            continue
        for c in range(3):
            a = (3 * line + c) * pitch + start
            b = a + 3 * pitch
            _corner_sums(low[a:], low[b:], up[a:], up[b:], rows[4 * c * _W :], padded)
        _modal_forces(rows, forces, e, k, padded)
        for c in range(3):
            o = 2 * c * _LINE + start
            _to_node_lines(forces[4 * c * _W :], here[o:], beyond[o:], padded)


@njit(cache=True, fastmath=_FAST, parallel=True)
def sweep(
    mode: int,
    shape: Any,
    u: Any,
    modulus: Any,
    k: Any,
    inverse: Any,
    free: Any,
    lit: Any,
    right: Any,
    out: Any,
    weights: Any,
    starts: Any,
    edges: Any,
    below: Any,
    chunk_work: Any,
    line_work: Any,
) -> float:
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
    k : array of float
        The 33 block entries.
    inverse : array of float32, flat
        Inverse diagonal per node.
    free : array of uint8, flat
        Bit c is set where component c is unknown.
    lit : array of bool, flat
        Node lines that have a voxel beside them; the others are passed over.
    weights : array of float
        keep and gain.
    starts : array of int
        First node plane of each slab, and the end.
    edges, below, chunk_work, line_work : array of float
        Work space of the slabs: `Sweeper` makes it.
    """
    planes, lines, pitch = shape
    plane = lines * 3 * pitch
    slabs = starts.size - 1
    dots = line_work[:, _TOTAL].copy()
    for s in prange(slabs - 1):
        first = starts[s + 1]
        edges[s, 0, :plane] = u[(first - 1) * plane : first * plane]
        edges[s, 1, :plane] = u[first * plane : (first + 1) * plane]
    for s in prange(slabs):
        rows = line_work[s]
        total = 0.0
        for q in range(starts[s] - 1, starts[s + 1]):
            low = u[q * plane : (q + 1) * plane + TAIL]
            up = u[(q + 1) * plane : (q + 2) * plane + TAIL]
            if q == starts[s] - 1 and s > 0:
                low = edges[s - 1, 0]
            if q == starts[s + 1] - 1 and s < slabs - 1:
                up = edges[s, 1]
            rows[_HERE:_NEXT] = 0
            for j in range(lines - 1):
                rows[_NEXT:_TOTAL] = 0
                at = (q * (lines - 1) + j) * (pitch - 1)
                _voxel_line(
                    low, up, modulus[at : at + pitch - 1], k, chunk_work[s], rows[:_NEXT], rows[_NEXT:_TOTAL], j, pitch
                )
                if not lit[q * lines + j]:
                    below[s, 3 * j * pitch : 3 * (j + 1) * pitch] = 0
                    rows[_HERE:_NEXT] = 0
                    continue
                for c in range(3):
                    o = (3 * j + c) * pitch
                    sum_line = rows[_TOTAL + c * _LINE : _TOTAL + c * _LINE + pitch]
                    _complete(rows[2 * c * _LINE :], sum_line, below[s, o : o + pitch], pitch)
                    if q < starts[s]:
                        continue
                    v = q * plane + o
                    node = (q * lines + j) * pitch
                    here = u[v : v + pitch]
                    there = out[v : v + pitch]
                    bits = free[node : node + pitch]
                    if mode == PRODUCT:
                        total += _store_product(sum_line, here, there, bits, c, pitch)
                    elif mode == RESIDUAL:
                        _store_residual(sum_line, right[v : v + pitch], there, bits, c, pitch)
                    else:
                        _store_smoothed(
                            sum_line,
                            here,
                            right[v : v + pitch],
                            there,
                            inverse[node : node + pitch],
                            bits,
                            weights[0],
                            weights[1],
                            c,
                            pitch,
                        )
                rows[_HERE:_NEXT] = rows[_NEXT:_TOTAL]
        dots[s] = total
    return dots.sum()
