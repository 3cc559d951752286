"""What a solution says: displacement, strain, stress, energy, reactions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation.elasticity.boundary import Nodes
from corduroy.simulation.elasticity.element import Array, strain_matrix
from corduroy.simulation.elasticity.model import VoxelModel, places_of
from corduroy.simulation.elasticity.operator import Model, Operator

if TYPE_CHECKING:
    from corduroy.simulation.elasticity.solve import Convergence


@dataclass(frozen=True)
class Solution:
    """Equilibrium of a voxel model.

    Parameters
    ----------
    model : VoxelModel
    kernels : Model
        Its arrays, floating parts removed.
    operator : Operator
        In double precision.
    displacement : ndarray of float64, flat
        In the kernels' order.
    convergence : Convergence
    """

    model: VoxelModel
    kernels: Model
    operator: Operator
    displacement: NDArray[np.float64]
    convergence: Convergence

    @property
    def displacement_mm(self) -> NDArray[np.float64]:
        """Of every node, zero beyond the model; shape (n0 + 1, n1 + 1, n2 + 1, 3), a view."""
        return self._nodes_of(self.vector)

    @cached_property
    def vector(self) -> NDArray[np.float64]:
        """Displacements with a place for every node of the box, ghosts included."""
        return self.kernels.in_box(self.displacement)

    def _force(self) -> tuple[float, NDArray[np.float64]]:
        """Work of the nodal forces, and these forces in the kernels' order."""
        force = self.kernels.vector(np.float64)
        return self.operator.product(self.displacement, force, everywhere=True), force

    def _nodes_of(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        a, b, c = self.model.nodes
        return self.kernels.view(vector)[1 : a + 1, 1 : b + 1, :, 1 : c + 1].transpose(0, 1, 3, 2)

    def nodal_force_n(self) -> NDArray[np.float64]:
        """Force that the model takes from outside at each node: loads on free nodes, reactions on held ones.

        Returns
        -------
        ndarray, shape (n0 + 1, n1 + 1, n2 + 1, 3)
        """
        _, force = self._force()
        return self._nodes_of(self.kernels.in_box(force))

    def reaction(self, nodes: Nodes, centre_mm: Array | None = None) -> tuple[Array, Array]:
        """Force and moment that the supports at some nodes give the model.

        Parameters
        ----------
        nodes : ndarray of int, shape (m,)
            Flat indices.
        centre_mm : ndarray, shape (3,), optional
            Of the moment; by default the nodes' mean.

        Returns
        -------
        force_n, moment_nmm : ndarray, shape (3,)
        """
        _, all_forces = self._force()
        # Places of nodes that are not the model's lie in the vector's tail, where there is no force.
        force = all_forces[places_of(self.model, self.kernels, nodes)]
        places = self.model.positions_mm(nodes)
        centre = places.mean(axis=0) if centre_mm is None else np.asarray(centre_mm, float)
        return force.sum(axis=0), np.cross(places - centre, force).sum(axis=0)

    def strain(self) -> NDArray[np.float64]:
        """Mean strain of each voxel (that at its centre), shape (n0, n1, n2, 6): 11, 22, 33, 23, 13, 12.

        Shear strains are engineering strains. NaN beyond the model.
        """
        centre = strain_matrix(np.zeros(3), np.asarray(self.model.spacing_mm, float))
        return self._per_voxel(centre)

    def stress_mpa(self) -> NDArray[np.float64]:
        """Mean stress of each voxel, in the order of `strain`."""
        stress = self.strain() @ self.model.unit_elasticity()
        stress *= self._modulus()[..., None]
        return stress

    def energy_density_mpa(self) -> NDArray[np.float64]:
        """Strain energy of each voxel per volume, exact for its displacements; shape (n0, n1, n2), NaN beyond.

        Notes
        -----
        In N·mm/mm³, which is MPa.
        """
        halved = self.kernels.stiffness / (2 * np.prod(self.model.spacing_mm))
        values, basis = np.linalg.eigh(halved)
        root = np.sqrt(np.maximum(values, 0))[:, None] * basis.T
        a, b, c = self.model.modulus_mpa.shape
        energy = np.full((a, b, c), np.nan)
        voxel_energies(self.vector, self.kernels.box.shape, self._modulus(), root, energy)
        return energy

    def energy_nmm(self) -> float:
        """Strain energy of the whole model."""
        return 0.5 * self._force()[0]

    def _modulus(self) -> NDArray[np.float64]:
        a, b, c = self.model.modulus_mpa.shape
        return self.kernels.voxels[1 : a + 1, 1 : b + 1, 1 : c + 1].astype(float)

    def _per_voxel(self, matrix: Array) -> NDArray[np.float64]:
        values = np.full((*self.model.modulus_mpa.shape, len(matrix)), np.nan)
        voxel_values(self.vector, self.kernels.box.shape, self._modulus(), matrix, values)
        return values


@njit(cache=True)
def _corners(vector: Any, shape: Any, i: int, j: int, k: int, out: Any) -> None:
    """Displacements of a voxel's corners."""
    for n in range(8):
        line = (i + 1 + (n >> 2)) * shape[1] + j + 1 + ((n >> 1) & 1)
        for c in range(3):
            out[3 * n + c] = vector[(3 * line + c) * shape[2] + k + 1 + (n & 1)]


@njit(cache=True, parallel=True)
def voxel_values(vector: Any, shape: Any, modulus: Any, matrix: Any, values: Any) -> None:
    """matrix · corner displacements for every stiff voxel."""
    a, b, c = modulus.shape
    for i in prange(a):
        corner = np.empty(24)
        for j in range(b):
            for k in range(c):
                if modulus[i, j, k] > 0:
                    _corners(vector, shape, i, j, k, corner)
                    for row in range(matrix.shape[0]):
                        total = 0.0
                        for n in range(24):
                            total += matrix[row, n] * corner[n]
                        values[i, j, k, row] = total


@njit(cache=True, parallel=True)
def voxel_energies(vector: Any, shape: Any, modulus: Any, root: Any, energy: Any) -> None:
    """modulus · |root · corner displacements|² for every stiff voxel."""
    a, b, c = modulus.shape
    for i in prange(a):
        corner = np.empty(24)
        for j in range(b):
            for k in range(c):
                if modulus[i, j, k] > 0:
                    _corners(vector, shape, i, j, k, corner)
                    total = 0.0
                    for row in range(24):
                        value = 0.0
                        for n in range(24):
                            value += root[row, n] * corner[n]
                        total += value * value
                    energy[i, j, k] = modulus[i, j, k] * total
