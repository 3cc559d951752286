"""A planned vertebra as pores on a grid: what the scan says of them, before anything uncertain is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.vertebra import Vertebra
from corduroy.errors import ModelError
from corduroy.imaging.density import Calibration
from corduroy.imaging.density_kinds import DensityImage
from corduroy.imaging.volume import Box, LabelMap, Volume
from corduroy.simulation.injection import MediumSettings
from corduroy.simulation.injection.medium import porosity_of
from corduroy.simulation.injection_study.openings import Opening
from corduroy.simulation.vertebra.bones import sample_bones
from corduroy.simulation.vertebra.grid import BoolArray, ModelGrid, mask_on

Singles = NDArray[np.float32]
FloatArray = NDArray[np.float64]

ARCH_MM = 15.0
"""How far behind the body bone can be reached: the pedicles. Author's choice."""
_NEAR_ENDPLATE_MM = 3.0  # cement that ends nearer than this touches it: the endplate itself is in between


@dataclass(frozen=True, eq=False)
class PorousVertebra:
    """A vertebra on a grid along its own axes.

    Parameters
    ----------
    grid : ModelGrid
    bone, body : ndarray of bool
        All that can be filled, and what of it lies in front of the posterior wall.
    lesion : ndarray of bool
        Empty where no lesion is known.
    porosity : ndarray of float32
    top, bottom : ndarray of bool
        Voxels of the body that lie within 3 mm (author's choice) of an endplate.
    openings : tuple of Opening
    depth_mm : float
        Of the body, from the posterior to the anterior wall.
    """

    grid: ModelGrid
    bone: BoolArray
    body: BoolArray
    lesion: BoolArray
    porosity: Singles
    top: BoolArray
    bottom: BoolArray
    openings: tuple[Opening, ...]
    depth_mm: float

    @property
    def affine(self) -> FloatArray:
        """World RAS+ mm from voxel index."""
        frame, size = self.grid.frame, self.grid.voxel_mm
        affine = np.eye(4)
        affine[:3, :3] = frame.axes * size
        affine[:3, 3] = frame.world(self.grid.local([0, 0, 0]))
        return affine

    @property
    def target(self) -> BoolArray:
        """What is to be filled: the lesion in the body, or the body where no lesion is known."""
        inside = self.lesion & self.body
        return inside if inside.any() else self.body


def porous_vertebra(
    vertebra: Vertebra,
    ct: Volume,
    calibration: Calibration,
    lesion: LabelMap | None,
    openings: tuple[Opening, ...],
    voxel_mm: float,
) -> PorousVertebra:
    """Put a vertebra on a grid and read its pores off the scan.

    Parameters
    ----------
    vertebra : Vertebra
        With its body.
    ct : Volume
        Hounsfield units.
    calibration : Calibration
    lesion : LabelMap or None
        What is not 0.
    openings : tuple of Opening
    voxel_mm : float
        0.3 to 3.

    Raises
    ------
    ModelError
        If the vertebra has no body or lies outside the scan.
    SettingsError
        If the voxel size is out of range.

    Notes
    -----
    Porosity as `corduroy.simulation.injection.medium.porosity_of` says. When this misleads: density alone predicts the
    permeability of vertebral bone weakly (Baroud 2004, abstract read); that is why the ensemble spans its level and its
    texture.
    """
    if vertebra.body is None:
        raise ModelError(f"{vertebra.level} without a body that was found", "a vertebra with its body")
    whole = ModelGrid.around([vertebra.mask], vertebra.frame, voxel_mm, voxel_mm)
    bones = sample_bones(whole, [vertebra], ct)
    reached = _reached(np.asarray(bones.bone(vertebra.level)), bones.body[vertebra.level], whole)
    box = _box(reached)
    grid, bone = whole.crop(box), reached[box]
    body = np.asarray(bones.body[vertebra.level][box] & bone)
    density = calibration.density(np.where(bone, np.nan_to_num(bones.hu[box]), 0.0))
    image = DensityImage(Volume(density, np.eye(4), ct.name), calibration.kind, 0.0, calibration.method)
    porosity = porosity_of(image, MediumSettings())
    top, bottom, depth = _ends(vertebra, grid, body)
    return PorousVertebra(
        grid,
        bone,
        body,
        np.zeros(grid.shape, bool) if lesion is None else np.asarray(mask_on(grid, lesion) & bone),
        np.where(bone, porosity, 0).astype(np.float32),
        top,
        bottom,
        openings,
        depth,
    )


def _reached(bone: BoolArray, body: BoolArray, grid: ModelGrid) -> BoolArray:
    """The body and what is joined to it, no farther behind it than the pedicles."""
    if not body.any():
        raise ModelError("a body without a voxel", "a finer grid")
    away = ndimage.distance_transform_edt(~body, sampling=grid.spacing_mm)
    parts, _ = ndimage.label(bone & (away <= ARCH_MM))
    counts = np.bincount(parts[body])
    counts[0] = 0
    return np.asarray(parts == int(counts.argmax()))


def _box(bone: BoolArray) -> Box:
    """The smallest box around the bone, with one voxel of room."""
    places = np.argwhere(bone)
    low, high = np.maximum(places.min(axis=0) - 1, 0), np.minimum(places.max(axis=0) + 2, bone.shape)
    a, b, c = (slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
    return a, b, c


def _ends(vertebra: Vertebra, grid: ModelGrid, body: BoolArray) -> tuple[BoolArray, BoolArray, float]:
    """Voxels near the superior and the inferior endplate, and the depth of the body in mm."""
    assert vertebra.body is not None
    local = grid.local(np.moveaxis(np.indices(grid.shape), 0, -1))
    x, y, z = (local[..., axis] for axis in range(3))
    top = body & (np.asarray(vertebra.body.superior.z(x, y)) - z <= _NEAR_ENDPLATE_MM)
    bottom = body & (z - np.asarray(vertebra.body.inferior.z(x, y)) <= _NEAR_ENDPLATE_MM)
    depth = float(vertebra.body.front(0.0, 0.0)) - float(vertebra.body.wall(0.0, 0.0))
    return np.asarray(top), np.asarray(bottom), depth
