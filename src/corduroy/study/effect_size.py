"""Effect sizes: how large, beside how surprising."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from corduroy.errors import StatisticsError
from corduroy.study.interval import Interval
from corduroy.study.scaled import Scaled, sample, scale
from corduroy.study.signed_rank import as_differences, signed_rank_test
from corduroy.study.versions import credit


@dataclass(frozen=True)
class EffectSize:
    """One effect size.

    Parameters
    ----------
    value : float
    interval : Interval or None
        None where no interval with a known coverage exists.
    name, formula : str
    """

    value: float
    interval: Interval | None
    name: str
    formula: str

    @property
    def words(self) -> str:
        """What was computed, and how."""
        limits = f", {self.interval.text(3)} ({credit('scipy')})" if self.interval else ", no interval given"
        return f"{self.name} ({self.formula}): {self.value:.3g}{limits}."


def rank_biserial_paired(differences: ArrayLike | Scaled) -> EffectSize:
    """Matched-pairs rank-biserial correlation: 1 if all went up, -1 if all went down.

    Parameters
    ----------
    differences : array_like, shape (n,), or Scaled

    Raises
    ------
    StatisticsError
        If all differences are zero.

    Notes
    -----
    ``(T+ - T-) / (T+ + T-)`` of Wilcoxon's rank sums, zeros dropped (Kerby 2014, 10.2466/11.IT.3.1). When this number
    misleads: it is 1 as soon as all six improve, by however little.
    """
    test = signed_rank_test(differences)
    both = test.positive_sum + test.negative_sum
    if both == 0:
        raise StatisticsError("differences that are all zero", "at least one patient who changed")
    return EffectSize(
        (test.positive_sum - test.negative_sum) / both,
        None,
        "Matched-pairs rank-biserial correlation",
        "(T+ - T-) / (T+ + T-)",
    )


def rank_biserial(first: ArrayLike, second: ArrayLike) -> EffectSize:
    """Rank-biserial correlation of two groups, also called Cliff's delta.

    Parameters
    ----------
    first, second : array_like, shapes (n,), (m,)

    Notes
    -----
    Share of pairs of patients in which the first is higher, minus share in which it is lower (Cliff 1993,
    10.1037/0033-2909.114.3.494).
    """
    a, b = scale(sample(first, "values of the first group"), sample(second, "values of the second group"))
    ordered = np.sort(b.numbers)
    lower = np.searchsorted(ordered, a.numbers, side="left").sum()
    higher = (ordered.size - np.searchsorted(ordered, a.numbers, side="right")).sum()
    share = float(lower - higher) / (a.numbers.size * ordered.size)
    return EffectSize(share, None, "Rank-biserial correlation (Cliff's delta)", "P(first > second) - P(first < second)")


def hedges_paired(differences: ArrayLike | Scaled, confidence: float = 0.95) -> EffectSize:
    """Mean difference in units of the SD of the differences, corrected for small n, with the noncentral-t interval.

    Parameters
    ----------
    differences : array_like, shape (n,), or Scaled
    confidence : float

    Raises
    ------
    StatisticsError
        If there are fewer than two differences, or they are all equal.

    Notes
    -----
    Hedges 1981 (10.3102/10769986006002107), with the exact correction by gamma functions. The limits are those of the
    population's value: noncentrality that puts the observed t at the tails, over the root of n. They are exact if the
    differences are normally distributed and are not multiplied by the correction, which would spoil that.

    When this number misleads: it divides by the spread of the *changes*; d values of two independent groups divide by
    the spread of the *patients* and cannot be compared with it.
    """
    values = as_differences(differences).values
    if values.size < 2 or np.ptp(values) == 0:
        raise StatisticsError(f"{values.size} differences without spread", "at least two that differ")
    root = math.sqrt(values.size)
    ratio = float(values.mean() / values.std(ddof=1))
    return EffectSize(
        _correction(values.size - 1) * ratio,
        _noncentral(ratio * root, values.size - 1, root, confidence),
        "Hedges' g of the paired differences",
        "mean / SD of the differences, small-sample corrected; interval of the uncorrected population value",
    )


def hedges_groups(
    first: tuple[float, float, int], second: tuple[float, float, int], confidence: float = 0.95
) -> EffectSize:
    """Difference of two means in units of the pooled SD, corrected for small n, from mean, SD and n of each group.

    Parameters
    ----------
    first, second : tuple of (float, float, int)
        Mean, standard deviation, patients.
    confidence : float

    Raises
    ------
    StatisticsError
        If a group has fewer than two patients, or there is no spread.

    Notes
    -----
    As `hedges_paired`; exact if both groups are normally distributed with one spread.
    """
    (mean_1, sd_1, n_1), (mean_2, sd_2, n_2) = first, second
    freedom = n_1 + n_2 - 2
    if min(n_1, n_2) < 2 or max(sd_1, sd_2) <= 0:
        raise StatisticsError(f"groups of {n_1} and {n_2} with SDs {sd_1:g} and {sd_2:g}", "two patients and a spread")
    pooled = math.sqrt(((n_1 - 1) * sd_1**2 + (n_2 - 1) * sd_2**2) / freedom)
    root = math.sqrt(n_1 * n_2 / (n_1 + n_2))
    ratio = (mean_1 - mean_2) / pooled
    return EffectSize(
        _correction(freedom) * ratio,
        _noncentral(ratio * root, freedom, root, confidence),
        "Hedges' g of two groups",
        "difference of means / pooled SD, small-sample corrected; interval of the uncorrected population value",
    )


def _correction(freedom: int) -> float:
    return math.exp(special.gammaln(freedom / 2) - special.gammaln((freedom - 1) / 2)) / math.sqrt(freedom / 2)


def _noncentral(t: float, freedom: int, root: float, confidence: float) -> Interval:
    """The noncentralities at which the observed t is the upper and the lower tail's limit."""
    tail = (1 - confidence) / 2
    limits = [_noncentrality(t, freedom, share) / root for share in (1 - tail, tail)]
    return Interval(limits[0], limits[1], confidence, None, "model", "noncentral t")


def _noncentrality(t: float, freedom: int, below: float) -> float:
    """The noncentrality under which a share `below` of all t lies below the observed one."""

    def excess(centre: float) -> float:
        share = float(stats.nct.cdf(t, freedom, centre))
        # SciPy gives NaN where t and a large noncentrality have opposite signs: all of the distribution is on one side.
        return (share if not math.isnan(share) else float(centre < 0)) - below

    reach = 4 * math.sqrt(1 + t**2 / (2 * freedom))
    while excess(t - reach) < 0 or excess(t + reach) > 0:
        reach *= 1.5
    return float(optimize.brentq(excess, t - reach, t + reach, xtol=1e-10))
