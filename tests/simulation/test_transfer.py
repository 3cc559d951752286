"""Coarse cells keep apart what does not touch; restriction is the transpose of interpolation."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from corduroy.simulation import VoxelModel
from corduroy.simulation.elasticity.model import to_kernels
from corduroy.simulation.elasticity.multigrid import addresses, voxel_cells
from corduroy.simulation.ladder import ladder
from corduroy.simulation.topology import Cells, Link, coarsen


def cells_of(solid: np.ndarray) -> Cells:
    modulus = solid.astype(np.float32)
    return voxel_cells(to_kernels(VoxelModel(modulus), modulus, []))


def test_a_full_box_has_one_coarse_cell_per_block() -> None:
    link = coarsen(cells_of(np.ones((4, 6, 8))))
    assert len(link.cells.corners) == 2 * 3 * 4
    assert link.cells.vertices == 3 * 4 * 5
    again = coarsen(link.cells)
    assert len(again.cells.corners) == 1 * 2 * 2


def test_separate_plates_in_a_block_stay_apart() -> None:
    """Two plates at the outer faces of a box of two blocks: they share the second level's blocks, not their cells."""
    solid = np.zeros((4, 4, 4))
    solid[0] = solid[3] = 1
    once = coarsen(cells_of(solid))
    assert len(once.cells.corners) == 2 * 4
    twice = coarsen(once.cells)
    assert len(twice.cells.corners) == 2
    assert not set(twice.cells.corners[0]) & set(twice.cells.corners[1])


def test_cells_joined_by_a_third_are_one_part() -> None:
    """At the second level a block's cells may touch without sharing its middle."""
    solid = np.zeros((4, 4, 2))
    solid[0, :, 0] = solid[:, 0, 0] = solid[3, :, 0] = 1
    twice = coarsen(coarsen(cells_of(solid)).cells)
    assert len(twice.cells.corners) == 1


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one processor")
@pytest.mark.parametrize("periodic", [(False, False, False), (True, True, False)])
def test_threads_find_the_same_cells(sponge: np.ndarray, periodic: tuple[bool, bool, bool]) -> None:
    """Level by level, down to boxes of fewer planes than threads."""
    solid = (sponge[:16] > 0).astype(np.float32)
    first = voxel_cells(to_kernels(VoxelModel(solid, periodic=periodic), solid, []))
    alone = links(first)
    numba.set_num_threads(2)
    for one, other in zip(alone, links(first), strict=True):
        for name in ("parent", "host", "seat"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
        assert np.array_equal(one.cells.corners, other.cells.corners)
        assert np.array_equal(one.cells.place, other.cells.place)


def links(cells: Cells) -> list[Link]:
    found = []
    while cells.can_coarsen:
        found.append(coarsen(cells))
        cells = found[-1].cells
    return found


def test_restriction_is_the_transpose_of_interpolation(sponge: np.ndarray, rng: np.random.Generator) -> None:
    model = VoxelModel(sponge)
    kernels = to_kernels(model, sponge.astype(np.float32), [])
    link = coarsen(voxel_cells(kernels))
    rungs = ladder(link, addresses(kernels), kernels.layout.lane)
    coarse = rng.standard_normal(3 * link.cells.vertices).astype(np.float32)
    fine = kernels.vector(np.float32)
    rungs.prolong_add(coarse, fine)
    other = kernels.vector(np.float32)
    other[:] = rng.standard_normal(other.size)
    gathered = np.zeros_like(coarse)
    rungs.restrict(other, gathered)
    assert np.isclose(float(fine @ other), float(coarse @ gathered), rtol=1e-4)
    ones, whole = np.ones_like(coarse), kernels.vector(np.float32)
    rungs.prolong_add(ones, whole)
    assert set(np.unique(whole)) <= {0.0, 1.0}
