"""A real chest CT: aorta, lungs, ribs and cord as a network labelled them, checked voxel by voxel."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.anatomy import Side, Spine
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.imaging import LabelMap
from corduroy.planning.corridors import (
    Corridor,
    CorridorPlan,
    CorridorSettings,
    Kind,
    Purpose,
    find_corridors,
    outer_diameter_mm,
)

T9 = 35
MUSCLES = range(80, 90)
NAMES = TOTAL_STRUCTURES | {118: "costal_cartilages"}
COARSE = CorridorSettings(entry_step_mm=4.0, target_step_mm=5.0, purpose=Purpose.CEMENT)


def voxels_in_needle(corridor: Corridor, labels: LabelMap) -> np.ndarray:
    """Labels of all voxels whose centre, or any of 26 points towards whose corners, lies in the needle."""
    entry, target = np.array(corridor.entry_mm), np.array(corridor.target_mm)
    radius = outer_diameter_mm(corridor.gauge) / 2
    ends = labels.voxel_from_world(np.stack([entry, target]))
    reach = radius / labels.spacing + 1
    low = np.floor(ends.min(axis=0) - reach).astype(int)
    high = np.minimum(np.ceil(ends.max(axis=0) + reach).astype(int) + 1, labels.shape)
    index = np.moveaxis(np.indices(high - low), 0, -1).reshape(-1, 3) + low
    way = target - entry
    touched = np.zeros(len(index), dtype=bool)
    for offset in np.stack(np.meshgrid(*[(-0.5, 0.0, 0.5)] * 3), axis=-1).reshape(-1, 3):
        points = labels.world_from_voxel(index + offset)
        share = np.clip((points - entry) @ way / (way @ way), 0.0, 1.0)
        touched |= np.linalg.norm(points - entry - share[:, None] * way, axis=1) < radius
    return labels.array[tuple(index[touched].T)]


@pytest.fixture(scope="module")
def plan(lidc: tuple[Spine, LabelMap]) -> CorridorPlan:
    spine, labels = lidc
    return find_corridors(spine, "T9", COARSE, structures=labels, names=NAMES)


def test_no_needle_touches_a_forbidden_voxel(plan: CorridorPlan, lidc: tuple[Spine, LabelMap]) -> None:
    allowed = {0, T9, *MUSCLES}
    assert len(plan.corridors) >= 4
    for corridor in plan.corridors:
        inside = voxels_in_needle(corridor, lidc[1])
        assert len(inside) > 100
        assert set(np.unique(inside).tolist()) <= allowed


def test_the_check_itself_sees_a_bad_needle(plan: CorridorPlan, lidc: tuple[Spine, LabelMap]) -> None:
    """The same needle aimed 30 mm further to the front meets aorta, lung or oesophagus."""
    corridor = plan.corridors[0]
    inwards = np.subtract(corridor.target_mm, corridor.entry_mm)
    tip = np.array(corridor.target_mm) + 40.0 * inwards / np.linalg.norm(inwards)
    x, y, z = (float(value) for value in tip)
    longer = type(corridor)(**{**vars(corridor), "target_mm": (x, y, z)})
    assert set(np.unique(voxels_in_needle(longer, lidc[1])).tolist()) - {0, T9, *MUSCLES}


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
