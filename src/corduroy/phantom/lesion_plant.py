"""Planting a lesion into a scan, synthetic or real, with its mask and its numbers as truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from corduroy.anatomy.canal_tube import canal_tube
from corduroy.anatomy.level import Level
from corduroy.anatomy.posterior import find_posterior_elements
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import GeometryError, MeasurementError, SettingsError
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.phantom.lesion import Lesion
from corduroy.phantom.lesion_bone import Bone
from corduroy.phantom.lesion_grid import FWHM_PER_SIGMA, FineGrid
from corduroy.phantom.lesion_noise import ScanNoise, scan_noise
from corduroy.phantom.lesion_region import Region, draw_region
from corduroy.phantom.lesion_rim import over_lesion, tissue_beyond
from corduroy.phantom.lesion_tissue import Cortex, draw_cortex, tissue_values
from corduroy.phantom.lesion_truth import LesionTruth, lesion_truth
from corduroy.phantom.lesion_wall import COMPACT_BONE_HU, fit_wall
from corduroy.phantom.shapes import Array

IN_BONE, EPIDURAL, PARAVERTEBRAL = 1, 2, 3
"""Numbers in the mask of a planted lesion."""

_HU_RANGE = (-1024, 3071)
_MOST_BLURRED_MM = 1.2  # author's choice: what looks wider is the wall itself, which is no sharp step
_REACH_IN_BLURS = 2.0  # standard deviations; author's choice
_THINNEST_MM = 0.2  # author's choice: what is drawn where a scan shows no wall


@dataclass(frozen=True, eq=False)
class PlantedLesion:
    """A scan with a lesion in it, and the truth.

    Parameters
    ----------
    ct : Volume
        The scan, on its own grid; only voxels near the lesion differ from the original.
    labels : LabelMap
        The vertebrae, the expanded bone included. Parts outside the bone carry no label.
    mask : LabelMap
        1 the lesion in the bone (the cortex over it included), 2 its epidural, 3 its paravertebral part.
    truth : LesionTruth
    contrasted : Volume or None
        The same scan in a phase in which stroma and soft parts have risen by the lesion's uptake.
    """

    ct: Volume
    labels: LabelMap
    mask: LabelMap
    truth: LesionTruth
    contrasted: Volume | None


def plant(
    ct: Volume,
    spine: Spine,
    level: Level | str,
    lesion: Lesion,
    rng: Generator,
    *,
    psf_mm: float | None = None,
    noise_hu: float | None = None,
) -> PlantedLesion:
    """Plant a lesion into one vertebra of a CT.

    Parameters
    ----------
    ct : Volume
        Hounsfield units, on the grid of the spine's labels.
    spine : Spine
        The vertebrae found in these labels.
    level : Level or str
    lesion : Lesion
    rng : numpy.random.Generator
        The random details of shape and tissue, and the noise; the same state gives the same bytes.
    psf_mm : float, optional
        Full width at half maximum of the scanner's point spread (gaussian); by default as the body's own wall
        shows it, at most 1.2 mm.
    noise_hu : float, optional
        Standard deviation of the noise; estimated from the scan's soft tissue by default.

    Returns
    -------
    PlantedLesion

    Raises
    ------
    SettingsError
        If the level is not in the spine or a value is negative.
    GeometryError
        If CT and labels are not on one grid.
    MeasurementError
        If the vertebra has no body, a part of the arch is missing, or a soft part does not fit.

    Notes
    -----
    The lesion is drawn at a fraction of the voxel size, blurred with the point spread and averaged over voxels;
    where it fills a part of a voxel it replaces that part of the grey value, and noise of the scan's own strength
    and grain fills up what was replaced. The cortex over the lesion is drawn anew, as thick and as far out as the side
    wall of this body is in the scan (`fit_wall`), and what the scanner smeared from the old one is taken away outside.
    Where the label map runs beyond the side wall the lesion ends with the bone. When this misleads: the cortex is
    equally thick all around, and at the endplates and in the arch it lies at the label map's border; a real lesion
    remodels the bone around it, bleeds, calcifies and enhances unevenly, and is harder to delineate.
    """
    vertebra = _vertebra(ct, spine, Level(level))
    if (psf_mm or 0.0) < 0 or (noise_hu or 0.0) < 0:
        raise SettingsError(f"psf_mm {psf_mm}, noise_hu {noise_hu}", "nothing negative")
    labelled = Bone.of(vertebra, ct, whole=bool(lesion.arch))
    wall = fit_wall(labelled, ct)
    bone = labelled.clipped(wall.points, wall.edge_mm)
    blur = min(wall.psf_mm, _MOST_BLURRED_MM) if psf_mm is None else psf_mm
    elements = find_posterior_elements(vertebra)
    region = draw_region(bone, lesion, elements, spine.labels, canal_tube(spine), rng)
    cortex = Cortex(COMPACT_BONE_HU, max(wall.thickness_mm, _THINNEST_MM))
    values = tissue_values(bone, region, lesion, rng)
    near = ct.crop(bone.grid.box)
    noise = _noise_of(near, spine.labels.crop(bone.grid.box), noise_hu).draw(near.shape, rng)
    outside = _outside(bone, region, ct, spine.labels, values, blur)
    draw_cortex(bone, region, values, outside, cortex, lesion.cortical_thinning)
    replaced = region.everywhere | region.holes | outside
    grey = mixed_in(ct, bone.grid, replaced, values, noise, blur)
    contrasted = None
    if lesion.uptake_hu is not None:
        contrasted = mixed_in(ct, bone.grid, replaced, values + _uptake(region, values, lesion), noise, blur)
    labels = _grown_labels(labelled, spine, region, Level(level))
    truth = lesion_truth(bone, region, lesion, elements, cortex)
    return PlantedLesion(grey, labels, _mask(bone, region, ct), truth, contrasted)


def mixed_in(ct: Volume, grid: FineGrid, replaced: Array, values: Array, noise: Array, psf_mm: float) -> Volume:
    """A scan with the part of each voxel replaced that fine voxels take.

    Parameters
    ----------
    ct : Volume
    grid : FineGrid
        On the voxels of the scan.
    replaced : ndarray of bool
        Which fine voxels are new.
    values : ndarray
        Their grey values.
    noise : ndarray
        On the voxels of the grid's box; it fills up what was replaced.
    psf_mm : float
        Full width at half maximum of the scanner's point spread.
    """
    part = grid.scanned(replaced.astype(np.float32), psf_mm)
    lesion = grid.scanned(np.where(replaced, values, np.float32(0)), psf_mm)
    grey = ct.array.copy()
    view = grey[grid.box]
    mixed = (1.0 - part) * view + lesion + noise * np.sqrt(np.maximum(1.0 - (1.0 - part) ** 2, 0.0))
    touched = part > 1e-3
    drawn = np.clip(mixed, *_HU_RANGE)
    view[touched] = (np.rint(drawn) if grey.dtype.kind in "iu" else drawn)[touched].astype(grey.dtype)
    return ct.with_array(grey)


def _vertebra(ct: Volume, spine: Spine, level: Level) -> Vertebra:
    vertebra = spine.vertebrae.get(level)
    if vertebra is None:
        raise SettingsError(f"no {level} in view", ", ".join(spine.levels))
    if not ct.same_grid_as(spine.labels):
        raise GeometryError(f"{ct.name} and {spine.labels.name} are on different grids", "one grid", "resample one")
    return vertebra


def _outside(bone: Bone, region: Region, ct: Volume, labels: LabelMap, values: Array, psf_mm: float) -> Array:
    """What lies just outside the bone over the lesion; into the values, where nothing grew, without the old wall."""
    reach = _REACH_IN_BLURS * float(np.hypot(psf_mm / FWHM_PER_SIGMA, np.median(ct.spacing) / np.sqrt(12)))
    outside = over_lesion(bone, region, reach)
    rim = outside & ~region.everywhere & ~region.holes
    values[rim] = tissue_beyond(bone, region, ct, labels, reach)[rim]
    return outside


def _uptake(region: Region, values: Array, lesion: Lesion) -> Array:
    """The rise of every fine voxel in the contrasted phase: all of it in stroma, nothing in bone."""
    assert lesion.uptake_hu is not None
    bony = max(lesion.trabeculae.hu if lesion.trabeculae else 0.0, COMPACT_BONE_HU)
    stroma = np.where(region.in_bone, lesion.stroma_hu, lesion.soft_hu)
    soft = 1.0 - np.clip((values - stroma) / max(bony - lesion.stroma_hu, 1.0), 0.0, 1.0)
    return np.asarray(lesion.uptake_hu * soft * (region.everywhere | region.holes), dtype=np.float32)


def _noise_of(near: Volume, labels: LabelMap, noise_hu: float | None) -> ScanNoise:
    if noise_hu is None:
        return scan_noise(near, labels)
    try:
        grain = scan_noise(near, labels).sigma_voxels
    except MeasurementError:
        grain = (0.0, 0.0, 0.0)
    return ScanNoise(noise_hu, grain)


def _mask(bone: Bone, region: Region, ct: Volume) -> LabelMap:
    """Voxels of which the lesion fills at least half, by the part that fills most."""
    parts = [
        bone.grid.averaged(where.astype(np.float32))
        for where in (region.in_bone, region.epidural, region.paravertebral)
    ]
    stacked = np.stack(parts)
    mask = np.zeros(ct.shape, np.uint8)
    mask[bone.grid.box] = np.where(stacked.sum(axis=0) >= 0.5, stacked.argmax(axis=0) + IN_BONE, 0)
    return LabelMap(mask, ct.affine, "planted lesion", {"modality": "label map"})


def _grown_labels(bone: Bone, spine: Spine, region: Region, level: Level) -> LabelMap:
    """The labels with the expanded bone."""
    labels = spine.labels
    number = next(n for n, known in spine.scheme.levels.items() if known is level and n in labels.labels)
    grown = bone.grid.averaged((region.in_bone & ~bone.inside).astype(np.float32)) >= 0.5
    array = labels.array.copy()
    view = array[bone.grid.box]
    view[grown & (view == 0)] = number
    return LabelMap(array, labels.affine, labels.name, labels.meta)
