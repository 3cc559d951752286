"""The coarse levels' matrices and smoothers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from corduroy.simulation import Cycling, Solver, VoxelModel, platens
from corduroy.simulation.blocks import pattern
from corduroy.simulation.galerkin import other_halves
from corduroy.simulation.grouping import grouped
from corduroy.simulation.levels import CoarseLevel


@pytest.fixture
def levels(sponge: np.ndarray) -> list[CoarseLevel]:
    model = VoxelModel(sponge)
    return [
        level for level in Solver(model, platens(model, 2, 0.1)).multigrid._levels if isinstance(level, CoarseLevel)
    ]


def whole(level: CoarseLevel) -> sparse.csr_matrix:
    """The matrix of which a level keeps half the rows."""
    kept, size = level.matrix, level.right.size
    blocks = kept.blocks.astype(float).reshape(-1, 3, 3)
    half = sparse.bsr_matrix((blocks, kept.columns, kept.starts), (size, size)).tocsr()
    return half + half.T - sparse.block_diag(list(blocks[kept.starts[:-1]]), "csr")


@pytest.mark.parametrize("slabs", [1, 3])
def test_rows_couple_what_shares_a_cell(levels: list[CoarseLevel], slabs: int) -> None:
    """Whatever the number of slabs in which the work is dealt out."""
    for level in levels:
        corners, n = level.cells.corners, level.cells.vertices
        cells = np.repeat(np.arange(len(corners)), 8)
        incidence = sparse.csr_matrix((np.ones(corners.size), (cells, corners.ravel())), (len(corners), n))
        wanted = sparse.triu(incidence.T @ incidence, format="csr")
        wanted.sort_indices()
        starts, columns = pattern(corners, *grouped(corners.ravel(), n), slabs)
        assert np.array_equal(starts, wanted.indptr)
        assert np.array_equal(columns, wanted.indices)
        turned = sparse.csr_matrix((np.arange(columns.size), columns, starts), (n, n)).tocsc()
        rows, places, found = turned.indices, turned.data, other_halves(starts, columns, slabs)
        below = rows != np.repeat(np.arange(n), np.diff(turned.indptr))
        assert np.array_equal(found[0][1:], np.cumsum(np.diff(turned.indptr) - 1))
        assert np.array_equal(found[1], rows[below])
        assert np.array_equal(found[2], places[below])


def test_half_rows_give_the_residual_of_the_whole_matrix(levels: list[CoarseLevel], rng: np.random.Generator) -> None:
    assert levels
    for level in levels:
        level.right[:], level.solution[:] = (rng.standard_normal(level.right.size) for _ in range(2))
        wanted = level.right - whole(level) @ level.solution
        assert np.abs(level.left_over() - wanted).max() < 1e-5 * np.abs(wanted).max()


def test_no_eigenvalue_lies_above_what_the_smoother_damps(levels: list[CoarseLevel]) -> None:
    """Long Chebyshev smoothing blows up what lies above, and the preconditioner loses its sign."""
    for level, fraction in zip(levels, (Cycling().finest_fraction, *[Cycling().fraction] * len(levels)), strict=False):
        bound = 2 / (level._weights[0][1] * (1 + fraction))
        inverse, matrix = sparse.block_diag(list(level._inverse.astype(float)), "csr"), whole(level)
        vector = np.ones(level.right.size) + np.arange(level.right.size) % 7
        for _ in range(200):
            vector = inverse @ (matrix @ (vector / np.linalg.norm(vector)))
        assert np.linalg.norm(vector) < bound
