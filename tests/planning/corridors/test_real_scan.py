"""A real chest CT: aorta, lungs, ribs and cord as a network labelled them, checked voxel by voxel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.corridor_safety import labels_in_needle
from corduroy.anatomy import Side, Spine
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.imaging import LabelMap
from corduroy.planning.corridors import (
    CorridorPlan,
    CorridorSettings,
    Kind,
    Purpose,
    find_corridors,
)

T9 = 35
MUSCLES = range(80, 90)
NAMES = TOTAL_STRUCTURES | {118: "costal_cartilages"}
COARSE = CorridorSettings(entry_step_mm=4.0, target_step_mm=5.0, purpose=Purpose.CEMENT)


@pytest.fixture(scope="module")
def plan(lidc: tuple[Spine, LabelMap]) -> CorridorPlan:
    spine, labels = lidc
    return find_corridors(spine, "T9", COARSE, structures=labels, names=NAMES)


def test_no_needle_touches_a_forbidden_voxel(plan: CorridorPlan, lidc: tuple[Spine, LabelMap]) -> None:
    allowed = {0, T9, *MUSCLES}
    assert len(plan.corridors) >= 4
    for corridor in plan.corridors:
        inside = set(labels_in_needle(corridor, lidc[1]).tolist())
        assert T9 in inside
        assert inside <= allowed


def test_the_check_itself_sees_a_bad_needle(plan: CorridorPlan, lidc: tuple[Spine, LabelMap]) -> None:
    """The same needle pushed 40 mm further meets aorta, lung or oesophagus."""
    corridor = plan.corridors[0]
    inwards = np.subtract(corridor.target_mm, corridor.entry_mm)
    tip = np.array(corridor.target_mm) + 40.0 * inwards / np.linalg.norm(inwards)
    x, y, z = (float(value) for value in tip)
    longer = replace(corridor, target_mm=(x, y, z))
    assert set(labels_in_needle(longer, lidc[1]).tolist()) - {0, T9, *MUSCLES}


def test_both_sides_are_offered(plan: CorridorPlan) -> None:
    assert {c.side for c in plan.corridors} == set(Side)
    assert Kind.COSTOVERTEBRAL in {c.kind for c in plan.corridors}
    assert all(c.spare_mm >= 0.0 for c in plan.corridors)


def test_the_map_of_the_back(plan: CorridorPlan) -> None:
    spare = plan.entries.spare_mm
    assert np.isfinite(spare).mean() > 0.3
    middle = np.abs(plan.entries.around_deg) < 1.5
    assert not (spare[:, middle] > 0.0).any()  # straight from behind lies the canal
    assert (spare[:, plan.entries.around_deg > 10] > 0.0).any()
    assert (spare[:, plan.entries.around_deg < -10] > 0.0).any()
