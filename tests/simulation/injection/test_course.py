"""Shots, pauses, limits, curing, two cannulas, pressures outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.injection_behaviour import thinning, uneven
from benchmarks.injection_bodies import newtonian
from benchmarks.injection_phantoms import phantom
from corduroy.simulation.injection import (
    Cannula,
    InjectionResult,
    PorousBody,
    Recipe,
    Schedule,
    Shot,
    StopReason,
    cement_named,
    inject,
)

FORWARD = (0.0, 1.0, 0.0)
MIDDLE = Cannula(tip_mm=(0.0, 0.0, 0.0), direction=FORWARD)


@pytest.fixture(scope="module")
def body() -> PorousBody:
    return phantom(2.0, ())


def given(
    body: PorousBody, *shots: Shot, cannulas: tuple[Cannula, ...] = (MIDDLE,), **schedule: float
) -> InjectionResult:
    limits = {"pressure_limit_mpa": 1e9, **schedule}
    plan = Schedule(cannulas=cannulas, shots=shots, **limits)
    return inject(body, plan, Recipe(cement=cement_named("high-viscosity")))


def centre(result: InjectionResult) -> np.ndarray:
    """World position of the cement's middle."""
    body = result.body
    places = np.argwhere(result.fill > 0)
    weights = (result.fill * body.porosity)[tuple(places.T)]
    world = places @ body.affine[:3, :3].T + body.affine[:3, 3]
    return np.average(world, axis=0, weights=weights)


def test_pressure_rises_while_the_cement_cures(body: PorousBody) -> None:
    early = given(body, Shot(volume_ml=2.0), start_s=120.0)
    late = given(body, Shot(volume_ml=2.0), start_s=500.0)
    paused = given(body, Shot(volume_ml=1.0), Shot(volume_ml=1.0, pause_before_s=100.0), start_s=120.0)
    assert late.tip_pressure_mpa[-1, 0] > 1.5 * early.tip_pressure_mpa[-1, 0]
    assert paused.tip_pressure_mpa[-1, 0] > 1.2 * early.tip_pressure_mpa[-1, 0]
    assert paused.times_s[-1] == pytest.approx(early.times_s[-1] + 100.0)


def test_set_cement_stops_the_injection(body: PorousBody) -> None:
    result = given(body, Shot(volume_ml=2.0), Shot(volume_ml=2.0, pause_before_s=900.0))
    assert result.stop is StopReason.CURED
    assert result.injected_mm3[-1] == pytest.approx(2000)


def test_the_limit_slows_the_flow_and_at_last_stops_it(body: PorousBody) -> None:
    free = given(body, Shot(volume_ml=2.0))
    limit = 0.6 * float(free.syringe_pressure_mpa.max())
    held = given(body, Shot(volume_ml=2.0), pressure_limit_mpa=limit)
    assert held.syringe_pressure_mpa.max() <= limit * (1 + 1e-6)
    assert held.times_s[-1] > free.times_s[-1]
    stalled = given(body, Shot(volume_ml=2.0), pressure_limit_mpa=0.01 * limit)
    assert stalled.stop is StopReason.STALLED


def test_without_a_rate_the_pressure_is_the_limit(body: PorousBody) -> None:
    result = given(body, Shot(volume_ml=1.0, rate_ml_s=None), pressure_limit_mpa=0.5)
    np.testing.assert_allclose(result.syringe_pressure_mpa, 0.5, rtol=0.02)
    assert result.stop is StopReason.DONE


def test_force_is_pressure_times_area(body: PorousBody) -> None:
    result = given(body, Shot(volume_ml=0.5), plunger_diameter_mm=10.0)
    np.testing.assert_allclose(result.plunger_force_n, result.syringe_pressure_mpa * np.pi * 25)


def test_two_cannulas_fill_both_sides_and_each_its_own(body: PorousBody) -> None:
    left, right = (Cannula(tip_mm=(x, 0.0, 0.0), direction=FORWARD) for x in (-8.0, 8.0))
    both = given(body, Shot(volume_ml=2.0, cannulas=(0, 1)), cannulas=(left, right))
    assert abs(centre(both)[0]) < 0.05
    only_right = given(body, Shot(volume_ml=2.0, cannulas=(1,)), cannulas=(left, right))
    assert centre(only_right)[0] == pytest.approx(8.0, abs=1.0)
    assert np.isnan(only_right.tip_pressure_mpa[:, 0]).all()


def test_pulling_back_moves_the_cement_against_the_direction(body: PorousBody) -> None:
    front = Cannula(tip_mm=(0.0, 6.0, 0.0), direction=FORWARD)
    still = given(body, Shot(volume_ml=1.0), Shot(volume_ml=1.0), cannulas=(front,))
    back = given(body, Shot(volume_ml=1.0), Shot(volume_ml=1.0, pull_back_mm=8.0), cannulas=(front,))
    assert centre(back)[1] < centre(still)[1] - 2.0


def test_cement_leaves_where_the_pressure_outside_is_lower() -> None:
    body = uneven(1, 2.0)
    vein, breach, cortex = body.sites
    cannula = Cannula(tip_mm=(2.0, -3.0, 1.0), direction=FORWARD)
    plan = Schedule(cannulas=(cannula,), shots=(Shot(volume_ml=8.0),), pressure_limit_mpa=1e9)
    recipe = Recipe(cement=thinning(100.0))
    usual = inject(body, plan, recipe)
    raised = inject(replace(body, sites=(replace(vein, outside_mpa=0.05), breach, cortex)), plan, recipe)
    assert usual.leaked_mm3[-1, 0] > 0
    assert raised.leaked_mm3[-1, 0] < usual.leaked_mm3[-1, 0]
    closed = inject(replace(body, sites=(replace(vein, outside_mpa=1e3), breach, cortex)), plan, recipe)
    without = inject(replace(body, sites=(breach, cortex)), plan, recipe)
    assert closed.leaked_mm3[-1, 0] == 0
    np.testing.assert_allclose(closed.fill, without.fill, atol=1e-4)


def test_a_body_without_room_is_filled_and_no_more() -> None:
    body = phantom(4.0, ())
    cannula = Cannula(tip_mm=(0.0, 0.0, 0.0), direction=FORWARD)
    plan = Schedule(cannulas=(cannula,), shots=(Shot(volume_ml=60.0, rate_ml_s=0.5),), pressure_limit_mpa=1e12)
    result = inject(body, plan, Recipe(cement=newtonian(100.0)))
    pores = float(body.porosity.astype(float).sum() * body.voxel_mm3)
    assert result.stop is StopReason.FULL
    assert result.injected_mm3[-1] == pytest.approx(pores, rel=1e-3)


def test_progress_ends_at_the_whole(body: PorousBody) -> None:
    seen: list[tuple[float, float]] = []
    plan = Schedule(cannulas=(MIDDLE,), shots=(Shot(volume_ml=0.5),), pressure_limit_mpa=1e9)
    inject(
        body,
        plan,
        Recipe(cement=cement_named("low-viscosity")),
        progress=lambda done, whole: seen.append((done, whole)),
    )
    assert seen[-1] == pytest.approx((500.0, 500.0))


def test_cement_comes_back_along_a_loose_cannula(body: PorousBody) -> None:
    near_the_wall = MIDDLE.model_copy(update={"tip_mm": (0.0, -9.0, 0.0)})
    tight = given(body, Shot(volume_ml=2.0), cannulas=(near_the_wall,))
    loose = given(body, Shot(volume_ml=2.0), cannulas=(near_the_wall.model_copy(update={"backflow_gap_mm": 0.3}),))
    assert tight.body is body
    assert loose.body.sites[-1].name == "along cannula 1"
    assert loose.leaked_mm3[-1, -1] > 1.0
    track = loose.body.permeability_mm2[0] > body.permeability_mm2[0]
    behind = np.argwhere(track) @ body.affine[:3, :3].T + body.affine[:3, 3]
    assert (behind[:, 1] <= -8.0).all()
