"""A porous body from a density image and masks, on a grid along the vertebra's own axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.frame import Frame
from corduroy.errors import ModelError
from corduroy.imaging.density_kinds import DensityImage
from corduroy.imaging.resample import resample_like
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.simulation.injection.body import Medium, PorousBody, Singles
from corduroy.simulation.injection.medium import MediumSettings, fill_media, porosity_of
from corduroy.simulation.injection.openings import Opening, WallSettings, channels, leak_sites

_MARGIN = 1


def porous_body(
    density: DensityImage,
    body: LabelMap,
    frame: Frame,
    spacing_mm: float,
    openings: Sequence[Opening] = (),
    lesion: LabelMap | None = None,
    lacunae: LabelMap | None = None,
    voids: LabelMap | None = None,
    medium: MediumSettings | None = None,
    wall: WallSettings | None = None,
    thinning: Volume | None = None,
) -> PorousBody:
    """Pores, permeability and ways out of a vertebral body.

    Parameters
    ----------
    density : DensityImage
    body : LabelMap
        The vertebral body (and of the arch what may be filled), 0 and 1; any grid.
    frame : Frame
        Of the vertebra: the grid's axes are its right, anterior and superior, so that bone's main direction is the
        third axis.
    spacing_mm : float
        Of the cubic voxels to simulate on.
    openings : sequence of Opening
    lesion : LabelMap, optional
        What is to be filled.
    lacunae : LabelMap, optional
        Vascular spaces of a hemangioma that are large against a voxel's pores; they are their own medium.
    voids : LabelMap, optional
        Cleft or fracture gap.
    medium, wall : settings, optional
    thinning : Volume, optional
        Share by which the cortex is thinner, 0 to below 1.

    Returns
    -------
    PorousBody

    Raises
    ------
    ModelError
        If the spacing is not positive, or no voxel of the body is left; see also `openings.leak_sites`.
    """
    if not spacing_mm > 0:
        raise ModelError(f"voxels of {spacing_mm:g} mm", "a positive size")
    medium, wall = medium or MediumSettings(), wall or WallSettings()
    grid = _grid(body, frame, spacing_mm)
    inside = _largest(_mask(body, grid))
    kind = np.where(inside, np.uint8(Medium.BONE), np.uint8(Medium.OUTSIDE))
    kind[inside & _mask(lacunae, grid)] = Medium.LACUNA
    kind[inside & _mask(voids, grid)] = Medium.VOID
    on_grid = DensityImage(
        resample_like(density.volume, grid), density.kind, density.uncertainty_mg_cm3, density.method
    )
    porosity, permeability = fill_media(porosity_of(on_grid, medium), kind, medium)
    affine = np.asarray(grid.affine)
    width = channels(affine, inside, openings)
    vein = (width > 0) & (kind == Medium.BONE)
    permeability = _with_veins(permeability, width, vein)
    kind[vein] = Medium.LACUNA
    thin = None if thinning is None else np.asarray(resample_like(thinning, grid).array, np.float32)
    sites = leak_sites(affine, inside, permeability, openings, wall, thin)
    region = None if lesion is None else inside & _mask(lesion, grid)
    return PorousBody(affine, porosity, permeability, sites, kind, region)


def _grid(body: LabelMap, frame: Frame, spacing_mm: float) -> Volume:
    """An empty image along the vertebra's axes around its body."""
    voxels = np.argwhere(body.array > 0)
    if not len(voxels):
        raise ModelError("an empty vertebral body", "a mask with voxels")
    local = frame.local(body.world_from_voxel(voxels))
    margin = _MARGIN * spacing_mm + float(body.spacing.max())
    low, high = local.min(axis=0) - margin, local.max(axis=0) + margin
    shape = np.ceil((high - low) / spacing_mm).astype(int) + 1
    affine = np.eye(4)
    affine[:3, :3] = np.stack([frame.right, frame.anterior, frame.superior], axis=1) * spacing_mm
    # symmetric about the middle, so that a mirrored body gets the mirrored grid
    affine[:3, 3] = frame.world((low + high) / 2 - (shape - 1) / 2 * spacing_mm)
    return Volume(np.zeros(tuple(shape), np.float32), affine, "grid")


def _mask(labels: LabelMap | None, grid: Volume) -> NDArray[np.bool_]:
    if labels is None:
        return np.zeros(grid.shape, bool)
    return np.asarray(resample_like(labels, grid).array > 0)


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest part whose voxels share faces."""
    parts, count = ndimage.label(mask)
    if not count:
        raise ModelError("a vertebral body of which no voxel is left", "voxels smaller than the body")
    return np.asarray(parts == 1 + np.argmax(np.bincount(parts.ravel())[1:]))


def _with_veins(
    permeability: tuple[Singles, Singles, Singles], width: NDArray[np.float32], vein: NDArray[np.bool_]
) -> tuple[Singles, Singles, Singles]:
    """Veins as round channels: diameter squared over 32."""
    a, b, c = (np.where(vein, np.maximum(p, width**2 / 32), p).astype(np.float32) for p in permeability)
    return a, b, c
