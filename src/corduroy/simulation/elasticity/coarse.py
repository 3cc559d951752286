"""The matrix of the first coarse level: the exact Galerkin product over the voxels of every coarse cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation.borrowed import borrowed
from corduroy.simulation.elasticity.element import CORNERS, Array
from corduroy.simulation.registers import lanes, load, spread, store

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
                        total[24 * (3 * i + a) + col] += weights[n, i] * half[3 * n + a, col]


@njit(cache=True, fastmath=_FAST)
def _add_cell(
    total: Any,
    moduli: Any,
    place: Any,
    mine: Any,
    modulus: Any,
    free: Any,
    shape: Any,
    children: Any,
    stiffness: Any,
    weights: Any,
) -> None:
    """Overwrite the total by the stiffness of a coarse cell's voxels, and the moduli of its children."""
    moduli[:] = 0
    known = 0
    for voxel in mine:
        child, e, whole = _child(place[voxel], modulus, free, shape)
        if whole:  # with known components among its corners it is added below
            moduli[child] = e
        else:
            known += 1
    m0, m1, m2, m3 = spread(moduli[0]), spread(moduli[1]), spread(moduli[2]), spread(moduli[3])
    m4, m5, m6, m7 = spread(moduli[4]), spread(moduli[5]), spread(moduli[6]), spread(moduli[7])
    for i in range(0, 576, lanes(total)):
        near = m0 * load(children, i) + m1 * load(children, i + 576)
        near = near + m2 * load(children, i + 1152) + m3 * load(children, i + 1728)
        far = m4 * load(children, i + 2304) + m5 * load(children, i + 2880)
        store(total, i, near + (far + m6 * load(children, i + 3456) + m7 * load(children, i + 4032)))
    if known == 0:
        return
    bits = np.zeros(8, np.uint8)
    for voxel in mine:
        child, e, whole = _child(place[voxel], modulus, free, shape)
        if not whole:
            i, j, k = place[voxel, 0] + 1, place[voxel, 1] + 1, place[voxel, 2] + 1
            for n in range(8):
                bits[n] = free[((i + (n >> 2)) * shape[1] + j + ((n >> 1) & 1)) * shape[2] + k + (n & 1)]
            _add_constrained(total, e, stiffness, weights[child], bits)


@njit(cache=True, inline="always")
def _child(place: Any, modulus: Any, free: Any, shape: Any) -> tuple[int, Any, bool]:
    """Which child of its coarse cell a voxel is, its modulus, and whether all components of its corners are unknown."""
    i, j, k = place[0] + 1, place[1] + 1, place[2] + 1
    whole = True
    for n in range(8):
        whole &= free[((i + (n >> 2)) * shape[1] + j + ((n >> 1) & 1)) * shape[2] + k + (n & 1)] == 7
    e = modulus[(i * (shape[1] - 1) + j) * (shape[2] - 1) + k]
    return 4 * (place[0] & 1) + 2 * (place[1] & 1) + (place[2] & 1), e, whole


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
                    block[3 * a + b] += total[24 * (3 * n + a) + 3 * m + b]


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
        total = np.zeros(576, np.float32)
        moduli = np.zeros(8, np.float32)
        parts, vertices = borrowed(children).reshape(-1), borrowed(corners)
        voxels, order, young, unknown = borrowed(place), borrowed(voxel_order), borrowed(modulus), borrowed(free)
        for cell in range(corners.shape[0]):
            mine = False
            for m in range(8):
                mine |= low <= vertices[cell, m] < high
            if mine:
                those = order[voxel_starts[cell] : voxel_starts[cell + 1]]
                _add_cell(total, moduli, voxels, those, young, unknown, shape, parts, stiffness, weights)
                _scatter(total, vertices[cell], borrowed(starts), borrowed(columns), borrowed(blocks), low, high)
