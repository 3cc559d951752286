"""The matrix of the first coarse level: the exact Galerkin product over the voxels of every coarse cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation.elasticity.element import CORNERS, Array

_FAST = {"contract", "reassoc", "nsz", "arcp"}


def child_weights() -> NDArray[np.float32]:
    """Weights of a coarse cell's corners at the corners of its eight children.

    Returns
    -------
    ndarray, shape (8, 8, 8)
        Child, child's corner, coarse corner.
    """
    corners = np.array(CORNERS)
    place = (corners[:, None, :] + corners[None, :, :]) / 2
    near = np.where(corners == 1, place[:, :, None, :], 1 - place[:, :, None, :])
    weights: NDArray[np.float32] = near.prod(axis=-1).astype(np.float32)
    return weights


def child_stiffness(stiffness: Array) -> NDArray[np.float32]:
    """What each child of unit modulus contributes to its coarse cell's stiffness.

    Returns
    -------
    ndarray, shape (8, 24, 24)
    """
    weights = child_weights().astype(float)
    return np.stack([np.kron(w, np.eye(3)).T @ stiffness @ np.kron(w, np.eye(3)) for w in weights]).astype(np.float32)


@njit(cache=True, fastmath=_FAST)
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


@njit(cache=True, fastmath=_FAST)
def _add_child(
    total: Any, place: Any, modulus: Any, free: Any, shape: Any, children: Any, stiffness: Any, weights: Any
) -> None:
    """Add the stiffness of one voxel to that of its coarse cell."""
    i, j, k = place[0] + 1, place[1] + 1, place[2] + 1
    e = modulus[(i * (shape[1] - 1) + j) * (shape[2] - 1) + k]
    child = 4 * (place[0] & 1) + 2 * (place[1] & 1) + (place[2] & 1)
    bits = np.zeros(8, np.uint8)
    whole = True
    for n in range(8):
        bits[n] = free[((i + (n >> 2)) * shape[1] + j + ((n >> 1) & 1)) * shape[2] + k + (n & 1)]
        whole &= bits[n] == 7
    if whole:
        source = children[child].reshape(-1)
        target = total.reshape(-1)
        for m in range(576):
            target[m] += e * source[m]
    else:
        _add_constrained(total, e, stiffness, weights[child], bits)


@njit(cache=True, fastmath=_FAST)
def _scatter(total: Any, corners: Any, starts: Any, columns: Any, blocks: Any, low: int, high: int) -> None:
    """Add a coarse cell to the half rows from low to high."""
    for n in range(8):
        v = corners[n]
        if not low <= v < high:
            continue
        row = columns[starts[v] : starts[v + 1]]
        for m in range(8):
            if corners[m] < v:
                continue
            place = np.int32(0)  # counted without a branch: rows are short, and this goes in vector registers
            for j in range(row.size):
                place += np.int32(row[j] < corners[m])
            block = blocks[starts[v] + place]
            for a in range(3):
                for b in range(3):
                    block[3 * a + b] += total[3 * n + a, 3 * m + b]


@njit(cache=True, parallel=True)
def assemble(
    place: Any,
    voxel_starts: Any,
    voxel_order: Any,
    modulus: Any,
    free: Any,
    shape: Any,
    children: Any,
    stiffness: Any,
    weights: Any,
    corners: Any,
    starts: Any,
    columns: Any,
    blocks: Any,
    slabs: int,
) -> None:
    """Fill the first coarse matrix; each thread owns a run of rows, and computes again the cells that it shares.

    Parameters
    ----------
    place : array of int32, shape (voxels, 3)
    voxel_starts, voxel_order : array
        The voxels of each coarse cell.
    modulus : array of float32, flat
        With ghosts.
    free : array of uint8, flat
        With ghosts, periodic ones filled.
    shape : tuple of int
        Nodes with ghosts.
    children : array, shape (8, 24, 24)
    stiffness : array, shape (24, 24)
    weights : array, shape (8, 8, 8)
    corners : array of int32, shape (cells, 8)
    starts, columns, blocks
        The matrix; its blocks are zero at first.
    slabs : int
        Runs of rows.
    """
    n = starts.size - 1
    for s in prange(slabs):
        low, high = s * n // slabs, (s + 1) * n // slabs
        total = np.zeros((24, 24), np.float32)
        for cell in range(corners.shape[0]):
            mine = False
            for m in range(8):
                mine |= low <= corners[cell, m] < high
            if mine:
                total[:] = 0
                for v in range(voxel_starts[cell], voxel_starts[cell + 1]):
                    _add_child(total, place[voxel_order[v]], modulus, free, shape, children, stiffness, weights)
                _scatter(total, corners[cell], starts, columns, blocks, low, high)
