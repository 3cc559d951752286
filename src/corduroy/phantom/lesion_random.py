"""Drawing a lesion at random. All ranges are the author's choice; see `corduroy.phantom.lesion` for why."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from corduroy.anatomy.pedicles import Side
from corduroy.phantom.lesion import ArchPart, Breach, Expansion, Family, Lesion, SoftPart, Trabeculae, WallPoint

_STROMA_HU = {
    Family.FATTY_HEMANGIOMA: (-90.0, -15.0),
    Family.VASCULAR_HEMANGIOMA: (15.0, 65.0),
    Family.LYTIC_METASTASIS: (20.0, 70.0),
    Family.BLASTIC_METASTASIS: (450.0, 1000.0),
    Family.OSTEOPOROTIC_BONE: (-10.0, 45.0),
}
_IRREGULARITY = {True: (0.10, 0.25), False: (0.15, 0.35)}
_ARCH_SHARE, _SOFT_SHARE, _BREACH_SHARE = 0.5, 0.3, 0.5  # of all lesions
_UPTAKE_HU = (25.0, 90.0)


def random_lesion(rng: Generator, family: Family | str, share_percent: float | None = None) -> Lesion:
    """A lesion of a family with random share, place, arch involvement, cortex and parts outside the bone.

    Parameters
    ----------
    rng : numpy.random.Generator
        The same state gives the same lesion.
    family : Family or str
        Osteoporotic bone takes the whole body and none of the arch, and has no breach.
    share_percent : float, optional
        Share of the body; by default drawn between 20 and 100.

    Raises
    ------
    SettingsError
        If `share_percent` is out of range.
    """
    family = Family(family)
    share = float(rng.uniform(20.0, 100.0)) if share_percent is None else share_percent
    stroma = float(rng.uniform(*_STROMA_HU[family]))
    if family is Family.OSTEOPOROTIC_BONE:
        return Lesion(family, 100.0, stroma_hu=stroma, trabeculae=_trabeculae(rng, family), texture_hu=12.0)
    side = Side.LEFT if rng.random() < 0.5 else Side.RIGHT
    towards = side.sign * float(rng.uniform(0.1, 0.6))
    arch = _random_arch(rng, side)
    destroys = family is not Family.BLASTIC_METASTASIS
    breaches = (_random_breach(rng, side),) if destroys and rng.random() < _BREACH_SHARE else ()
    soft = _random_soft_parts(rng, side, breaches)
    expands = family.is_hemangioma and rng.random() < 0.4
    return Lesion(
        family,
        share,
        (towards, float(rng.uniform(-0.6, 0.3)), float(rng.uniform(-0.4, 0.4))),
        stroma,
        float(rng.uniform(*_IRREGULARITY[family.is_hemangioma])),
        _trabeculae(rng, family),
        arch,
        float(rng.uniform(0.0, 0.5)) if destroys else 0.0,
        _random_expansion(rng, side) if expands else None,
        breaches,
        *soft,
        float(rng.uniform(35.0, 60.0)),
        float(rng.uniform(*_UPTAKE_HU)),
        60.0 if family is Family.BLASTIC_METASTASIS else 8.0,
    )


def _trabeculae(rng: Generator, family: Family) -> Trabeculae | None:
    """Sparse and thick in a hemangioma; thin and close, but upright too, in osteoporotic bone."""
    if family.is_hemangioma:
        spacing = float(rng.uniform(3.0, 5.5))
        thickness = float(rng.uniform(0.25, 0.4)) * spacing
        return Trabeculae(spacing, thickness, float(rng.uniform(0.8, 1.0)), float(rng.uniform(500.0, 1000.0)))
    if family is Family.OSTEOPOROTIC_BONE:
        return Trabeculae(float(rng.uniform(1.2, 1.8)), float(rng.uniform(0.3, 0.4)), 0.9, float(rng.uniform(600, 900)))
    return None


def _random_arch(rng: Generator, side: Side) -> tuple[ArchPart, ...]:
    """From the pedicle backwards; the more, the rarer."""
    if rng.random() >= _ARCH_SHARE:
        return ()
    parts = [ArchPart("pedicle", side, float(rng.uniform(0.8, 1.0)))]
    if rng.random() < 0.6:
        parts.append(ArchPart("lamina", side, float(rng.uniform(0.6, 1.0))))
        if rng.random() < 0.4:
            parts.append(ArchPart("spinous process", None, float(rng.uniform(0.5, 1.0))))
    if rng.random() < 0.3:
        parts.append(ArchPart("transverse process", side, float(rng.uniform(0.5, 1.0))))
    return tuple(parts)


def _random_breach(rng: Generator, side: Side) -> Breach:
    if rng.random() < 0.5:
        azimuth = side.sign * float(rng.uniform(160.0, 178.0))
        return Breach(WallPoint(azimuth, float(rng.uniform(-0.4, 0.2))), float(rng.uniform(3.0, 9.0)))
    azimuth = side.sign * float(rng.uniform(20.0, 95.0))
    return Breach(WallPoint(azimuth, float(rng.uniform(-0.4, 0.3))), float(rng.uniform(3.0, 9.0)))


def _random_soft_parts(
    rng: Generator, side: Side, breaches: tuple[Breach, ...]
) -> tuple[SoftPart | None, SoftPart | None]:
    """An epidural part behind a posterior breach, a paravertebral one beside another."""
    if not breaches or rng.random() >= 2 * _SOFT_SHARE:
        return None, None
    if breaches[0].place.name == "posterior":
        return SoftPart(side, float(rng.uniform(0.4, 1.5))), None
    return None, SoftPart(side, float(rng.uniform(1.0, 5.0)))


def _random_expansion(rng: Generator, side: Side) -> Expansion:
    azimuth = side.sign * float(rng.uniform(30.0, 90.0))
    return Expansion(
        WallPoint(azimuth, float(np.clip(0.2 * rng.standard_normal(), -0.4, 0.4))), float(rng.uniform(1.5, 4.0))
    )
