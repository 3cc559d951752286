"""Mixtures: cement with pores, with gelatin sponge, and in bone.

Compression tests of cement-bone biopsies from augmented vertebrae found them weaker and less stiff than pure cement,
their modulus set by the pores of the cement (R2 0.91-0.98) and not by the bone inside, which carried no load (Kinzl
2011, J Biomech 44:2732-2736, abstract read; 10.1016/j.jbiomech.2012.02.012 says why: shrinkage and no bonding). Pores
are therefore modelled as holes, by the upper bound of Hashin and Shtrikman, and the bone inside cement as nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from corduroy.errors import SettingsError
from corduroy.imaging.volume import FloatArray
from corduroy.simulation.materials.tissues import CEMENT, Tissue

Rule = Literal["parallel", "series", "upper", "lower", "middle"]
"""Voigt, Reuss, both bounds of Hashin and Shtrikman, and the mean of the latter two (author's choice as default)."""

CEMENT_POROSITY = 0.05  # author's choice: the biopsies' pore volumes were not read
GELATIN_SHARE = 0.3
"""Volume of gelatin sponge in the injected mixture of 10.1186/s12891-020-3143-6: not published; author's choice."""


def mixture_modulus(
    stiff_mpa: ArrayLike, soft_mpa: ArrayLike, stiff_share: ArrayLike, rule: Rule, poisson: float = 0.3
) -> FloatArray:
    """Young's modulus of two isotropic materials of the same Poisson's ratio.

    Parameters
    ----------
    stiff_mpa, soft_mpa : array_like
        Moduli; either may be the stiffer one, and soft may be 0 (holes).
    stiff_share : array_like
        Volume share of the first, 0 to 1.
    rule : str
        ``"parallel"`` (Voigt), ``"series"`` (Reuss), ``"upper"``, ``"lower"`` (Hashin-Shtrikman,
        10.1016/0022-5096(63)90060-7, not verified against a primary source) or ``"middle"``, the mean of the two.

    Raises
    ------
    SettingsError
        If a share lies outside 0 to 1 or the rule is unknown.
    """
    first, second, share = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (stiff_mpa, soft_mpa, stiff_share))
    )
    if not ((share >= 0) & (share <= 1)).all():
        raise SettingsError("a volume share outside 0 to 1", "0 to 1")
    if rule == "parallel":
        return np.asarray(share * first + (1 - share) * second)
    if rule == "series":
        with np.errstate(divide="ignore"):
            return np.asarray(1 / (share / first + (1 - share) / second))
    if rule == "upper":
        return _hashin_shtrikman(first, second, share, poisson, upper=True)
    if rule == "lower":
        return _hashin_shtrikman(first, second, share, poisson, upper=False)
    if rule == "middle":
        both = [_hashin_shtrikman(first, second, share, poisson, upper=upper) for upper in (True, False)]
        return np.asarray((both[0] + both[1]) / 2)
    raise SettingsError(f"mixture rule '{rule}'", "parallel, series, upper, lower or middle")


def _hashin_shtrikman(a: FloatArray, b: FloatArray, share_a: FloatArray, poisson: float, upper: bool) -> FloatArray:
    """The bound whose matrix is the stiffer (upper) or the softer phase."""
    a_is_matrix = (a >= b) == upper
    matrix, other = np.where(a_is_matrix, a, b), np.where(a_is_matrix, b, a)
    share = np.where(a_is_matrix, share_a, 1 - share_a)
    k0, k1 = (e / (3 * (1 - 2 * poisson)) for e in (matrix, other))
    g0, g1 = (e / (2 * (1 + poisson)) for e in (matrix, other))
    with np.errstate(divide="ignore", invalid="ignore"):
        k = k0 + (1 - share) * (k1 - k0) / (1 + share * (k1 - k0) / (k0 + 4 * g0 / 3))
        zeta = g0 * (9 * k0 + 8 * g0) / (6 * (k0 + 2 * g0))
        g = g0 + (1 - share) * (g1 - g0) / (1 + share * (g1 - g0) / (g0 + zeta))
        modulus = 9 * k * g / (3 * k + g)
    return np.asarray(np.where(matrix > 0, modulus, np.where(share == 0, other, 0.0)))


def cement_in_bone(cement: Tissue = CEMENT, porosity: float = CEMENT_POROSITY) -> Tissue:
    """Set cement in the spaces of trabecular bone: porous cement, the bone inside carrying nothing."""
    modulus = float(mixture_modulus(cement.modulus_mpa, 0.0, 1 - porosity, "upper", cement.poisson))
    strength = None if cement.strength_mpa is None else cement.strength_mpa * (1 - porosity)
    return replace(
        cement,
        name=f"{cement.name} in bone",
        modulus_mpa=modulus,
        strength_mpa=strength,
        source=f"{cement.source}; pores {porosity:.0%} (author's choice) as holes, bone without share (Kinzl 2011)",
    )


def gelatin_cement(cement: Tissue = CEMENT, gelatin_share: float = GELATIN_SHARE) -> Tissue:
    """Cement mixed with gelatin sponge: the sponge as holes.

    Notes
    -----
    No published value; author's choice. The nearest measurement: 8 ml of serum in a mixture halves the modulus
    of cement (PMC3698342). When this number misleads: sponge and cement may part while injected, and the sponge is
    absorbed.
    """
    if not 0 <= gelatin_share < 1:
        raise SettingsError(f"a gelatin share of {gelatin_share:g}", "0 to below 1")
    modulus = float(mixture_modulus(cement.modulus_mpa, 0.0, 1 - gelatin_share, "upper", cement.poisson))
    return replace(
        cement,
        name=f"{cement.name} with {gelatin_share:.0%} gelatin sponge",
        modulus_mpa=modulus,
        sd_log=float(np.hypot(cement.sd_log, 0.3)),  # author's choice: the share itself is not known
        strength_mpa=None if cement.strength_mpa is None else cement.strength_mpa * (1 - gelatin_share),
        source=f"no published value; author's choice: {gelatin_share:.0%} holes in cement ({cement.source})",
    )
