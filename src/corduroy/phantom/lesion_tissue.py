"""What a lesion is made of: stroma, upright trabeculae and what is left of the cortex, as grey values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import ndimage
from scipy.spatial import cKDTree

from corduroy.anatomy.frame import FloatArray
from corduroy.phantom.lesion import Lesion, Trabeculae
from corduroy.phantom.lesion_bone import Bone
from corduroy.phantom.lesion_region import Region
from corduroy.phantom.shapes import Array

# All author's choice.
_TEXTURE_MM = 1.5
_JITTER = 0.18  # of the lattice, as a fraction of the spacing
_THICKNESS_SD = 0.15
_SWAY_MM, _SWAY_LENGTH_MM = 0.5, 28.0
_SMOOTH_VOXELS = 1.0
_LEAST_SLOPE = 0.5  # of a distance, at the ridges of a surface


@dataclass(frozen=True)
class Cortex:
    """The cortex as a plain scan shows it.

    Parameters
    ----------
    hu : float
        Grey value of compact bone.
    thickness_mm : float
        How much of it makes up the wall.
    """

    hu: float
    thickness_mm: float


def tissue_values(bone: Bone, region: Region, lesion: Lesion, rng: Generator) -> Array:
    """Grey values of the lesion at the fine voxels, without its cortex; anything outside it.

    Parameters
    ----------
    bone, region, lesion
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of float32
    """
    everywhere = region.everywhere | region.holes
    values = np.full(bone.inside.shape, lesion.soft_hu, dtype=np.float32)
    values[region.in_bone] = lesion.stroma_hu
    values[everywhere] += _texture(bone, lesion.texture_hu, rng)[everywhere]
    if lesion.trabeculae is not None:
        at = region.in_bone & ~region.holes
        part = _columns(bone, at, lesion.trabeculae, rng)
        values[at] += part * (np.float32(lesion.trabeculae.hu) - values[at])
    return values


def draw_cortex(bone: Bone, region: Region, values: Array, outside: Array, cortex: Cortex, thinning: float) -> None:
    """Draw the cortex over a lesion into its grey values.

    Parameters
    ----------
    bone, region
    values : ndarray of float32
        At the fine voxels: the lesion, and what lies outside of it.
    outside : ndarray of bool
        Fine voxels outside the bone over the lesion. The bone's surface may cut through them: without its part in them
        a cortex thinner than a fine voxel would be missing wherever it happens to lie there.
    cortex : Cortex
    thinning : float
        Part of its thickness that is lost.
    """
    shell = (region.in_bone | outside) & ~region.holes
    part = _shell_part(bone, _depth(bone, region)[shell], cortex.thickness_mm * (1.0 - thinning))
    values[shell] += part * (np.float32(cortex.hu) - values[shell])


def _texture(bone: Bone, sd_hu: float, rng: Generator) -> Array:
    white = rng.standard_normal(bone.inside.shape, dtype=np.float32)
    smooth = ndimage.gaussian_filter(white, _TEXTURE_MM / bone.grid.spacing)
    return np.asarray(smooth * np.float32(sd_hu / max(float(smooth.std()), 1e-6)))


def _shell_part(bone: Bone, depth: Array, thickness_mm: float) -> Array:
    """Part of each voxel that lies between the surface and this depth."""
    return np.asarray(np.clip(bone.grid.ramp(depth) - bone.grid.ramp(depth - np.float32(thickness_mm)), 0.0, 1.0))


def _depth(bone: Bone, region: Region) -> Array:
    """Depth below the bone's surface, mm, true to a fraction of a fine voxel.

    Distances between voxels grow too slowly where a surface runs aslant, by a tenth: the slope takes that out again.
    """
    smooth = ndimage.gaussian_filter(region.distance, _SMOOTH_VOXELS)
    slope = np.sqrt(sum(along * along for along in np.gradient(smooth, *map(float, bone.grid.spacing))))
    return np.asarray(-smooth / np.maximum(slope, _LEAST_SLOPE))


def _columns(bone: Bone, at: Array, trabeculae: Trabeculae, rng: Generator) -> Array:
    """Part of each of the chosen voxels that columns of bone fill."""
    x, y, z = bone.x[at], bone.y[at], bone.z[at]
    phase_x, phase_y = rng.uniform(0, 2 * np.pi, 2)
    number = 2 * np.pi / _SWAY_LENGTH_MM
    seen = np.column_stack([x + _SWAY_MM * np.sin(number * z + phase_x), y + _SWAY_MM * np.sin(number * z + phase_y)])
    places = _lattice(seen.min(axis=0), seen.max(axis=0), trabeculae, rng)
    radii = trabeculae.thickness_mm / 2 * np.clip(1.0 + _THICKNESS_SD * rng.standard_normal(len(places)), 0.5, 1.5)
    distance, nearest = cKDTree(places).query(seen)
    # A column thinner than a fine voxel fills the part of it that keeps its cross-section.
    step = float(bone.grid.spacing.mean())
    drawn = np.maximum(radii, step / 2)
    part = np.clip((drawn[nearest] - distance) / step + 0.5, 0.0, 1.0)
    return np.asarray(part * (radii / drawn)[nearest] ** 2, dtype=np.float32)


def _lattice(low: FloatArray, high: FloatArray, trabeculae: Trabeculae, rng: Generator) -> FloatArray:
    """A jittered hexagonal lattice, thinned to the density."""
    spacing = trabeculae.spacing_mm
    rows = np.arange(low[1] - spacing, high[1] + spacing, spacing * np.sqrt(0.75))
    columns = np.arange(low[0] - spacing, high[0] + spacing, spacing)
    x = columns[None, :] + (np.arange(len(rows)) % 2)[:, None] * spacing / 2
    places = np.column_stack([x.ravel(), np.repeat(rows, len(columns))])
    places = places + _JITTER * spacing * rng.standard_normal(places.shape)
    return np.asarray(places[rng.random(len(places)) < trabeculae.density])
