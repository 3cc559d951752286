"""The 8-node hexahedral voxel with exact integration, and its 33 numbers in the basis of corner modes.

With corners ±1 on each axis, a corner mode is a product of sums (1) and differences (ξ) over the axes. Reflections
of the brick leave an orthotropic stiffness as it is, so modes of different parity do not interact, and the 24×24
matrix falls into blocks of at most three: one for the axial strains, three for the shear strains, one for the warps,
three for the bendings, three single ones; the three rigid translations drop out.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ModelError

Array = NDArray[np.float64]

CORNERS = tuple(itertools.product((0, 1), repeat=3))
"""Corner 4a + 2b + c lies at the high end of the first axis if a, of the second if b, of the third if c."""
_A, _B, _C = 4, 2, 1
BLOCKS = (
    ((0, _A), (1, _B), (2, _C)),
    ((0, _B), (1, _A)),
    ((0, _C), (2, _A)),
    ((1, _C), (2, _B)),
    ((0, _B | _C), (1, _A | _C), (2, _A | _B)),
    ((0, _A | _C), (1, _B | _C)),
    ((0, _A | _B), (2, _B | _C)),
    ((1, _A | _B), (2, _A | _C)),
    ((0, _A | _B | _C),),
    ((1, _A | _B | _C),),
    ((2, _A | _B | _C),),
)
"""Component and mode (bits: differences along the axes) of each block's members."""
STRAINS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""Voigt order: 11, 22, 33, 23, 13, 12; shear strains are engineering strains (doubled)."""


def isotropic(poisson_ratio: float) -> Array:
    """Elasticity matrix of an isotropic material with Young's modulus 1.

    Parameters
    ----------
    poisson_ratio : float
        Above -1 and below 0.5.

    Returns
    -------
    ndarray, shape (6, 6)
        Stress over strain, in the order of `STRAINS`.

    Raises
    ------
    ModelError
        Outside the range: the material would not be stable, or not compressible.
    """
    if not -1 < poisson_ratio < 0.5:
        raise ModelError(f"a Poisson's ratio of {poisson_ratio:g}", "one above -1 and below 0.5")
    lame = poisson_ratio / ((1 + poisson_ratio) * (1 - 2 * poisson_ratio))
    shear = 0.5 / (1 + poisson_ratio)
    matrix = np.diag([2 * shear] * 3 + [shear] * 3)
    matrix[:3, :3] += lame
    return matrix


def orthotropic(moduli: tuple[float, float, float], ratios: tuple[float, float, float], shears: Array) -> Array:
    """Elasticity matrix of a material whose symmetry planes are the grid's.

    Parameters
    ----------
    moduli : tuple of float
        E1, E2, E3, relative to the voxel's modulus.
    ratios : tuple of float
        ν23, ν13, ν12: νij is the contraction along j under tension along i.
    shears : sequence of float
        G23, G13, G12.

    Returns
    -------
    ndarray, shape (6, 6)

    Raises
    ------
    ModelError
        If the material could give energy away.
    """
    compliance = np.diag([1 / e for e in moduli] + [1 / g for g in shears])
    for (i, j), ratio in zip(((1, 2), (0, 2), (0, 1)), ratios, strict=True):
        compliance[i, j] = compliance[j, i] = -ratio / moduli[i]
    if np.linalg.eigvalsh(compliance).min() <= 0:
        raise ModelError("elastic constants that no stable material has", "a positive definite compliance")
    return np.linalg.inv(compliance)


def strain_matrix(place: Array, spacing_mm: Array) -> Array:
    """Strain over corner displacements at a place of the voxel.

    Parameters
    ----------
    place : ndarray, shape (3,)
        From -1 to 1 along each axis.
    spacing_mm : ndarray, shape (3,)

    Returns
    -------
    ndarray, shape (6, 24)
        Columns: corner by corner, three components each.
    """
    signs = 2.0 * np.array(CORNERS) - 1
    along = 1 + signs * place
    slopes = [signs[:, a] * along[:, a - 1] * along[:, a - 2] / (4 * spacing_mm[a]) for a in range(3)]
    matrix = np.zeros((6, 24))
    for row, (i, j) in enumerate(STRAINS):
        matrix[row, i::3] = slopes[j]
        matrix[row, j::3] = slopes[i] if i != j else slopes[j]
    return matrix


def element_stiffness(elasticity: Array, spacing_mm: Array) -> Array:
    """Stiffness of a voxel of unit modulus, by 2×2×2 Gauss points, which is exact here.

    Returns
    -------
    ndarray, shape (24, 24)
        N/mm per MPa of modulus.
    """
    stiffness = np.zeros((24, 24))
    for point in itertools.product((-1 / np.sqrt(3), 1 / np.sqrt(3)), repeat=3):
        strain = strain_matrix(np.array(point), spacing_mm)
        stiffness += strain.T @ elasticity @ strain
    return stiffness * np.prod(spacing_mm) / 8


def block_entries(stiffness: Array) -> Array:
    """The upper triangles of the stiffness' blocks in the basis of corner modes, in the order of `BLOCKS`.

    Returns
    -------
    ndarray, shape (33,)

    Raises
    ------
    ModelError
        If the elasticity matrix is not orthotropic along the grid, so that the blocks would couple.
    """
    pair = np.array([[1.0, 1.0], [-1.0, 1.0]])
    change = np.kron(np.kron(np.kron(pair, pair), pair), np.eye(3))
    modal = change @ stiffness @ change.T / 64
    entries: list[float] = []
    rest = modal.copy()
    for block in BLOCKS:
        members = [3 * mode + component for component, mode in block]
        entries += [modal[i, j] for n, i in enumerate(members) for j in members[n:]]
        rest[np.ix_(members, members)] = 0
    if np.abs(rest).max() > 1e-12 * np.abs(modal).max():
        raise ModelError("an elasticity that is skewed to the grid", "symmetry planes along the grid's axes")
    return np.array(entries)
