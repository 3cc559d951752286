"""Trilinear interpolation between a box of nodes and the box of every second node, and its transpose.

Coarse vectors keep a node's components together; fine vectors are addressed by strides, so that the finest level may
lay its components out in lines. Index x of the coarse box lies on index 2x - 1 of the fine one.
"""

from __future__ import annotations

from typing import Any

from numba import njit, prange


@njit(cache=True, parallel=True)
def restrict(fine: Any, strides: Any, nodes: Any, shape: Any, coarse: Any, components: int) -> None:
    """coarse = Pᵀ fine at the active coarse nodes.

    Parameters
    ----------
    fine : array of float, flat
        Zero wherever it is not unknown; periodic ghosts filled.
    strides : tuple of int
        Of a plane, a line, a node and a component in `fine`.
    nodes : array of int32
        Active coarse nodes, by their index in the box.
    shape : tuple of int
        Coarse nodes with ghosts.
    coarse : array of float32, flat
        Written.
    """
    plane, line, step, lane = strides
    half = coarse[0] * 0 + 0.5
    for n in prange(nodes.size):
        node = nodes[n]
        i = 2 * (node // (shape[1] * shape[2])) - 1
        j = 2 * (node // shape[2] % shape[1]) - 1
        k = 2 * (node % shape[2]) - 1
        for c in range(components):
            total = 0.0
            for p in range(-1, 2):
                for q in range(-1, 2):
                    at = (i + p) * plane + (j + q) * line + k * step + c * lane
                    part = fine[at] + half * (fine[at - step] + fine[at + step])
                    total += part * (1.0 if p == 0 else 0.5) * (1.0 if q == 0 else 0.5)
            coarse[node * components + c] = total


@njit(cache=True, parallel=True)
def prolong_add(coarse: Any, shape: Any, fine: Any, strides: Any, free: Any, fine_shape: Any, components: int) -> None:
    """fine += P coarse wherever fine is unknown.

    Parameters
    ----------
    coarse : array of float32, flat
        Zero wherever inactive; periodic ghosts filled.
    shape, fine_shape : tuple of int
        Nodes with ghosts.
    free : array of uint8, flat
        Per fine node; bit c is set where component c is unknown.
    """
    plane, line, step, lane = strides
    quarter = coarse[0] * 0 + 0.25
    up = components
    over = shape[2] * components
    across = shape[1] * shape[2] * components
    for i in prange(1, fine_shape[0] - 1):
        a = (i + 1) // 2
        a2 = a + (i + 1) % 2
        for j in range(1, fine_shape[1] - 1):
            b = (j + 1) // 2
            b2 = b + (j + 1) % 2
            for k in range(1, fine_shape[2] - 1):
                bits = free[(i * fine_shape[1] + j) * fine_shape[2] + k]
                if bits == 0:
                    continue
                d = (k + 1) // 2 * up
                d2 = d + (k + 1) % 2 * up
                for c in range(components):
                    if (bits >> c) & 1:
                        x = coarse[a * across + b * over + d + c] + coarse[a * across + b * over + d2 + c]
                        x += coarse[a * across + b2 * over + d + c] + coarse[a * across + b2 * over + d2 + c]
                        x += coarse[a2 * across + b * over + d + c] + coarse[a2 * across + b * over + d2 + c]
                        x += coarse[a2 * across + b2 * over + d + c] + coarse[a2 * across + b2 * over + d2 + c]
                        fine[i * plane + j * line + k * step + c * lane] += x * quarter * 0.5
