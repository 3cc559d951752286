"""`Volume` and `LabelMap`: an array, where it lies in the patient, and nothing else.

World coordinates are RAS+ in millimetres. Arrays are stored canonically: axis 0 grows to the patient's right,
axis 1 to anterior, axis 2 to superior, as closely as an oblique affine allows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import nibabel as nib
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from corduroy.errors import GeometryError, LabelError

FloatArray = NDArray[np.float64]
Box = tuple[slice, slice, slice]

MAX_LABEL = 65_535
_MIN_SPACING_MM = 0.01
_MAX_SPACING_MM = 20.0
_MAX_SHEAR = 0.02
_FARTHEST_MM = 1e6  # author's choice: a kilometre is no place for a patient, and its squares stay finite


@dataclass(frozen=True, eq=False)
class Volume:
    """A scalar image in canonical RAS+ order.

    Parameters
    ----------
    array : ndarray, shape (R, A, S)
        Grey values, Hounsfield units for CT.
    affine : ndarray, shape (4, 4)
        World (RAS+, mm) from voxel index; the centre of voxel ``(0, 0, 0)`` is the last column.
    name : str
        What messages call this image; never a path.
    meta : dict
        What the reader knew and later steps need (``modality``, ``posture``, ``acquired``, ``sha256``).

    Raises
    ------
    GeometryError
        If the array is not three-dimensional, the affine is not finite, singular or sheared, the spacing is
        outside 0.01 to 20 mm, or the axes are not in canonical order (use `Volume.from_any`).
    """

    array: NDArray[Any]
    affine: FloatArray
    name: str = "image"
    meta: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)  # a copy: it is frozen below
        _check_geometry(self.array, affine, self.name)
        if nib.aff2axcodes(affine) != ("R", "A", "S"):
            raise GeometryError(
                f"{self.name} has axes {''.join(nib.aff2axcodes(affine))}", "canonical RAS", "use from_any"
            )
        affine.setflags(write=False)
        object.__setattr__(self, "affine", affine)

    @classmethod
    def from_any(
        cls, array: NDArray[Any], affine: ArrayLike, name: str = "image", meta: dict[str, Any] | None = None
    ) -> Self:
        """Bring an array of any axis order to canonical RAS+; a view where possible, values untouched."""
        matrix = np.asarray(affine, dtype=np.float64)
        _check_geometry(array, matrix, name)
        orientation = nib.io_orientation(matrix)
        turned = nib.apply_orientation(array, orientation)
        turned_affine = matrix @ nib.orientations.inv_ornt_aff(orientation, array.shape)
        return cls(turned, turned_affine, name, dict(meta or {}))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along right, anterior, superior."""
        r, a, s = self.array.shape
        return int(r), int(a), int(s)

    @cached_property
    def spacing(self) -> FloatArray:
        """Voxel size in mm along each array axis, shape (3,)."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @cached_property
    def direction(self) -> FloatArray:
        """Unit vectors of the array axes in world coordinates, as columns, shape (3, 3)."""
        return np.asarray(self.affine[:3, :3] / self.spacing, dtype=np.float64)

    @cached_property
    def inverse_affine(self) -> FloatArray:
        """Voxel index from world, shape (4, 4)."""
        return np.asarray(np.linalg.inv(self.affine), dtype=np.float64)

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def world_from_voxel(self, index: ArrayLike) -> FloatArray:
        """World RAS+ mm of (fractional) voxel indices, shape (..., 3)."""
        points = np.asarray(index, dtype=np.float64)
        return np.asarray(points @ self.affine[:3, :3].T + self.affine[:3, 3])

    def voxel_from_world(self, points: ArrayLike) -> FloatArray:
        """(Fractional) voxel index of world RAS+ mm points, shape (..., 3)."""
        world = np.asarray(points, dtype=np.float64)
        return np.asarray(world @ self.inverse_affine[:3, :3].T + self.inverse_affine[:3, 3])

    def crop(self, box: Box, margin: int = 0) -> Self:
        """Cut out a box of voxels, with a margin clipped to the image; a view, the affine moved along."""
        starts = [max(0, (s.start or 0) - margin) for s in box]
        stops = [min(n, (n if s.stop is None else s.stop) + margin) for s, n in zip(box, self.shape, strict=True)]
        if any(stop <= start for start, stop in zip(starts, stops, strict=True)):
            raise GeometryError(f"the crop {box} of {self.name} is empty", f"a box inside {self.shape}")
        affine = self.affine.copy()
        affine[:3, 3] = self.world_from_voxel(starts)
        view = self.array[tuple(slice(a, b) for a, b in zip(starts, stops, strict=True))]
        return type(self)(view, affine, self.name, self.meta)

    def sample(self, points: ArrayLike, order: int = 1, fill: float = 0.0) -> FloatArray:
        """Interpolate at world points.

        Parameters
        ----------
        points : array_like, shape (..., 3)
            World RAS+ mm.
        order : int
            Spline order; 1 is trilinear, 0 nearest.
        fill : float
            Value outside the image.

        Returns
        -------
        ndarray, shape (...)
        """
        index = self.voxel_from_world(points)
        flat = index.reshape(-1, 3).T
        source = self.array if order <= 1 else self.array.astype(np.float64)
        values = ndimage.map_coordinates(source, flat, output=np.float64, order=order, mode="constant", cval=fill)
        return np.asarray(values.reshape(index.shape[:-1]))

    def same_grid_as(self, other: Volume, tolerance_mm: float = 0.01) -> bool:
        """Whether both images have the same voxels, to within `tolerance_mm` at every corner."""
        if self.shape != other.shape:
            return False
        corners = np.array(np.meshgrid(*[(0, n - 1) for n in self.shape])).reshape(3, -1).T
        gap = self.world_from_voxel(corners) - other.world_from_voxel(corners)
        return bool(np.abs(gap).max() <= tolerance_mm)

    def with_array(self, array: NDArray[Any]) -> Volume:
        """A volume with other grey values on this grid."""
        return Volume(array, self.affine, self.name, self.meta)


class LabelMap(Volume):
    """A `Volume` of whole numbers, 0 being background.

    Raises
    ------
    LabelError
        If the array is not of an integer type or holds numbers outside 0 to 65535.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.array.dtype == np.bool_:
            object.__setattr__(self, "array", self.array.view(np.uint8))
        if self.array.dtype.kind not in "iu":
            raise LabelError(f"{self.name} holds {self.array.dtype} values", "whole numbers as labels")
        if self.array.dtype.kind == "i" and int(self.array.min()) < 0:
            raise LabelError(f"{self.name} holds negative labels", "labels of 0 and above")
        if self.array.dtype.itemsize > 2 and int(self.array.max()) > MAX_LABEL:
            raise LabelError(f"{self.name} holds the label {int(self.array.max())}", f"0 to {MAX_LABEL}")

    @cached_property
    def boxes(self) -> dict[int, Box]:
        """The bounding box of every label present."""
        found = ndimage.find_objects(self.array)
        return {i + 1: box for i, box in enumerate(found) if box is not None}

    @property
    def labels(self) -> tuple[int, ...]:
        """The labels present, background left out, ascending."""
        return tuple(self.boxes)

    def mask(self, label: int, margin: int = 2) -> LabelMap:
        """One label as a cropped map of 0 and 1, with `margin` voxels around it where the image has them."""
        cut = self.crop(self.boxes[label], margin)
        return LabelMap((cut.array == label).view(np.uint8), cut.affine, self.name, self.meta)


def _check_geometry(array: NDArray[Any], affine: FloatArray, name: str) -> None:
    if array.ndim != 3:
        raise GeometryError(f"{name} has {array.ndim} dimensions {array.shape}", "a 3D image")
    if min(array.shape) < 1:
        raise GeometryError(f"{name} is empty, shape {array.shape}", "at least one voxel along each axis")
    if affine.shape != (4, 4) or not np.isfinite(affine).all():
        raise GeometryError(f"{name} has an affine that is not 4x4 and finite", "a finite 4x4 affine")
    if not np.array_equal(affine[3], (0, 0, 0, 1)) or np.abs(affine).max() > _FARTHEST_MM:
        raise GeometryError(
            f"{name} has an affine with the last row {affine[3]} and entries up to {np.abs(affine).max():g}",
            f"the last row 0 0 0 1 and an origin within {_FARTHEST_MM:g} mm",
            "check the header's units and geometry",
        )
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    if spacing.min() < _MIN_SPACING_MM or spacing.max() > _MAX_SPACING_MM:
        raise GeometryError(
            f"{name} has voxels of {' x '.join(f'{s:g}' for s in spacing)} mm",
            f"{_MIN_SPACING_MM:g} to {_MAX_SPACING_MM:g} mm",
            "check the header's units and geometry",
        )
    unit = affine[:3, :3] / spacing
    shear = np.abs(unit.T @ unit - np.eye(3)).max()
    if shear > _MAX_SHEAR:
        raise GeometryError(
            f"{name} has axes that are not perpendicular (cosine {shear:.3f})",
            f"at most {_MAX_SHEAR}",
            "resample it onto a regular grid first",
        )
