"""Strength from one linear solution, by named criteria."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ModelError
from corduroy.simulation.elasticity.results import Solution

OFFSET_STRAIN = 0.002
"""Apparent strain at which Walle 2025 (10.1093/gigascience/giaf094, abstract read) found the linear force to agree with
the nonlinear failure load: 0.2 %."""
STIFFNESS_STRAIN = 0.0068
"""Apparent strain by which the stiffness times the height gives the linear failure load in the table of the same work:
every row is stiffness × height × 0.0068 (computed from that table)."""
LARGE_STRAIN = 0.019
"""Apparent strain of 1.9 %, at which nonlinear vertebral models are often read; not verified at its source."""
PISTOIA_STRAIN, PISTOIA_SHARE = 0.007, 0.02
"""Pistoia and others 2002, 10.1016/S8756-3282(02)00736-6: failure where 2 % of the bone is strained above 7000
microstrain; fitted to the distal radius. Not verified against a primary source."""


@dataclass(frozen=True)
class LinearStrength:
    """A load at which a linear model is said to fail.

    Parameters
    ----------
    force_n : float
    criterion : str
        Its name and numbers.
    """

    force_n: float
    criterion: str


def load_at_strain(force_n: float, displacement_mm: float, height_mm: float, strain: float) -> LinearStrength:
    """Force of a linear model at an apparent strain.

    Parameters
    ----------
    force_n, displacement_mm : float
        Of the linear solution.
    height_mm : float
        Of what is strained.
    strain : float
        Such as `OFFSET_STRAIN`, `STIFFNESS_STRAIN` or `LARGE_STRAIN`.
    """
    return LinearStrength(
        abs(force_n / displacement_mm) * height_mm * strain, f"linear force at {100 * strain:g} % apparent strain"
    )


def pistoia_strength(
    solution: Solution,
    force_n: float,
    bone: NDArray[np.bool_],
    strain: float = PISTOIA_STRAIN,
    share: float = PISTOIA_SHARE,
) -> LinearStrength:
    """Force at which a share of the bone exceeds an effective strain.

    Parameters
    ----------
    solution : Solution
    force_n : float
        Of that solution.
    bone : ndarray of bool, shape (n0, n1, n2)
        Voxels that count; end caps should not.
    strain, share : float

    Raises
    ------
    ModelError
        If no stiff voxel counts.

    Notes
    -----
    The effective strain is √(2 U / E) with the energy density U of each voxel. When this misleads: the two numbers were
    fitted to resolved trabeculae of the radius; on clinical voxels of the spine they are a convention.
    """
    modulus = np.asarray(solution.model.modulus_mpa, float)
    energy = solution.energy_density_mpa()
    counted = bone & np.isfinite(energy)
    if not counted.any():
        raise ModelError("no voxel that counts as bone", "a mask that covers stiff voxels")
    effective = np.sqrt(2 * energy[counted] / modulus[counted])
    reached = float(np.quantile(effective, 1 - share))
    return LinearStrength(
        abs(force_n) * strain / reached, f"Pistoia: {100 * share:g} % of bone above {1e6 * strain:g} µε"
    )
