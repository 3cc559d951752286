"""What an interval does with ratios that are known."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.anatomy import Level
from corduroy.errors import SettingsError
from corduroy.imaging.density import Calibration
from corduroy.simulation.vertebra.bones import Bones
from corduroy.simulation.vertebra.intervals import (
    Sampled,
    change_percent,
    interval_of,
    sample_results,
    with_interval,
)
from corduroy.simulation.vertebra.states import State, Subject


def test_the_interval_holds_a_further_draw_95_times_of_100() -> None:
    rng = np.random.default_rng(4)
    draws = np.exp(rng.normal(0.1, 0.3, (2000, 11)))
    bounds = np.array([interval_of(row[:10]) for row in draws])
    held = (bounds[:, 0] < draws[:, 10]) & (draws[:, 10] < bounds[:, 1])
    assert held.mean() == pytest.approx(0.95, abs=0.015)


def test_errors_that_two_states_share_cancel_in_their_change() -> None:
    shared = np.exp(np.random.default_rng(4).normal(0, 0.3, 8))
    change = change_percent(150.0, 100.0, shared, shared, "test")
    assert change.value == pytest.approx(50.0)
    assert change.uncertainty == pytest.approx(0.0, abs=1e-9)
    assert with_interval(150.0, "N", shared, "test").uncertainty > 40


def test_a_draw_without_a_result_is_left_out() -> None:
    draws = np.exp(np.random.default_rng(4).normal(0, 0.3, 8))
    assert interval_of(np.append(draws, np.nan)) == interval_of(draws)
    assert np.isnan(interval_of(draws[:3])).all()


def test_the_same_seed_gives_the_same_bytes(prism: Bones, calibration: Calibration) -> None:
    inside = np.zeros(prism.grid.shape)
    inside[5:9, 4:8, 7:13] = 1.0
    subject = Subject(Level.T12, prism, None, inside, None)
    states = (State.AS_IS, State.FILLED)

    def sampled(seed: int) -> Sampled:
        return sample_results(subject, states, calibration, np.random.default_rng(seed), 4)

    first, again, other = (sampled(seed) for seed in (5, 5, 6))
    for state in states:
        assert first.strength[state].tobytes() == again.strength[state].tobytes()
        assert first.stiffness[state].tobytes() == again.stiffness[state].tobytes()
        assert not np.allclose(first.strength[state], other.strength[state])
    alone = interval_of(first.strength[State.FILLED])
    together = interval_of(first.strength[State.FILLED] / first.strength[State.AS_IS])
    assert together[0] < 1 < together[1]
    assert alone != together


def test_as_many_draws_as_make_an_interval(prism: Bones, calibration: Calibration) -> None:
    subject = Subject(Level.T12, prism, None, None, None)
    with pytest.raises(SettingsError, match="2 samples"):
        sample_results(subject, (State.AS_IS,), calibration, np.random.default_rng(1), 2)
