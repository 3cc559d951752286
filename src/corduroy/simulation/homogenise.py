"""The stiffness that a periodic arrangement of voxels has as a whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ModelError
from corduroy.simulation.elasticity.boundary import Conditions
from corduroy.simulation.elasticity.element import STRAINS, Array
from corduroy.simulation.elasticity.model import VoxelModel
from corduroy.simulation.elasticity.results import Solution
from corduroy.simulation.elasticity.solve import Solver, SolverSettings


def effective_elasticity(
    modulus_mpa: NDArray[np.floating],
    spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0),
    poisson_ratio: float = 0.3,
    settings: SolverSettings | None = None,
) -> Array:
    """Elasticity matrix of a cell that repeats itself along all axes.

    Parameters
    ----------
    modulus_mpa : ndarray, shape (n0, n1, n2)
        Even numbers of voxels; multiples of 8 or 16 solve fastest.
    spacing_mm : tuple of float
    poisson_ratio : float
    settings : SolverSettings, optional

    Returns
    -------
    ndarray, shape (6, 6)
        MPa; stress 11, 22, 33, 23, 13, 12 over engineering strain. Voids count with zero stress.

    Raises
    ------
    ModelError
        For an odd number of voxels, and as `VoxelModel` does.
    ConvergenceError

    Notes
    -----
    When this misleads: a cut-out of bone is not periodic; for trabecular cubes the periodic value lies between that
    under uniform traction and that under uniform displacement only if struts meet across the faces.
    """
    if any(n % 2 for n in modulus_mpa.shape):
        raise ModelError(f"a periodic cell of {modulus_mpa.shape} voxels", "even numbers along all axes")
    model = VoxelModel(modulus_mpa, spacing_mm, poisson_ratio, periodic=(True, True, True))
    solver = Solver(model, Conditions(), settings)
    columns = [mean_stress(strained(solver, case)) for case in np.eye(6)]
    matrix = np.stack(columns, axis=1)
    return (matrix + matrix.T) / 2


def strained(solver: Solver, strain: Array) -> Solution:
    """The periodic cell under a mean strain; its displacements include the mean strain's.

    Parameters
    ----------
    solver : Solver
        Of a model that is periodic along all axes.
    strain : ndarray, shape (6,)
    """
    gradient = np.zeros((3, 3))
    for value, (i, j) in zip(strain, STRAINS, strict=True):
        gradient[i, j] += value / 2
        gradient[j, i] += value / 2
    return solver.relieve_strained(gradient)


def mean_stress(solution: Solution) -> Array:
    """Mean stress over the whole cell, voids included; shape (6,), MPa."""
    mean: Array = np.nan_to_num(solution.stress_mpa()).mean(axis=(0, 1, 2))
    return mean
