"""The scanner: partial volume, point spread and noise turn solids into a CT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from corduroy.errors import SettingsError
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.phantom.labels import Box, chunks, occupancy, sub_points, subsamples, vertebra_occupancy
from corduroy.phantom.points import GridPoints, Where
from corduroy.phantom.shapes import Array, Bounds
from corduroy.phantom.spine import PhantomSpine, join_bounds
from corduroy.phantom.tissue import SOFT_HU, Structure, Torso
from corduroy.phantom.vertebra import PhantomVertebra

_SLAB = 12
_FWHM_PER_SIGMA = 2.3548
_HU_RANGE = (-1024, 3071)


def render_ct(
    spine: PhantomSpine, grid: GridPoints, psf_mm: float, noise_hu: float, rng: Generator, supersample: int
) -> tuple[Volume, LabelMap]:
    """A CT and the vertebrae's labels on one grid; see `Phantom.render`."""
    if psf_mm < 0 or noise_hu < 0 or supersample < 1:
        raise SettingsError(
            f"psf_mm {psf_mm:g}, noise_hu {noise_hu:g}, supersample {supersample}",
            "nothing negative, and supersample of at least 1",
        )
    soft = soft_structures(spine, grid)
    ct = _soft_grey(soft)
    labels = np.zeros(grid.shape, np.uint8)
    for index, vertebra in enumerate(spine.vertebrae):
        for part in _parts(spine, index):
            box = grid.box_around(vertebra.frame, part.bounds)
            if box is not None:
                filled = _add_bone(ct, grid, box, part.distance, vertebra, supersample)
                if part.label:
                    labels[box][filled >= 0.5] = part.label
    spacing = np.linalg.norm(grid.affine[:3, :3], axis=0)
    if psf_mm > 0:
        ct = ndimage.gaussian_filter(ct, psf_mm / _FWHM_PER_SIGMA / spacing, mode="nearest")
    if noise_hu > 0:
        ct += noise_hu * rng.standard_normal(ct.shape, dtype=np.float32)
    grey = np.clip(np.rint(ct), *_HU_RANGE).astype(np.int16)
    meta = {"modality": "CT", "posture": "supine"}
    return Volume(grey, grid.affine, "phantom CT", meta), LabelMap(
        labels, grid.affine, "phantom labels", {"modality": "label map"}
    )


def soft_structures(spine: PhantomSpine, grid: GridPoints) -> Array:
    """Ids of the soft tissues and discs at the voxel centres; bones are not in it."""
    torso = Torso(spine)
    found = np.zeros(grid.shape, np.uint8)
    for start in range(0, grid.shape[2], _SLAB):
        box = (slice(0, grid.shape[0]), slice(0, grid.shape[1]), slice(start, min(start + _SLAB, grid.shape[2])))
        found[box] = torso.structures(*grid.part(box).local(spine.pose))
    for index in range(len(spine.vertebrae) - 1):
        box_found = grid.box_around(spine.vertebrae[index].frame, _disc_bounds(spine, index))
        if box_found is not None:
            inside = spine.disc(grid.part(box_found), index) < 0
            found[box_found][inside] = Structure.DISC
    return found


def render_structures(spine: PhantomSpine, grid: GridPoints) -> LabelMap:
    """All structures on a grid, ids of `Structure`."""
    found = soft_structures(spine, grid)
    for index in range(len(spine.vertebrae)):
        if spine.vertebrae[index].ribs:
            box = grid.box_around(spine.vertebrae[index].frame, _rib_bounds(spine.vertebrae[index]))
            if box is not None:
                found[box][spine.ribs(grid.part(box), index) < 0] = Structure.RIB
        filled = vertebra_occupancy(spine, grid, index)
        if filled is not None:
            box, part = filled
            front, back = spine.bone(grid.part(box), index)
            found[box] = np.where(
                part >= 0.5, np.where(front <= np.maximum(back, 0.0), Structure.BODY, Structure.ARCH), found[box]
            )
    return LabelMap(found, grid.affine, "phantom structures", {"modality": "label map"})


def _soft_grey(structures: Array) -> Array:
    table = np.zeros(256, np.float32)
    for tissue, grey in SOFT_HU.items():
        table[tissue] = grey
    return table[structures]


@dataclass(frozen=True)
class _Part:
    """One solid of bone: its distance, a box around it in its vertebra's frame, its label (0 for ribs)."""

    distance: Callable[[Where], Array]
    bounds: Bounds
    label: int


def _parts(spine: PhantomSpine, index: int) -> list[_Part]:
    """The vertebra of one level, then its ribs."""
    vertebra = spine.vertebrae[index]
    parts = [
        _Part(
            lambda where: np.minimum(*spine.bone(where, index)),
            spine.vertebra_bounds(index),
            spine.label(vertebra.level),
        )
    ]
    if vertebra.ribs:
        parts.insert(0, _Part(lambda where: spine.ribs(where, index), _rib_bounds(vertebra), 0))
    return parts


def _add_bone(
    ct: Array,
    grid: GridPoints,
    box: Box,
    bone: Callable[[Where], Array],
    vertebra: PhantomVertebra,
    supersample: int,
) -> Array:
    """Mix one solid into the grey values of its block; returns the part of each voxel that it fills."""
    block, texture = grid.part(box), vertebra.bone
    spacing = np.linalg.norm(grid.affine[:3, :3], axis=0)
    offsets, size = subsamples(spacing, supersample)
    coarse = bone(block)
    filled = (coarse < 0).astype(np.float32)
    shell = np.zeros_like(filled)
    reach = 0.6 * float(np.linalg.norm(spacing))
    for near in chunks(np.argwhere((coarse < reach) & (coarse > -texture.cortical_mm - reach))):
        depth = bone(sub_points(block, near, offsets)).reshape(len(near), -1)
        outer = occupancy(depth, size).mean(axis=1)
        inner = occupancy(depth + texture.cortical_mm, size).mean(axis=1)
        at = tuple(near.T)
        filled[at], shell[at] = outer, outer - inner
    touched = np.nonzero(filled > 0)
    x, y, z = (values[touched] for values in block.local(vertebra.frame))
    spongy = texture.trabecular(x, y, z) * (filled - shell)[touched]
    grey = spongy + texture.cortical_hu * shell[touched]
    view = ct[box]
    view[touched] = view[touched] * (1.0 - filled[touched]) + grey
    return filled


def _disc_bounds(spine: PhantomSpine, index: int) -> Bounds:
    """Box around the disc below a vertebra, in that vertebra's frame."""
    body = spine.vertebrae[index].body
    (low_x, low_y, low_z), (high_x, high_y, _) = body.bounds
    gap = spine.discs[index].height + 12.0
    return (low_x, low_y, low_z - gap), (high_x, high_y, low_z + 8.0)


def _rib_bounds(vertebra: PhantomVertebra) -> Bounds:
    return join_bounds([shape.bounds for shape in vertebra.ribs])
