"""Do the printed intervals cover what they claim: simulated at n = 6, 13 and 30."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.figures import Figure, at_least
from benchmarks.groups import Report
from benchmarks.pool import Tick, map_in_pool
from corduroy.study import (
    clopper_pearson,
    hedges_paired,
    hodges_lehmann,
    hodges_lehmann_shift,
    median_interval,
    paired_t,
    poisson_rate,
)
from corduroy.study.beta_product import BetaProduct
from corduroy.study.interval import Interval

_SIZES = (6, 13, 30)
_DRAWS, _QUICK = 10_000, 200
_BLOCKS = 8
_YEARS_EACH = 4.15  # the index series' 24.9 person-years over six patients
_MONTHS, _CENSORED_MONTHS = 24.0, (12.0, 60.0)


@dataclass(frozen=True)
class Scenario:
    """One kind of interval on one kind of data.

    Parameters
    ----------
    name : str
    truths : tuple of float
        What the interval should hold; with several, the worst coverage counts.
    draw : callable
        ``draw(rng, n, truth)``: the interval of one simulated study of n patients.
    """

    name: str
    truths: tuple[float, ...]
    draw: Callable[[np.random.Generator, int, float], Interval]


def _binomial(rng: np.random.Generator, n: int, share: float) -> Interval:
    return clopper_pearson(int(rng.binomial(n, share)), n).interval


def _binomial_upper(rng: np.random.Generator, n: int, share: float) -> Interval:
    return clopper_pearson(int(rng.binomial(n, share)), n, side="upper").interval


def _poisson(rng: np.random.Generator, n: int, rate: float) -> Interval:
    years = n * _YEARS_EACH
    return poisson_rate(int(rng.poisson(rate * years)), years).interval


def _walsh_normal(rng: np.random.Generator, n: int, truth: float) -> Interval:
    return hodges_lehmann(rng.normal(truth, 2, n)).interval


def _walsh_heavy(rng: np.random.Generator, n: int, truth: float) -> Interval:
    return hodges_lehmann(rng.standard_t(2, n) + truth).interval


def _walsh_rounded(rng: np.random.Generator, n: int, truth: float) -> Interval:
    """Differences of a 0-10 scale: whole numbers, many ties, symmetric."""
    return hodges_lehmann(np.rint(rng.normal(0, 1.5, n)) + truth).interval


def _shift(rng: np.random.Generator, n: int, truth: float) -> Interval:
    return hodges_lehmann_shift(rng.normal(truth, 100, n), rng.normal(0, 100, n + 1)).interval


def _shift_rounded(rng: np.random.Generator, n: int, truth: float) -> Interval:
    return hodges_lehmann_shift(rng.poisson(3, n) + truth, rng.poisson(3, n + 1)).interval


def _median_skewed(rng: np.random.Generator, n: int, truth: float) -> Interval:
    return median_interval(truth * rng.lognormal(0, 1, n)).interval


def _median_rounded(rng: np.random.Generator, n: int, truth: float) -> Interval:
    """Whole numbers, Poisson about 3.3, whose median is 3."""
    return median_interval(rng.poisson(truth + 0.3, n)).interval


def _student(rng: np.random.Generator, n: int, truth: float) -> Interval:
    return paired_t(rng.normal(truth, 2, n)).interval


def _noncentral(rng: np.random.Generator, n: int, truth: float) -> Interval:
    interval = hedges_paired(rng.normal(truth, 1, n)).interval
    assert interval is not None
    return interval


def _event_free(rng: np.random.Generator, n: int, truth: float) -> Interval:
    """Exponential times, follow-up ends at a uniform time; the share without the event at 24 months.

    Where nobody was followed so long nothing is printed; the procedure's own limits (0 and the last upper one) count.
    """
    event, end = rng.exponential(-_MONTHS / np.log(truth), n), rng.uniform(*_CENSORED_MONTHS, n)
    return BetaProduct.of(np.minimum(event, end), event <= end).at(_MONTHS, 0.95)


_SCENARIOS = (
    Scenario("Clopper-Pearson, true shares 0.02 to 0.83", (0.02, 0.1, 0.3, 0.5, 0.83), _binomial),
    Scenario("Clopper-Pearson, one-sided, true shares 0.02 to 0.83", (0.02, 0.1, 0.3, 0.5, 0.83), _binomial_upper),
    Scenario("Poisson rate, 0.005 to 0.3 per person-year", (0.005, 0.02, 0.05, 0.1, 0.3), _poisson),
    Scenario("Hodges-Lehmann, normal differences", (-4.0,), _walsh_normal),
    Scenario("Hodges-Lehmann, t2 differences (heavy tails)", (-4.0,), _walsh_heavy),
    Scenario("Hodges-Lehmann, whole-number differences (ties)", (-4.0,), _walsh_rounded),
    Scenario("Hodges-Lehmann shift, normal, groups of n and n + 1", (290.0,), _shift),
    Scenario("Hodges-Lehmann shift, whole numbers (ties)", (2.0,), _shift_rounded),
    Scenario("median, lognormal", (400.0,), _median_skewed),
    Scenario("median, whole numbers (ties)", (3.0,), _median_rounded),
    Scenario("Student's t, normal differences", (-4.0,), _student),
    Scenario("noncentral t of the standardized difference, normal", (1.2,), _noncentral),
    Scenario("event-free at 24 months, beta product, censored", (0.9, 0.67, 0.3), _event_free),
)


def measure(quick: bool, tick: Tick) -> Report:
    """Simulate and count.

    Parameters
    ----------
    quick : bool
    tick : callable
    """
    draws = (_QUICK if quick else _DRAWS) // _BLOCKS
    rows = [(place, n) for place in range(len(_SCENARIOS)) for n in _SIZES]
    jobs = [
        (place, n, truth, draws, block)
        for place, n in rows
        for truth in _SCENARIOS[place].truths
        for block in range(_BLOCKS)
    ]
    results = dict(zip(jobs, map_in_pool(_simulate, jobs, tick), strict=True))
    figures = []
    for place, n in rows:
        found = [
            [results[place, n, truth, draws, block] for block in range(_BLOCKS)] for truth in _SCENARIOS[place].truths
        ]
        kept = min(sum(held for held, _ in blocks) for blocks in found)
        figures.append(_figure(_SCENARIOS[place], n, kept, draws * _BLOCKS, found[0][0][1]))
    return Report(figures)


def _figure(scenario: Scenario, n: int, kept: int, draws: int, claimed: float) -> Figure:
    """What is claimed is the coverage attained for certain, where that is known, else the 95 % asked for."""
    noise = 3 * (claimed * (1 - claimed) / draws) ** 0.5
    worst = f", worst of {len(scenario.truths)}" if len(scenario.truths) > 1 else ""
    title = f"{scenario.name}, n = {n}: covered in {draws:,} draws{worst}; claims {claimed:.4f}, less 3 standard errors"
    return Figure(title, kept / draws, "", at_least(round(claimed - noise, 5)))


def _simulate(job: tuple[int, int, float, int, int]) -> tuple[int, float]:
    """How many of the intervals hold the truth, and what they claim."""
    place, n, truth, draws, block = job
    rng = np.random.default_rng([6, place, n, round(1000 * abs(truth)), block])
    kept, claimed = 0, 0.95
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(draws):
            interval = _SCENARIOS[place].draw(rng, n, truth)
            kept += truth in interval
            claimed = interval.attained or interval.asked
    return kept, claimed
