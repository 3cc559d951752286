"""The search grid: a box of the scan whose voxels are split or merged to about a millimetre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.imaging.volume import Volume

FloatArray = NDArray[np.float64]

_MERGE_TO_MM = 0.8
_SPLIT_TO_MM = 1.5
_PARALLEL = 1e-4


@dataclass(frozen=True, eq=False)
class SearchGrid:
    """Voxels that hold a whole number of the scan's, or are held in one a whole number of times.

    Parameters
    ----------
    affine : ndarray, shape (4, 4)
        World RAS+ mm from voxel index.
    shape : tuple of 3 ints
    merged : tuple of 3 ints
        How many of the scan's voxels a voxel holds along each axis.
    scan_spacing : ndarray, shape (3,)
        The scan's own voxel size, mm.
    """

    affine: FloatArray
    shape: tuple[int, int, int]
    merged: tuple[int, int, int]
    scan_spacing: FloatArray

    @property
    def spacing(self) -> FloatArray:
        """Voxel size in mm along each axis."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def voxel_from_world(self) -> FloatArray:
        """Voxel index from world, shape (4, 4)."""
        return np.asarray(np.linalg.inv(self.affine))

    def as_volume(self) -> Volume:
        """The grid as an image of zeros that needs no memory."""
        return Volume(np.broadcast_to(np.uint8(0), self.shape), self.affine, "search grid")

    def index(self, points: FloatArray) -> FloatArray:
        """Fractional voxel indices of world points, shape (..., 3)."""
        inverse = self.voxel_from_world
        return np.asarray(points @ inverse[:3, :3].T + inverse[:3, 3])

    def paint(self, source: Volume, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The codes of another map's labels on this grid; of merged voxels the highest code.

        Parameters
        ----------
        source : LabelMap
            On any grid; beyond it nothing is painted.
        codes : ndarray of uint8, shape (k,)
            The code of every label.
        """
        affine = self.affine.copy()
        affine[:3, :3] /= self.merged
        affine[:3, 3] -= self.affine[:3, :3] @ (0.5 * (1 - 1 / np.array(self.merged)))
        fine = (self.shape[0] * self.merged[0], self.shape[1] * self.merged[1], self.shape[2] * self.merged[2])
        painted = _nearest(source, affine, fine, codes)
        for axis, count in enumerate(self.merged):
            if count > 1:
                pieces = (*painted.shape[:axis], -1, count, *painted.shape[axis + 1 :])
                painted = painted.reshape(pieces).max(axis=axis + 1)
        return np.ascontiguousarray(painted)


def search_grid(scan: Volume, low: FloatArray, high: FloatArray) -> SearchGrid:
    """The voxels of a scan between two world corners, split or merged to 0.5 to 1.5 mm.

    Parameters
    ----------
    scan : Volume
    low, high : ndarray, shape (3,)
        World RAS+ mm; clipped to the scan.
    """
    corners = np.array(np.meshgrid(*np.stack([low, high]).T)).reshape(3, -1).T
    voxels = scan.voxel_from_world(corners)
    start = np.clip(np.floor(voxels.min(axis=0)), 0, np.array(scan.shape) - 1).astype(int)
    stop = np.clip(np.ceil(voxels.max(axis=0)) + 1, start + 1, scan.shape).astype(int)
    merged = np.maximum(1, np.rint(_MERGE_TO_MM / scan.spacing)).astype(int)
    split = np.maximum(1, np.ceil(scan.spacing / _SPLIT_TO_MM)).astype(int)
    count = np.ceil((stop - start) / merged).astype(int) * split
    scale = merged / split
    affine = scan.affine.copy()
    affine[:3, :3] = scan.affine[:3, :3] * scale
    affine[:3, 3] = scan.world_from_voxel(start - 0.5 + 0.5 * scale)
    shape = (int(count[0]), int(count[1]), int(count[2]))
    return SearchGrid(affine, shape, (int(merged[0]), int(merged[1]), int(merged[2])), scan.spacing)


def _nearest(
    source: Volume, affine: FloatArray, shape: tuple[int, int, int], codes: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Codes at the voxel centres of a grid: by rows, columns and slices where the axes are parallel."""
    to_source = source.inverse_affine @ affine
    matrix, start = to_source[:3, :3], to_source[:3, 3]
    if np.abs(matrix - np.diag(np.diag(matrix))).max() * max(shape) > _PARALLEL * max(shape):
        codes_there = codes[source.array]
        painted: NDArray[np.uint8] = ndimage.affine_transform(
            codes_there, matrix, start, output_shape=shape, order=0, mode="constant", cval=0
        )
        return painted
    places = [np.rint(start[i] + matrix[i, i] * np.arange(shape[i])).astype(np.int64) for i in range(3)]
    within = [(place >= 0) & (place < count) for place, count in zip(places, source.shape, strict=True)]
    painted = np.zeros(shape, np.uint8)
    chosen = [place[known] for place, known in zip(places, within, strict=True)]
    if all(len(place) for place in chosen):
        low, high = [int(p.min()) for p in chosen], [int(p.max()) + 1 for p in chosen]
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        there = codes[source.array[box]]
        for axis, (place, first) in enumerate(zip(chosen, low, strict=True)):
            if len(place) != there.shape[axis]:
                there = there.take(place - first, axis=axis)
        to = tuple(slice(int(known.argmax()), int(known.argmax()) + int(known.sum())) for known in within)
        painted[to] = there
    return painted
