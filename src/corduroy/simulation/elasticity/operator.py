"""The stiffness of a voxel model as an operator on nodes, and the arrays that it works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ModelError
from corduroy.simulation.elasticity import kernels
from corduroy.simulation.elasticity.element import Array, block_entries
from corduroy.simulation.grid import NodeBox, zeros

SLABS_PER_THREAD = 2
"""So that a thread that is held up does not hold up the others for long. Author's choice."""


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
    """

    box: NodeBox
    modulus: NDArray[np.float32]
    stiffness: Array
    free: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.box.shape[2] > kernels.LONGEST_LINE:
            raise ModelError(f"{self.box.voxels[2]} voxels along the last axis", f"at most {kernels.LONGEST_LINE - 3}")
        a, b, c = self.box.voxel_shape
        self.spans = kernels.find_spans(self.modulus, a * b, c)
        filled = (np.diff(self.spans[0]) > 0).reshape(a, b)
        kinds = np.full(self.box.shape[:2], kernels.UNLIT, np.uint8)
        for i in (0, 1):
            for j in (0, 1):
                kinds[i : i + a, j : j + b][filled] = kernels.PLAIN
        kinds[self._has_mixed_nodes() & (kinds == kernels.PLAIN)] = kernels.MIXED
        self.kinds = kinds.reshape(-1)

    def _has_mixed_nodes(self) -> NDArray[np.bool_]:
        """Which node lines have nodes of which some components are known and others not."""
        bits = self.node_bits(self.free)
        return np.asarray(((bits > 0) & (bits < 7)).any(axis=2))

    @property
    def voxels(self) -> NDArray[np.float32]:
        """The modulus as a box with ghosts."""
        shape = self.box.voxel_shape
        return self.modulus[: int(np.prod(shape))].reshape(shape)

    def vector(self, dtype: Any) -> NDArray[Any]:
        """Zeros for three components per node."""
        return zeros(3 * int(np.prod(self.box.shape)), dtype)

    def view(self, vector: NDArray[Any]) -> NDArray[Any]:
        """A vector as a box with ghosts: plane, line, component, place in the line."""
        planes, lines, pitch = self.box.shape
        return vector[: 3 * planes * lines * pitch].reshape(planes, lines, 3, pitch)

    def wrap(self, vector: NDArray[Any]) -> None:
        """Refresh a vector's periodic ghosts."""
        if any(self.box.periodic):
            self.box.wrap(self.view(vector), (0, 1, 3))

    def node_bits(self, bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Per-node bytes as a box with ghosts."""
        return bits[: int(np.prod(self.box.shape))].reshape(self.box.shape)


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
        _, lines, pitch = model.box.shape
        own = model.box.nodes[0]
        slabs = max(1, min(SLABS_PER_THREAD * numba.get_num_threads(), own // 4))
        self._starts = 1 + np.arange(slabs + 1, dtype=np.int64) * own // slabs
        plane = 3 * lines * pitch
        self._edges = np.zeros((max(slabs - 1, 1), 2, plane + kernels.TAIL), dtype)
        self._below = np.zeros((slabs, plane), dtype)
        self._chunk = np.zeros((slabs, kernels.CHUNK_WORK), dtype)
        self._line = np.zeros((slabs, kernels.LINE_WORK), dtype)
        self._entries = block_entries(model.stiffness).astype(dtype)
        self._no_inverse = np.zeros(0, np.float32)

    def product(self, u: NDArray[Any], out: NDArray[Any], free: NDArray[np.uint8] | None = None) -> float:
        """out = A u on the free components (or on those of `free`); returns u·A u.

        Parameters
        ----------
        u, out : ndarray, flat
            As `Model.vector` makes them; periodic ghosts of `u` filled.
        free : ndarray of uint8, optional
        """
        return self._sweep(kernels.PRODUCT, u, u, out, self._no_inverse, (0.0, 0.0), free)

    def residual(self, u: NDArray[Any], right: NDArray[Any], out: NDArray[Any]) -> None:
        """out = right - A u on the free components."""
        self._sweep(kernels.RESIDUAL, u, right, out, self._no_inverse, (0.0, 0.0), None)

    def smooth(
        self,
        u: NDArray[Any],
        right: NDArray[Any],
        step: NDArray[Any],
        inverse: NDArray[np.float32],
        weights: tuple[float, float],
    ) -> None:
        """One Chebyshev step on `u`, in place."""
        self._sweep(kernels.SMOOTH, u, right, step, inverse, weights, None)

    def _sweep(
        self,
        mode: int,
        u: NDArray[Any],
        right: NDArray[Any],
        out: NDArray[Any],
        inverse: NDArray[np.float32],
        weights: tuple[float, float],
        free: NDArray[np.uint8] | None,
    ) -> float:
        model = self.model
        return float(
            kernels.sweep(
                mode,
                model.box.shape,
                u,
                model.modulus,
                *model.spans,
                self._entries,
                inverse,
                model.free if free is None else free,
                model.kinds,
                right,
                out,
                np.array(weights, self.dtype),
                self._starts,
                self._edges,
                self._below,
                self._chunk,
                self._line,
            )
        )


def inverse_diagonal(model: Model) -> NDArray[np.float32]:
    """One over each node's diagonal entry, which all three components share up to the spacing's shape.

    Returns
    -------
    ndarray of float32, flat
        0 where no voxel is near or nothing is unknown.
    """
    total = np.zeros(model.box.shape, np.float32)
    voxels = model.voxels
    a, b, c = voxels.shape
    for i in (0, 1):
        for j in (0, 1):
            for k in (0, 1):
                total[i : i + a, j : j + b, k : k + c] += voxels
    total *= np.float32(np.diag(model.stiffness).mean())
    inverse = zeros(total.size, np.float32)
    unknown = (total.reshape(-1) > 0) & (model.free[: total.size] > 0)
    np.divide(1, total.reshape(-1), out=inverse[: total.size], where=unknown)
    return inverse
