"""Materials whose stiffness does not follow from a density: shell, discs, end caps, cement, lesions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from corduroy.errors import ModelError


@dataclass(frozen=True)
class Tissue:
    """An isotropic material of known stiffness.

    Parameters
    ----------
    name : str
    modulus_mpa, poisson : float
    sd_log : float
        Standard deviation of the logarithm of the modulus, for sampling.
    strength_mpa : float, optional
        Yield stress; None where none was found.
    source : str
        DOI and what was read, or ``"author's choice"``.

    Raises
    ------
    ModelError
        If modulus or Poisson's ratio are those of no material.
    """

    name: str
    modulus_mpa: float
    poisson: float
    sd_log: float
    strength_mpa: float | None
    source: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.modulus_mpa) and self.modulus_mpa > 0):
            raise ModelError(f"{self.name}: modulus {self.modulus_mpa:g} MPa", "above 0")
        if not -1 < self.poisson < 0.5:
            raise ModelError(f"{self.name}: Poisson's ratio {self.poisson:g}", "above -1 and below 0.5")


PMMA_CAP = Tissue(
    "PMMA end cap", 2500.0, 0.3, 0.0, 70.0, "10.1093/gigascience/giaf094 (notebook read: 2500 MPa, yield 70 MPa)"
)
CEMENT = Tissue("PMMA cement", 1937.0, 0.3, 0.25, 70.0, "PMC3698342 (abstract read: 1937 ± 478 MPa, ISO 5833)")
CEMENT_LOW_MODULUS = Tissue(
    "PMMA cement with 8 ml serum", 954.0, 0.3, 0.15, None, "PMC3698342 (abstract read: 954 ± 141 MPa)"
)
DISC = Tissue(
    "disc, homogenised",
    15.7,
    0.45,
    0.5,
    None,
    "geometric middle of 5.8-42.7 MPa in 16 discs T8-L5 (10.1016/j.jbiomech.2016.02.045, abstract read); Poisson's "
    "ratio author's choice",
)
FACET_CARTILAGE = Tissue(
    "facet cartilage",
    23.8,
    0.3,
    0.5,
    None,
    "10.1186/s12891-024-07754-x, table 1 (read); a model's value, others took 10 (10.1186/s13018-021-02237-4) and "
    "35 MPa (10.1155/2017/9618940, table 2, read)",
)
CORTEX = Tissue("cortical bone", 12000.0, 0.3, 0.3, None, "10.1186/s13018-021-02237-4, table 1 (read); a model's value")
LYTIC_TUMOUR = Tissue(
    "lytic tumour",
    0.2,
    0.45,
    0.7,
    None,
    "10.3390/jcm14092913 (abstract read): aggregate modulus 0.200 MPa in unfractured, 0.014 MPa in fractured "
    "vertebrae; metastases, not hemangioma; Poisson's ratio author's choice",
)
SHELL_THICKNESS_MM = 0.4
"""Thickness of the vertebral cortex, as in table 1 of an IJSS article (read: 0.4 mm shell of 12 000 MPa)."""


def shell_modulus(
    trabecular_mpa: float, voxel_mm: float, thickness_mm: float = SHELL_THICKNESS_MM, cortex: Tissue = CORTEX
) -> float:
    """Modulus of a surface voxel that holds a thinner cortex: both in parallel, by their share of the voxel.

    Notes
    -----
    When this number misleads: the law of the density already holds part of the cortex by partial volume, so that a
    shell on top of it counts that twice; use it where the bone under the surface gives the trabecular modulus.
    """
    if voxel_mm <= 0 or thickness_mm <= 0:
        raise ModelError(f"a shell of {thickness_mm:g} mm in voxels of {voxel_mm:g} mm", "lengths above 0")
    share = min(1.0, thickness_mm / voxel_mm)
    return share * cortex.modulus_mpa + (1 - share) * trabecular_mpa
