"""Porous bodies with known answers, for the injection benchmark and its tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection import (
    Cannula,
    Cement,
    InjectionResult,
    InjectionSettings,
    LeakSite,
    PorousBody,
    Recipe,
    Schedule,
    Shot,
    inject,
)

POROSITY = 0.8
PERMEABILITY_MM2 = 1e-3
BORE_MM = 2.4
Mask = NDArray[np.bool_]


def newtonian(viscosity_pa_s: float) -> Cement:
    """A fluid that neither cures nor thins."""
    ends = (viscosity_pa_s, viscosity_pa_s)
    return Cement(name="newtonian", times_s=(0, 3600), consistency_pa_sn=ends, index=(1, 1), set_pa_s=1e9)


def power_law(consistency_pa_sn: float, index: float) -> Cement:
    """A fluid that thins and does not cure."""
    ends = (consistency_pa_sn, consistency_pa_sn)
    return Cement(name="power law", times_s=(0, 3600), consistency_pa_sn=ends, index=(index, index), set_pa_s=1e9)


def surface(
    active: Mask, spacing_mm: float, permeability_mm2: float, closed: tuple[int, ...], radius_mm: float
) -> LeakSite:
    """A site of pressure zero all around: on a sphere or cylinder of a radius, else on the voxels' outer faces.

    Parameters
    ----------
    active : ndarray of bool
    spacing_mm : float
    permeability_mm2 : float
    closed : tuple of int
        Axes whose faces let nothing through.
    radius_mm : float
        Infinite for the voxels' faces. Else each outer face's conductance is that of the way along its axis from the
        voxel's centre to the true surface, so that stairs do not matter.
    """
    open_axes = sorted(set(range(3)) - set(closed))
    padded = np.pad(active, 1)
    conductance = np.zeros(active.shape)
    lines = [(np.arange(n) - (n - 1) / 2) * spacing_mm for n in active.shape]
    places = np.meshgrid(*lines, indexing="ij")
    for axis in open_axes:
        off = sum((places[other] ** 2 for other in open_axes if other != axis), np.zeros(active.shape))
        way = np.full(active.shape, spacing_mm / 2)
        if np.isfinite(radius_mm):
            way = np.sqrt(np.maximum(radius_mm**2 - off, 0)) - np.abs(places[axis])
        for side in (1, -1):
            outer = active & ~np.roll(padded, side, axis)[1:-1, 1:-1, 1:-1]
            conductance += outer * permeability_mm2 * spacing_mm**2 / np.maximum(way, 0.1 * spacing_mm)
    voxels = np.flatnonzero(conductance)
    return LeakSite("surface", None, voxels, conductance.ravel()[voxels])


def body_of(active: Mask, spacing_mm: float, closed: tuple[int, ...] = (), radius_mm: float = np.inf) -> PorousBody:
    """An even body, its centre at the world's origin, open at its surface."""
    affine = np.diag([spacing_mm] * 3 + [1.0])
    affine[:3, 3] = -(np.array(active.shape) - 1) / 2 * spacing_mm
    field = np.where(active, np.float32(PERMEABILITY_MM2), np.float32(0))
    site = surface(active, spacing_mm, PERMEABILITY_MM2, closed, radius_mm)
    return PorousBody(affine, np.where(active, np.float32(POROSITY), np.float32(0)), (field,) * 3, (site,))


def column(cells: int, length_mm: float, power: int) -> PorousBody:
    """A straight row of voxels whose pores and permeability grow as a power of the distance from its first face.

    Power 1 is a cylinder, 2 a sphere: the radial problem along one ray, which no finger can leave. It begins at a tenth
    of its length and is open at its far end.
    """
    spacing = length_mm * 0.9 / cells
    edges = np.linspace(0.1, 1.0, cells + 1)
    widths = np.diff(edges ** (power + 1)) / (power + 1) / np.diff(edges)
    affine = np.diag([spacing] * 3 + [1.0])
    affine[:3, 3] = [0.1 * length_mm + spacing / 2, 0, 0]
    shape = (cells, 1, 1)
    porosity = (POROSITY * widths).reshape(shape).astype(np.float32)
    # the harmonic mean of a voxel's resistance: a step of the exact potential
    potential = np.log(edges) if power == 1 else -1 / edges
    conducting = np.diff(edges) / np.diff(potential)
    permeability = (PERMEABILITY_MM2 * conducting).reshape(shape).astype(np.float32)
    end = LeakSite("end", None, np.array([cells - 1]), np.array([2 * spacing * float(permeability[-1, 0, 0])]))
    return PorousBody(affine, porosity, (permeability,) * 3, (end,))


def distances(shape: tuple[int, ...], spacing_mm: float, axes: tuple[int, ...] = (0, 1, 2)) -> NDArray[np.float64]:
    """Of each voxel's centre from the middle of the grid, along some axes only."""
    lines = [(np.arange(n) - (n - 1) / 2) * spacing_mm * (axis in axes) for axis, n in enumerate(shape)]
    a, b, c = np.meshgrid(*lines, indexing="ij")
    return np.asarray(np.sqrt(a**2 + b**2 + c**2))


def ball(cells_per_radius: int, radius_mm: float) -> PorousBody:
    """A sphere, open all around; an odd number of voxels across."""
    n, spacing = 2 * cells_per_radius + 1, radius_mm / cells_per_radius
    return body_of(distances((n, n, n), spacing) < radius_mm, spacing, radius_mm=radius_mm)


def disc(cells_per_radius: int, radius_mm: float) -> PorousBody:
    """A cylinder one voxel high, open at its rim."""
    n, spacing = 2 * cells_per_radius + 1, radius_mm / cells_per_radius
    return body_of(distances((n, n, 1), spacing) < radius_mm, spacing, closed=(2,), radius_mm=radius_mm)


def schedule(
    volume_mm3: float,
    rate_mm3_s: float = 50.0,
    tips_mm: Sequence[Sequence[float]] = ((0.0, 0.0, 0.0),),
    bore_mm: float = BORE_MM,
) -> Schedule:
    """One shot through one cannula or several at once, no limit."""
    shot = Shot(volume_ml=volume_mm3 / 1000, rate_ml_s=rate_mm3_s / 1000)
    shot = shot.model_copy(update={"cannulas": tuple(range(len(tips_mm)))})
    cannulas = tuple(Cannula(tip_mm=tuple(tip), direction=(0.0, 1.0, 0.0), bore_mm=bore_mm) for tip in tips_mm)
    return Schedule(cannulas=cannulas, shots=(shot,), start_s=0.0, pressure_limit_mpa=1e12)


def run(
    body: PorousBody,
    cement: Cement,
    marrow_pa_s: float,
    volume_mm3: float,
    settings: InjectionSettings | None = None,
    rate_mm3_s: float = 50.0,
    **recipe: str,
) -> InjectionResult:
    """Inject at the middle."""
    fluids = Recipe(cement=cement, marrow_pa_s=marrow_pa_s, **recipe)
    return inject(body, schedule(volume_mm3, rate_mm3_s), fluids, settings)
