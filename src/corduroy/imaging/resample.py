"""Resampling through SimpleITK; the only place where an image is turned between RAS and ITK's LPS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import SimpleITK as sitk  # noqa: N813, the library's own customary name
from numpy.typing import NDArray

from corduroy.errors import GeometryError, SettingsError
from corduroy.imaging._nifti_header import MAX_BYTES
from corduroy.imaging.volume import FloatArray, LabelMap, Volume

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])
_FWHM_PER_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))
_LARGEST_KERNEL = 64
_SAME_SIZE = 1.001  # a voxel larger by less than this needs no smoothing (author's choice)
Image = TypeVar("Image", bound=Volume)


def resample_to_spacing(volume: Image, spacing_mm: float | Sequence[float]) -> Image:
    """Resample onto voxels of another size, with the same axes and the same outer border.

    Parameters
    ----------
    volume : Volume or LabelMap
        Grey values are interpolated linearly, after smoothing along the axes whose voxels grow; labels are
        taken from the nearest voxel.
    spacing_mm : float or sequence of 3 floats
        Voxel size along right, anterior, superior.

    Returns
    -------
    Volume or LabelMap
        As given, of the same type of numbers. Its border lies at most half a new voxel beyond the old one.

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


def _onto(volume: Image, affine: FloatArray, shape: tuple[int, int, int]) -> Image:
    is_label = isinstance(volume, LabelMap)
    dtype = volume.array.dtype
    image = _to_itk(volume, None if is_label else np.float32)
    if not is_label:
        image = _smoothed(image, volume.spacing, _new_voxel_mm(volume, affine))
    grid = sitk.ResampleImageFilter()
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    grid.SetSize(shape)
    grid.SetOutputSpacing(spacing.tolist())
    grid.SetOutputOrigin((_LPS_TO_RAS @ affine[:3, 3]).tolist())
    grid.SetOutputDirection((_LPS_TO_RAS @ (affine[:3, :3] / spacing)).ravel().tolist())
    grid.SetInterpolator(sitk.sitkNearestNeighbor if is_label else sitk.sitkLinear)
    grid.SetDefaultPixelValue(0.0 if is_label else float(volume.array.min()))
    values = sitk.GetArrayFromImage(grid.Execute(image)).transpose(2, 1, 0)
    if dtype.kind in "iu" and not is_label:
        np.rint(values, out=values)
    return type(volume)(values.astype(dtype, copy=False), affine, volume.name, dict(volume.meta))


def _to_itk(volume: Volume, dtype: Any) -> sitk.Image:
    array: NDArray[Any] = np.ascontiguousarray(volume.array.transpose(2, 1, 0), dtype=dtype)
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(volume.spacing.tolist())
    image.SetOrigin((_LPS_TO_RAS @ volume.affine[:3, 3]).tolist())
    image.SetDirection((_LPS_TO_RAS @ volume.direction).ravel().tolist())
    return image


def _new_voxel_mm(volume: Volume, affine: FloatArray) -> FloatArray:
    """Size of the new voxels, seen along the axes of the old image."""
    turned = np.linalg.inv(volume.direction) @ affine[:3, :3]
    return np.asarray(np.linalg.norm(turned, axis=1), dtype=np.float64)


def _smoothed(image: sitk.Image, old_mm: FloatArray, new_mm: FloatArray) -> sitk.Image:
    """Give the image the point spread of larger voxels.

    The Gaussian turns the spread of the old voxel, its size being its full width at half maximum, into that of
    the new one (Cardoso et al. 2015, 10.1007/978-3-319-24571-3_81).
    """
    grows = new_mm > old_mm * _SAME_SIZE
    if not grows.any():
        return image
    variance = np.where(grows, new_mm**2 - old_mm**2, 0.0) / _FWHM_PER_SIGMA**2
    return sitk.DiscreteGaussian(image, variance.tolist(), _LARGEST_KERNEL, 0.01, True)
