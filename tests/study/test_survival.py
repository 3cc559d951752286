"""Curves of rare events: no false band, exact limits, deterministic competing risks, lifelines as the judge."""

from __future__ import annotations

import warnings

import lifelines
import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from corduroy.errors import StatisticsError
from corduroy.study import clopper_pearson, event_free, follow_up, incidence

MONTHS = [37, 48, 60, 52, 61, 41]  # made up; they sum to the published 299 months
TIMES = [5, 8, 8, 12, 20, 36, 8]
ENDINGS = ["event", "censored", "death", "event", "death", "censored", "event"]


def test_nothing_happened_gives_no_band_but_the_binomial_limit() -> None:
    found = event_free("recurrence", MONTHS, [0] * 6, [36, 48, 60, 72])
    assert found.band is None
    assert set(found.shares) == {1.0}
    limits = [mark.interval for mark in found.landmarks]
    for interval, followed in zip(limits[:3], (6, 4, 2), strict=True):
        assert interval is not None
        assert 1 - interval.low == pytest.approx(clopper_pearson(0, followed).interval.high)
        assert interval.high == 1.0
    assert [mark.at_risk for mark in found.landmarks] == [6, 4, 2, 0]
    assert found.landmarks[3].share is None
    assert "No event was seen: the curve has no band" in found.words
    assert "at 72 months nobody was followed any longer" in found.words
    assert f"lifelines {lifelines.__version__}" in found.words


def test_without_censoring_the_limits_are_clopper_pearson() -> None:
    times = np.arange(1.0, 14.0)
    found = event_free("death", times, np.ones(13), times)
    for mark, events in zip(found.landmarks, range(1, 14), strict=True):
        exact = clopper_pearson(13 - events, 13).interval
        assert mark.share == pytest.approx((13 - events) / 13)
        assert mark.interval is not None
        assert (mark.interval.low, mark.interval.high) == pytest.approx((exact.low, exact.high), abs=2e-3)


def test_the_curve_is_lifelines_own() -> None:
    rng = np.random.default_rng(1)
    times, happened = np.round(rng.exponential(30, 80)) + 1, rng.random(80) < 0.6
    found = event_free("recurrence", times, happened, [12, 24])
    peer = KaplanMeierFitter().fit(times, happened)
    assert found.shares == pytest.approx(peer.survival_function_.iloc[:, 0].tolist())
    assert list(found.at_risk)[1:] == peer.event_table["at_risk"].astype(int).tolist()[1:]
    assert found.landmarks[0].share == pytest.approx(peer.predict(12))
    assert found.band is not None
    greenwood = peer.confidence_interval_.to_numpy()
    middle = len(found.times) // 2
    assert found.band[middle].low == pytest.approx(greenwood[middle, 0], abs=0.03)
    assert found.band[middle].high == pytest.approx(greenwood[middle, 1], abs=0.03)
    assert found.censored == tuple(sorted(times[~happened]))


def test_the_band_never_closes_on_certainty() -> None:
    found = event_free("recurrence", [5, 8, 8, 12, 20, 36], [1, 0, 1, 0, 1, 0], [])
    assert found.band is not None
    assert all(interval.low < share or share == 0 for interval, share in zip(found.band, found.shares, strict=True))
    assert found.band[0].low == pytest.approx(1 - clopper_pearson(0, 6).interval.high)


def test_follow_up_without_events_is_the_plain_median() -> None:
    found = follow_up(MONTHS, [0] * 6)
    assert (found.median, found.observed_median, found.total) == (50.0, 50.0, 299.0)
    assert follow_up([3, 1, 2], [0, 0, 0]).median == 2.0


def test_follow_up_counts_a_death_as_follow_up_cut_short() -> None:
    """Two who died early would have been followed on: the reverse median is above the median of observation."""
    found = follow_up([2, 3, 40, 50, 60], [1, 1, 0, 0, 0])
    assert (found.observed_median, found.median) == (40.0, 50.0)
    assert follow_up([2, 3], [1, 1]).median is None


def by_hand(times: list[int], endings: list[str], until: float) -> float:
    """Aalen-Johansen with tied times: each event adds the share still free of any, over those at risk."""
    free, share = 1.0, 0.0
    for time in sorted(set(times)):
        if time > until:
            break
        at_risk = sum(other >= time for other in times)
        here = [ending for other, ending in zip(times, endings, strict=True) if other == time]
        share += free * here.count("event") / at_risk
        free *= 1 - (here.count("event") + here.count("death")) / at_risk
    return share


def test_competing_death_with_ties_is_exact_and_deterministic() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = incidence("recurrence", TIMES, ENDINGS, [5, 8, 12, 36])
    assert [mark.share for mark in found.landmarks] == pytest.approx(
        [by_hand(TIMES, ENDINGS, mark) for mark in (5, 8, 12, 36)]
    )
    turned = incidence("recurrence", TIMES[::-1], ENDINGS[::-1], [5, 8, 12, 36])
    assert turned.landmarks == found.landmarks
    assert (found.events, found.competing) == (3, 2)


def test_incidence_of_an_event_that_nobody_had() -> None:
    endings = ["death" if ending == "event" else ending for ending in ENDINGS]
    found = incidence("recurrence", TIMES, endings, [6, 24, 40])
    assert [mark.share for mark in found.landmarks] == [0.0, 0.0, None]
    assert found.landmarks[0].interval is not None
    assert found.landmarks[0].interval.high == pytest.approx(clopper_pearson(0, 6).interval.high)


def test_competing_death_gives_less_than_one_minus_kaplan_meier() -> None:
    found = incidence("recurrence", TIMES, ENDINGS, [20])
    free = event_free("recurrence", TIMES, [ending == "event" for ending in ENDINGS], [20])
    assert found.landmarks[0].share is not None
    assert free.landmarks[0].share is not None
    assert found.landmarks[0].share < 1 - free.landmarks[0].share


def test_the_beta_product_covers_where_greenwood_fails() -> None:
    """Thirteen patients, exponential times, half of them censored by 36 months; survival at 24 months."""
    rng = np.random.default_rng(2)
    truth, kept = float(np.exp(-24 / 120)), 0
    draws = 150  # the benchmark takes 10,000
    for _ in range(draws):
        event, end = rng.exponential(120, 13), rng.uniform(12, 60, 13)
        found = event_free("recurrence", np.minimum(event, end), event <= end, [24])
        interval = found.landmarks[0].interval
        kept += interval is not None and truth in interval
    assert kept / draws >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws)


def test_what_cannot_be_a_follow_up_is_refused() -> None:
    for times in ([], [np.nan, 2], [-1, 2]):
        with pytest.raises(StatisticsError):
            event_free("x", times, [0] * len(times), [1])
    with pytest.raises(StatisticsError, match="ending 'alive'"):
        incidence("x", [1], ["alive"], [1])
    with pytest.raises(StatisticsError, match="length 0"):
        incidence("x", [0, 1], ["event", "event"], [1])


def test_thousands_of_patients_take_no_time() -> None:
    rng = np.random.default_rng(3)
    found = event_free("x", rng.exponential(40, 20_000), rng.random(20_000) < 0.5, [12])
    assert found.landmarks[0].interval is not None
    assert found.landmarks[0].interval.high - found.landmarks[0].interval.low < 0.02
