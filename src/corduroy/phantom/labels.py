"""Sampling the bones into a label map, by the majority of each voxel's volume."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from corduroy.anatomy.frame import FloatArray
from corduroy.errors import SettingsError
from corduroy.imaging.volume import LabelMap
from corduroy.phantom.points import GridPoints, ScatteredPoints, Where
from corduroy.phantom.shapes import Array
from corduroy.phantom.spine import PhantomSpine

_CHUNK_VOXELS = 60_000
_LABEL_SUBSAMPLES = 2
Box = tuple[slice, slice, slice]


def make_grid(low: FloatArray, high: FloatArray, spacing_mm: ArrayLike, rng: Generator | None = None) -> GridPoints:
    """A grid along the world axes that covers a box, shifted at random within one voxel where `rng` is given.

    Raises
    ------
    SettingsError
        If the spacing is not one or three positive numbers.
    """
    spacing = np.broadcast_to(np.asarray(spacing_mm, dtype=np.float64), 3)
    if not (np.isfinite(spacing).all() and (spacing > 0).all()):
        raise SettingsError(f"voxel size {spacing.tolist()}", "positive mm")
    shift = np.zeros(3) if rng is None else rng.uniform(-0.5, 0.5, 3) * spacing
    count = np.ceil((high - low) / spacing).astype(int) + 1
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = low + shift
    return GridPoints(affine, (int(count[0]), int(count[1]), int(count[2])))


def subsamples(spacing: FloatArray, per_edge: int) -> tuple[FloatArray, float]:
    """Offsets in voxels of evenly spread points, shape (n, 3), and the size in mm of what each stands for.

    The shortest edge is divided by `per_edge`, longer ones by more, so that the parts are nearly cubes.
    """
    counts = np.maximum(1, np.round(per_edge * spacing / spacing.min())).astype(int)
    axes = [(np.arange(n) + 0.5) / n - 0.5 for n in counts]
    offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return offsets, float(np.prod(spacing / counts) ** (1 / 3))


def occupancy(distance: Array, size_mm: float) -> Array:
    """Part of a small cube of `size_mm` that lies inside a surface at a signed distance from its centre."""
    return np.clip(0.5 - distance / size_mm, 0.0, 1.0)


def chunks(index: Array) -> Iterator[Array]:
    """Rows of an index array in portions that keep memory small."""
    for start in range(0, len(index), _CHUNK_VOXELS):
        yield index[start : start + _CHUNK_VOXELS]


def sub_points(grid: GridPoints, index: Array, offsets: FloatArray) -> ScatteredPoints:
    """World points of all subsamples of some voxels, voxel by voxel."""
    fine = (index[:, None, :] + offsets[None, :, :]).reshape(-1, 3)
    world = fine @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    return ScatteredPoints(world.astype(np.float32))


def vertebra_occupancy(spine: PhantomSpine, grid: GridPoints, index: int) -> tuple[Box, Array] | None:
    """Part of each voxel that a vertebra fills, in the block of the grid that holds it."""
    box = grid.box_around(spine.vertebrae[index].frame, spine.vertebra_bounds(index))
    if box is None:
        return None

    def bone(where: Where) -> Array:
        return np.minimum(*spine.bone(where, index))

    return box, _fill(grid.part(box), bone)


def _fill(grid: GridPoints, bone: Callable[[Where], Array]) -> Array:
    spacing = np.linalg.norm(grid.affine[:3, :3], axis=0)
    offsets, size = subsamples(spacing, _LABEL_SUBSAMPLES)
    coarse = bone(grid)
    part = (coarse < 0).astype(np.float32)
    for near in chunks(np.argwhere(np.abs(coarse) < 0.6 * np.linalg.norm(spacing))):
        inside = occupancy(bone(sub_points(grid, near, offsets)), size)
        part[tuple(near.T)] = inside.reshape(len(near), -1).mean(axis=1)
    return part


def sample_labels(spine: PhantomSpine, grid: GridPoints) -> LabelMap:
    """VerSe labels on a grid; a voxel belongs to a vertebra that fills at least half of it."""
    labels = np.zeros(grid.shape, np.uint8)
    for index, vertebra in enumerate(spine.vertebrae):
        found = vertebra_occupancy(spine, grid, index)
        if found is not None:
            box, part = found
            labels[box][part >= 0.5] = spine.label(vertebra.level)
    return LabelMap(labels, grid.affine, "phantom labels", {"modality": "label map"})
