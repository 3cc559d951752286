"""The finest level of the elastic hierarchy: single precision, without a matrix."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation import transfer
from corduroy.simulation.elasticity import coarse
from corduroy.simulation.elasticity.operator import SLABS_PER_THREAD, Model, Operator, inverse_diagonal
from corduroy.simulation.hierarchy import (
    MARGIN,
    POWER_STEPS,
    Multigrid,
    Smoothing,
    StencilLevel,
    active_nodes,
    chebyshev,
)


class FineLevel:
    """The voxels themselves.

    Parameters
    ----------
    model : Model
    smoothing : Smoothing
    """

    def __init__(self, model: Model, smoothing: Smoothing) -> None:
        self.model = model
        self.operator = Operator(model, np.float32)
        self.inverse = inverse_diagonal(model)
        self.right, self.solution, self.step = (model.vector(np.float32) for _ in range(3))
        self.weights = chebyshev(smoothing.degree, MARGIN * self._largest_eigenvalue(), smoothing.fraction)

    @property
    def strides(self) -> tuple[int, int, int, int]:
        """Of a plane, a line, a node and a component."""
        _, lines, pitch = self.model.box.shape
        return 3 * lines * pitch, 3 * pitch, 1, pitch

    def _largest_eigenvalue(self) -> float:
        """Power iteration on D⁻¹A, from a random start."""
        model, u = self.model, self.solution
        seed_unknowns(u, model.free, model.box.shape)
        largest = 1.0
        for _ in range(POWER_STEPS):
            model.wrap(u)
            before = np.linalg.norm(u)
            self.operator.product(u, self.step)
            scale_by_node(self.step, self.inverse, u, model.box.shape)
            after = np.linalg.norm(u)
            largest = float(after / before)
            u /= np.float32(after)
        u[:] = 0
        self.step[:] = 0
        return largest

    def smooth_from_zero(self) -> None:
        """See `Level`."""
        start(self.right, self.inverse, np.float32(self.weights[0][1]), self.step, self.solution, self.model.box.shape)
        self._smooth(self.weights[1:])

    def smooth(self) -> None:
        """See `Level`."""
        self._smooth(self.weights)

    def _smooth(self, weights: list[tuple[float, float]]) -> None:
        for pair in weights:
            self.model.wrap(self.solution)
            self.operator.smooth(self.solution, self.right, self.step, self.inverse, pair)

    def restrict_residual(self, coarse: StencilLevel) -> None:
        """See `Level`."""
        self.model.wrap(self.solution)
        self.operator.residual(self.solution, self.right, self.step)
        self.model.wrap(self.step)
        transfer.restrict(self.step, self.strides, coarse.nodes, coarse.box.shape, coarse.right, 3)

    def add_correction(self, coarse: StencilLevel) -> None:
        """See `Level`."""
        coarse.wrap(coarse.solution)
        transfer.prolong_add(
            coarse.solution, coarse.box.shape, self.solution, self.strides, self.model.free, self.model.box.shape, 3
        )


def build(model: Model, smoothing: Smoothing) -> Multigrid:
    """The hierarchy of a model."""
    finest = FineLevel(model, smoothing)
    return Multigrid(finest, first_coarse_level(model), smoothing)


def first_coarse_level(model: Model) -> StencilLevel:
    """Exact Galerkin stencils over the voxels."""
    box = model.box.halved()
    free = model.free.copy()
    model.box.wrap(model.node_bits(free))
    nodes, row_of = active_nodes(free, model.box, box)
    rows = np.zeros((nodes.size, 3, 81), np.float32)
    coarse.assemble(
        model.modulus,
        free,
        model.box.shape,
        coarse.child_stiffness(model.stiffness),
        model.stiffness.astype(np.float32),
        coarse.child_weights(),
        rows,
        row_of,
        box.shape,
        1 if model.box.periodic[0] else SLABS_PER_THREAD * numba.get_num_threads(),
    )
    return StencilLevel(box, nodes, row_of, rows)


@njit(cache=True, parallel=True)
def seed_unknowns(u: NDArray[Any], free: NDArray[np.uint8], shape: Any) -> None:
    """Reproducible noise on the unknowns, zero elsewhere."""
    pitch = shape[2]
    for line in prange(shape[0] * shape[1]):
        for k in range(pitch):
            bits = free[line * pitch + k]
            for c in range(3):
                if (bits >> c) & 1:
                    at = (3 * line + c) * pitch + k
                    u[at] = ((at * 2654435761) % 65521) / 32760.5 - 1.0


@njit(cache=True, parallel=True)
def scale_by_node(vector: NDArray[Any], scale: NDArray[np.float32], out: NDArray[Any], shape: Any) -> None:
    """out = scale · vector, one factor per node."""
    pitch = shape[2]
    for line in prange(shape[0] * shape[1]):
        factor = scale[line * pitch : (line + 1) * pitch]
        for c in range(3):
            at = (3 * line + c) * pitch
            source = vector[at : at + pitch]
            target = out[at : at + pitch]
            for k in range(pitch):
                target[k] = factor[k] * source[k]


@njit(cache=True, parallel=True)
def start(
    right: NDArray[Any], inverse: NDArray[np.float32], gain: Any, step: NDArray[Any], solution: NDArray[Any], shape: Any
) -> None:
    """First Chebyshev step from zero: solution = step = gain·D⁻¹·right."""
    pitch = shape[2]
    for line in prange(shape[0] * shape[1]):
        factor = inverse[line * pitch : (line + 1) * pitch]
        for c in range(3):
            at = (3 * line + c) * pitch
            source = right[at : at + pitch]
            first = step[at : at + pitch]
            whole = solution[at : at + pitch]
            for k in range(pitch):
                value = gain * factor[k] * source[k]
                first[k] = value
                whole[k] = value
