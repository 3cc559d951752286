"""A voxel model as its user gives it, and as the kernels want it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from corduroy.errors import ModelError
from corduroy.simulation.elasticity.element import Array, element_stiffness, isotropic
from corduroy.simulation.elasticity.operator import Model, own_nodes
from corduroy.simulation.grid import NodeBox, at_nodes, covering, zeros

WIDEST_CONTRAST = 1e9
"""Largest over smallest modulus; single precision, in which the preconditioner works, has seven digits. Author's
choice, tested up to there."""


@dataclass(frozen=True)
class VoxelModel:
    """Linear elastic voxels.

    Parameters
    ----------
    modulus_mpa : ndarray, shape (n0, n1, n2)
        Young's modulus of each voxel; 0 where there is nothing.
    spacing_mm : tuple of float
        Edges of a voxel.
    poisson_ratio : float
        Of all voxels.
    elasticity : ndarray, shape (6, 6), optional
        Elasticity matrix of a voxel of unit modulus, orthotropic along the grid (`element.orthotropic`); takes the
        place of Poisson's ratio.
    periodic : tuple of bool
        Axes along which the model repeats itself.

    Raises
    ------
    ModelError
        For what no material is: values that are not finite, a negative modulus, no stiff voxel, no extent.
    """

    modulus_mpa: NDArray[Any]
    spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)
    poisson_ratio: float = 0.3
    elasticity: Array | None = None
    periodic: tuple[bool, bool, bool] = (False, False, False)

    def __post_init__(self) -> None:
        check_modulus(self.modulus_mpa)
        spacing = np.asarray(self.spacing_mm, float)
        if spacing.shape != (3,) or not np.all(np.isfinite(spacing) & (spacing > 0)):
            raise ModelError(f"a voxel spacing of {self.spacing_mm}", "three lengths above 0 mm")
        self.stiffness()

    @property
    def nodes(self) -> tuple[int, int, int]:
        """Nodes along each axis."""
        a, b, c = (n + 1 for n in self.modulus_mpa.shape)
        return a, b, c

    @property
    def box(self) -> NodeBox:
        """The box of the kernels; open axes with an even number of voxels."""
        return covering(self.modulus_mpa.shape, self.periodic)

    def unit_elasticity(self) -> Array:
        """Elasticity matrix of a voxel of unit modulus."""
        return isotropic(self.poisson_ratio) if self.elasticity is None else np.asarray(self.elasticity, float)

    def stiffness(self) -> Array:
        """Stiffness of a voxel of unit modulus, shape (24, 24), N/mm per MPa."""
        return element_stiffness(self.unit_elasticity(), np.asarray(self.spacing_mm, float))

    def stiff_nodes(self) -> NDArray[np.bool_]:
        """Nodes that belong to a stiff voxel, shape `nodes`."""
        return at_nodes(np.asarray(self.modulus_mpa) > 0)

    def positions_mm(self, nodes: NDArray[np.int64]) -> Array:
        """Where nodes lie, from the first corner of the grid.

        Parameters
        ----------
        nodes : ndarray of int, shape (m,)
            Flat indices into `nodes`.

        Returns
        -------
        ndarray, shape (m, 3)
        """
        places: Array = np.stack(np.unravel_index(nodes, self.nodes), axis=1) * np.asarray(self.spacing_mm, float)
        return places


def check_modulus(modulus: NDArray[Any]) -> None:
    """Raise a `ModelError` for a modulus that cannot be simulated."""
    if np.ndim(modulus) != 3 or 0 in np.shape(modulus):
        raise ModelError(f"a modulus of shape {np.shape(modulus)}", "a box of voxels with three axes")
    low, high = float(np.min(modulus)), float(np.max(modulus))
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = int(np.count_nonzero(~np.isfinite(modulus)))
        raise ModelError(
            f"{bad} voxels whose modulus is not a number", "finite MPa", "look at the density they come from"
        )
    if low < 0:
        bad = int(np.count_nonzero(np.asarray(modulus) < 0))
        raise ModelError(f"{bad} voxels with a negative modulus, down to {low:g} MPa", "0 where there is nothing")
    if high == 0:
        raise ModelError("a model without a stiff voxel", "at least one modulus above 0 MPa")
    least = least_stiff(np.ravel(modulus))
    if high > WIDEST_CONTRAST * least:
        raise ModelError(
            f"moduli from {least:g} to {high:g} MPa",
            f"a contrast of at most {WIDEST_CONTRAST:g}",
            "set what is that soft to 0",
        )


@njit(cache=True, fastmath={"nnan", "nsz", "reassoc"})
def least_stiff(moduli: Any) -> Any:
    """The smallest modulus above 0 of a flat array; infinite if there is none."""
    nothing = moduli.dtype.type(np.inf)
    least = nothing
    for modulus in moduli:
        least = min(least, modulus if modulus > 0 else nothing)
    return least


def ghosted(model: VoxelModel, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices of a model's nodes among those of its box with ghosts."""
    box = model.box
    places = np.stack(np.unravel_index(nodes, model.nodes))
    wrapped = np.where(np.array(model.periodic)[:, None], places % np.array(box.nodes)[:, None], places)
    at: NDArray[np.int64] = np.ravel_multi_index(tuple(wrapped + 1), box.shape)
    return at


def places_of(model: VoxelModel, kernels: Model, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where in a vector the components of a model's nodes lie, shape (m, 3); in its unused tail for other nodes."""
    order = kernels.layout
    place = kernels.places()[ghosted(model, nodes), None]
    return np.where(place >= 0, place + order.lane * np.arange(3), order.size).astype(np.int64)


def to_kernels(
    model: VoxelModel,
    modulus: NDArray[np.float32],
    held: Iterable[tuple[NDArray[np.int64], int]],
    is_boxed: bool = False,
) -> Model:
    """The arrays of the kernels.

    Parameters
    ----------
    model : VoxelModel
    modulus : ndarray of float32, shape (n0, n1, n2)
        What is left of the model's modulus after repairs.
    held : iterable of (nodes, axis)
        Components that are known.
    is_boxed : bool
        See `Model`.
    """
    box = model.box
    flat = zeros(int(np.prod(box.voxel_shape)), np.float32)
    inside = flat[: int(np.prod(box.voxel_shape))].reshape(box.voxel_shape)
    a, b, c = modulus.shape
    inside[1 : a + 1, 1 : b + 1, 1 : c + 1] = modulus
    box.wrap(inside)
    free = zeros(int(np.prod(box.shape)), np.uint8)
    free[: int(np.prod(box.shape))] = 7 * own_nodes(box, inside > 0).reshape(-1).astype(np.uint8)
    for nodes, axis in held:
        free[ghosted(model, nodes)] &= np.uint8(7 - (1 << axis))
    return Model(box, flat, model.stiffness(), free, is_boxed)
