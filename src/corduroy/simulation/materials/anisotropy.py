"""Transverse isotropy of vertebral trabecular bone: the other constants as ratios to the axial modulus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.errors import ModelError
from corduroy.imaging.volume import FloatArray


@dataclass(frozen=True)
class TransverseIsotropy:
    """Elastic constants from the axial modulus; the axis is the third (superior) one.

    Parameters
    ----------
    transverse_ratio : float
        Modulus across the axis over that along it.
    shear_axial_ratio : float
        Shear modulus in planes that hold the axis, over the axial modulus.
    poisson_transverse, poisson_axial : float
        Contraction across under load across, and across under load along the axis.
    source, verified : str

    Raises
    ------
    ModelError
        If no material can have these constants: its stiffness would not be positive definite.
    """

    transverse_ratio: float
    shear_axial_ratio: float
    poisson_transverse: float
    poisson_axial: float
    source: str
    verified: str

    def __post_init__(self) -> None:
        values = (self.transverse_ratio, self.shear_axial_ratio, self.poisson_transverse, self.poisson_axial)
        if not np.isfinite(values).all() or np.linalg.eigvalsh(self.compliance()).min() <= 0:
            raise ModelError(f"elastic ratios {values}", "a positive definite stiffness")

    @property
    def shear_transverse_ratio(self) -> float:
        """Shear modulus across the axis over the axial modulus; follows from isotropy across."""
        return self.transverse_ratio / (2 * (1 + self.poisson_transverse))

    def compliance(self) -> FloatArray:
        """For an axial modulus of 1: strains (xx, yy, zz, yz, zx, xy; engineering shear) from stresses, (6, 6)."""
        e, g = 1 / self.transverse_ratio, 1 / self.shear_axial_ratio
        across, along = -self.poisson_transverse * e, -self.poisson_axial
        result = np.diag([e, e, 1.0, g, g, 1 / self.shear_transverse_ratio])
        result[0, 1] = result[1, 0] = across
        result[0, 2] = result[2, 0] = result[1, 2] = result[2, 1] = along
        return result

    def stiffness(self) -> FloatArray:
        """For an axial modulus of 1: stresses from strains, (6, 6); multiply by the voxel's axial modulus."""
        return np.asarray(np.linalg.inv(self.compliance()), dtype=np.float64)


def isotropic(poisson: float) -> TransverseIsotropy:
    """The same in all directions, in the same form.

    Raises
    ------
    ModelError
        If the Poisson ratio is not between -1 and 0.5.
    """
    if not -1 < poisson < 0.5:
        raise ModelError(f"Poisson's ratio {poisson:g}", "above -1 and below 0.5")
    return TransverseIsotropy(1.0, 0.5 / (1 + poisson), poisson, poisson, "isotropy", "by definition")


CRAWFORD_2003 = TransverseIsotropy(
    0.333,
    0.157,
    0.381,
    0.104 / 0.333,  # published as contraction along under load across, 0.104
    "10.1016/S8756-3282(03)00210-2",
    "ratios and DOI not verified against a primary source; the transverse ratio agrees with 0.42 and 0.287 (1987 "
    "and 1357 over 4730 MPa) in table 1 of an IJSS article, which was read",
)
