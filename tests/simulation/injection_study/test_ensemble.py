"""Probabilities, their intervals, early ends, and where a surgeon would have stopped, on members written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection_study import Chance, Ensemble, Member, PorousVertebra, Spread, Task, run_ensemble
from tests.simulation.injection_study.conftest import dose_of

Written = Callable[..., list[Member]]
WATCHED = np.array([True, False, True])


def _ensemble(vertebra: PorousVertebra, members: list[Member]) -> Ensemble:
    return Ensemble(vertebra, dose_of(vertebra, volume_ml=4.0), tuple(members), WATCHED, len(members))


def test_wilson_interval_is_that_of_the_formula() -> None:
    count, n, z = 7, 64, 1.959963984540054
    share = count / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    chance = Chance.of(np.arange(n) < count)
    assert (chance.low, chance.high) == pytest.approx((middle - half, middle + half))
    assert chance.value == share


def test_a_leak_that_stops_the_surgeon_hides_the_later_ones(vertebra: PorousVertebra, written: Written) -> None:
    # B at 1 ml before S at 3 ml; S at 1 ml before C at 2 ml; nothing
    nan = np.nan
    found = _ensemble(vertebra, written(np.array([[1.0, 3.0, nan], [nan, 1.0, 2.0], [nan, nan, nan]]), vertebra))
    assert found.leaks(4000).tolist() == [[True, True, False], [False, True, True], [False, False, False]]
    assert found.leaks(4000, stopped=True).tolist() == [[True, False, False], [False, True, True], [False] * 3]
    assert found.leaks(1500).tolist() == [[True, False, False], [False, True, False], [False] * 3]
    assert found.volumes_ml(4000).tolist() == [1.0, 2.0, 4.0]
    assert found.chance_watched(4000).count == 2
    assert found.chance_any(900).count == 0
    assert found.first_volumes_ml(1).tolist() == [3.0, 1.0]


def test_yeom_types_join_their_sites(vertebra: PorousVertebra, written: Written) -> None:
    nan = np.nan
    found = _ensemble(vertebra, written(np.array([[1.0, nan, nan], [nan, nan, 1.0]]), vertebra))
    by_type = found.chance_by_type(4000)
    assert {kind: chance.count for kind, chance in by_type.items()} == {YeomType.B: 1, YeomType.S: 0, YeomType.C: 1}


def test_fill_probability_counts_members_up_to_their_stop(vertebra: PorousVertebra, written: Written) -> None:
    nan = np.nan
    found = _ensemble(vertebra, written(np.array([[1.0, nan, nan], [nan, nan, nan]]), vertebra))
    chance = found.fill_probability(4000)
    arrival = np.linspace(0, 100, int(vertebra.bone.sum()))
    # the first stops at 1 ml, 20 s; the second goes on to 4 ml, 80 s
    expected = np.where(arrival <= 20, 1.0, np.where(arrival <= 80, 0.5, 0.0))
    np.testing.assert_allclose(chance[vertebra.bone], expected)
    assert not chance[~vertebra.bone].any()


def _runner(written: Written, chance: float) -> Callable[[PorousVertebra, Sequence[Task]], Iterator[Member]]:
    rng = np.random.default_rng(5)

    def run(vertebra: PorousVertebra, tasks: Sequence[Task]) -> Iterator[Member]:
        leaks = np.where(rng.random((len(tasks), 3)) < chance, 1.0, np.nan)
        yield from written(leaks, vertebra)

    return run


def test_a_clear_answer_ends_the_ensemble_early(vertebra: PorousVertebra, written: Written) -> None:
    seen: list[tuple[int, int]] = []
    args = (vertebra, dose_of(vertebra), WATCHED, Spread(), 64, np.random.default_rng(1))
    clear = run_ensemble(*args, _runner(written, 0.0), lambda done, total: seen.append((done, total)))
    assert len(clear.members) == 32
    assert clear.asked == 64
    assert seen[-1] == (32, 64)
    assert len(run_ensemble(*args, _runner(written, 0.5)).members) == 64


def test_fewer_draws_are_the_first_of_more() -> None:
    from corduroy.simulation.injection_study import draws

    few, many = (draws(Spread(), n, np.random.default_rng(2)) for n in (16, 64))
    assert few == many[:16]
    low, high = Spread().permeability_m2
    logs = np.log10([draw.permeability_m2 for draw in many])
    assert np.log10(low) <= logs.min() < np.log10(low) + 0.1
    assert np.log10(high) - 0.1 < logs.max() <= np.log10(high)
    assert high / low >= 100  # two to three orders of magnitude
