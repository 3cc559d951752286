"""The stiffness of a voxel model as an operator on nodes, and the arrays that it works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.errors import ModelError
from corduroy.simulation.elasticity import kernels, layout
from corduroy.simulation.elasticity.element import Array, block_entries
from corduroy.simulation.grid import NodeBox, at_nodes, zeros


@dataclass
class Model:
    """What the kernels need of a voxel model.

    Parameters
    ----------
    box : NodeBox
    modulus : ndarray of float32, flat
        Per voxel with ghosts, periodic ones filled; 0 is empty.
    stiffness : ndarray, shape (24, 24)
        Of a voxel of unit modulus.
    free : ndarray of uint8, flat
        Per node with ghosts: bit c is set where component c is unknown.
    is_boxed : bool
        Whether vectors have a place for every node of the box, or for the nodes of stiff voxels only.
    """

    box: NodeBox
    modulus: NDArray[np.float32]
    stiffness: Array
    free: NDArray[np.uint8]
    is_boxed: bool = False

    def __post_init__(self) -> None:
        if self.box.shape[2] > kernels.LONGEST_LINE:
            raise ModelError(f"{self.box.voxels[2]} voxels along the last axis", f"at most {kernels.LONGEST_LINE - 3}")
        a, b, c = self.box.voxel_shape
        self.spans = kernels.find_spans(self.modulus, a * b, c)
        order = layout.boxed if self.is_boxed else layout.packed
        self.layout = order(self.box, own_nodes(self.box, self.voxels > 0))
        self.held = _held_components(self)

    @property
    def voxels(self) -> NDArray[np.float32]:
        """The modulus as a box with ghosts."""
        shape = self.box.voxel_shape
        return self.modulus[: int(np.prod(shape))].reshape(shape)

    def vector(self, dtype: Any) -> NDArray[Any]:
        """Zeros for three components per node, in the order of the layout."""
        return zeros(self.layout.size, dtype)

    def clear_held(self, vector: NDArray[Any]) -> None:
        """Set the known components to zero."""
        _clear(vector, self.held)

    def places(self) -> NDArray[np.int32]:
        """Where in a vector each node's first component is, `layout.NOWHERE` if it has none; flat, with ghosts."""
        return layout.places_of(self.layout.own, self.box.shape)

    def in_box(self, vector: NDArray[Any]) -> NDArray[Any]:
        """The same values in the order of a boxed layout, periodic ghosts filled."""
        if self.is_boxed:
            return vector
        whole = zeros(3 * int(np.prod(self.box.shape)), vector.dtype)
        there, at = self._first_components(self.layout.known)
        for c in range(3):
            self.view(whole)[:, :, c][there] = vector[at + c * self.layout.lane]
        return whole

    def out_of_box(self, whole: NDArray[Any]) -> NDArray[Any]:
        """The other way round."""
        if self.is_boxed:
            return whole
        vector = self.vector(whole.dtype)
        there, at = self._first_components(self.layout.own)
        for c in range(3):
            vector[at + c * self.layout.lane] = self.view(whole)[:, :, c][there]
        return vector

    def _first_components(self, runs: layout.Runs) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
        """Which nodes of the box are in some runs, and where in a vector they begin."""
        place = layout.places_of(runs, self.box.shape).reshape(self.box.shape)
        there = place >= 0
        return there, place[there]

    def view(self, whole: NDArray[Any]) -> NDArray[Any]:
        """A boxed vector as a box with ghosts: plane, line, component, place in the line."""
        planes, lines, pitch = self.box.shape
        return whole[: 3 * planes * lines * pitch].reshape(planes, lines, 3, pitch)

    def node_bits(self, bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Per-node bytes as a box with ghosts."""
        return bits[: int(np.prod(self.box.shape))].reshape(self.box.shape)


@njit(cache=True)
def _clear(vector: Any, places: Any) -> None:
    """As `vector[places] = 0`, which takes ten times as long and is done after every pass."""
    for place in places:
        vector[place] = 0


def own_nodes(box: NodeBox, solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Nodes of stiff voxels, periodic ghosts left out.

    Parameters
    ----------
    box : NodeBox
    solid : ndarray of bool, shape `box.voxel_shape`
    """
    own = np.zeros(box.shape, bool)
    box.inner(own)[:] = box.inner(at_nodes(solid))
    return own


def _held_components(model: Model) -> NDArray[np.int32]:
    """Where in a vector the known components of the nodes lie."""
    places = model.places()
    nodes = np.flatnonzero((places >= 0) & (model.free[: places.size] < 7))
    found = [places[nodes[(model.free[nodes] >> c) & 1 == 0]] + np.int32(c * model.layout.lane) for c in range(3)]
    return np.concatenate(found)


class Operator:
    """Passes of the stiffness in one precision, with their work space.

    Parameters
    ----------
    model : Model
    dtype : dtype
    """

    def __init__(self, model: Model, dtype: Any) -> None:
        self.model = model
        self.dtype = np.dtype(dtype)
        planes, lines, pitch = model.box.shape
        own = model.box.nodes[0]
        slabs = max(1, min(numba.get_num_threads(), own // 4))
        self._slabs = 1 + np.arange(slabs + 1, dtype=np.int64) * own // slabs
        row = kernels.row_length(pitch)
        self._work = np.zeros((slabs, (3 * kernels.PLANES * lines + kernels.ROWS) * row), dtype)
        self._dots = np.zeros(planes)
        self._entries = block_entries(model.stiffness).astype(dtype)
        self._no_inverse = np.zeros(0, dtype)

    def product(self, u: NDArray[Any], out: NDArray[Any], everywhere: bool = False) -> float:
        """out = A u on the free components; returns u·A u over the nodes that have one.

        Parameters
        ----------
        u, out : ndarray, flat
            As `Model.vector` makes them.
        everywhere : bool
            On all components instead.
        """
        dot = self._sweep(kernels.PRODUCT, u, u, out, self._no_inverse, (0.0, 0.0))
        if not everywhere:
            self.model.clear_held(out)
        return dot

    def residual(self, u: NDArray[Any], right: NDArray[Any], out: NDArray[Any]) -> None:
        """out = right - A u on the free components."""
        self._sweep(kernels.RESIDUAL, u, right, out, self._no_inverse, (0.0, 0.0))
        self.model.clear_held(out)

    def smooth(
        self,
        u: NDArray[Any],
        right: NDArray[Any],
        step: NDArray[Any],
        inverse: NDArray[np.float32],
        weights: tuple[float, float],
    ) -> None:
        """One Chebyshev step on `u`, in place."""
        self._sweep(kernels.SMOOTH, u, right, step, inverse, weights)
        self.model.clear_held(u)

    def _sweep(
        self,
        mode: int,
        u: NDArray[Any],
        right: NDArray[Any],
        out: NDArray[Any],
        inverse: NDArray[np.float32],
        weights: tuple[float, float],
    ) -> float:
        model, order = self.model, self.model.layout
        return float(
            kernels.sweep(
                mode,
                model.box.shape,
                u,
                order.lane,
                order.known.table,
                order.own.table,
                model.modulus,
                model.spans,
                self._entries,
                inverse,
                right,
                out,
                np.array(weights, self.dtype),
                self._slabs,
                self._work,
                self._dots,
            )
        )


def inverse_diagonal(model: Model) -> NDArray[np.float32]:
    """One over each node's diagonal entry, which all three components share up to the spacing's shape.

    Returns
    -------
    ndarray of float32, flat
        In the order of a vector's first components; 0 where nothing is unknown.
    """
    inverse = zeros(model.layout.size - 2 * model.layout.lane, np.float32)
    unit = np.float32(np.diag(model.stiffness).mean())
    _invert(at_nodes(model.voxels).reshape(-1), unit, model.free, *model.layout.own.table, model.box.shape[2], inverse)
    return inverse


@njit(cache=True, parallel=True)
def _invert(moduli: Any, unit: Any, free: Any, starts: Any, spans: Any, places: Any, pitch: int, inverse: Any) -> None:
    """One over unit·modulus at the nodes of runs that have an unknown component."""
    for line in prange(starts.size - 1):
        for run in range(starts[line], starts[line + 1]):
            for i in range(spans[run, 1]):
                node = line * pitch + spans[run, 0] + i
                if free[node] > 0:
                    inverse[places[run] + i] = 1 / (unit * moduli[node])
