"""What a lesion pushes out of the bone: into the canal, and beside the body."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from corduroy.anatomy.canal_tube import CanalTube
from corduroy.anatomy.frame import FloatArray
from corduroy.errors import MeasurementError
from corduroy.imaging.volume import LabelMap
from corduroy.phantom.lesion import Lesion, SoftPart, WallPoint
from corduroy.phantom.lesion_bone import Bone
from corduroy.phantom.shapes import Array

# All author's choice.
_CANAL_HALF_WIDTH_MM = 20.0
_SIDE_AZIMUTH_DEG = 100.0


def canal_on(bone: Bone, tube: CanalTube | None) -> Array:
    """The canal, by whole voxels of the scan; empty where it is not known."""
    if tube is None:
        return np.zeros_like(bone.inside)
    coarse = bone.grid.voxel_volume()
    near = np.abs(bone.grid.averaged(bone.x)) < _CANAL_HALF_WIDTH_MM
    near &= np.abs(bone.grid.averaged(bone.y) - bone.body.wall(0.0, 0.0)) < 2 * _CANAL_HALF_WIDTH_MM
    index = np.argwhere(near)
    held = np.zeros(coarse.shape, dtype=np.uint8)
    held[tuple(index.T)] = tube.contains(coarse.world_from_voxel(index))
    return np.asarray(bone.grid.sample(LabelMap(held, coarse.affine), 0) > 0) & ~bone.inside


def epidural_part(
    bone: Bone, lesion: Lesion, tube: CanalTube | None, other_bones: Array, points: list[FloatArray]
) -> Array:
    """A lens on the canal's front wall."""
    assert lesion.epidural is not None
    if tube is None:
        raise MeasurementError("the canal is not known, so nothing can be planted into it", "two closed rings of bone")
    posterior = [p for p, breach in zip(points, lesion.breaches, strict=True) if breach.place.name == "posterior"]
    if posterior:
        anchor = posterior[0]
    else:
        side = 0 if lesion.epidural.side is None else lesion.epidural.side.sign
        x = bone.centre[0] + side * 0.2 * bone.half_sizes[0]
        anchor = np.array([x, float(bone.body.wall(x, bone.centre[2])), bone.centre[2]])
    free = canal_on(bone, tube) & ~other_bones
    return grown_part(bone, free, anchor, lesion.epidural, flat=1.6)


def lateral_anchor(bone: Bone, lesion: Lesion, points: list[FloatArray]) -> FloatArray:
    """The breach on the part's side, or else the middle of that side wall."""
    assert lesion.paravertebral is not None
    assert lesion.paravertebral.side is not None
    sign = lesion.paravertebral.side.sign
    beside = [
        p
        for p, breach in zip(points, lesion.breaches, strict=True)
        if breach.place.name != "posterior" and breach.place.azimuth_deg * sign > 0
    ]
    return beside[0] if beside else bone.wall_point(WallPoint(sign * _SIDE_AZIMUTH_DEG, -0.2))


def grown_part(bone: Bone, free: Array, anchor: FloatArray, part: SoftPart, flat: float = 1.0) -> Array:
    """The free voxels nearest to an anchor, as many as make up the volume, in one piece."""
    index = np.argwhere(free)
    count = round(part.volume_ml / bone.grid.voxel_ml)
    if len(index) < count:
        room = len(index) * bone.grid.voxel_ml
        raise MeasurementError(f"{part.volume_ml:g} ml outside the bone do not fit", f"at most {room:.1f} ml here")
    at = tuple(index.T)
    local = np.column_stack([bone.x[at], bone.y[at], bone.z[at]]) - anchor
    order = np.linalg.norm(local * [1.0, flat, 0.8], axis=1)
    nearest = np.argpartition(order, count - 1)[:count]
    region = np.zeros_like(free)
    region[tuple(index[nearest].T)] = True
    pieces, number = ndimage.label(region)
    if number > 1:
        _, start = cKDTree(index[nearest]).query(index[int(np.argmin(order))])
        region = pieces == pieces[tuple(index[nearest][start])]
    return np.asarray(region)
