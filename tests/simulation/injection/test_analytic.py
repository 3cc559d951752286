"""The injection against solutions on paper, on grids that take seconds."""

from __future__ import annotations

import pytest

from benchmarks import injection_analytic as analytic


def test_steady_pressure_of_a_sphere_and_in_the_opening() -> None:
    field, tip = analytic.steady_sphere(32)
    assert field < 0.01
    assert tip < 0.025


def test_steady_pressure_of_a_cylinder_converges() -> None:
    coarse, fine = analytic.steady_cylinder(20), analytic.steady_cylinder(40)
    assert fine < 0.01
    assert fine < coarse / 2


@pytest.mark.parametrize("ratio", [0.01, 0.1, 1.0, 10.0, 100.0])
@pytest.mark.parametrize("power", [1, 2])
def test_piston_on_a_ray_is_in_place_and_converges(ratio: float, power: int) -> None:
    coarse, fine = analytic.piston_on_a_ray(20, ratio, power), analytic.piston_on_a_ray(40, ratio, power)
    assert max(fine) < 0.03
    assert all(b <= a / 2 for a, b in zip(coarse, fine, strict=True))


@pytest.mark.parametrize("ratio", [0.01, 1.0, 100.0])
def test_cylinder_stays_round_and_converges(ratio: float) -> None:
    coarse = analytic.piston(20, ratio, sphere=False)
    mean, worst, pressure = analytic.piston(40, ratio, sphere=False)
    assert mean < 0.001
    assert worst < min(0.03, coarse[1] / 2)
    assert pressure < min(0.01, coarse[2] / 2)


@pytest.mark.parametrize("ratio", [0.1, 30.0])
def test_sphere_stays_round(ratio: float) -> None:
    mean, worst, pressure = analytic.piston(16, ratio, sphere=True)
    assert mean < 0.01
    assert worst < 0.05
    assert pressure < 0.03


@pytest.mark.parametrize("index", [0.5, 0.8])
def test_power_law_pressure(index: float) -> None:
    assert analytic.power_law_pressure(24, index) < 0.01


@pytest.mark.parametrize("ratio", [1.0, 10.0])
def test_buckley_leverett_front(ratio: float) -> None:
    assert analytic.buckley_leverett(300, ratio) < 0.03


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_layers_with_cross_flow(ratio: float) -> None:
    assert analytic.layered(200, ratio) < 0.03
