"""A grid finer than the scan's, on which a lesion is drawn before the scanner blurs and averages it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from corduroy.anatomy.frame import FloatArray, Frame
from corduroy.imaging.volume import Box, LabelMap, Volume
from corduroy.phantom.shapes import Array

_FINEST_MM = 0.6
_MARGIN_MM = 9.0
FWHM_PER_SIGMA = 2.3548


@dataclass(frozen=True, eq=False)
class FineGrid:
    """Whole fractions of the voxels of a box of an image.

    Parameters
    ----------
    box : tuple of slice
        The voxels of the image that are covered.
    factors : tuple of int
        Fine voxels per voxel along each axis.
    affine : ndarray, shape (4, 4)
        World from fine voxel index.
    """

    box: Box
    factors: tuple[int, int, int]
    affine: FloatArray

    @classmethod
    def around(cls, points: FloatArray, image: Volume) -> FineGrid:
        """Around world points, shape (n, 3), with a margin, on the voxels of an image."""
        index = image.voxel_from_world(points)
        margin = _MARGIN_MM / image.spacing
        low = np.clip(np.floor(index.min(axis=0) - margin), 0, image.shape).astype(int)
        high = np.clip(np.ceil(index.max(axis=0) + margin) + 1, 0, image.shape).astype(int)
        r, a, s = (slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
        f, g, h = (int(n) for n in np.maximum(1, np.ceil(image.spacing / _FINEST_MM)))
        factors = np.array([f, g, h])
        affine = image.affine.copy()
        affine[:3, :3] = image.affine[:3, :3] / factors
        first = low - 0.5 + 0.5 / factors
        affine[:3, 3] = image.world_from_voxel(first)
        return cls((r, a, s), (f, g, h), affine)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of fine voxels along each axis."""
        r, a, s = ((part.stop - part.start) * f for part, f in zip(self.box, self.factors, strict=True))
        return r, a, s

    @property
    def spacing(self) -> FloatArray:
        """Size of the fine voxels, mm."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def voxel_ml(self) -> float:
        """Volume of a fine voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3]))) / 1000.0

    def local(self, frame: Frame) -> tuple[Array, Array, Array]:
        """Local coordinates of all fine voxels, float32, in mm."""
        matrix = frame.axes.T @ self.affine[:3, :3]
        offset = frame.local(self.affine[:3, 3])
        i, j, k = (np.arange(n, dtype=np.float32) for n in self.shape)
        axes = []
        for row, start in zip(matrix.astype(np.float32), offset, strict=True):
            total = row[0] * i[:, None, None] + row[1] * j[None, :, None] + row[2] * k[None, None, :]
            axes.append(total + np.float32(start))
        return axes[0], axes[1], axes[2]

    def sample(self, image: Volume, order: int) -> Array:
        """Values of an image at the fine voxels, 0 outside it."""
        into = image.inverse_affine[:3, :3] @ self.affine[:3, :3]
        offset = image.voxel_from_world(self.affine[:3, 3])
        dtype = np.float32 if order else image.array.dtype
        return np.asarray(
            ndimage.affine_transform(image.array, into, offset, self.shape, dtype, order, mode="constant", cval=0)
        )

    def occupied(self, mask: LabelMap) -> Array:
        """Which fine voxels lie in a mask; its staircase is smoothed by half a voxel."""
        soft = Volume(ndimage.gaussian_filter(mask.array.astype(np.float32), 0.5), mask.affine)
        return np.asarray(self.sample(soft, 1) >= 0.5)

    def distance(self, inside: Array) -> Array:
        """Signed distance to the border of a region, negative inside, mm."""
        half = float(self.spacing.mean()) / 2
        outwards = ndimage.distance_transform_edt(~inside, self.spacing).astype(np.float32)
        inwards = ndimage.distance_transform_edt(inside, self.spacing).astype(np.float32)
        return np.asarray(np.where(inside, half - inwards, outwards - half))

    def scanned(self, values: Array, psf_mm: float) -> Array:
        """Mean over each voxel of what a gaussian point spread of this full width at half maximum makes of it."""
        blurred = ndimage.gaussian_filter(values, psf_mm / FWHM_PER_SIGMA / self.spacing, mode="nearest")
        return self.averaged(blurred)

    def averaged(self, values: Array) -> Array:
        """Mean over each voxel."""
        r, a, s = self.shape
        f, g, h = self.factors
        return np.asarray(values.reshape(r // f, f, a // g, g, s // h, h).mean(axis=(1, 3, 5), dtype=np.float32))

    def voxel_volume(self) -> Volume:
        """An empty image on the covered voxels of the scan."""
        factors = np.array(self.factors)
        affine = self.affine.copy()
        affine[:3, :3] = self.affine[:3, :3] * factors
        affine[:3, 3] += self.affine[:3, :3] @ ((factors - 1) / 2)
        shape = tuple(int(n) for n in np.array(self.shape) // factors)
        return Volume(np.zeros(shape, np.float32), affine)

    def ramp(self, depth: Array) -> Array:
        """Part of each fine voxel that lies inside, from the (positive) depth of its centre below a border."""
        return np.asarray(np.clip(depth / np.float32(self.spacing.mean()) + 0.5, 0.0, 1.0))
