"""Statistics in the words of results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from corduroy.study.effect_size import EffectSize
from corduroy.study.hodges_lehmann import LocationEstimate
from corduroy.study.p_value import PValue
from corduroy.study.proportions import Proportion as ProportionStatistics
from corduroy.study.proportions import clopper_pearson
from corduroy.study.rates import poisson_rate
from corduroy.study.results import Estimate, Pair, Proportion, Rate, Source, TestLine
from corduroy.study.t_intervals import TTest


class _Test(Protocol):
    @property
    def p(self) -> PValue: ...
    @property
    def smallest_p(self) -> PValue | None: ...
    @property
    def words(self) -> str: ...


def line_of(name: str, test: _Test, *, primary: bool = False) -> TestLine:
    """A test as a line of a table."""
    return TestLine(name, test.words, test.p, test.smallest_p, primary)


def location(found: LocationEstimate, name: str, unit: str, *, primary: bool = False) -> Estimate:
    """An estimate of a location."""
    return Estimate(name, found.value, unit, found.interval, found.words, primary)


def mean_with_t(found: TTest, name: str, unit: str) -> Estimate:
    """A mean, or a difference of means, that rests on the normal distribution."""
    return Estimate(name, found.difference, unit, found.interval, found.words)


def effect(found: EffectSize) -> Estimate:
    """An effect size; it has no unit."""
    return Estimate(found.name, found.value, "", found.interval, found.words)


def proportion(
    name: str, counted: ProportionStatistics | None, who: Sequence[Pair], of: int | None = None
) -> Proportion:
    """A proportion with the pairs that were counted."""
    source = Source(
        tuple(pair.case for pair in who), tuple(dict.fromkeys(entry for pair in who for entry in pair.entries))
    )
    found = counted if counted is not None else clopper_pearson(len(who), of or 0)
    return counted_of(name, found.count, found.n, source)


def counted_of(name: str, count: int, n: int, source: Source, remark: str = "") -> Proportion:
    """So many of so many, with the one-sided limit where there is none; `remark` ends its words."""
    found = clopper_pearson(count, n)
    upper = clopper_pearson(0, n, side="upper") if count == 0 else None
    words = _joined(found.words, upper.words if upper else "", remark)
    return Proportion(name, count, n, found.share, found.interval, upper.interval if upper else None, words, source)


def rate_of(name: str, events: int, person_years: float, remark: str = "") -> Rate:
    """Events per person-year, with the one-sided limit where there is none; `remark` ends its words."""
    found = poisson_rate(events, person_years)
    upper = poisson_rate(0, person_years, side="upper") if events == 0 else None
    words = _joined(found.words, upper.words if upper else "", remark)
    limit = upper.interval if upper else None
    return Rate(name, events, person_years, found.per_year, found.interval, limit, words)


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
