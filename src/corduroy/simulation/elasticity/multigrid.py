"""The finest level of the elastic hierarchy: single precision, without a matrix."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation import topology
from corduroy.simulation.elasticity import coarse, layout
from corduroy.simulation.elasticity.operator import Model, Operator, inverse_diagonal
from corduroy.simulation.grouping import grouped
from corduroy.simulation.hierarchy import Cycling, Multigrid
from corduroy.simulation.ladder import ladder
from corduroy.simulation.levels import MARGIN, POWER_STEPS, Matrix, chebyshev
from corduroy.simulation.sums import square


class FineLevel:
    """The voxels themselves.

    Parameters
    ----------
    model : Model
    cycling : Cycling
    """

    def __init__(self, model: Model, cycling: Cycling) -> None:
        self.model = model
        self.operator = Operator(model, np.float32)
        self.inverse = inverse_diagonal(model)
        self.right, self.solution, self.step = (model.vector(np.float32) for _ in range(3))
        self.weights = chebyshev(cycling.finest_degree, MARGIN * self._largest_eigenvalue(), cycling.finest_fraction)

    def _largest_eigenvalue(self) -> float:
        """Power iteration on D⁻¹A, from a random start."""
        model, u = self.model, self.solution
        runs, pitch = self._runs, model.box.shape[2]
        seed_unknowns(u, *runs, model.free, pitch)
        size = math.sqrt(square(u))
        for _ in range(POWER_STEPS):
            self.operator.product(u, self.step)
            scale_by_node(self.step, *runs, self.inverse, np.float32(1 / size), u, u)
            size = math.sqrt(square(u))
        return size

    @property
    def _runs(self) -> tuple[int, Any, Any, Any]:
        order = self.model.layout
        return order.lane, *order.own.table

    def smooth_from_zero(self) -> None:
        """See `Level`."""
        gain = np.float32(self.weights[0][1])
        scale_by_node(self.right, *self._runs, self.inverse, gain, self.step, self.solution)
        self._smooth(self.weights[1:])

    def smooth(self) -> None:
        """See `Level`."""
        self._smooth(self.weights)

    def _smooth(self, weights: list[tuple[float, float]]) -> None:
        for pair in weights:
            self.operator.smooth(self.solution, self.right, self.step, self.inverse, pair)

    def left_over(self) -> NDArray[np.float32]:
        """See `Level`."""
        self.operator.residual(self.solution, self.right, self.step)
        return self.step

    def settle(self) -> None:
        """See `Level`."""
        self.model.clear_held(self.solution)


def build(model: Model, cycling: Cycling) -> Multigrid:
    """The hierarchy of a model."""
    fine = voxel_cells(model)
    link = topology.coarsen(fine)
    rungs = ladder(link, addresses(model), model.layout.lane)
    matrix = Matrix.zeros(link.cells.corners, rungs, 3)
    starts, order = grouped(link.parent, len(link.cells.corners))
    free = model.free.copy()
    model.box.wrap(model.node_bits(free))
    coarse.assemble(
        fine.place,
        starts,
        order,
        model.modulus,
        free,
        model.box.shape,
        coarse.child_stiffness(model.stiffness),
        model.stiffness.astype(np.float32),
        coarse.child_weights(),
        link.cells.corners,
        matrix.starts,
        matrix.columns,
        matrix.blocks,
        numba.get_num_threads(),
    )
    del fine, order, starts, free
    return Multigrid(FineLevel(model, cycling), rungs, link.cells, matrix, 3, cycling)


def voxel_cells(model: Model) -> topology.Cells:
    """The stiff voxels as cells between nodes, nodes named by their place in the box with ghosts."""
    box = model.box
    starts = np.zeros(box.voxels[0] + 1, np.int64)
    a, b, c = box.voxels
    starts[1:] = np.cumsum(np.count_nonzero(model.voxels[1 : a + 1, 1 : b + 1, 1 : c + 1], axis=(1, 2)))
    place, corners = np.empty((starts[-1], 3), np.int32), np.empty((starts[-1], 8), np.int32)
    note_voxels(model.modulus, box.shape, box.voxels, box.nodes, starts, place, corners)
    return topology.Cells(place, corners, int(np.prod(box.shape)), box.voxels, box.periodic)


@njit(cache=True, parallel=True)
def note_voxels(modulus: Any, shape: Any, voxels: Any, own: Any, starts: Any, place: Any, corners: Any) -> None:
    """Places and corners of the voxels with a modulus.

    Parameters
    ----------
    modulus : array of float32, flat
        With ghosts.
    shape : tuple of int
        Nodes with ghosts.
    voxels, own : tuple of int
        Voxels and own nodes without ghosts.
    starts : array of int64, shape (planes + 1,)
        First voxel of each plane.
    place, corners : array of int32, shapes (n, 3) and (n, 8)
        Overwritten.
    """
    for i in prange(voxels[0]):
        at = starts[i]
        for j in range(voxels[1]):
            for k in range(voxels[2]):
                if modulus[((i + 1) * (shape[1] - 1) + j + 1) * (shape[2] - 1) + k + 1] > 0:
                    place[at, 0], place[at, 1], place[at, 2] = i, j, k
                    for n in range(8):
                        a = (i + (n >> 2)) % own[0] + 1
                        b = (j + ((n >> 1) & 1)) % own[1] + 1
                        c = (k + (n & 1)) % own[2] + 1
                        corners[at, n] = (a * shape[1] + b) * shape[2] + c
                    at += 1


def addresses(model: Model) -> NDArray[np.int32]:
    """Where each node's first component lies in a vector; -1 where nothing is unknown."""
    places = model.places()
    places[model.free[: places.size] == 0] = layout.NOWHERE
    return places


@njit(cache=True, parallel=True)
def seed_unknowns(u: Any, lane: int, starts: Any, spans: Any, places: Any, free: Any, pitch: int) -> None:
    """Reproducible noise on the unknowns, the same in every layout."""
    for line in prange(starts.size - 1):
        for run in range(starts[line], starts[line + 1]):
            for c in range(3):
                for i in range(spans[run, 1]):
                    k = spans[run, 0] + i
                    if (free[line * pitch + k] >> c) & 1:
                        at = (3 * line + c) * pitch + k
                        u[places[run] + c * lane + i] = ((at * 2654435761) % 65521) / 32760.5 - 1.0


@njit(cache=True, parallel=True)
def scale_by_node(
    vector: Any, lane: int, starts: Any, spans: Any, places: Any, scale: Any, gain: Any, out: Any, twin: Any
) -> None:
    """out = twin = gain · scale · vector, one factor of the scale per node."""
    for line in prange(starts.size - 1):
        for run in range(starts[line], starts[line + 1]):
            first = places[run]
            for c in range(3):
                at = first + c * lane
                for i in range(spans[run, 1]):
                    scaled = gain * scale[first + i] * vector[at + i]
                    out[at + i] = scaled
                    twin[at + i] = scaled
