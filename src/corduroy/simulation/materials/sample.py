"""Drawn calibrations, laws and tissues, so that stiffness and strength come as intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from corduroy.errors import SettingsError
from corduroy.imaging.density import Calibration
from corduroy.simulation.materials.field import Materials
from corduroy.simulation.materials.law import Law
from corduroy.simulation.materials.tissues import Tissue

LAW_SD_LOG = 0.15
"""Standard deviation of the logarithm of a law's values for a whole bone: author's choice. Between 0.05 and 0.12 g/cm3
the linear and the power law named after Kopperdahl 2002 differ by up to 10 % in modulus and 15 % in yield stress."""


@dataclass(frozen=True, eq=False)
class MaterialDraw:
    """One possible truth: how grey values become density, and density stiffness and strength."""

    calibration: Calibration
    materials: Materials


def sample_laws(
    rng: np.random.Generator,
    n: int,
    calibration: Calibration,
    materials: Materials | None = None,
    alternatives: Sequence[tuple[Law, Law]] = (),
) -> list[MaterialDraw]:
    """Draw calibration, laws and tissues `n` times.

    Parameters
    ----------
    rng : numpy.random.Generator
        The same state gives the same draws.
    n : int
        1 or more.
    calibration : Calibration
        Drawn from its own uncertainty.
    materials : Materials, optional
        Around which is drawn.
    alternatives : sequence of (modulus law, strength law)
        Drawn with equal chance beside the pair of `materials`; of the calibration's density kind.

    Returns
    -------
    list of MaterialDraw

    Raises
    ------
    SettingsError
        If `n` is below 1 or a law takes another density than the calibration gives.

    Notes
    -----
    Modulus and strength of a draw share half of the variance of their logarithms (author's choice). A draw is one error
    for the whole bone: scatter between specimens averages out over a bone and is not drawn per voxel.
    """
    if n < 1:
        raise SettingsError(f"{n} draws", "1 or more")
    centre = materials or Materials()
    pairs = [(centre.modulus, centre.strength), *alternatives]
    for law in (law for pair in pairs for law in pair):
        if law.kind is not calibration.kind:
            raise SettingsError(
                f"{law.name} takes {law.kind} density, the calibration gives {calibration.kind}", "the same kind"
            )
    return [
        MaterialDraw(drawn, _drawn(rng, centre, pairs[int(rng.integers(len(pairs)))]))
        for drawn in calibration.sample(rng, n)
    ]


def _drawn(rng: np.random.Generator, centre: Materials, pair: tuple[Law, Law]) -> Materials:
    shared, own_modulus, own_strength = rng.normal(0.0, LAW_SD_LOG / np.sqrt(2), 3)
    return replace(
        centre,
        modulus=pair[0].scaled(float(np.exp(shared + own_modulus))),
        strength=pair[1].scaled(float(np.exp(shared + own_strength))),
        cap=_tissue(rng, centre.cap),
        disc=_tissue(rng, centre.disc),
        facet=_tissue(rng, centre.facet),
        cement=_tissue(rng, centre.cement),
        lesion=None if centre.lesion is None else _tissue(rng, centre.lesion),
    )


def _tissue(rng: np.random.Generator, tissue: Tissue) -> Tissue:
    return replace(tissue, modulus_mpa=tissue.modulus_mpa * float(np.exp(rng.normal(0.0, tissue.sd_log))))
