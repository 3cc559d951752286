"""Plastic flow as the published solver treats it: by Tresca's criterion at the eight Gauss points of every voxel.

The published nonlinear loads are those of n88solver_spt on a Mohr-Coulomb material whose yield stresses in tension and
compression are equal, which is Tresca's. Its manual (Faim 10, sections 2.5.2, 5.1, 5.3 and 7.4.2: plastic strain at
Gauss points) says how: an elastic solution, one correction of the plastic strain, an elastic solution again, until
nothing changes; the whole displacement at once unless the user divides it. Plastic strain that an early, too large
stress made is not taken back, so that the answer depends on how the displacement is divided.

An own check beside the library, whose strength is von Mises' at voxel centres; only the elastic solver is shared.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation import Solver, SolverSettings, VoxelModel, platens
from corduroy.simulation.elasticity.element import CORNERS, strain_matrix

_GAUSS = 1 / np.sqrt(3)
_SETTLED = 1e-4  # change of the force by one correction; author's choice
_MOST = 400
_ELASTIC = SolverSettings(tolerance=1e-2)  # of each correction, which is small beside the whole
_LOWEST_RATIO = np.sqrt(3) / 2
"""Tresca's yield stress is never below this share of von Mises'."""


def compressed(
    model: VoxelModel,
    yield_mpa: NDArray[np.float64],
    displacements_mm: tuple[float, ...],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
) -> list[float]:
    """Force between gliding plates at each of some growing displacements, N.

    Raises
    ------
    ConvergenceError
        If an elastic solution is not reached.
    """
    solver = Solver(model, platens(model, 2, 0.0, False, low, high), _ELASTIC)
    a, b, c = model.modulus_mpa.shape
    kept = solver.operator.model.voxels[1 : a + 1, 1 : b + 1, 1 : c + 1]
    voxels = np.argwhere(kept > 0)
    modulus, strength = kept[kept > 0].astype(float), yield_mpa[kept > 0]
    corners = [np.ravel_multi_index(tuple((voxels + corner).T), model.nodes) for corner in np.array(CORNERS)]
    places = np.concatenate([solver.places(nodes) for nodes in corners], axis=1)
    points = itertools.product((-_GAUSS, _GAUSS), repeat=3)
    strains = np.array([strain_matrix(np.array(point), np.asarray(model.spacing_mm)) for point in points])
    plastic, forces = np.zeros((len(voxels), 8, 6)), np.zeros((len(voxels), 24))
    displacement = solver.operator.model.vector(np.float64)
    load = np.zeros_like(displacement)
    found: list[float] = []
    elasticity = model.unit_elasticity()
    for amount in displacements_mm:
        solver.move_supports(displacement, platens(model, 2, amount, False, low, high))
        before = np.inf
        for _ in range(_MOST):
            solution = solver.relieve(displacement, load)
            force = float(load[solver.places(high)[:, 2]].sum() - solution.reaction(high)[0][2])
            if abs(force - before) <= _SETTLED * force:
                break
            before = force
            _flow(displacement[places], modulus, strength, elasticity, strains, plastic, forces)
            load = np.bincount(places.ravel(), forces.ravel() * np.prod(model.spacing_mm), len(displacement))
        found.append(force)
    return found


@njit(cache=True, parallel=True)
def _flow(corners: Any, modulus: Any, strength: Any, elasticity: Any, strains: Any, plastic: Any, forces: Any) -> None:
    """Add to the plastic strain what brings each stress back to its yield surface; forces that make up for it.

    Parameters
    ----------
    corners : array, shape (n, 24)
        Displacements of the voxels' corners.
    plastic : array, shape (n, 8, 6)
        At each Gauss point (written).
    forces : array, shape (n, 24)
        For a volume of 1 (written).
    """
    shear, lame = elasticity[5, 5], elasticity[0, 1]
    for e in prange(len(modulus)):
        stress, back, elastic = np.empty((3, 3)), np.empty((3, 3)), np.empty(6)
        forces[e] = 0
        for g in range(8):
            for r in range(6):
                elastic[r] = -plastic[e, g, r]
                for n in range(24):
                    elastic[r] += strains[g, r, n] * corners[e, n]
            _to_tensor(elastic, modulus[e] * lame, modulus[e] * shear, stress)
            if _returned(stress, strength[e], back):
                for r in range(3):
                    plastic[e, g, r] += (stress[r, r] - back[r, r]) / (2 * modulus[e] * shear)
                plastic[e, g, 3] += (stress[1, 2] - back[1, 2]) / (modulus[e] * shear)
                plastic[e, g, 4] += (stress[0, 2] - back[0, 2]) / (modulus[e] * shear)
                plastic[e, g, 5] += (stress[0, 1] - back[0, 1]) / (modulus[e] * shear)
            for r in range(6):
                taken = modulus[e] * shear * plastic[e, g, r] * (2.0 if r < 3 else 1.0) / 8
                if taken != 0:
                    for n in range(24):
                        forces[e, n] += strains[g, r, n] * taken


@njit(cache=True)
def _to_tensor(strain: Any, lame: float, shear: float, stress: Any) -> None:
    """Isotropic stress of an elastic strain (shear strains doubled)."""
    volume = lame * (strain[0] + strain[1] + strain[2])
    for r in range(3):
        stress[r, r] = volume + 2 * shear * strain[r]
    stress[1, 2] = stress[2, 1] = shear * strain[3]
    stress[0, 2] = stress[2, 0] = shear * strain[4]
    stress[0, 1] = stress[1, 0] = shear * strain[5]


@njit(cache=True)
def _returned(stress: Any, strength: float, back: Any) -> bool:
    """Whether a stress lies outside Tresca's prism, and the nearest one on it with the same pressure."""
    pressure = (stress[0, 0] + stress[1, 1] + stress[2, 2]) / 3
    square = 2 * (stress[1, 2] ** 2 + stress[0, 2] ** 2 + stress[0, 1] ** 2)
    for r in range(3):
        square += (stress[r, r] - pressure) ** 2
    if np.sqrt(1.5 * square) <= _LOWEST_RATIO * strength:
        return False
    least_first, axes = np.linalg.eigh(stress)
    over = least_first[2] - least_first[0] - strength
    if over <= 0:
        return False
    principal = least_first.copy()
    principal[0] += over / 2
    principal[2] -= over / 2
    if principal[1] > principal[2]:  # two equal large ones: an edge of the prism
        principal[:] = pressure + strength / 3
        principal[0] -= strength
    elif principal[1] < principal[0]:
        principal[:] = pressure - strength / 3
        principal[2] += strength
    back[:] = 0
    for k in range(3):
        for r in range(3):
            for q in range(3):
                back[r, q] += principal[k] * axes[r, k] * axes[q, k]
    return True
