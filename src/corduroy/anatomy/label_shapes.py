"""What a label map says about each label before any anatomy is known: size, place, pieces, borders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.imaging.volume import Box, FloatArray, LabelMap

SIDES = (("left", "right"), ("posterior", "anterior"), ("inferior", "superior"))
"""Name of the low and the high end of each array axis of a canonical image."""

_ALL_NEIGHBOURS = np.ones((3, 3, 3), dtype=bool)


@dataclass(frozen=True)
class BorderContact:
    """Where a label meets one side of the image.

    Parameters
    ----------
    fraction : float
        Area there over the label's largest cross-section parallel to that side; 1 is a cut through the middle.
    radius_mm : float
        Radius of the largest circle in that area: a few mm for a process, more than 6 mm for a vertebral body.
    """

    fraction: float
    radius_mm: float


@dataclass(frozen=True, eq=False)
class LabelShape:
    """One label of a map.

    Parameters
    ----------
    label : int
        The number in the map.
    box : tuple of slice
        Its bounding box in voxels.
    volume_ml : float
        All its voxels.
    centroid_mm, centroid_of_all_mm : ndarray, shape (3,)
        World RAS+ mm, of the largest piece and of all voxels.
    piece_volumes_ml : tuple of float
        Volumes of its 26-connected pieces, largest first.
    piece_gaps_mm : tuple of float
        For each piece how far its bounding box lies from that of the largest.
    piece_ids : ndarray or None, shape of the box
        The pieces, numbered 1 for the largest downwards; None where there is one piece.
    borders : dict of str to BorderContact
        For every side of the image that the label touches, how much of it lies there.
    """

    label: int
    box: Box
    volume_ml: float
    centroid_mm: FloatArray
    centroid_of_all_mm: FloatArray
    piece_volumes_ml: tuple[float, ...]
    piece_gaps_mm: tuple[float, ...]
    piece_ids: NDArray[np.int32] | None
    borders: dict[str, BorderContact]


# The scheme is recognised and the quality judged by the same shapes of the same map: each is described once.
_KNOWN: WeakKeyDictionary[LabelMap, dict[int, LabelShape]] = WeakKeyDictionary()


def label_shapes(labels: LabelMap, wanted: Iterable[int]) -> dict[int, LabelShape]:
    """Describe the `wanted` labels that are present, in ascending order.

    Parameters
    ----------
    labels : LabelMap
        The whole map.
    wanted : iterable of int
        Labels to describe; absent ones are left out.

    Returns
    -------
    dict of int to LabelShape
    """
    boxes = labels.boxes
    known = _KNOWN.setdefault(labels, {})
    for label in sorted(set(wanted)):
        if label in boxes and label not in known:
            known[label] = _shape_of(labels, label, boxes[label])
    return {label: known[label] for label in sorted(set(wanted)) if label in known}


def _shape_of(labels: LabelMap, label: int, box: Box) -> LabelShape:
    inside = labels.array[box] == label
    pieces, count = ndimage.label(inside, _ALL_NEIGHBOURS)
    sizes = np.bincount(pieces.ravel(), minlength=2)[1:]
    largest = inside
    piece_ids: NDArray[np.int32] | None = None
    gaps: tuple[float, ...] = (0.0,)
    if count > 1:
        order = np.argsort(-sizes, kind="stable")
        rank = np.zeros(count + 1, dtype=np.int32)
        rank[order + 1] = np.arange(1, count + 1)
        piece_ids = rank[pieces]
        sizes = sizes[order]
        largest = piece_ids == 1
        gaps = _gaps_mm(ndimage.find_objects(piece_ids), labels.spacing)
    voxel_ml = labels.voxel_volume_mm3 / 1000.0
    corner = [s.start for s in box]
    centroid_of_all = labels.world_from_voxel(mean_index(inside) + corner)
    return LabelShape(
        label=label,
        box=box,
        volume_ml=float(sizes.sum()) * voxel_ml,
        centroid_mm=centroid_of_all if count == 1 else labels.world_from_voxel(mean_index(largest) + corner),
        centroid_of_all_mm=centroid_of_all,
        piece_volumes_ml=tuple(float(size) * voxel_ml for size in sizes),
        piece_gaps_mm=gaps,
        piece_ids=piece_ids,
        borders=_borders(inside, box, labels),
    )


def _gaps_mm(boxes: list[Box], spacing: FloatArray) -> tuple[float, ...]:
    """Distances of boxes from the first of them."""
    ends = np.array([[(side.start, side.stop) for side in box] for box in boxes], dtype=np.float64)
    start, stop = ends[..., 0], ends[..., 1]
    apart = np.maximum(0.0, np.maximum(start - stop[0], start[0] - stop)) * spacing
    return tuple(float(gap) for gap in np.linalg.norm(apart, axis=1))


def mean_index(inside: NDArray[np.bool_]) -> FloatArray:
    """Mean voxel index, from the three marginal sums."""
    total = np.count_nonzero(inside)
    planes = [inside.sum(axis=tuple({0, 1, 2} - {axis})) for axis in range(3)]
    return np.array([plane @ np.arange(plane.size) / total for plane in planes])


def _borders(inside: NDArray[np.bool_], box: Box, labels: LabelMap) -> dict[str, BorderContact]:
    found: dict[str, BorderContact] = {}
    for axis, (low, high) in enumerate(SIDES):
        touched = {low: (0, box[axis].start == 0), high: (-1, box[axis].stop == labels.shape[axis])}
        for side, (end, touches) in touched.items():
            if touches:
                in_plane = [labels.spacing[other] for other in range(3) if other != axis]
                largest = inside.sum(axis=tuple({0, 1, 2} - {axis})).max()
                face = np.take(inside, end, axis=axis)
                depth = ndimage.distance_transform_edt(np.pad(face, 1), sampling=in_plane)
                found[side] = BorderContact(float(face.sum() / largest), float(depth.max()))
    return found
