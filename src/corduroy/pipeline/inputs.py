"""Reads a case's files and checks that the scan and the labels are of the same patient in the same place."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.scheme_tables import TOTALSEGMENTATOR
from corduroy.anatomy.spine import Spine
from corduroy.errors import DoubtWarning, GeometryError, LabelError, RepairWarning
from corduroy.imaging import read_labels, read_scan
from corduroy.imaging.volume import Box, LabelMap, Volume
from corduroy.pipeline.case import Case
from corduroy.pipeline.settings import CaseSettings

# The widest label scheme known (TotalSegmentator v2 `total`) has 117 classes; a CT has thousands of values.
_MOST_LABELS = 150
# Share of the labelled voxels that must lie inside the scan. Author's choice: a mask may stick out by a slice.
_LEAST_INSIDE = 0.98
_RING_MM = 4.0
# How often a voxel of bone is denser than one beside it. Seen on four scans of 0.7 to 3 mm: 0.78-0.90 with their own
# labels; 0.45-0.57 with labels shifted in the axial plane by 15 to 44 mm, 0.59-0.68 along the spine by 10 to 15 mm.
_LEAST_DENSER = 0.60
_SURELY_DENSER = 0.72
_MOST_SAMPLES = 200_000


def read_case(case: Case, settings: CaseSettings) -> tuple[Volume | None, LabelMap | None]:
    """The scan and the label map of a case, as far as it has them.

    An image that is given alone is taken for a label map if its voxels are.

    Raises
    ------
    GeometryError
        If the labels lie outside the scan.
    LabelError
        If nothing is labelled.
    """
    labels = None if case.labels is None else read_labels(case.labels)
    if case.image is None:
        return None, labels
    image = read_scan(case.image, series=settings.series)
    if labels is None and has_few_values(image.array):
        return None, read_labels(case.image)  # says what is wrong where they are not whole numbers
    if labels is not None:
        check_pair(image, labels)
    return image, labels


def organs_of(given: Path | None, spine: Spine) -> LabelMap | None:
    """Organs in TotalSegmentator's numbers, as the user gave them; else the label map itself, if it holds any."""
    if given is not None:
        return read_labels(given)
    holds_organs = spine.scheme is TOTALSEGMENTATOR and set(spine.labels.labels) - set(spine.scheme.levels)
    return spine.labels if holds_organs else None


def has_few_values(array: NDArray[np.generic]) -> bool:
    """Whether an image is meant as labels: few different values, none of them negative."""
    # A thinned-out look first: a CT of 10^8 voxels need not be sorted to see that it is one.
    for some in (array.ravel()[:: max(1, array.size // 100_000)], array):
        if not some.size or not np.isfinite(some).all() or some.min() < 0:
            return False
        if np.unique(some).size > _MOST_LABELS:
            return False
    return True


def check_pair(scan: Volume, labels: LabelMap) -> None:
    """Refuse labels that lie outside the scan; another grid over the same place is allowed, with a warning.

    Raises
    ------
    GeometryError
        If labelled voxels lie outside the scan.
    LabelError
        If nothing is labelled.

    Warns
    -----
    RepairWarning
        If the grids differ.
    """
    points = _points_of(labels, labels.array > 0)
    if not points.size:
        raise LabelError(f"{labels.name} holds no label, all voxels are 0", "labelled vertebrae")
    index = scan.voxel_from_world(points)
    inside = ((index > -1) & (index < np.array(scan.shape))).all(axis=1).mean()
    if inside < _LEAST_INSIDE:
        raise GeometryError(
            f"{1 - inside:.0%} of the labels in {labels.name} lie outside {scan.name}",
            "labels of this scan",
            "check that both files are of the same patient and series",
        )
    if not scan.same_grid_as(labels):
        warnings.warn(
            f"{labels.name} has another grid than {scan.name}; grey values are interpolated at its voxels",
            RepairWarning,
            stacklevel=2,
        )


def check_bone(scan: Volume, labels: LabelMap, vertebra_labels: Collection[int]) -> None:
    """Refuse labels of another scan on this scan's grid: vertebrae are denser than what surrounds them.

    Parameters
    ----------
    vertebra_labels : collection of int
        The labels that stand for vertebrae; the map may hold organs too.

    Raises
    ------
    LabelError
        If a voxel of the vertebrae is hardly more often denser than one of the ring of 4 mm around them.

    Warns
    -----
    DoubtWarning
        If it is, but not as often as with labels that fit.
    """
    present = [labels.boxes[value] for value in vertebra_labels if value in labels.boxes]
    if not present:
        return
    reach = np.maximum(1, np.round(_RING_MM / labels.spacing)).astype(int)
    cut = labels.crop(_common_box(present), int(reach.max()))
    bone = np.isin(cut.array, list(vertebra_labels))
    ring = ndimage.maximum_filter(bone, size=tuple(2 * reach + 1)) & ~bone
    inside, around = (scan.sample(_points_of(cut, mask)) for mask in (bone, ring))
    if not around.size:
        return
    denser = float(np.searchsorted(np.sort(around), inside).mean() / around.size)
    got = f"the vertebrae in {labels.name} are denser than their surroundings in {scan.name} in {denser:.0%} of voxels"
    if denser < _LEAST_DENSER:
        raise LabelError(f"{got} only", "labels of this CT", "check that both files are of the same patient and series")
    if denser < _SURELY_DENSER:
        warnings.warn(f"{got} only: the labels may be shifted or of another scan", DoubtWarning, stacklevel=2)


def _common_box(boxes: list[Box]) -> Box:
    r, a, s = (slice(min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes)) for axis in range(3))
    return r, a, s


def _points_of(volume: Volume, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """World positions of a mask's voxels, evenly thinned out to a manageable number."""
    index = np.argwhere(mask)
    return volume.world_from_voxel(index[:: max(1, index.shape[0] // _MOST_SAMPLES)])
