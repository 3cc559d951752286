"""Where a lesion is: its part of the body, of the arch, and what it pushes out of the bone, on a fine grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from corduroy.anatomy.canal_tube import CanalTube
from corduroy.anatomy.frame import FloatArray
from corduroy.anatomy.pedicles import Side
from corduroy.anatomy.posterior import Part, PosteriorElements
from corduroy.errors import MeasurementError
from corduroy.imaging.volume import LabelMap
from corduroy.phantom.lesion import ArchPart, Breach, Lesion
from corduroy.phantom.lesion_bone import Bone
from corduroy.phantom.lesion_soft import canal_on, epidural_part, grown_part, lateral_anchor
from corduroy.phantom.shapes import Array

# All author's choice.
_WAVES = 14
_WAVELENGTHS_MM = (9.0, 28.0)
_LINK_MM = 4.0  # of the body beside an involved pedicle
_ROUNDING_MM = 0.8
_BULGE_ANGLE_DEG, _BULGE_HEIGHT = 35.0, 0.55
_HOLE_DEPTH_MM = 2.5
_SEEP_MM = 4.0  # how deep the lesion at least reaches under a breach
_WALL_MM = 1.0  # depth of bone in which a hole's size is taken


@dataclass(frozen=True, eq=False)
class Region:
    """Where a lesion is, on a fine grid.

    Parameters
    ----------
    in_bone : ndarray of bool
        Inside the (expanded) bone, the cortex over it included.
    epidural, paravertebral : ndarray of bool
    holes : ndarray of bool
        Breaches: where the cortex is gone, with a little on both sides of it.
    distance : ndarray of float32
        Signed distance to the surface of the (expanded) bone, mm.
    breach_points : ndarray, shape (n, 3)
        World mm.
    breach_diameters_mm : tuple of float
        Of the circle that is as large as the hole drawn into the wall.
    """

    in_bone: Array
    epidural: Array
    paravertebral: Array
    holes: Array
    distance: Array
    breach_points: FloatArray
    breach_diameters_mm: tuple[float, ...]

    @property
    def everywhere(self) -> Array:
        """All of it."""
        return np.asarray(self.in_bone | self.epidural | self.paravertebral)


def draw_region(
    bone: Bone, lesion: Lesion, elements: PosteriorElements, labels: LabelMap, tube: CanalTube | None, rng: Generator
) -> Region:
    """Draw a lesion's extent.

    Parameters
    ----------
    bone : Bone
    lesion : Lesion
    elements : PosteriorElements
        Of the same vertebra.
    labels : LabelMap
        All bones: what a paravertebral part cannot grow into.
    tube : CanalTube or None
        For an epidural part.
    rng : numpy.random.Generator

    Raises
    ------
    MeasurementError
        If a part of the arch, the canal or the room beside the bone is not there.
    """
    arch = _arch_region(bone, lesion.arch, elements)
    body = _body_region(bone, lesion, arch, [bone.wall_point(breach.place) for breach in lesion.breaches], rng)
    swollen = _swollen(bone, lesion)
    in_bone = _rounded(bone, body | arch, lesion.share_percent) | ((swollen < 0) & (bone.distance >= 0))
    points = [bone.wall_point(breach.place, swollen < 0) for breach in lesion.breaches]
    holes = [_hole(bone, point, breach) for point, breach in zip(points, lesion.breaches, strict=True)]
    other_bones = bone.grid.sample(labels, 0) > 0
    epidural = np.zeros_like(bone.inside)
    if lesion.epidural is not None:
        epidural = epidural_part(bone, lesion, tube, other_bones, points)
    paravertebral = np.zeros_like(bone.inside)
    if lesion.paravertebral is not None:
        free = (swollen >= 0) & ~other_bones & ~canal_on(bone, tube)
        paravertebral = grown_part(bone, free, lateral_anchor(bone, lesion, points), lesion.paravertebral)
    world = bone.vertebra.frame.world(np.array(points).reshape(-1, 3))
    gone = np.logical_or.reduce([np.zeros_like(bone.inside), *holes])
    diameters = tuple(_diameter_mm(bone, hole, swollen) for hole in holes)
    return Region(in_bone, epidural, paravertebral, gone, swollen, world, diameters)


def _arch_region(bone: Bone, parts: tuple[ArchPart, ...], elements: PosteriorElements) -> Array:
    """The involved parts of the arch, from the body outwards as far as their extent."""
    region = np.zeros_like(bone.inside)
    for wanted in parts:
        part = arch_part(elements, wanted.kind, wanted.side)
        if part is None:
            raise MeasurementError(
                f"the {wanted.kind} {wanted.side or ''} of {bone.vertebra.level} was not found", None, "leave it out"
            )
        voxels = LabelMap(part.voxels.view(np.uint8), bone.vertebra.mask.affine)
        chosen = (bone.grid.sample(voxels, 0) > 0) & bone.inside & ~bone.in_body
        outwards = np.abs(bone.x) if wanted.kind == "transverse process" else -bone.y
        region |= chosen & (outwards <= np.quantile(outwards[chosen], wanted.extent))
    return region


def arch_part(elements: PosteriorElements, kind: str, side: Side | None) -> Part | None:
    """A part of the arch by its name and side; None where it was not found."""
    if side is None:
        return elements.spinous_process
    named = {
        "pedicle": elements.pedicle_parts,
        "lamina": elements.laminae,
        "transverse process": elements.transverse_processes,
    }
    return named[kind][side]


def _body_region(bone: Bone, lesion: Lesion, arch: Array, holes: list[FloatArray], rng: Generator) -> Array:
    """The wanted share of the body around the lesion's centre, with a wavy border.

    The way to involved pedicles and to breaches is always taken.
    """
    at = bone.in_body
    local = np.column_stack([bone.x[at], bone.y[at], bone.z[at]])
    half = bone.half_sizes
    centre = bone.centre + np.array(lesion.centre) * half
    stretch = rng.uniform(0.8, 1.25, 3) * half
    order = np.linalg.norm((local - centre) / stretch, axis=1)
    order += lesion.irregularity * _waves(rng, local)
    if arch.any():
        touching = ndimage.distance_transform_edt(~arch, bone.grid.spacing)[at] < _LINK_MM
        order[touching] = -np.inf
    for point, breach in zip(holes, lesion.breaches, strict=True):
        order[np.linalg.norm(local - point, axis=1) < breach.diameter_mm / 2 + _SEEP_MM] = -np.inf
    count = round(lesion.share_percent / 100.0 * len(order))
    taken = np.zeros(len(order), dtype=bool)
    taken[np.argsort(order, kind="stable")[:count]] = True
    region = np.zeros_like(at)
    region[at] = taken
    return region


def _waves(rng: Generator, local: FloatArray) -> FloatArray:
    """A smooth random function of unit variance at local points."""
    directions = rng.normal(size=(_WAVES, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    vectors = directions * 2 * np.pi / rng.uniform(*_WAVELENGTHS_MM, size=(_WAVES, 1))
    phases = rng.uniform(0, 2 * np.pi, _WAVES)
    total = np.zeros(len(local))
    for vector, phase in zip(vectors, phases, strict=True):
        total += np.cos(local @ vector + phase)
    return np.asarray(total * np.sqrt(2.0 / _WAVES))


def _rounded(bone: Bone, region: Array, share_percent: float) -> Array:
    """The region with a smooth border inside the bone, of the same size."""
    if share_percent >= 100.0 and not (region & ~bone.in_body).any():
        return region
    sigma = _ROUNDING_MM / bone.grid.spacing
    weight = ndimage.gaussian_filter(bone.inside.astype(np.float32), sigma)
    soft = ndimage.gaussian_filter(region.astype(np.float32), sigma) / np.maximum(weight, 1e-3)
    return np.asarray(bone.inside & (soft >= 0.5))


def _swollen(bone: Bone, lesion: Lesion) -> Array:
    """The signed distance to the bone after its wall was pushed outwards; endplates and canal stay."""
    if lesion.expansion is None:
        return bone.distance
    middle, half = bone.centre, bone.half_sizes
    azimuth = np.rad2deg(np.arctan2(bone.x - middle[0], bone.y - middle[1]))
    turn = (azimuth - lesion.expansion.place.azimuth_deg + 180.0) % 360.0 - 180.0
    rise = (bone.z - middle[2]) / half[2] - lesion.expansion.place.height
    bump = np.maximum(1.0 - (turn / _BULGE_ANGLE_DEG) ** 2, 0.0) * np.maximum(1.0 - (rise / _BULGE_HEIGHT) ** 2, 0.0)
    ahead = bone.y > np.quantile(bone.y[bone.in_body], 0.15)
    near = bone.distance < 2 * lesion.expansion.distance_mm
    push = np.where(ahead & near, lesion.expansion.distance_mm * bump, 0.0)
    return np.asarray(bone.distance - push, dtype=np.float32)


def _hole(bone: Bone, point: FloatArray, breach: Breach) -> Array:
    """A short cylinder through the wall: its axis is the horizontal way out of the body."""
    outwards = point - bone.centre
    outwards[2] = 0.0
    outwards /= np.linalg.norm(outwards)
    offset = [axis - np.float32(value) for axis, value in zip((bone.x, bone.y, bone.z), point, strict=True)]
    along = sum(float(n) * o for n, o in zip(outwards, offset, strict=True))
    across = np.sqrt(np.maximum(sum(o * o for o in offset) - along * along, 0.0))
    return np.asarray((np.abs(along) < _HOLE_DEPTH_MM) & (across < breach.diameter_mm / 2))


def _diameter_mm(bone: Bone, hole: Array, distance: Array) -> float:
    """Of the circle that is as large as a hole's part of the outermost millimetre of the bone."""
    wall = hole & (distance < 0) & (distance >= -_WALL_MM)
    area_mm2 = 1000.0 * bone.grid.voxel_ml * float(np.count_nonzero(wall)) / _WALL_MM
    return float(2 * np.sqrt(area_mm2 / np.pi))
