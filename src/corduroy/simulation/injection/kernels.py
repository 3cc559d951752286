"""Kernels of the pressure equation on a box of voxels with a rim of ghosts.

Arrays are flat, in the order of the box with ghosts. Face arrays `t0`, `t1`, `t2` hold the conductance between a voxel
and the next one along each axis; `sink` holds the conductance to the outside, where the pressure is zero. Where there
is no conductance there is no unknown. `spans[i, j]` are the first and one past the last voxel of a line that has any.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.sums import in_order

FAST = {"contract", "reassoc", "nsz", "arcp"}


@njit(cache=True, parallel=True)
def spans_of(active: Any) -> Any:
    """First and one past the last active voxel of each line along the last axis, shape (n0, n1, 2)."""
    spans = np.zeros((active.shape[0], active.shape[1], 2), np.int32)
    for i in prange(active.shape[0]):
        for j in range(active.shape[1]):
            for k in range(active.shape[2]):
                if active[i, j, k]:
                    if spans[i, j, 1] == 0:
                        spans[i, j, 0] = k
                    spans[i, j, 1] = k + 1
    return spans


@njit(cache=True, parallel=True)
def face_conductance(resistance: Any, spans: Any, factor: Any, across: int, nz: int, out: Any) -> None:
    """Conductance of the faces across an axis: the two half voxels in series.

    Parameters
    ----------
    resistance : array of float32, flat
        Viscosity of each voxel; 0 outside.
    spans : array
    factor : array of float32, flat
        Length over permeability and face area of half a voxel along the axis.
    across : int
        Distance to the next voxel along the axis.
    nz : int
        Voxels of a line with its ghosts.
    out : array of float32, flat
    """
    ny = spans.shape[1]
    for i in prange(1, spans.shape[0] - 1):
        for j in range(1, ny - 1):
            row = (i * ny + j) * nz
            for c in range(row + spans[i, j, 0], row + spans[i, j, 1]):
                total = resistance[c] * factor[c] + resistance[c + across] * factor[c + across]
                joined = resistance[c] > 0 and resistance[c + across] > 0
                out[c] = 1 / total if joined else 0


@njit(cache=True, fastmath=FAST, parallel=True)
def invert_diagonal(t0: Any, t1: Any, t2: Any, sink: Any, spans: Any, out: Any) -> None:
    """One over the diagonal of the matrix, 0 where there is no unknown."""
    ny, nz = spans.shape[1], out.size // (spans.shape[0] * spans.shape[1])
    s0 = ny * nz
    for i in prange(1, spans.shape[0] - 1):
        for j in range(1, ny - 1):
            row = i * s0 + j * nz
            for c in range(row + spans[i, j, 0], row + spans[i, j, 1]):
                total = t0[c] + t0[c - s0] + t1[c] + t1[c - nz] + t2[c] + t2[c - 1] + sink[c]
                out[c] = 1 / total if total > 0 else 0


@njit(cache=True, fastmath=FAST, parallel=True)
def start(inv: Any, gain: Any, spans: Any, right: Any, step: Any, u: Any) -> None:
    """First smoothing step from zero: u = step = gain·right / diagonal."""
    ny, nz = spans.shape[1], u.size // (spans.shape[0] * spans.shape[1])
    for i in prange(1, spans.shape[0] - 1):
        for j in range(1, ny - 1):
            row = (i * ny + j) * nz
            for c in range(row + spans[i, j, 0], row + spans[i, j, 1]):
                step[c] = gain * inv[c] * right[c]
                u[c] = step[c]


@njit(cache=True, fastmath=FAST, parallel=True)
def relax(
    t0: Any,
    t1: Any,
    t2: Any,
    sink: Any,
    inv: Any,
    spans: Any,
    right: Any,
    keep: Any,
    gain: Any,
    step: Any,
    u: Any,
    out: Any,
) -> None:
    """One Chebyshev step in one pass: step = keep·step + gain·(right - A u) / diagonal, out = u + step."""
    ny, nz = spans.shape[1], u.size // (spans.shape[0] * spans.shape[1])
    s0 = ny * nz
    for i in prange(1, spans.shape[0] - 1):
        for j in range(1, ny - 1):
            row = i * s0 + j * nz
            for c in range(row + spans[i, j, 0], row + spans[i, j, 1]):
                v = u[c]
                left = right[c] - sink[c] * v
                left -= t2[c] * (v - u[c + 1]) + t2[c - 1] * (v - u[c - 1])
                left -= t1[c] * (v - u[c + nz]) + t1[c - nz] * (v - u[c - nz])
                left -= t0[c] * (v - u[c + s0]) + t0[c - s0] * (v - u[c - s0])
                s = keep * step[c] + gain * inv[c] * left
                step[c] = s
                out[c] = v + s


@njit(cache=True, fastmath=FAST, parallel=True)
def residual(t0: Any, t1: Any, t2: Any, sink: Any, spans: Any, right: Any, u: Any, out: Any) -> None:
    """out = right - A u."""
    ny, nz = spans.shape[1], u.size // (spans.shape[0] * spans.shape[1])
    s0 = ny * nz
    for i in prange(1, spans.shape[0] - 1):
        for j in range(1, ny - 1):
            row = i * s0 + j * nz
            for c in range(row + spans[i, j, 0], row + spans[i, j, 1]):
                v = u[c]
                left = right[c] - sink[c] * v
                left -= t2[c] * (v - u[c + 1]) + t2[c - 1] * (v - u[c - 1])
                left -= t1[c] * (v - u[c + nz]) + t1[c - nz] * (v - u[c - nz])
                left -= t0[c] * (v - u[c + s0]) + t0[c - s0] * (v - u[c - s0])
                out[c] = left


@njit(cache=True, fastmath=FAST, parallel=True)
def product(t0: Any, t1: Any, t2: Any, sink: Any, spans: Any, u: Any, out: Any) -> Any:
    """out = A u; returns u·A u."""
    ny, nz = spans.shape[1], u.size // (spans.shape[0] * spans.shape[1])
    s0 = ny * nz
    parts = np.zeros(spans.shape[0])
    for i in prange(1, spans.shape[0] - 1):
        whole = 0.0
        for j in range(1, ny - 1):
            row = i * s0 + j * nz
            for c in range(row + spans[i, j, 0], row + spans[i, j, 1]):
                v = u[c]
                flow = sink[c] * v
                flow += t2[c] * (v - u[c + 1]) + t2[c - 1] * (v - u[c - 1])
                flow += t1[c] * (v - u[c + nz]) + t1[c - nz] * (v - u[c - nz])
                flow += t0[c] * (v - u[c + s0]) + t0[c - s0] * (v - u[c - s0])
                out[c] = flow
                whole += v * flow
        parts[i] = whole
    return in_order(parts)


@njit(cache=True, fastmath=FAST, parallel=True)
def restrict(fine: Any, fine_lines: int, fine_length: int, spans: Any, coarse: Any) -> None:
    """Sum of the eight fine voxels of each coarse one.

    Parameters
    ----------
    fine : array, flat
    fine_lines, fine_length : int
        Second and third dimension of the fine box with its ghosts.
    spans : array
        Of the coarse box.
    coarse : array, flat
    """
    ny, nz = spans.shape[1], coarse.size // (spans.shape[0] * spans.shape[1])
    plane = fine_lines * fine_length
    for i in prange(1, spans.shape[0] - 1):
        for j in range(1, ny - 1):
            row = (i * ny + j) * nz
            first = (2 * i - 1) * plane + (2 * j - 1) * fine_length
            for k in range(spans[i, j, 0], spans[i, j, 1]):
                a = first + 2 * k - 1
                b = a + fine_length
                c = a + plane
                d = c + fine_length
                total = (fine[a] + fine[a + 1]) + (fine[b] + fine[b + 1])
                coarse[row + k] = total + (fine[c] + fine[c + 1]) + (fine[d] + fine[d + 1])


@njit(cache=True, fastmath=FAST, parallel=True)
def prolong_add(coarse: Any, coarse_lines: int, coarse_length: int, inv: Any, spans: Any, fine: Any) -> None:
    """Add to each fine voxel the value of its coarse one."""
    ny, nz = spans.shape[1], fine.size // (spans.shape[0] * spans.shape[1])
    for i in prange(1, spans.shape[0] - 1):
        for j in range(1, ny - 1):
            row = (i * ny + j) * nz
            first = ((i + 1) // 2 * coarse_lines + (j + 1) // 2) * coarse_length
            for k in range(spans[i, j, 0], spans[i, j, 1]):
                if inv[row + k] > 0:
                    fine[row + k] += coarse[first + (k + 1) // 2]


@njit(cache=True, fastmath=FAST, parallel=True)
def coarsen(fine: Any, fine_shape: Any, spans: Any, across: Any, factor: Any, coarse: Any) -> None:
    """Conductance of the faces of the coarse voxels: the four fine faces of each, times a factor.

    Parameters
    ----------
    fine : array of float32, flat
    fine_shape : tuple of int
        With ghosts.
    spans : array
        Of the coarse box.
    across : int
        0, 1 or 2 for the faces across an axis, 3 for a sum over the eight voxels.
    factor : float
    coarse : array of float32, flat
    """
    ny, nz = spans.shape[1], coarse.size // (spans.shape[0] * spans.shape[1])
    fy, fz = fine_shape[1], fine_shape[2]
    for i in prange(1, spans.shape[0] - 1):
        for j in range(1, ny - 1):
            row = (i * ny + j) * nz
            for k in range(spans[i, j, 0], spans[i, j, 1]):
                total = np.float32(0)
                for a in range(2):
                    for b in range(2):
                        for c in range(2):
                            counts = across == 3 or (a if across == 0 else b if across == 1 else c) == 1
                            if counts:
                                total += fine[((2 * i - 1 + a) * fy + 2 * j - 1 + b) * fz + 2 * k - 1 + c]
                coarse[row + k] = factor * total
