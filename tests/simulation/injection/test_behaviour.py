"""What must hold whatever the numbers are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import injection_behaviour as behaviour
from benchmarks.injection_bodies import newtonian
from benchmarks.injection_leaks import Trial, named_right
from benchmarks.injection_phantoms import plan
from corduroy.errors import DoubtWarning
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import (
    Gelatin,
    InjectionResult,
    InjectionSettings,
    PorousBody,
    Recipe,
    StopReason,
    StopRule,
    inject,
)

SPACING_MM = 1.5


@pytest.fixture(scope="module")
def body() -> PorousBody:
    return behaviour.uneven(0, SPACING_MM)


def injected(
    body: PorousBody, stiffness: float = 100.0, gelatin: Gelatin | None = None, stop: StopRule | None = None
) -> InjectionResult:
    recipe = Recipe(cement=behaviour.thinning(stiffness), gelatin=gelatin)
    settings = InjectionSettings(stop=stop or StopRule())
    return inject(body, plan((2.0, -3.0, 1.0), 8.0), recipe, settings)


@pytest.fixture(scope="module")
def plain(body: PorousBody) -> InjectionResult:
    return injected(body)


def test_cement_is_in_the_body_or_has_left_it(plain: InjectionResult) -> None:
    body = plain.body
    inside = float((plain.cement_share.astype(float) * body.voxel_mm3).sum())
    assert inside + plain.leaked_mm3[-1].sum() == pytest.approx(8000, rel=1e-6)
    assert plain.worst_balance < 1e-8
    assert plain.fill.min() >= 0
    assert plain.fill.max() <= 1 + 1e-6


def test_stiffer_cement_leaks_less_at_equal_volume(body: PorousBody) -> None:
    leaks = [injected(body, stiffness).leaked_mm3[-1].sum() for stiffness in (25.0, 100.0, 400.0)]
    assert leaks[0] > leaks[1] > leaks[2]


def test_a_breach_raises_no_other_leak(body: PorousBody, plain: InjectionResult) -> None:
    vein, breach, cortex = body.sites
    without = injected(replace(body, sites=(vein, cortex)))
    assert plain.leaked_mm3[-1, 0] <= without.leaked_mm3[-1, 0]
    assert breach.name == "breach"


def test_clogged_outlets_and_sponge_before_leak_less(body: PorousBody, plain: InjectionResult) -> None:
    open_outlet, clogged = (
        injected(body, gelatin=Gelatin(share=0.1, outlet_catch=catch)).leaked_mm3[-1].sum() for catch in (0.0, 1.0)
    )
    assert clogged < open_outlet
    sponge = injected(body, gelatin=Gelatin(before_ml=1.0))
    assert sponge.leaked_mm3[-1].sum() < plain.leaked_mm3[-1].sum()
    assert sponge.gelatin is not None
    assert 0 < sponge.gelatin.max() <= 0.5 + 1e-6


def test_mirror_in_mirror_out(body: PorousBody) -> None:
    assert behaviour.mirror_difference(body, behaviour._Runs()) < 1e-4


def test_same_input_same_bytes(body: PorousBody, plain: InjectionResult) -> None:
    again = injected(body)
    assert again.fill.tobytes() == plain.fill.tobytes()
    assert again.leaked_mm3.tobytes() == plain.leaked_mm3.tobytes()


@pytest.mark.slow
def test_half_the_voxel_size_changes_little() -> None:
    volume, time = behaviour.refined(range(2), 1.0, behaviour._Runs())
    assert volume < 3
    assert time < 10


@pytest.mark.parametrize("seed", range(6))
def test_first_site_is_the_smallest_barrier(seed: int) -> None:
    assert named_right(Trial(seed, seed % 2 == 1))


def test_stops_at_a_leak_that_is_watched(body: PorousBody) -> None:
    stopped = injected(body, stop=StopRule(leak_types=(YeomType.C,), leak_mm3=1.0))
    assert stopped.stop is StopReason.LEAK
    assert stopped.first_site() == "breach"
    assert stopped.leaked_mm3[-1, 1] >= 1.0
    assert stopped.leaked_mm3[-2, 1] < 1.0
    when = stopped.first_reached("breach", 1.0)
    assert when is not None
    assert stopped.times_s[-2] < when[0] <= stopped.times_s[-1]
    assert stopped.injected_mm3[-2] < when[1] <= stopped.injected_mm3[-1]
    assert stopped.injected_mm3[-1] < 8000
    assert not np.isnan(stopped.arrival_s).all()


def test_stops_at_the_target(body: PorousBody) -> None:
    stopped = injected(body, stop=StopRule(target_share=0.2))
    assert stopped.stop is StopReason.TARGET
    assert stopped.share_filled(body.active) == pytest.approx(0.2, abs=0.03)


def test_thin_cement_is_held_in_a_front_and_warned_of(body: PorousBody) -> None:
    """It moves as if it were as viscous as marrow; the pressure is its own."""
    thin, alike = newtonian(0.007), newtonian(0.07)
    tip = plan((2.0, -3.0, 1.0), 3.0)
    with pytest.warns(DoubtWarning, match="less viscous than the marrow"):
        held = inject(body, tip, Recipe(cement=thin, marrow_pa_s=0.07))
    even = inject(body, tip, Recipe(cement=alike, marrow_pa_s=0.07))
    assert held.thin_voxels > 0
    assert even.thin_voxels == 0
    np.testing.assert_allclose(held.fill, even.fill, atol=0.01)
    assert held.worst_balance < 1e-8
    outside = max(site.outside_mpa for site in body.sites if site.yeom is None)
    assert held.tip_pressure_mpa[-1, 0] - outside < 0.8 * (even.tip_pressure_mpa[-1, 0] - outside)


def test_the_mask_grows_with_time(plain: InjectionResult) -> None:
    early, late = plain.mask(40.0), plain.mask()
    assert 0 < early.sum() < late.sum()
    assert not (early & ~late).any()
