"""Ways out of a body: cortex that lets marrow seep, breaches, veins' foramina, endplate defects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from corduroy.errors import ModelError
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection.body import FloatArray, LeakSite, Singles

CORTEX = "intact cortex"


class WallSettings(BaseModel):
    """The cortex and what stands behind the openings."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    cortex_mm: float = 0.4
    """Thickness of the shell, in mm: vertebral shells have 0.3 to 0.5 (not verified against a primary source)."""

    cortex_permeability_mm2: float = 1e-5
    """Of the shell with its small foramina, in mm²: marrow seeps through, cement does not. No published value, author's
    choice: a hundredth to a thousandth of trabecular bone's."""

    outside_mpa: float = 0.001
    """Pressure in the veins and around the bone, in MPa; author's choice."""

    disc_mpa: float = 0.1
    """Pressure in the disc of a person lying, in MPa: 0.1 (not verified against a primary source)."""


@dataclass(frozen=True)
class Opening:
    """A hole in the cortex.

    Parameters
    ----------
    name : str
    yeom : YeomType
    point_mm : ndarray, shape (3,)
        World RAS+; its middle.
    diameter_mm : float
    channel_mm : float
        For a vein: how far its trunk goes into the body, towards the body's centre.
    """

    name: str
    yeom: YeomType
    point_mm: FloatArray
    diameter_mm: float
    channel_mm: float = 0.0


def outer_faces(active: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """How many faces of each voxel look outside, shape of the grid."""
    padded = np.pad(active, 1)
    faces = np.zeros(active.shape, np.uint8)
    for axis in range(3):
        for side in (1, -1):
            faces += active & ~np.roll(padded, side, axis)[1:-1, 1:-1, 1:-1]
    return faces


def hole_conductance(diameter_mm: float, thickness_mm: float) -> float:
    """Flow times viscosity over pressure of a round hole in a wall, in mm³.

    Notes
    -----
    Poiseuille's resistance along the hole and the resistance of its two mouths: 8 L / (pi a⁴) + 3 / a³ (Dagan,
    Weinbaum and Pfeffer 1982, J Fluid Mech 115:505-523, not verified against a primary source).
    """
    a = diameter_mm / 2
    return float(1 / (8 * thickness_mm / (np.pi * a**4) + 3 / a**3))


def leak_sites(
    affine: FloatArray,
    active: NDArray[np.bool_],
    permeability_mm2: tuple[Singles, Singles, Singles],
    openings: Sequence[Opening],
    settings: WallSettings,
    thinning: Singles | None = None,
) -> tuple[LeakSite, ...]:
    """Every opening on the voxels of the surface that it covers, and the intact cortex on the rest.

    Parameters
    ----------
    affine : ndarray, shape (4, 4)
    active : ndarray of bool, shape (n0, n1, n2)
    permeability_mm2 : three ndarrays
    openings : sequence of Opening
    settings : WallSettings
    thinning : ndarray of float32, shape (n0, n1, n2), optional
        Share by which the cortex over a surface voxel is thinner, 0 to below 1.

    Returns
    -------
    tuple of LeakSite
        The openings in their order, then the cortex.

    Raises
    ------
    ModelError
        If an opening has no size or lies farther from the surface than its diameter and two voxels.
    """
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    faces = outer_faces(active)
    surface = np.argwhere(faces)
    world = surface @ affine[:3, :3].T + affine[:3, 3]
    flat = np.asarray(np.ravel_multi_index(tuple(surface.T), active.shape), np.int64)
    mean_permeability = np.mean([p.ravel()[flat].astype(float) for p in permeability_mm2], axis=0)
    size = float(np.prod(spacing)) ** (1 / 3)
    inner = 2 * size * mean_permeability
    taken: NDArray[np.bool_] = np.zeros(flat.size, dtype=np.bool_)
    sites = []
    for opening in openings:
        mine = _covered(opening, world, size)
        taken |= mine
        hole = hole_conductance(opening.diameter_mm, settings.cortex_mm) / mine.sum()
        pressure = settings.disc_mpa if opening.yeom is YeomType.D else settings.outside_mpa
        area = np.pi / 4 * opening.diameter_mm**2
        each = 1 / (1 / hole + 1 / inner[mine])
        sites.append(LeakSite(opening.name, opening.yeom, flat[mine], each, float(area), pressure))
    rest = ~taken
    thickness = settings.cortex_mm * (1 - (0.0 if thinning is None else thinning.ravel()[flat[rest]].astype(float)))
    wall = settings.cortex_permeability_mm2 * size**2 * faces.ravel()[flat[rest]] / thickness
    each = 1 / (1 / wall + 1 / inner[rest])
    area = float(size**2 * faces.ravel()[flat[rest]].sum())
    cortex = LeakSite(CORTEX, None, flat[rest], each, area, settings.outside_mpa, lets_cement=False)
    return (*sites, *([cortex] if rest.any() else []))


def _covered(opening: Opening, world: FloatArray, size: float) -> NDArray[np.bool_]:
    """Surface voxels under an opening: those within its radius, or else the nearest one."""
    if not opening.diameter_mm > 0:
        raise ModelError(f"opening '{opening.name}' of {opening.diameter_mm:g} mm", "a positive diameter")
    gap = np.linalg.norm(world - np.asarray(opening.point_mm), axis=1)
    if gap.min() > opening.diameter_mm + 2 * size:
        raise ModelError(
            f"opening '{opening.name}' is {gap.min():.1f} mm away from the surface of the body",
            "a point on it",
            "check its frame (RAS+ mm)",
        )
    near = gap <= max(opening.diameter_mm / 2, float(gap.min()) + 1e-9)
    return np.asarray(near)


def channels(affine: FloatArray, active: NDArray[np.bool_], openings: Sequence[Opening]) -> NDArray[np.float32]:
    """Diameter in mm of the vein that runs through a voxel, 0 where none does.

    Returns
    -------
    ndarray of float32, shape (n0, n1, n2)
        Voxels within a radius of the line from an opening towards the body's centre, as long as its channel.
    """
    places = np.argwhere(active)
    world = places @ affine[:3, :3].T + affine[:3, 3]
    width = np.zeros(active.shape, np.float32)
    for opening in openings:
        if opening.channel_mm <= 0:
            continue
        start = np.asarray(opening.point_mm, float)
        way = world.mean(axis=0) - start
        way /= np.linalg.norm(way)
        along = np.clip((world - start) @ way, 0, opening.channel_mm)
        off = np.linalg.norm(world - start - along[:, None] * way, axis=1)
        inside = places[off <= max(opening.diameter_mm / 2, float(off.min()) + 1e-9)]
        at = tuple(inside.T)
        width[at] = np.maximum(width[at], opening.diameter_mm)
    return width
