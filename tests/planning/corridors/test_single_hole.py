"""Walls with one hole: the only safe way is found, its room is right, and what does not fit is said to be missing."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.corridor_holes import wall_with_hole
from corduroy.anatomy import Side
from corduroy.planning.corridors import Avoided, CorridorSettings, search_scene


def settings(gauge: int = 11, **changes: float) -> CorridorSettings:
    return CorridorSettings(gauge=gauge, organ_margin_mm=1.0, vessel_margin_mm=1.0, max_sagittal_deg=40.0, **changes)


def test_the_mirrored_wall_has_the_mirrored_corridors() -> None:
    right = search_scene(wall_with_hole(5.0, (15.0, -8.0)), settings()).corridors
    left = search_scene(wall_with_hole(5.0, (-15.0, -8.0)), settings()).corridors
    assert {c.side for c in right} == {Side.RIGHT}
    assert {c.side for c in left} == {Side.LEFT}
    for here, there in zip(right, left, strict=True):
        assert here.entry_mm == pytest.approx(np.array(there.entry_mm) * [-1, 1, 1])
        assert here.to_gantry.axial_deg == pytest.approx(-there.to_gantry.axial_deg)
        assert here.to_gantry.axial_deg > 0
        assert here.to_gantry.sagittal_deg == pytest.approx(there.to_gantry.sagittal_deg)
        assert here.spare_mm == pytest.approx(there.spare_mm, abs=1e-6)


@pytest.mark.parametrize("at", [(0.0, 0.0), (12.0, 6.0), (-15.0, -8.0)])
def test_every_corridor_passes_the_hole(at: tuple[float, float]) -> None:
    plan = search_scene(wall_with_hole(5.0, at), settings())
    assert plan.corridors
    for corridor in plan.corridors:
        entry, target = np.array(corridor.entry_mm), np.array(corridor.target_mm)
        for y in (-44.5, -40.5):
            crossing = entry + (y - entry[1]) / (target[1] - entry[1]) * (target - entry)
            assert np.hypot(crossing[0] - at[0], crossing[2] - at[1]) < 5.0
        assert corridor.spare_mm >= 0.0
        assert corridor.tightest is Avoided.LUNG
    assert plan.blockers[0].structure is Avoided.LUNG


def room_of(hole_mm: float) -> float:
    """Distance from the middle of a hole to the nearest box of a voxel of 1 mm whose centre is not within it."""
    x, z = np.mgrid[-12:13, -12:13]
    gaps = np.hypot(np.maximum(np.abs(x) - 0.5, 0.0), np.maximum(np.abs(z) - 0.5, 0.0))
    return float(gaps[np.hypot(x, z) > hole_mm].min())


def test_the_room_in_the_hole_is_measured() -> None:
    plan = search_scene(wall_with_hole(5.0), settings())
    straight = max(plan.corridors, key=lambda c: c.spare_mm)
    lung = straight.clearances[Avoided.LUNG]
    assert straight.entry_mm == pytest.approx((0.0, -85.0, 0.0))
    assert lung.value + settings().radius_mm == pytest.approx(room_of(5.0), abs=1e-3)
    assert straight.largest_gauge == 8
    assert lung.uncertainty == pytest.approx(1.0, abs=1e-6)


def test_the_gauge_decides() -> None:
    scene = wall_with_hole(3.0)
    assert room_of(3.0) == pytest.approx(np.hypot(2.5, 0.5))  # with a margin of 1 mm: 11 G passes, 10 G does not
    thin, thick = search_scene(scene, settings(16)), search_scene(scene, settings(10))
    assert thin.corridors
    assert max(thin.corridors, key=lambda c: c.spare_mm).largest_gauge == 11
    assert search_scene(scene, settings(11)).corridors
    assert not thick.corridors
    assert thick.safe_candidates == 0
    assert thick.missing_mm == pytest.approx(1.702 + 1.0 - room_of(3.0), abs=0.05)
    assert "Nothing is safe" in thick.verdict
    assert "lung and pleura" in thick.verdict


def test_a_closed_wall() -> None:
    plan = search_scene(wall_with_hole(-1.0), settings())
    assert not plan.corridors
    assert plan.blockers[0].share == pytest.approx(1.0)
    assert plan.missing_mm is not None
    assert plan.missing_mm > 1.5


def test_margins_are_those_of_the_structure() -> None:
    changed = CorridorSettings(gauge=13, organ_margin_mm=6.0, neural_margin_mm=0.5)
    assert not search_scene(wall_with_hole(5.0), changed).corridors
    assert search_scene(wall_with_hole(5.0, group=Avoided.ROOTS), changed).corridors


def test_angle_limits_leave_nothing() -> None:
    narrow = settings(max_axial_deg=1.0, max_depth_mm=20.0)
    plan = search_scene(wall_with_hole(5.0), narrow)
    assert plan.candidates == 0
    assert "no entry reaches" in plan.verdict


def test_robustness_shrinks_with_the_error() -> None:
    scene = wall_with_hole(5.0)
    shares = [
        search_scene(scene, settings(error_mm=mm, error_deg=deg)).corridors[0].robustness.from_entry
        for mm, deg in ((0.0, 0.0), (2.0, 1.0), (6.0, 6.0))
    ]
    assert shares[0] == 1.0
    assert shares[0] >= shares[1] > shares[2]


def test_robustness_of_a_known_case() -> None:
    """A pure shift of up to 8 mm through a hole with 4 mm of room passes for a quarter of the disk."""
    plan = search_scene(wall_with_hole(5.5), settings(error_mm=8.0, error_deg=0.0))
    straight = next(c for c in plan.corridors if c.entry_mm[0] == 0.0 and c.entry_mm[2] == 0.0)
    room = straight.clearances[Avoided.LUNG].value
    assert straight.robustness.from_entry == pytest.approx((room / 8.0) ** 2, abs=0.06)
