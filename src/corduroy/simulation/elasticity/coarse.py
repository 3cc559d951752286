"""Stencils of the first coarse level: the exact Galerkin product over the eight voxels of every coarse one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation.elasticity.element import CORNERS, Array


def child_weights() -> NDArray[np.float32]:
    """Weights of a coarse voxel's corners at the corners of its eight children.

    Returns
    -------
    ndarray, shape (8, 8, 8)
        Child, child's corner, coarse corner.
    """
    corners = np.array(CORNERS)
    place = (corners[:, None, :] + corners[None, :, :]) / 2
    near = np.where(corners == 1, place[:, :, None, :], 1 - place[:, :, None, :])
    return near.prod(axis=-1).astype(np.float32)


def child_stiffness(stiffness: Array) -> NDArray[np.float32]:
    """What each child of unit modulus contributes to its coarse voxel's stiffness.

    Returns
    -------
    ndarray, shape (8, 24, 24)
    """
    weights = child_weights().astype(float)
    return np.stack([np.kron(w, np.eye(3)).T @ stiffness @ np.kron(w, np.eye(3)) for w in weights]).astype(np.float32)


@njit(cache=True, fastmath=True)
def _add_constrained(total: Any, modulus: Any, stiffness: Any, weights: Any, bits: Any) -> None:
    """Add a child some of whose corner components are not unknown."""
    half = np.zeros((24, 24), np.float32)
    for row in range(24):
        if (bits[row // 3] >> (row % 3)) & 1:
            for m in range(8):
                for b in range(3):
                    if (bits[m] >> b) & 1:
                        value = modulus * stiffness[row, 3 * m + b]
                        for j in range(8):
                            half[row, 3 * j + b] += value * weights[m, j]
    for n in range(8):
        for i in range(8):
            if weights[n, i] != 0:
                for a in range(3):
                    for col in range(24):
                        total[3 * i + a, col] += weights[n, i] * half[3 * n + a, col]


@njit(cache=True, fastmath=True)
def _coarse_voxel(
    total: Any, modulus: Any, free: Any, shape: Any, at: Any, children: Any, stiffness: Any, weights: Any
) -> bool:
    """The 24×24 stiffness of one coarse voxel; False where it is empty."""
    i, j, k = at
    bits = np.zeros(8, np.uint8)
    total[:] = 0
    any_stiff = False
    for child in range(8):
        p, q, r = i + (child >> 2), j + ((child >> 1) & 1), k + (child & 1)
        e = modulus[(p * (shape[1] - 1) + q) * (shape[2] - 1) + r]
        if e == 0:
            continue
        any_stiff = True
        whole = True
        for n in range(8):
            bits[n] = free[((p + (n >> 2)) * shape[1] + q + ((n >> 1) & 1)) * shape[2] + r + (n & 1)]
            whole &= bits[n] == 7
        if whole:
            source = children[child].reshape(-1)
            target = total.reshape(-1)
            for m in range(576):
                target[m] += e * source[m]
        else:
            _add_constrained(total, e, stiffness, weights[child], bits)
    return any_stiff


@njit(cache=True, fastmath=True)
def _scatter(total: Any, rows: Any, row_of: Any, shape: Any, at: Any, low: int, high: int) -> None:
    """Add a coarse voxel to the rows of its corners on the planes from low to high."""
    i, j, k = at
    for n in range(8):
        p, q, r = n >> 2, (n >> 1) & 1, n & 1
        row = row_of[((i + p) * shape[1] + j + q) * shape[2] + k + r]
        if row < 0 or not low <= i + p <= high:
            continue
        for m in range(8):
            offset = 3 * (9 * ((m >> 2) - p + 1) + 3 * (((m >> 1) & 1) - q + 1) + (m & 1) - r + 1)
            for a in range(3):
                for b in range(3):
                    rows[row, a, offset + b] += total[3 * n + a, 3 * m + b]


@njit(cache=True, parallel=True)
def assemble(
    modulus: Any,
    free: Any,
    shape: Any,
    children: Any,
    stiffness: Any,
    weights: Any,
    rows: Any,
    row_of: Any,
    coarse_shape: Any,
    slabs: int,
) -> None:
    """Fill the coarse rows; each thread owns a slab of coarse node planes and computes shared voxels twice.

    Parameters
    ----------
    modulus : array of float32, flat
        With ghosts.
    free : array of uint8, flat
        With ghosts, periodic ones filled.
    shape, coarse_shape : tuple of int
        Nodes with ghosts.
    children : array, shape (8, 24, 24)
    stiffness : array, shape (24, 24)
    weights : array, shape (8, 8, 8)
    rows : array of float32, shape (n, 3, 81)
        Zeros at first.
    row_of : array of int32, flat
    slabs : int
        1 where the first axis is periodic.
    """
    last = coarse_shape[0] - 2
    for s in prange(slabs):
        low, high = 1 + s * last // slabs, (s + 1) * last // slabs
        total = np.zeros((24, 24), np.float32)
        for i in range(max(low - 1, 1), min(high, last - 1) + 1):
            for j in range(1, coarse_shape[1] - 2):
                for k in range(1, coarse_shape[2] - 2):
                    if _coarse_voxel(
                        total, modulus, free, shape, (2 * i - 1, 2 * j - 1, 2 * k - 1), children, stiffness, weights
                    ):
                        _scatter(total, rows, row_of, coarse_shape, (i, j, k), low, high)
