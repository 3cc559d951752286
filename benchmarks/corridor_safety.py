"""Returned corridors against the label map itself, voxel by voxel, without any distance map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.imaging import LabelMap
from corduroy.planning.corridors import Corridor, outer_diameter_mm

_SUBVOXEL = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, 5)] * 3), axis=-1).reshape(-1, 3)


def labels_in_needle(corridor: Corridor, labels: LabelMap) -> NDArray[np.int64]:
    """Labels of the voxels of which any of 125 points, corners among them, lies in the needle.

    Parameters
    ----------
    corridor : Corridor
    labels : LabelMap
    """
    entry, target = np.array(corridor.entry_mm), np.array(corridor.target_mm)
    radius = outer_diameter_mm(corridor.gauge) / 2
    ends = labels.voxel_from_world(np.stack([entry, target]))
    reach = radius / labels.spacing + 1
    low = np.maximum(np.floor(ends.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(ends.max(axis=0) + reach).astype(int) + 1, labels.shape)
    index = np.moveaxis(np.indices(high - low), 0, -1).reshape(-1, 3) + low
    near = _distance(labels.world_from_voxel(index), entry, target) < radius + np.linalg.norm(labels.spacing) / 2
    index = index[near]
    touched = np.zeros(len(index), dtype=bool)
    for offset in _SUBVOXEL:
        touched |= _distance(labels.world_from_voxel(index + offset), entry, target) < radius
    return np.unique(labels.array[tuple(index[touched].T)]).astype(np.int64)


def _distance(points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    way = end - start
    share = np.clip((points - start) @ way / (way @ way), 0.0, 1.0)
    return np.asarray(np.linalg.norm(points - start - share[:, None] * way, axis=1))
