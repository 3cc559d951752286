"""The real chest CT mirrored: the plan mirrors, and neither plan touches what is forbidden, voxel by voxel."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.corridor_safety import labels_in_needle
from corduroy.anatomy import Side, Spine, build_spine
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.imaging import LabelMap, Volume
from corduroy.planning.air_check import passes_air
from corduroy.planning.corridors import CorridorPlan, CorridorSettings, Purpose, find_corridors

MUSCLES = range(80, 90)
NAMES = TOTAL_STRUCTURES | {118: "costal_cartilages"}
LEVELS = {"T9": 35, "T10": 34}
FLIP = np.diag([-1.0, 1.0, 1.0, 1.0])


def mirrored(spine: Spine, labels: LabelMap) -> tuple[Spine, LabelMap]:
    """The patient with left and right exchanged, scan and all."""
    assert spine.ct is not None
    few = LabelMap.from_any(spine.labels.array, FLIP @ spine.labels.affine, "mirrored")
    scan = Volume.from_any(spine.ct.array, FLIP @ spine.ct.affine, "mirrored")
    turned = build_spine(few, "totalsegmentator", ct=None)
    return Spine(turned.vertebrae, turned.labels, turned.scheme, scan), LabelMap.from_any(
        labels.array, FLIP @ labels.affine, "mirrored"
    )


def is_safe(plan: CorridorPlan, spine: Spine, labels: LabelMap, own: int) -> bool:
    """By brute force: no voxel of another label in a needle, no air beside it."""
    allowed = {0, own, *MUSCLES}
    assert spine.ct is not None
    return all(
        allowed.issuperset(labels_in_needle(corridor, labels).tolist()) and not passes_air(spine.ct, corridor)
        for corridor in plan.corridors
    )


@pytest.mark.slow
@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("level", list(LEVELS))
def test_a_mirrored_chest_has_the_mirrored_and_safe_plan(
    lidc: tuple[Spine, LabelMap], level: str, purpose: Purpose
) -> None:
    spine, labels = lidc
    other_spine, other_labels = mirrored(spine, labels)
    settings = CorridorSettings(purpose=purpose)
    here = find_corridors(spine, level, settings, structures=labels, names=NAMES)
    there = find_corridors(other_spine, level, settings, structures=other_labels, names=NAMES)
    assert len(here.corridors) >= 4
    assert is_safe(here, spine, labels, LEVELS[level])
    assert is_safe(there, other_spine, other_labels, LEVELS[level])
    swap = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
    kinds = {(c.kind, c.side) for c in here.corridors}
    assert kinds == {(c.kind, swap[c.side]) for c in there.corridors}
    gap = np.abs(here.entries.spare_mm - there.entries.spare_mm[:, ::-1])
    assert np.nanmedian(gap) < 0.3
    assert there.safe_candidates == pytest.approx(here.safe_candidates, rel=0.1)
