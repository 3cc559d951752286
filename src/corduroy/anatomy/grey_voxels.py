"""The voxels of a CT on both sides of an endplate, as `corduroy.anatomy.grey_edge` wants them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.body import BoundaryPoints
from corduroy.anatomy.endplates import Endplate
from corduroy.anatomy.grey_edge import EdgeVoxels
from corduroy.anatomy.grid import LocalGrid
from corduroy.imaging.volume import LabelMap, Volume

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Author's choice, all of them.
_DENSE_ENOUGH_MM = 1.5  # finer voxels are passed over: their neighbours tell the same
_MOST_VOXELS = 1200
_REACH_MM = 2.2
_TISSUE_HU = (-200.0, 2000.0)  # below: air, lung, padding; above: metal, cement
_INTO_OTHER_MM = 0.5
_GAP_VOXELS, _GAP_MM = 1.0, 0.8  # a disc must be so high that something of it is seen unmixed
_SLOPE_OVER_MM = 0.5
_SOME = 15


def voxels_beside(
    plate: Endplate,
    points: BoundaryPoints,
    grid: LocalGrid,
    ct: Volume,
    labels: LabelMap,
    number: int,
    facing: Endplate | None,
) -> EdgeVoxels:
    """Voxels beside an endplate, inside its rim.

    Parameters
    ----------
    plate : Endplate
        As found in the label map.
    points : BoundaryPoints
        Its columns.
    grid : LocalGrid
        The body's.
    ct : Volume
        Hounsfield units.
    labels : LabelMap
        On any grid.
    number : int
        The vertebra's own label.
    facing : Endplate or None
        The endplate on the other side of the disc. What voxels see of it is part of the model; voxels deeper than
        half a millimetre in it, or where the disc is too thin, are not clear.
    """
    index, local = _near(plate, points, grid, ct)
    grey = ct.array[tuple(index.T)].astype(np.float64)
    of_ct = of_mask = np.ones(len(grey), dtype=bool)
    if not labels.same_grid_as(ct):
        of_mask = ~of_ct
        _, more = _near(plate, points, grid, labels)
        local, grey = np.concatenate([local, more]), np.concatenate([grey, np.zeros(len(more))])
        of_ct, of_mask = (
            np.concatenate([own, np.full(len(more), is_mask)]) for own, is_mask in ((of_ct, False), (of_mask, True))
        )
    x, y, z = local.T
    surface, normal = _surface_and_normals(plate, x, y)
    widths = np.sort(np.abs(normal @ (grid.frame.axes.T @ ct.direction)) * ct.spacing, axis=1)
    box, spread = widths[:, 2], np.sqrt((widths[:, :2] ** 2).sum(axis=1) / 12)
    towards = normal[:, 2] if plate.side == "superior" else -normal[:, 2]
    depth = (surface - z) * towards
    world = grid.frame.world(local)
    label = _labels_at(labels, world)
    beyond = np.full(len(grey), -np.inf) if facing is None else _depth_below(facing, world)
    clear = of_ct & (grey > _TISSUE_HU[0]) & (grey < _TISSUE_HU[1]) & ((label == 0) | (label == number))
    clear &= (beyond < _INTO_OTHER_MM) & (depth + beyond < -_GAP_VOXELS * box - _GAP_MM)
    return EdgeVoxels(x, y, z, grey, label == number, of_ct, of_mask, clear, box, spread, towards, beyond)


def disc_too_thin(plate: Endplate, points: BoundaryPoints, facing: Endplate, ct: Volume) -> bool:
    """Whether more than half of a disc is so thin that no voxel shows it unmixed."""
    gap = -_depth_below(facing, plate.points(points.x[::_SOME], points.y[::_SOME]))
    return bool(np.median(gap) < _GAP_VOXELS * voxel_along(ct, plate) + _GAP_MM)


def _near(
    plate: Endplate, points: BoundaryPoints, grid: LocalGrid, image: Volume
) -> tuple[NDArray[np.intp], FloatArray]:
    """Indices and local coordinates of the image's voxels beside an endplate, evenly thinned if they are many."""
    index = _in_box(plate, points, grid, image)
    local = grid.frame.local(image.world_from_voxel(index))
    seen = np.nonzero(_on_footprint(local, points.footprint, grid))[0]
    away = np.abs(plate.z(local[seen, 0], local[seen, 1]) - local[seen, 2])
    seen = seen[away < _reach_mm(voxel_along(image, plate))]
    seen = seen[:: -(-len(seen) // _MOST_VOXELS) or 1]
    return index[seen], local[seen]


def voxel_along(ct: Volume, plate: Endplate) -> float:
    """Size in mm of a voxel along an endplate's normal."""
    return float(np.abs(ct.direction.T @ plate.frame.superior) @ ct.spacing)


def _reach_mm(step_mm: float) -> float:
    """How far from the surface grey values still depend on its place, and some more for the tissues themselves."""
    return 0.5 * step_mm + _REACH_MM


def _in_box(plate: Endplate, points: BoundaryPoints, grid: LocalGrid, ct: Volume) -> NDArray[np.intp]:
    """Indices of the CT's voxels around an endplate, shape (n, 3)."""
    margin = _reach_mm(voxel_along(ct, plate))
    ends = [(p.min(), p.max()) for p in (points.x, points.y)] + [(points.z.min() - margin, points.z.max() + margin)]
    corners = ct.voxel_from_world(grid.frame.world(np.array(np.meshgrid(*ends)).reshape(3, -1).T))
    low = np.maximum(np.ceil(corners.min(axis=0)), 0).astype(np.intp)
    high = np.minimum(np.floor(corners.max(axis=0)) + 1, ct.shape).astype(np.intp)
    strides = np.maximum(1, np.floor(_DENSE_ENOUGH_MM / ct.spacing)).astype(np.intp)
    axes = [np.arange(a, b, s) for a, b, s in zip(low, high, strides, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _on_footprint(local: FloatArray, footprint: BoolArray, grid: LocalGrid) -> BoolArray:
    place = np.rint((local[:, :2] - grid.start[:2]) / grid.step[:2]).astype(np.intp)
    there = np.asarray(((place >= 0) & (place < footprint.shape)).all(axis=1))
    there[there] = footprint[place[there, 0], place[there, 1]]
    return there


def _surface_and_normals(plate: Endplate, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Height of an endplate, mm, and its upward unit normals, local, shape (n, 3)."""
    height = plate.z(x, y)
    slope_x = (plate.z(x + _SLOPE_OVER_MM, y) - height) / _SLOPE_OVER_MM
    slope_y = (plate.z(x, y + _SLOPE_OVER_MM) - height) / _SLOPE_OVER_MM
    normal = np.column_stack([-slope_x, -slope_y, np.ones_like(x)])
    return height, np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True))


def _depth_below(plate: Endplate, world: FloatArray) -> FloatArray:
    """Depth in mm of world points below an endplate, inside its vertebra positive."""
    x, y, z = plate.frame.local(world).T
    surface, normal = _surface_and_normals(plate, x, y)
    upward = (surface - z) * normal[:, 2]
    return np.asarray(upward if plate.side == "superior" else -upward)


def _labels_at(labels: LabelMap, world: FloatArray) -> NDArray[np.int64]:
    """The label at world points, 0 outside the map."""
    index = np.rint(labels.voxel_from_world(world)).astype(np.intp)
    there = ((index >= 0) & (index < labels.shape)).all(axis=1)
    found = np.zeros(len(world), dtype=np.int64)
    found[there] = labels.array[tuple(index[there].T)]
    return found
