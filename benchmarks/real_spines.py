"""Group ``real``: an intact spine, curvatures that were measured otherwise before, and the cut of body from arch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.data import MissingDataError, lidc_labels, measurement_of, present, spine_of
from benchmarks.figures import Figure, Row, Target, at_least, fill
from benchmarks.groups import Report
from benchmarks.peer_totalsegmentator import NOT_INSTALLED, installed_peer
from benchmarks.pool import Tick
from corduroy.imaging import read_labels
from corduroy.scales.genant import genant_grade

_FOCAL_TOLERANCE_DEG = 5.0
_FOCAL = {"verse024": 25.9, "verse004": 14.0}
_OTHERS = {
    ("verse047", "T4-T12"): "TPTBox 41.2, endplate fit 40.6",
    ("verse276", "T4-T12"): "TPTBox 22.5, endplate fit 20.3",
    ("verse018", "T4-T12"): "TPTBox 38.0, endplate fit 34.0",
    ("verse269", "T4-T12"): "TPTBox 19.0, endplate fit 12.1",
    ("verse004", "L1-L5"): "TPTBox -45.1, endplate fit -49.0",
    ("verse024", "L1-L5"): "TPTBox -9.0, endplate fit -19.5",
    ("verse047", "L1-L5"): "TPTBox -15.3, endplate fit -35.8",
}
_INTACT_ROWS = (
    Row("fractured", "lidc0001: vertebrae called >= 2 (none is fractured by eye)", "", Target(0, 0)),
    Row("graded", "lidc0001: vertebrae graded", ""),
    Row("kyphosis", "lidc0001: T4-T12 kyphosis", "deg", Target(48.0, 60.0), "TPTBox 58.3, endplate fit 50.8"),
)
_DICE_ROW = Row("dice", "tptbox-l3: Dice of the L3 body with SPINEPS 49 + 50", "", at_least(0.95))
_TPTBOX_L3 = 22
_SPINEPS_BODY = (49, 50)


def measure(quick: bool, tick: Tick) -> Report:
    """Measure the ungraded real scans; few enough that `quick` changes nothing."""
    del quick
    parts = (_intact_spine, _focal_kyphosis, _curvatures, _body_overlap)
    figures: list[Figure] = []
    for done, part in enumerate(parts, 1):
        figures += part()
        tick(done, len(parts))
    return Report(figures)


def _intact_spine() -> list[Figure]:
    try:
        measured = measurement_of(lidc_labels())
    except MissingDataError as error:
        return fill(_INTACT_ROWS, {}, str(error))
    grades = [v.genant_grade for v in measured.vertebrae if v.genant_grade is not None]
    kyphosis = measured.alignment["T4-T12"]
    values = {
        "fractured": sum(grade >= 2 for grade in grades),
        "graded": len(grades),
        "kyphosis": None if kyphosis is None else kyphosis.value,
    }
    return fill(_INTACT_ROWS, values, "T4 or T12 was not measured", {"fractured": _peer_on_intact()})


def _peer_on_intact() -> str:
    peer = installed_peer()
    if peer is None:
        return f"TotalSegmentator: {NOT_INSTALLED}; 4 above its own limit of 20 %, earlier"
    differences = peer.measure(spine_of(lidc_labels())).difference_percent.values()
    called = [sum(genant_grade(difference) >= grade for difference in differences) for grade in (2, 1)]
    return f"TotalSegmentator {peer.version}: {called[0]}, and {called[1]} from its own limit of 20 % on"


def _focal_kyphosis() -> list[Figure]:
    """The regional Cobb angle at T12: superior endplate of T11 to inferior endplate of L1."""
    figures = []
    for scan, before in _FOCAL.items():
        target = Target(before - _FOCAL_TOLERANCE_DEG, before + _FOCAL_TOLERANCE_DEG)
        row = Row(
            "cobb", f"{scan}: focal kyphosis, T11 superior to L1 inferior", "deg", target, f"endplate fit {before}"
        )
        try:
            angle = measurement_of(_labels_of(scan))["T12"].regional_cobb
        except MissingDataError as error:
            figures += fill((row,), {}, str(error))
            continue
        figures += fill((row,), {"cobb": None if angle is None else angle.value}, "T11, T12 or L1 was not measured")
    return figures


def _curvatures() -> list[Figure]:
    figures = []
    for (scan, curve), peer in _OTHERS.items():
        name = f"{scan}: {curve} {'kyphosis' if curve == 'T4-T12' else 'lordosis (negative)'}"
        row = Row("angle", name, "deg", None, peer)
        try:
            angle = measurement_of(_labels_of(scan)).alignment[curve]
        except MissingDataError as error:
            figures += fill((row,), {}, str(error))
            continue
        figures += fill((row,), {"angle": None if angle is None else angle.value}, "an end vertebra was not measured")
    return figures


def _body_overlap() -> list[Figure]:
    try:
        labels = present("tptbox-l3", "sub-ct_seg-vert_label-22_msk.nii.gz")
        parts = read_labels(present("tptbox-l3", "sub-ct_seg-subreg_label-22_msk.nii.gz"))
    except MissingDataError as error:
        return fill((_DICE_ROW,), {}, str(error))
    spine = spine_of(labels)
    vertebra = spine.vertebrae[spine.scheme.levels[_TPTBOX_L3]]
    voxels = vertebra.mask.world_from_voxel(np.argwhere(vertebra.body_mask))
    found = np.zeros(parts.shape, dtype=bool)
    found[tuple(np.round(parts.voxel_from_world(voxels)).astype(int).T)] = True
    whole = spine.labels.array == _TPTBOX_L3
    reference = np.isin(parts.array, _SPINEPS_BODY) & whole
    shared = int((found & reference).sum())
    return fill((_DICE_ROW,), {"dice": 2.0 * shared / int(found.sum() + reference.sum())})


def _labels_of(scan: str) -> Path:
    if scan == "verse004":
        return present(scan, f"sub-{scan}_seg-vert_msk.nii.gz")
    return present("verse-graded", f"{scan}_seg.nii.gz")
