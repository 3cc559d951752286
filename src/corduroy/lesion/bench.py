"""One vertebra on its own axes at a millimetre: grey values, bone, parts, and what each voxel is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.grid import LocalGrid, bounds_in, box_of, outline_points, sample_along
from corduroy.anatomy.level import Level
from corduroy.anatomy.pedicles import Side
from corduroy.anatomy.posterior import Part, PosteriorElements, find_posterior_elements
from corduroy.anatomy.vertebra import Body, Vertebra
from corduroy.errors import MeasurementError
from corduroy.imaging.volume import Box, LabelMap, Volume
from corduroy.lesion.rank import ranked_near

Array = NDArray[Any]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]

# All author's choice.
STEP_MM = 1.0
_MARGIN_MM = 14.0
_CORTEX_MM = 1.6  # what lies shallower is cortex or mixed with what lies outside
_CORE_MM = 3.0
_ALONG_MM = 2.0
_STROMA_RANK, _STROMA_REACH = 0.35, (2, 2, 1)
LASTING_STEPS = round(5.0 / STEP_MM)
_FINE_MM, _ACROSS_MM = 1.5, 2.5  # what is held for a column, and over what its strength is averaged
_LEAST_WEIGHT = 0.01
LEAST_STRENGTH_HU = 15.0  # added to the strength of columns before its logarithm is taken: 4 to 18 HU in intact bone
_HU_RANGE = (-200.0, 1500.0)

PARTS: dict[str, tuple[str, Side | None]] = {
    "pedicle left": ("pedicle", Side.LEFT),
    "pedicle right": ("pedicle", Side.RIGHT),
    "lamina left": ("lamina", Side.LEFT),
    "lamina right": ("lamina", Side.RIGHT),
    "transverse process left": ("transverse process", Side.LEFT),
    "transverse process right": ("transverse process", Side.RIGHT),
    "superior articular process left": ("articular process", Side.LEFT),
    "superior articular process right": ("articular process", Side.RIGHT),
    "inferior articular process left": ("articular process", Side.LEFT),
    "inferior articular process right": ("articular process", Side.RIGHT),
    "spinous process": ("spinous process", None),
}
"""Parts of the arch: their kind, by which they are compared with other vertebrae, and their side."""

KINDS = ("body", "pedicle", "lamina", "transverse process", "articular process", "spinous process", "arch")


@dataclass(frozen=True, eq=False)
class Bench:
    """A vertebra resampled onto its own axes.

    Parameters
    ----------
    vertebra : Vertebra
    body : Body
    elements : PosteriorElements
    grid : LocalGrid
        Grey values every millimetre along the vertebra's axes.
    inside : ndarray of bool
        The vertebra.
    in_body : ndarray of bool
    """

    vertebra: Vertebra
    body: Body
    elements: PosteriorElements
    grid: LocalGrid
    inside: BoolArray
    in_body: BoolArray

    @classmethod
    def of(cls, ct: Volume, vertebra: Vertebra) -> Bench:
        """Resample one vertebra and what surrounds it.

        Raises
        ------
        MeasurementError
            If it has no body.
        """
        if vertebra.body is None:
            raise MeasurementError(f"{vertebra.level} has no body that was found", "a vertebra with a body")
        step = np.full(3, STEP_MM)
        lower, upper = bounds_in(outline_points(vertebra.mask), vertebra.frame, _MARGIN_MM)
        lower, upper = _symmetric(lower, upper)
        near = _around(ct, vertebra, lower, upper)
        grid = sample_along(near, vertebra.frame, lower, upper, step)
        inside = sample_along(vertebra.mask, vertebra.frame, lower, upper, step).values >= 0.5
        in_body = np.zeros_like(inside)
        x, y, z = (axis[inside] for axis in _coordinates(grid))
        in_body[inside] = y >= vertebra.body.wall(x, z)
        return cls(vertebra, vertebra.body, find_posterior_elements(vertebra), grid, inside, in_body)

    @property
    def level(self) -> Level:
        """The vertebra's level."""
        return self.vertebra.level

    @property
    def voxel_ml(self) -> float:
        """Volume of a voxel of this bench."""
        return float(np.prod(self.grid.step)) / 1000.0

    @cached_property
    def coordinates(self) -> tuple[Array, Array, Array]:
        """Local x, y, z of every voxel, mm."""
        return _coordinates(self.grid)

    @cached_property
    def box(self) -> Box:
        """The part of the bench that the bone takes."""
        return box_of(self.inside, 0)

    @cached_property
    def depth(self) -> Array:
        """Depth below the surface, mm, zero outside."""
        depth = np.zeros(self.inside.shape, np.float32)
        near = ndimage.distance_transform_edt(np.pad(self.inside[self.box], 1), self.grid.step)
        depth[self.box] = near[1:-1, 1:-1, 1:-1]
        return depth

    @cached_property
    def interior(self) -> BoolArray:
        """Bone clear of the surface; thin parts keep their middle."""
        ridge = ndimage.maximum_filter(self.depth, size=3)
        return np.asarray(self.inside & ((self.depth > _CORTEX_MM) | ((self.depth >= ridge) & (self.depth > 1.0))))

    @cached_property
    def core(self) -> BoolArray:
        """The body clear of cortex and endplates."""
        core = self.in_body & (self.depth > _CORE_MM)
        return np.asarray(core if core.any() else self.in_body & self.interior)

    @cached_property
    def nearest(self) -> Array:
        """Index of the interior voxel nearest to each voxel, shape (3, nx, ny, nz)."""
        found = ndimage.distance_transform_edt(~self.interior, return_distances=False, return_indices=True)
        return np.asarray(found)

    @cached_property
    def grey(self) -> Array:
        """The interior's grey values, HU; elsewhere those of the interior voxel nearest by."""
        return np.asarray(np.clip(self.grid.values, *_HU_RANGE)[tuple(self.nearest)], dtype=np.float32)

    @cached_property
    def along_columns(self) -> Array:
        """Grey values smoothed along the vertebra's axis: upright columns stay, grain goes."""
        return np.asarray(ndimage.gaussian_filter1d(self.grey, _ALONG_MM, axis=2))

    @cached_property
    def stroma(self) -> Array:
        """HU of what lies between columns: a low quantile of the smoothed grey values within 2.5 mm."""
        low = np.zeros(self.inside.shape, np.float32)
        low[self.interior] = ranked_near(self.along_columns, self.interior, _STROMA_REACH, _STROMA_RANK)
        return np.asarray(low[tuple(self.nearest)])

    @cached_property
    def columns(self) -> Array:
        """Logarithm of the local strength (HU) of upright columns: fine variation across the axis that lasts along it.

        It is the covariance with what lies 5 mm higher, to which noise and slanting trabeculae add nothing.
        """
        across = np.where(self.interior, self.grey - ndimage.gaussian_filter(self.grey, [_FINE_MM, _FINE_MM, 0]), 0.0)
        lag = LASTING_STEPS
        middle = (..., slice(lag // 2, lag // 2 - lag))
        product, both = np.zeros((2, *across.shape), np.float32)
        product[middle] = across[..., :-lag] * across[..., lag:]
        both[middle] = self.interior[..., :-lag] & self.interior[..., lag:]
        weight = np.maximum(ndimage.gaussian_filter(both, _ACROSS_MM), _LEAST_WEIGHT)
        covariance = np.maximum(ndimage.gaussian_filter(product, _ACROSS_MM) / weight, 0.0)
        return np.asarray(np.log(np.sqrt(covariance) + LEAST_STRENGTH_HU), dtype=np.float32)

    @cached_property
    def kinds(self) -> NDArray[np.int8]:
        """Number in `KINDS` of the part that each voxel of the bone belongs to, -1 outside."""
        kinds = np.where(self.inside, KINDS.index("arch"), -1).astype(np.int8)
        for name, (kind, _) in PARTS.items():
            voxels = self.part(name)
            if voxels is not None:
                kinds[voxels] = KINDS.index(kind)
        kinds[self.in_body] = 0
        return kinds

    @cached_property
    def _parts(self) -> dict[str, BoolArray | None]:
        return {name: self._resampled(_element(self.elements, name)) for name in PARTS}

    def part(self, name: str) -> BoolArray | None:
        """The voxels of a part of the arch; None where it was not found."""
        return self._parts[name]

    def _resampled(self, part: Part | None) -> BoolArray | None:
        if part is None:
            return None
        mask = LabelMap(part.voxels.view(np.uint8), self.vertebra.mask.affine)
        lower, upper = bounds_in(outline_points(mask), self.grid.frame, float(mask.spacing.max()) + STEP_MM)
        low, high = (np.rint((corner - self.grid.start) / self.grid.step).astype(int) for corner in (lower, upper))
        low, high = np.maximum(low, 0), np.minimum(high, np.array(self.inside.shape) - 1)
        first, last = (self.grid.start + self.grid.step * index for index in (low, high))
        near = sample_along(mask, self.grid.frame, first, last, self.grid.step).values >= 0.5
        held = np.zeros_like(self.inside)
        held[tuple(slice(start, stop + 1) for start, stop in zip(low, high, strict=True))] = near
        return np.asarray(held & self.inside & ~self.in_body)

    @cached_property
    def place(self) -> Array:
        """Where each voxel of the body lies: -1 to 1 to the right, to anterior, and between the endplates, (n, 3)."""
        x, y, z = (axis[self.in_body] for axis in self.coordinates)
        low, high = self.body.inferior.z(x, y), self.body.superior.z(x, y)
        columns = [_scaled(x), _scaled(y), (2 * z - low - high) / np.maximum(high - low, 2.0)]
        return np.asarray(np.clip(np.column_stack(columns), -1.0, 1.0))

    def world(self, index: Array) -> FloatArray:
        """World mm of voxel indices, shape (n, 3)."""
        return self.grid.frame.world(self.grid.start + self.grid.step * index)

    def away_from(self, voxels: BoolArray, local: FloatArray) -> FloatArray:
        """Distance in mm from the nearest of some voxels to points on the vertebra's axes, shape (n,)."""
        distance = ndimage.distance_transform_edt(~voxels, self.grid.step)
        index = ((local - self.grid.start) / self.grid.step).T
        return np.asarray(ndimage.map_coordinates(distance, index, order=1, mode="nearest"))

    def sampled(self, image: Volume) -> Array:
        """Another image on this bench, trilinear, 0 outside it."""
        upper = self.grid.start + self.grid.step * (np.array(self.grid.values.shape) - 1)
        return sample_along(image, self.grid.frame, self.grid.start, upper, self.grid.step).values

    def onto(self, values: Array, image: Volume) -> tuple[tuple[slice, slice, slice], Array]:
        """Values of this bench on the voxels of an image: the box of voxels, and the values there."""
        ends = [(0, n - 1) for n in values.shape]
        corners = image.voxel_from_world(self.world(np.array(np.meshgrid(*ends)).reshape(3, -1).T))
        low = np.clip(np.floor(corners.min(axis=0)), 0, image.shape).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0)) + 1, 0, image.shape).astype(int)
        r, a, s = (slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
        into = np.diag(1 / self.grid.step) @ self.grid.frame.axes.T @ image.affine[:3, :3]
        start = (self.grid.frame.local(image.world_from_voxel(low)) - self.grid.start) / self.grid.step
        shape = tuple(int(n) for n in high - low)
        sampled = ndimage.affine_transform(values, into, start, shape, np.float32, 1, mode="constant", cval=0.0)
        return (r, a, s), np.asarray(sampled)


def _element(elements: PosteriorElements, name: str) -> Part | None:
    kind, side = PARTS[name]
    if side is None:
        return elements.spinous_process
    if kind == "articular process":
        return (elements.superior_articular if name.startswith("superior") else elements.inferior_articular)[side]
    named = {
        "pedicle": elements.pedicle_parts,
        "lamina": elements.laminae,
        "transverse process": elements.transverse_processes,
    }
    return named[kind][side]


def _symmetric(lower: FloatArray, upper: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The box widened to whole steps about the midline, so that a mirrored scan is sampled at mirrored places."""
    half = np.ceil(max(-lower[0], upper[0]) / STEP_MM) * STEP_MM
    return np.array([-half, *lower[1:]]), np.array([half, *upper[1:]])


def _around(ct: Volume, vertebra: Vertebra, lower: FloatArray, upper: FloatArray) -> Volume:
    """The part of an image that a local box needs."""
    corners = np.array(np.meshgrid(*zip(lower, upper, strict=True))).reshape(3, -1).T
    voxels = ct.voxel_from_world(vertebra.frame.world(corners))
    low = np.clip(np.floor(voxels.min(axis=0)), 0, np.array(ct.shape) - 1).astype(int)
    high = np.clip(np.ceil(voxels.max(axis=0)) + 1, low + 1, ct.shape).astype(int)
    r, a, s = (slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
    return ct.crop((r, a, s))


def _coordinates(grid: LocalGrid) -> tuple[Array, Array, Array]:
    x, y, z = np.broadcast_arrays(grid.x[:, None, None], grid.y[None, :, None], grid.z[None, None, :])
    return x, y, z


def _scaled(values: Array) -> Array:
    """Middle and half width of what holds 96 % of the values, taken to 0 and 1."""
    low, high = np.quantile(values, (0.02, 0.98))
    return np.asarray((2 * values - low - high) / max(high - low, 1.0))
