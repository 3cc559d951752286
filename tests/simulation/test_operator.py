"""The kernels against an assembled matrix, on masks, odd sizes, anisotropic voxels and periodic cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numba
import numpy as np
import pytest

from corduroy.simulation import Conditions, VoxelModel, face_nodes, hold, platens
from corduroy.simulation.elasticity.model import to_kernels
from corduroy.simulation.elasticity.operator import Operator
from corduroy.simulation.elasticity.solve import Solver

NOTHING: list[Any] = []
Dense = Callable[[VoxelModel], np.ndarray]


def product(model: VoxelModel, u: np.ndarray, dtype: Any, is_boxed: bool = False) -> np.ndarray:
    """The kernels' A u for nodal values of shape (n0 + 1, n1 + 1, n2 + 1, 3)."""
    kernels = to_kernels(model, np.asarray(model.modulus_mpa, np.float32), NOTHING, is_boxed)
    a, b, c = model.nodes
    whole = replace(kernels, is_boxed=True).vector(dtype)
    kernels.view(whole)[1 : a + 1, 1 : b + 1, :, 1 : c + 1] = u.transpose(0, 1, 3, 2)
    out = kernels.vector(dtype)
    Operator(kernels, dtype).product(kernels.out_of_box(whole), out)
    return kernels.view(kernels.in_box(out))[1 : a + 1, 1 : b + 1, :, 1 : c + 1].transpose(0, 1, 3, 2)


@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, 1e-13), (np.float32, 1e-6)])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 2, 5), (5, 4, 3), (3, 3, 40)])
@pytest.mark.parametrize("is_boxed", [False, True])
def test_product_is_that_of_the_assembled_matrix(
    rng: np.random.Generator,
    dense_stiffness: Dense,
    shape: tuple[int, int, int],
    is_boxed: bool,
    dtype: Any,
    bound: float,
) -> None:
    modulus = np.float32(10 ** rng.uniform(0, 3, shape))
    modulus[rng.random(shape) < 0.3] = 0
    modulus[0, 0, 0] = 5
    model = VoxelModel(modulus, (0.7, 1.1, 2.5), 0.35)
    u = rng.standard_normal((*model.nodes, 3))
    wanted = (dense_stiffness(model) @ u.ravel()).reshape(u.shape)
    assert np.abs(product(model, u, dtype, is_boxed) - wanted).max() < bound * np.abs(wanted).max()


def test_long_lines_and_their_gaps(rng: np.random.Generator, dense_stiffness: Dense) -> None:
    modulus = rng.uniform(1, 2, (1, 1, 200))
    modulus[0, 0, 60:75] = 0
    model = VoxelModel(np.float32(modulus))
    u = rng.standard_normal((*model.nodes, 3))
    wanted = (dense_stiffness(model) @ u.ravel()).reshape(u.shape)
    assert np.abs(product(model, u, np.float64) - wanted).max() < 1e-13 * np.abs(wanted).max()


def test_rigid_motions_of_a_random_sponge_cost_nothing(sponge: np.ndarray) -> None:
    model = VoxelModel(np.float32(sponge), (0.5, 0.6, 0.7))
    places = np.stack(np.meshgrid(*(np.arange(n) for n in model.nodes), indexing="ij"), axis=-1) * model.spacing_mm
    scale = np.abs(product(model, np.random.default_rng(0).standard_normal(places.shape), np.float64)).max()
    for axis in np.eye(3):
        for mode in (np.broadcast_to(axis, places.shape), np.cross(axis, places)):
            assert np.abs(product(model, mode, np.float64)).max() < 1e-10 * scale * np.abs(mode).max()


def test_the_cycle_is_symmetric_and_positive(sponge: np.ndarray, rng: np.random.Generator) -> None:
    """What conjugate gradients ask of their preconditioner."""
    model = VoxelModel(np.float32(sponge))
    solver = Solver(model, platens(model, 2, 0.1))
    finest = solver.multigrid.finest
    order = solver._kernels.layout
    unknown = np.arange(finest.right.size) < order.size
    unknown[solver._kernels.held] = False

    def cycled(right: np.ndarray) -> np.ndarray:
        finest.right[:] = right
        solver.multigrid.cycle()
        return finest.solution.astype(float)

    x, y = (np.where(unknown, rng.standard_normal(unknown.size), 0).astype(np.float32) for _ in range(2))
    from_x, from_y = cycled(x), cycled(y)
    assert float(y @ from_x) == pytest.approx(float(x @ from_y), rel=1e-3)
    assert float(x @ from_x) > 0
    assert not from_x[~unknown].any()


def test_threads_do_not_change_the_product(rng: np.random.Generator) -> None:
    import numba

    model = VoxelModel(np.float32(rng.uniform(1, 2, (40, 5, 6))))
    u = rng.standard_normal((*model.nodes, 3))
    both = product(model, u, np.float64)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        one = product(model, u, np.float64)
    finally:
        numba.set_num_threads(before)
    assert np.array_equal(both, one)


def test_conditions_add_up() -> None:
    model = VoxelModel(np.ones((2, 2, 2)))
    nodes = face_nodes(model, 0, "low")
    both = hold(nodes, (0.0, None, None)) + hold(nodes, (None, 1.0, None))
    assert [held.axis for held in both.held] == [0, 1]
    assert both.loads == Conditions().loads


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one processor")
def test_two_threads_give_the_same_bits(sponge: np.ndarray) -> None:
    model = VoxelModel(sponge)
    conditions = platens(model, 2, 0.1)
    alone = Solver(model, conditions).solve(conditions).displacement_mm
    numba.set_num_threads(2)
    together = Solver(model, conditions).solve(conditions).displacement_mm
    assert np.array_equal(together, alone)
