"""A real label map as it would be had the patient lain otherwise and been scanned at another spacing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from corduroy.imaging import LabelMap

FloatArray = NDArray[np.float64]

_TURN_DEG = 15.0
_SHIFT_MM = 10.0
_SPACING_MM = (1.0, 2.0)
_MARGIN_MM = 5.0
_HALF = 0.5


@dataclass(frozen=True, eq=False)
class Pose:
    """A rotation about a world point, then a shift; and the isotropic spacing of the new grid."""

    turn: FloatArray
    centre: FloatArray
    shift: FloatArray
    spacing_mm: float

    def moved(self, points: FloatArray) -> FloatArray:
        """World points after the move, shape (n, 3)."""
        return np.asarray((points - self.centre) @ self.turn.T + self.centre + self.shift)

    def original(self, points: FloatArray) -> FloatArray:
        """World points before the move, shape (n, 3)."""
        return np.asarray((points - self.centre - self.shift) @ self.turn + self.centre)


def random_pose(rng: Generator, labels: LabelMap) -> Pose:
    """Turned by up to 15 degrees about a random axis through the image's centre, shifted, at 1 to 2 mm."""
    axis = rng.normal(size=3)
    angle = np.deg2rad(rng.uniform(-_TURN_DEG, _TURN_DEG))
    turn = Rotation.from_rotvec(axis / np.linalg.norm(axis) * angle).as_matrix()
    centre = labels.world_from_voxel((np.array(labels.shape) - 1) / 2.0)
    return Pose(turn, centre, rng.uniform(-_SHIFT_MM, _SHIFT_MM, 3), float(rng.uniform(*_SPACING_MM)))


def reposed(labels: LabelMap, pose: Pose) -> LabelMap:
    """The labels, moved and resampled on an upright isotropic grid that holds them all.

    Each label's occupancy is interpolated linearly. A voxel that is at least half bone gets the label that fills most
    of it: what a scan of that spacing would show, without the steps that taking the nearest voxel adds.
    """
    masks = {label: labels.mask(label, margin=1) for label in labels.labels}
    corners = {label: pose.moved(_corners(mask)) for label, mask in masks.items()}
    every = np.concatenate(list(corners.values()))
    start = every.min(axis=0) - _MARGIN_MM
    shape = np.ceil((every.max(axis=0) + _MARGIN_MM - start) / pose.spacing_mm).astype(int) + 1
    total, most = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    found = np.zeros(shape, np.uint16)
    for label, mask in masks.items():
        low = np.floor((corners[label].min(axis=0) - start) / pose.spacing_mm).astype(int)
        high = np.ceil((corners[label].max(axis=0) - start) / pose.spacing_mm).astype(int) + 1
        box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        share = _occupancy(mask, pose, start + low * pose.spacing_mm, high - low)
        total[box] += share
        found[box][share > most[box]] = label
        most[box] = np.maximum(most[box], share)
    found[total < _HALF] = 0
    affine = np.diag([pose.spacing_mm] * 3 + [1.0])
    affine[:3, 3] = start
    return LabelMap(found, affine, labels.name)


def _occupancy(mask: LabelMap, pose: Pose, start: FloatArray, shape: NDArray[np.int_]) -> NDArray[np.float32]:
    """Share of bone at the grid points from `start` on, pose.spacing_mm apart."""
    matrix = mask.inverse_affine[:3, :3] @ pose.turn.T * pose.spacing_mm
    offset = mask.voxel_from_world(pose.original(start[None])[0])
    values: NDArray[np.float32] = ndimage.affine_transform(
        mask.array, matrix, offset, tuple(int(n) for n in shape), output=np.float32, order=1, mode="constant", cval=0.0
    )
    return values


def _corners(image: LabelMap) -> FloatArray:
    """The eight outer corners of an image in world mm."""
    index = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in image.shape])).reshape(3, -1).T
    return image.world_from_voxel(index)
