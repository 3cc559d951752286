"""Resampling through SimpleITK; the only place where an image is turned between RAS and ITK's LPS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import SimpleITK as sitk  # noqa: N813, the library's own customary name
from numpy.typing import NDArray

from corduroy.errors import GeometryError, SettingsError
from corduroy.imaging._nifti_header import MAX_BYTES
from corduroy.imaging.volume import Box, FloatArray, LabelMap, Volume

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])
# Variance of a voxel's point spread per its squared size: of a Gaussian whose full width at half maximum is the
# voxel (Cardoso et al. 2015, 10.1007/978-3-319-24571-3_81) for grey values; of the voxel's own box for a label's
# share in it, because the wider Gaussian would shrink small convex bodies by several percent.
_GAUSSIAN, _BOX = 1 / (8 * np.log(2)), 1 / 12
_LARGEST_KERNEL = 64
_SAME_SIZE = 1.001  # a voxel larger by less than this needs no smoothing (author's choice)
Image = TypeVar("Image", bound=Volume)
Shape = tuple[int, int, int]


def resample_to_spacing(volume: Image, spacing_mm: float | Sequence[float]) -> Image:
    """Resample onto voxels of another size, with the same axes and the same outer border.

    Parameters
    ----------
    volume : Volume or LabelMap
        Grey values are interpolated linearly, after smoothing along the axes whose voxels grow. Each label, and
        the background, is treated so by itself; the one with the largest share wins the voxel.
    spacing_mm : float or sequence of 3 floats
        Voxel size along right, anterior, superior.

    Returns
    -------
    Volume or LabelMap
        As given, of the same type of numbers. Its border lies at most half a new voxel beyond the old one.
        A label thinner than a new voxel may vanish.

    Raises
    ------
    SettingsError
        If `spacing_mm` is not one or three numbers above 0.
    GeometryError
        If the result would need more than 4 GiB, or its voxels are no patient's.

    Notes
    -----
    When this misleads: smoothing widens the edges of a thin cortex; measure on the original grid where it is
    fine enough.
    """
    spacing = np.asarray(spacing_mm, dtype=np.float64)
    if spacing.shape not in ((), (3,)) or not np.isfinite(spacing).all() or spacing.min() <= 0:
        raise SettingsError(f"a spacing of {spacing_mm} mm", "one or three numbers above 0")
    spacing = np.broadcast_to(spacing, (3,))
    extent = volume.spacing * volume.shape
    shape = np.maximum(1, np.ceil(extent / spacing - 1e-6)).astype(np.int64)
    if np.prod(shape.astype(float)) * 4 > MAX_BYTES:
        raise GeometryError(
            f"{volume.name} at {spacing} mm would have {' x '.join(map(str, shape))} voxels",
            f"at most {MAX_BYTES >> 30} GiB",
            "ask for larger voxels or crop it",
        )
    surplus = (shape * spacing - extent) / 2
    first = (spacing - volume.spacing) / 2 - surplus
    affine = volume.affine.copy()
    affine[:3, :3] = volume.direction * spacing
    affine[:3, 3] += volume.direction @ first
    return _onto(volume, affine, (int(shape[0]), int(shape[1]), int(shape[2])))


def resample_like(volume: Image, reference: Volume) -> Image:
    """Resample onto the grid of another image, in world coordinates.

    Parameters
    ----------
    volume : Volume or LabelMap
        As in `resample_to_spacing`.
    reference : Volume
        Its grid is taken; outside `volume` the result has the lowest grey value of `volume`, or label 0.
    """
    if volume.same_grid_as(reference, tolerance_mm=0.0):
        return volume
    return _onto(volume, reference.affine, reference.shape)


def _onto(volume: Image, affine: FloatArray, shape: Shape) -> Image:
    if isinstance(volume, LabelMap):
        values = _labels_onto(volume, affine, shape)
    else:
        values = _grey_onto(volume, affine, shape, float(volume.array.min()), _GAUSSIAN)
        if volume.array.dtype.kind in "iu":
            np.rint(values, out=values)
    return type(volume)(values.astype(volume.array.dtype, copy=False), affine, volume.name, dict(volume.meta))


def _grey_onto(volume: Volume, affine: FloatArray, shape: Shape, outside: float, spread: float) -> NDArray[Any]:
    """Linear interpolation in float32, smoothed before where voxels grow."""
    image = _smoothed(_to_itk(volume), volume.spacing, _new_voxel_mm(volume, affine), spread)
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    grid = sitk.ResampleImageFilter()
    grid.SetSize(shape)
    grid.SetOutputSpacing(spacing.tolist())
    grid.SetOutputOrigin((_LPS_TO_RAS @ affine[:3, 3]).tolist())
    grid.SetOutputDirection((_LPS_TO_RAS @ (affine[:3, :3] / spacing)).ravel().tolist())
    grid.SetInterpolator(sitk.sitkLinear)
    grid.SetDefaultPixelValue(outside)
    values: NDArray[Any] = sitk.GetArrayFromImage(grid.Execute(image)).transpose(2, 1, 0)
    return values


def _labels_onto(labels: LabelMap, affine: FloatArray, shape: Shape) -> NDArray[Any]:
    """Give each voxel to the label that holds the largest share of it; nearest-voxel sampling would shift edges."""
    winner = np.zeros(shape, dtype=labels.array.dtype)
    largest = np.zeros(shape, dtype=np.float32)
    background = np.ones(shape, dtype=np.float32)
    reach = 1 + np.ceil(_new_voxel_mm(labels, affine) / labels.spacing).max()
    for label in labels.labels:
        mask = labels.mask(label, margin=int(reach))
        box = _seen_from(mask, affine, shape)
        if box is None:
            continue
        local = affine.copy()
        local[:3, 3] += affine[:3, :3] @ [part.start for part in box]
        size = tuple(part.stop - part.start for part in box)
        share = _grey_onto(mask, local, (size[0], size[1], size[2]), 0.0, _BOX)
        wins = share > largest[box]
        winner[box][wins] = label
        largest[box][wins] = share[wins]
        background[box] -= share
    winner[largest < background] = 0
    return winner


def _seen_from(mask: Volume, affine: FloatArray, shape: Shape) -> Box | None:
    """The box of a new grid that a small image covers, if any."""
    edges = [(-0.5, n - 0.5) for n in mask.shape]
    corners = np.array(np.meshgrid(*edges)).reshape(3, -1).T
    inside = (mask.world_from_voxel(corners) - affine[:3, 3]) @ np.linalg.inv(affine[:3, :3]).T
    low = np.maximum(np.floor(inside.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(inside.max(axis=0)) + 1, shape).astype(int)
    if (high <= low).any():
        return None
    return slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1])), slice(int(low[2]), int(high[2]))


def _to_itk(volume: Volume) -> sitk.Image:
    array: NDArray[Any] = np.ascontiguousarray(volume.array.transpose(2, 1, 0), dtype=np.float32)
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(volume.spacing.tolist())
    image.SetOrigin((_LPS_TO_RAS @ volume.affine[:3, 3]).tolist())
    image.SetDirection((_LPS_TO_RAS @ volume.direction).ravel().tolist())
    return image


def _new_voxel_mm(volume: Volume, affine: FloatArray) -> FloatArray:
    """Size of the new voxels, seen along the axes of the old image."""
    turned = np.linalg.inv(volume.direction) @ affine[:3, :3]
    return np.asarray(np.linalg.norm(turned, axis=1), dtype=np.float64)


def _smoothed(image: sitk.Image, old_mm: FloatArray, new_mm: FloatArray, spread: float) -> sitk.Image:
    """Turn the point spread of the old voxels into that of larger ones, by a Gaussian along each grown axis."""
    grows = new_mm > old_mm * _SAME_SIZE
    if not grows.any():
        return image
    variance = np.where(grows, spread * (new_mm**2 - old_mm**2), 0.0)
    return sitk.DiscreteGaussian(image, variance.tolist(), _LARGEST_KERNEL, 0.01, True)
