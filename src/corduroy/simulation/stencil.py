"""Kernels of a 27-point stencil of small blocks on a box of nodes with ghosts.

The coarse levels of every hierarchy are of this kind, with three components per node (displacement) or one
(pressure): a stored row of 27 × c blocks per active node, exact for any arrangement of materials. Vectors keep the
components of a node together; inactive nodes and open ghosts hold zeros.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_PART = 512
"""Nodes that a thread takes at once."""


@njit(cache=True)
def _parts(n: int) -> int:
    return (n + _PART - 1) // _PART


@njit(cache=True, fastmath=_FAST, inline="never")
def _gather(u: Any, node: int, line: int, plane: int, c: int, near: Any) -> None:
    """The node and its 26 neighbours, in the order of a stencil row."""
    width = 3 * c
    to = 0
    for a in range(-1, 2):
        for b in range(-1, 2):
            start = (node + a * plane + b * line - 1) * c
            source = u[start : start + width]
            target = near[to : to + width]
            for i in range(width):
                target[i] = source[i]
            to += width


@njit(cache=True, fastmath=_FAST, inline="never")
def _dot(row: Any, near: Any, n: int) -> Any:
    total = row[0] * 0
    for i in range(n):
        total += row[i] * near[i]
    return total


@njit(cache=True, fastmath=_FAST, parallel=True)
def residual(rows: Any, nodes: Any, strides: Any, u: Any, right: Any, out: Any) -> None:
    """out = right - A u at the active nodes.

    Parameters
    ----------
    rows : array of float32, shape (n, c, 27 c)
    nodes : array of int32, shape (n,)
        Index of each row's node in the box.
    strides : tuple of int
        Nodes in a plane and in a line.
    u, right, out : array of float32, flat
    """
    c = rows.shape[1]
    width = 27 * c
    plane, line = strides
    for part in prange(_parts(nodes.size)):
        near = np.empty(width, u.dtype)
        for n in range(part * _PART, min(nodes.size, (part + 1) * _PART)):
            node = nodes[n]
            _gather(u, node, line, plane, c, near)
            for k in range(c):
                out[node * c + k] = right[node * c + k] - _dot(rows[n, k], near, width)


@njit(cache=True, fastmath=_FAST, parallel=True)
def relax(inverse: Any, nodes: Any, keep: Any, gain: Any, left_over: Any, step: Any, u: Any) -> None:
    """One Chebyshev step: step = keep·step + gain·D⁻¹·left_over, u += step.

    Parameters
    ----------
    inverse : array of float32, shape (n, c, c)
        Of each row's diagonal block.
    """
    c = inverse.shape[1]
    for part in prange(_parts(nodes.size)):
        for n in range(part * _PART, min(nodes.size, (part + 1) * _PART)):
            at = nodes[n] * c
            for k in range(c):
                total = inverse[n, k, 0] * left_over[at]
                for m in range(1, c):
                    total += inverse[n, k, m] * left_over[at + m]
                total = keep * step[at + k] + gain * total
                step[at + k] = total
                u[at + k] += total


@njit(cache=True, parallel=True)
def invert_diagonals(rows: Any, inverse: Any) -> None:
    """Inverse of each diagonal block; a component without stiffness stays out."""
    c = rows.shape[1]
    for n in prange(rows.shape[0]):
        block = rows[n, :, 13 * c : 14 * c].astype(np.float64)
        largest = 0.0
        for k in range(c):
            largest = max(largest, block[k, k])
        for k in range(c):
            if block[k, k] <= 1e-12 * largest or largest == 0:
                block[k, :] = 0
                block[:, k] = 0
                block[k, k] = -1
            else:
                block[k, k] *= 1 + 1e-6  # keeps single precision's blocks positive definite
        whole = np.linalg.inv(block)
        for k in range(c):
            for m in range(c):
                inverse[n, k, m] = whole[k, m] if whole[k, k] > 0 and whole[m, m] > 0 else 0


@njit(cache=True, inline="always")
def _weight(offset: int) -> float:
    return 1.0 if offset == 0 else 0.5


@njit(cache=True, parallel=True)
def coarsen(rows: Any, row_of: Any, shape: Any, coarse_rows: Any, coarse_nodes: Any, coarse_shape: Any) -> None:
    """The Galerkin product Pᵀ A P for trilinear interpolation P, row by row of the coarse grid.

    Parameters
    ----------
    rows : array of float32, shape (n, c, 27 c)
        Of the fine level.
    row_of : array of int32, flat
        Row of each fine node of the box, -1 where inactive; periodic ghosts name the row that they copy.
    shape, coarse_shape : tuple of int
        Nodes with ghosts.
    coarse_rows : array of float32, shape (m, c, 27 c)
        Written.
    coarse_nodes : array of int32, shape (m,)
    """
    c = rows.shape[1]
    for n in prange(coarse_nodes.size):
        node = coarse_nodes[n]
        i = 2 * (node // (coarse_shape[1] * coarse_shape[2])) - 1
        j = 2 * (node // coarse_shape[2] % coarse_shape[1]) - 1
        k = 2 * (node % coarse_shape[2]) - 1
        reach = np.zeros((5, 5, 5, c, c), np.float32)
        for p in range(-1, 2):
            for q in range(-1, 2):
                for r in range(-1, 2):
                    row = row_of[((i + p) * shape[1] + j + q) * shape[2] + k + r]
                    if row >= 0:
                        weight = np.float32(_weight(p) * _weight(q) * _weight(r))
                        _spread_row(rows[row], weight, reach, p + 1, q + 1, r + 1)
        _interpolate_row(reach, coarse_rows[n])


@njit(cache=True, fastmath=_FAST)
def _spread_row(row: Any, weight: Any, reach: Any, p: int, q: int, r: int) -> None:
    c = row.shape[0]
    for a in range(3):
        for b in range(3):
            for d in range(3):
                at = (9 * a + 3 * b + d) * c
                target = reach[p + a, q + b, r + d]
                for k in range(c):
                    for m in range(c):
                        target[k, m] += weight * row[k, at + m]


@njit(cache=True, fastmath=_FAST)
def _interpolate_row(reach: Any, row: Any) -> None:
    c = row.shape[0]
    row[:] = 0
    for a in range(3):
        for b in range(3):
            for d in range(3):
                at = (9 * a + 3 * b + d) * c
                for x in range(max(2 * a - 1, 0), min(2 * a + 2, 5)):
                    for y in range(max(2 * b - 1, 0), min(2 * b + 2, 5)):
                        for z in range(max(2 * d - 1, 0), min(2 * d + 2, 5)):
                            weight = np.float32(_weight(x - 2 * a) * _weight(y - 2 * b) * _weight(z - 2 * d))
                            for k in range(c):
                                for m in range(c):
                                    row[k, at + m] += weight * reach[x, y, z, k, m]
