"""The grid of a model: cubic voxels along a vertebra's own axes, and shares of masks in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corduroy.anatomy.frame import FloatArray, Frame
from corduroy.errors import ModelError, SettingsError
from corduroy.imaging.volume import Box, LabelMap, Volume

BoolArray = NDArray[np.bool_]

FINEST_MM, COARSEST_MM = 0.3, 3.0
"""Voxels of a model. Author's choice: finer ones resolve what a clinical scan does not show, coarser ones have fewer
than a dozen voxels in the height of a body."""
_MOST_VOXELS = 40e6


@dataclass(frozen=True, eq=False)
class ModelGrid:
    """A box of cubic voxels whose axes are right, anterior and superior of a vertebra.

    Parameters
    ----------
    frame : Frame
        Corners of voxels lie at whole multiples of their size from its origin, so that a mirrored patient has the
        mirrored grid.
    first : tuple of int
        Corner of the box, in voxels from the frame's origin.
    shape : tuple of int
    voxel_mm : float
    """

    frame: Frame
    first: tuple[int, int, int]
    shape: tuple[int, int, int]
    voxel_mm: float

    @classmethod
    def around(cls, masks: Sequence[Volume], frame: Frame, voxel_mm: float, margin_mm: float) -> ModelGrid:
        """The grid that holds some masks, with a margin.

        Parameters
        ----------
        masks : sequence of Volume
            What is not 0 counts.
        frame : Frame
        voxel_mm, margin_mm : float

        Raises
        ------
        SettingsError
            If the voxel size is outside 0.3 to 3 mm.
        ModelError
            If the masks are empty, or the box would have more than 40 million voxels.
        """
        if not FINEST_MM <= voxel_mm <= COARSEST_MM:
            raise SettingsError(f"voxels of {voxel_mm:g} mm", f"{FINEST_MM:g} to {COARSEST_MM:g} mm")
        points = [mask.world_from_voxel(np.argwhere(mask.array > 0).reshape(-1, 3)) for mask in masks]
        local = frame.local(np.concatenate(points))
        if not len(local):
            raise ModelError("masks without a voxel", "a bone")
        half = max(float(mask.spacing.max()) for mask in masks) / 2
        low = np.floor((local.min(axis=0) - half - margin_mm) / voxel_mm).astype(int)
        high = np.ceil((local.max(axis=0) + half + margin_mm) / voxel_mm).astype(int)
        if float(np.prod((high - low).astype(float))) > _MOST_VOXELS:
            raise ModelError(
                f"a box of {' x '.join(str(n) for n in high - low)} voxels", "at most 40 million", "use larger voxels"
            )
        a, b, c = (int(n) for n in high - low)
        return cls(frame, (int(low[0]), int(low[1]), int(low[2])), (a, b, c), voxel_mm)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Edges of a voxel."""
        return (self.voxel_mm, self.voxel_mm, self.voxel_mm)

    def crop(self, box: Box) -> ModelGrid:
        """The part of the grid inside a box of voxels."""
        starts = [part.start for part in box]
        a, b, c = (part.stop - part.start for part in box)
        i, j, k = (one + start for one, start in zip(self.first, starts, strict=True))
        return ModelGrid(self.frame, (i, j, k), (a, b, c), self.voxel_mm)

    def local(self, index: ArrayLike) -> FloatArray:
        """Local mm of the centres of voxels, shape (..., 3)."""
        return np.asarray((np.asarray(index, dtype=np.float64) + self.first + 0.5) * self.voxel_mm)

    def centres(self) -> FloatArray:
        """World mm of all voxels' centres, shape (n0, n1, n2, 3)."""
        return self.frame.world(self.local(np.moveaxis(np.indices(self.shape), 0, -1)))

    def index_of(self, points: FloatArray) -> FloatArray:
        """Fractional index of world points; whole numbers are centres of voxels."""
        return np.asarray(self.frame.local(points) / self.voxel_mm - self.first - 0.5)

    def box_of(self, mask: Volume) -> Box:
        """The voxels that a volume's box reaches, clipped to the grid; may be empty."""
        corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in mask.shape])).reshape(3, -1).T
        index = self.index_of(mask.world_from_voxel(corners))
        low = np.clip(np.floor(index.min(axis=0)), 0, self.shape).astype(int)
        high = np.clip(np.ceil(index.max(axis=0)) + 1, 0, self.shape).astype(int)
        a, b, c = (slice(int(start), int(max(start, stop))) for start, stop in zip(low, high, strict=True))
        return a, b, c

    def share(self, mask: Volume) -> FloatArray:
        """Share of each voxel that lies in a mask (what is not 0), 0 to 1."""
        found = np.zeros(self.shape)
        cut = cropped(mask)
        if cut is None:
            return found
        box = self.box_of(cut)
        count = 0
        for points in self.sub_points(box, float(cut.spacing.min())):
            found[box] += nearest(cut, points) > 0
            count += 1
        return np.asarray(found / count)

    def sub_points(self, box: Box, source_mm: float) -> Iterator[FloatArray]:
        """World points inside each voxel of a box, one set after the other; denser where the source is finer."""
        per_edge = int(np.clip(np.ceil(self.voxel_mm / source_mm + 0.5), 2, 4))
        index = np.stack(np.meshgrid(*(np.arange(p.start, p.stop) for p in box), indexing="ij"), axis=-1)
        steps = (np.arange(per_edge) + 0.5) / per_edge - 0.5
        for offset in np.array(np.meshgrid(steps, steps, steps)).reshape(3, -1).T:
            yield self.frame.world(self.local(index + offset))


def nearest(mask: Volume, points: FloatArray) -> NDArray[Any]:
    """Values of the nearest voxels at world points; 0 outside."""
    index = np.floor(mask.voxel_from_world(points) + 0.5).astype(np.int64)
    inside = ((index >= 0) & (index < mask.shape)).all(axis=-1)
    found = np.zeros(inside.shape, mask.array.dtype)
    found[inside] = mask.array[tuple(index[inside].T)]
    return found


def cropped(mask: Volume) -> Volume | None:
    """A mask cut to what is not 0, or None if nothing is."""
    filled = np.nonzero(mask.array)
    if not len(filled[0]):
        return None
    a, b, c = (slice(int(axis.min()), int(axis.max()) + 1) for axis in filled)
    return mask.crop((a, b, c))


def onto(grid: ModelGrid, values: FloatArray, like: Volume, fill: float = 0.0) -> Volume:
    """A field of a model on the part of an image's grid that it covers, by the nearest voxel.

    Parameters
    ----------
    grid : ModelGrid
    values : ndarray, shape (n0, n1, n2)
    like : Volume
        Whose grid is taken, cropped to the model.
    fill : float
        Beyond the model.
    """
    corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in grid.shape])).reshape(3, -1).T
    world = grid.frame.world(grid.local(corners))
    index = like.voxel_from_world(world)
    low = np.clip(np.floor(index.min(axis=0)), 0, np.array(like.shape) - 1).astype(int)
    high = np.clip(np.ceil(index.max(axis=0)) + 1, low + 1, like.shape).astype(int)
    a, b, c = (slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
    cut = like.crop((a, b, c))
    points = cut.world_from_voxel(np.moveaxis(np.indices(cut.shape), 0, -1))
    at = np.floor(grid.index_of(points) + 0.5).astype(np.int64)
    inside = ((at >= 0) & (at < grid.shape)).all(axis=-1)
    found = np.full(cut.shape, fill, np.float32)
    found[inside] = values[tuple(at[inside].T)]
    return Volume(found, cut.affine, like.name)


def mask_on(grid: ModelGrid, mask: LabelMap) -> BoolArray:
    """Voxels of which a mask fills at least half."""
    return np.asarray(grid.share(mask) >= 0.5)
