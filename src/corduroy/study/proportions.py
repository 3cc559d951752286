"""Counts out of few: exact binomial intervals, and 2 x 2 tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy import special, stats
from statsmodels.stats.proportion import confint_proportions_2indep

from corduroy.errors import StatisticsError
from corduroy.study.interval import Interval, percent
from corduroy.study.p_value import PValue
from corduroy.study.versions import credit

Side = Literal["two-sided", "upper", "lower"]


@dataclass(frozen=True)
class Proportion:
    """A count out of a number of patients, with its exact interval.

    Parameters
    ----------
    count, n : int
    interval : Interval
        Of the share, 0 to 1.
    side : {"two-sided", "upper", "lower"}
    """

    count: int
    n: int
    interval: Interval
    side: Side

    @property
    def share(self) -> float:
        """Count over n."""
        return self.count / self.n

    @property
    def words(self) -> str:
        """The count and what it leaves possible."""
        level = percent(self.interval.asked)
        low, high = percent(self.interval.low), percent(self.interval.high)
        limits = {
            "two-sided": f"{level} Clopper-Pearson interval {low} to {high}",
            "upper": f"one-sided {level} Clopper-Pearson limit at most {high}",
            "lower": f"one-sided {level} Clopper-Pearson limit at least {low}",
        }[self.side]
        return f"{self.count}/{self.n} ({percent(self.share)}; {limits})"


@dataclass(frozen=True)
class TwoByTwo:
    """Two counts compared.

    Parameters
    ----------
    table : tuple of tuple of int
        Rows: groups; columns: with and without the event.
    fisher : PValue
        Two-sided: tables at most as probable as the observed one.
    odds_ratio : float
        Conditional maximum likelihood; infinite or zero where a cell is empty.
    odds_ratio_interval : Interval
        Exact conditional.
    risk_difference : float
        First minus second.
    risk_difference_interval : Interval
        Newcombe's hybrid score interval: approximate.
    """

    table: tuple[tuple[int, int], tuple[int, int]]
    fisher: PValue
    odds_ratio: float
    odds_ratio_interval: Interval
    risk_difference: float
    risk_difference_interval: Interval

    @property
    def words(self) -> str:
        """The comparison as it was made."""
        (a, b), (c, d) = self.table
        difference = self.risk_difference_interval
        return (
            f"{a}/{a + b} versus {c}/{c + d}: Fisher's exact test, two-sided, {self.fisher}; odds ratio "
            f"{self.odds_ratio:.3g} (conditional maximum likelihood), {self.odds_ratio_interval.text(3)}; risk "
            f"difference {percent(self.risk_difference)}, {percent(difference.low)} to {percent(difference.high)} "
            f"({percent(difference.asked)} interval, Newcombe's hybrid score, approximate) "
            f"({credit('scipy')}, {credit('statsmodels')})."
        )


def clopper_pearson(count: int, n: int, confidence: float = 0.95, side: Side = "two-sided") -> Proportion:
    """The exact binomial interval of a count.

    Parameters
    ----------
    count, n : int
    confidence : float
    side : {"two-sided", "upper", "lower"}
        ``"upper"``: only an upper limit, with all the error above it.

    Raises
    ------
    StatisticsError
        If the count is not between 0 and n, or n is 0.

    Notes
    -----
    Clopper & Pearson 1934 (10.1093/biomet/26.4.404). It covers at least what it claims for every true share. For 0 of
    6: at most 45.9 % two-sided, 39.3 % one-sided; the "rule of three" gives 50 % and is meant for n >= 30.

    When this number misleads: it presumes independent patients with one common probability.
    """
    _check_count(count, n)
    error = (1 - confidence) / (2 if side == "two-sided" else 1)
    low = 0.0 if count == 0 or side == "upper" else float(special.betaincinv(count, n - count + 1, error))
    high = 1.0 if count == n or side == "lower" else float(special.betaincinv(count + 1, n - count, 1 - error))
    interval = Interval(low, high, confidence, None, "exact", "Clopper-Pearson")
    return Proportion(count, n, interval, side)


def compare_proportions(first: tuple[int, int], second: tuple[int, int], confidence: float = 0.95) -> TwoByTwo:
    """Compare two counts: Fisher's exact test, odds ratio, risk difference.

    Parameters
    ----------
    first, second : tuple of (int, int)
        Count and number of patients of each group.
    confidence : float

    Raises
    ------
    StatisticsError
        If a count is not between 0 and its n.

    Notes
    -----
    Fisher 1922 (10.2307/2340521), odds ratio as in R's ``fisher.test``; risk difference by Newcombe 1998, method 10
    (10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I): it covers about, not at least, what it claims.

    When this number misleads: Fisher's test is conservative in small groups; its p and the interval of the risk
    difference rest on different methods and can disagree about zero.
    """
    for count, n in (first, second):
        _check_count(count, n)
    table = (first[0], first[1] - first[0]), (second[0], second[1] - second[0])
    odds = stats.contingency.odds_ratio(table, kind="conditional")
    limits = odds.confidence_interval(confidence)
    difference = confint_proportions_2indep(
        first[0], first[1], second[0], second[1], method="newcomb", alpha=1 - confidence
    )
    return TwoByTwo(
        table=table,
        fisher=fisher_exact(table),
        odds_ratio=float(odds.statistic),
        odds_ratio_interval=Interval(
            float(limits.low), float(limits.high), confidence, None, "exact", "exact conditional"
        ),
        risk_difference=first[0] / first[1] - second[0] / second[1],
        risk_difference_interval=Interval(
            float(difference[0]), float(difference[1]), confidence, None, "approximate", "Newcombe"
        ),
    )


def fisher_exact(table: tuple[tuple[int, int], tuple[int, int]]) -> PValue:
    """Fisher's exact test of a 2 x 2 table, two-sided, by counting tables with the same margins.

    Parameters
    ----------
    table : tuple of tuple of int
    """
    (a, b), (c, d) = table
    ways = {k: math.comb(a + b, k) * math.comb(c + d, a + c - k) for k in range(max(0, a - d), min(a + b, a + c) + 1)}
    # Whole numbers: tables as probable as the observed one are recognized without a tolerance.
    extreme = sum(count for count in ways.values() if count <= ways[a])
    total = sum(ways.values())
    return PValue(extreme / total, "enumerated", extreme, total)


def chi_squared(table: tuple[tuple[int, int], tuple[int, int]], *, corrected: bool = False) -> PValue:
    """Pearson's chi-squared test of a 2 x 2 table: for checking what others printed, never for few patients.

    Parameters
    ----------
    table : tuple of tuple of int
    corrected : bool
        Yates's continuity correction.
    """
    return PValue(float(stats.chi2_contingency(table, correction=corrected).pvalue), "approximate")


def _check_count(count: int, n: int) -> None:
    if n < 1 or not 0 <= count <= n or count != int(count) or n != int(n):
        raise StatisticsError(f"{count} of {n}", "a whole number of events, not more than patients, and a patient")
