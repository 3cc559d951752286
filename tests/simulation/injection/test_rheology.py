"""Viscosity in Darcy's law from a flow curve, and the pressure along a cannula."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.injection_bodies import newtonian, power_law
from corduroy.simulation.injection import CEMENTS, Recipe
from corduroy.simulation.injection.rheology import (
    at_age,
    curing_rate,
    effective_viscosity,
    pipe_pressure,
    viscosity_table,
)

RATES = np.logspace(-3, 2, 11)


@pytest.mark.parametrize("rule", ["average", "bundle"])
def test_a_newtonian_fluid_keeps_its_viscosity(rule: str) -> None:
    np.testing.assert_allclose(effective_viscosity(7.0, 1.0, 0.0, 1e9, rule, RATES), 7.0, rtol=2e-3)


@pytest.mark.parametrize("index", [0.5, 0.7, 0.9])
def test_power_law_in_a_bundle_is_rabinowitschs(index: float) -> None:
    exact = 10 * ((3 * index + 1) / (4 * index)) ** index * (4 * RATES) ** (index - 1)
    np.testing.assert_allclose(effective_viscosity(10.0, index, 0.0, 1e9, "bundle", RATES), exact, rtol=5e-3)


@pytest.mark.parametrize("index", [0.5, 0.7, 0.9])
def test_power_law_averaged_over_the_section(index: float) -> None:
    wall = (3 * index + 1) / index * RATES
    exact = 10 * wall ** (index - 1) * 2 * index / (3 * index - 1)
    np.testing.assert_allclose(effective_viscosity(10.0, index, 0.0, 1e12, "average", RATES), exact, rtol=1e-2)


def test_yield_stress_stiffens_slow_flow_most() -> None:
    with_yield = effective_viscosity(10.0, 0.8, 5.0, 1e9, "bundle", RATES)
    without = effective_viscosity(10.0, 0.8, 0.0, 1e9, "bundle", RATES)
    excess = with_yield / without
    assert np.all(excess > 1)
    assert np.all(np.diff(excess) < 0)


def test_no_viscosity_above_that_of_set_cement() -> None:
    assert effective_viscosity(1e6, 0.5, 1e5, 75e3, "average", RATES).max() <= 75e3 * (1 + 1e-9)


def test_pipe_of_a_newtonian_fluid_is_hagen_poiseuilles() -> None:
    exact = 8 * 100e-6 * 120 * 50 / (np.pi * 1.2**4)
    assert pipe_pressure(newtonian(100.0), 0.0, 50.0, 2.4, 120.0) == pytest.approx(exact, rel=2e-3)
    assert pipe_pressure(power_law(100.0, 0.5), 0.0, 0.0, 2.4, 120.0) == 0


def test_curing_is_twice_as_fast_twelve_degrees_warmer() -> None:
    cement = CEMENTS["palacos-r"]
    assert curing_rate(cement, 37.0) == pytest.approx(2.0, rel=0.01)
    assert curing_rate(cement, 25.0) == 1.0


@pytest.mark.parametrize("name", CEMENTS)
def test_named_cements_thicken_and_end_at_the_published_viscosity(name: str) -> None:
    cement = CEMENTS[name]
    ages = np.linspace(0, cement.times_s[-1], 50)
    consistency, index, stress = at_age(cement, ages)
    assert np.all(np.diff(consistency) > 0)
    assert consistency[-1] == pytest.approx(75e3)
    assert np.all((index <= 0.9) & (index >= 0.5))
    assert not stress.any()
    table = viscosity_table(Recipe(cement=cement))
    assert np.all(np.diff(table.log_mpa_s, axis=1) <= 1e-9)
