"""Random vertebral bodies whose ways out are known, for the leak and behaviour figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import (
    Cannula,
    LeakSite,
    MediumSettings,
    Opening,
    PorousBody,
    Recipe,
    Schedule,
    Shot,
    WallSettings,
    cement_named,
)
from corduroy.simulation.injection.medium import fill_media
from corduroy.simulation.injection.openings import leak_sites

HALF_MM = (19.0, 14.0, 11.0)
"""Half width, depth and height of the body: an elliptic cylinder of lumbar size."""
RECIPE = Recipe(cement=cement_named("high-viscosity"))


def outline(spacing_mm: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Affine and voxels of the body on a grid with the body's middle between two voxels."""
    shape = tuple(2 * int(np.ceil(half / spacing_mm)) for half in HALF_MM)
    affine = np.diag([spacing_mm] * 3 + [1.0])
    affine[:3, 3] = -(np.array(shape) - 1) / 2 * spacing_mm
    x, y, z = np.meshgrid(*((np.arange(n) - (n - 1) / 2) * spacing_mm for n in shape), indexing="ij")
    inside = (x / HALF_MM[0]) ** 2 + (y / HALF_MM[1]) ** 2 < 1
    return affine, np.asarray(inside & (np.abs(z) < HALF_MM[2]))


def texture(
    shape: tuple[int, ...], spacing_mm: float, contrast: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Porosity that varies over millimetres around 0.88."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), 2.5 / spacing_mm)
    return np.clip(0.88 + contrast * noise / noise.std(), 0.7, 0.96).astype(np.float32)


def hole(name: str, yeom: YeomType, direction: NDArray[np.float64], diameter_mm: float) -> Opening:
    """An opening of the side wall or an endplate, where a ray from the middle meets it."""
    reach = 1 / np.hypot(direction[0] / HALF_MM[0], direction[1] / HALF_MM[1])
    reach = min(reach, HALF_MM[2] / max(abs(direction[2]), 1e-9))
    return Opening(name, yeom, direction * reach, diameter_mm)


def phantom(
    spacing_mm: float,
    openings: tuple[Opening, ...],
    porosity: NDArray[np.float32] | None = None,
    wall: WallSettings | None = None,
) -> PorousBody:
    """A body with openings; even bone unless a porosity is given."""
    affine, active = outline(spacing_mm)
    pores = np.full(active.shape, np.float32(0.88)) if porosity is None else porosity
    pores, permeability = fill_media(pores, active.astype(np.uint8), MediumSettings())
    sites = leak_sites(affine, active, permeability, openings, wall or WallSettings())
    return PorousBody(affine, pores, permeability, sites)


def plan(tip_mm: tuple[float, float, float] = (0.0, 0.0, 0.0), volume_ml: float = 5.0) -> Schedule:
    """One cannula from behind, one shot at 0.05 ml/s, no pressure limit."""
    cannula = Cannula(tip_mm=tip_mm, direction=(0.0, 1.0, 0.0))
    return Schedule(cannulas=(cannula,), shots=(Shot(volume_ml=volume_ml),), pressure_limit_mpa=1e9)


def mirrored(body: PorousBody) -> PorousBody:
    """Left for right."""

    def turned(site: LeakSite) -> LeakSite:
        i, j, k = np.unravel_index(site.voxels, body.porosity.shape)
        flipped = np.ravel_multi_index((body.porosity.shape[0] - 1 - i, j, k), body.porosity.shape)
        return replace(site, voxels=np.asarray(flipped, np.int64))

    a, b, c = (p[::-1].copy() for p in body.permeability_mm2)
    return replace(
        body,
        porosity=body.porosity[::-1].copy(),
        permeability_mm2=(a, b, c),
        sites=tuple(turned(site) for site in body.sites),
    )
