"""Stretches of voxel and node lines, in the vector registers: what `kernels.sweep` does to each line.

Rows of a chunk's work lie at constant distances, so that a loop reads several of them by constant offsets.
"""

from __future__ import annotations

from typing import Any

from numba import njit

CHUNK = 71
"""Most voxels of a line that are treated at once: their work rows stay in the first-level cache."""
_W = 88  # a work row: a chunk's nodes, rounded up, and room to read past them
LINE = 1040
"""A line row; 4160 bytes apart, so that rows do not fall on the same cache sets."""
_SUMS = 0
_MINUS = 12 * _W
_MODULUS = 36 * _W
CHUNK_WORK = 38 * _W
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
        here[LINE + i] += s - d
        beyond[LINE + i] += s + d


@njit(cache=True, fastmath=_FAST, inline="never")
def complete(here: Any, total: Any, from_below: Any, n: int) -> None:
    """Finish a node line with what the plane of voxels below left, and leave the next plane its share."""
    for i in range(n):
        s = here[i]
        d = here[LINE + i]
        total[i] = from_below[i] + (s - d)
        from_below[i] = s + d


@njit(cache=True, fastmath=_FAST, inline="never")
def store_product(total: Any, u: Any, out: Any, free: Any, component: int, n: int) -> Any:
    dot = total[0] * 0
    for i in range(n):
        value = total[i] * ((free[i] >> component) & 1)
        out[i] = value
        dot += value * u[i]
    return dot


@njit(cache=True, fastmath=_FAST, inline="never")
def store_residual(total: Any, right: Any, out: Any, free: Any, component: int, n: int) -> None:
    for i in range(n):
        out[i] = (right[i] - total[i]) * ((free[i] >> component) & 1)


@njit(cache=True, fastmath=_FAST, inline="never")
def keep_free(total: Any, right: Any, free: Any, component: int, n: int) -> None:
    """Make the residual vanish where the component is known."""
    for i in range(n):
        total[i] = right[i] + (total[i] - right[i]) * ((free[i] >> component) & 1)


@njit(cache=True, fastmath=_FAST, inline="never")
def store_smoothed(total: Any, u: Any, right: Any, step: Any, inverse: Any, keep: Any, gain: Any, n: int) -> None:
    for i in range(n):
        total[i] = keep * step[i] + gain * inverse[i] * (right[i] - total[i])
    for i in range(n):
        step[i] = total[i]
        u[i] += total[i]


@njit(cache=True, fastmath=_FAST, inline="never")
def voxel_line(
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
            o = 2 * c * LINE + start
            _to_node_lines(forces[4 * c * _W :], here[o:], beyond[o:], padded)


@njit(cache=True, fastmath=_FAST, inline="never")
def clear(rows: Any, n: int) -> None:
    for c in range(6):
        rows[c * LINE : c * LINE + n] = 0
