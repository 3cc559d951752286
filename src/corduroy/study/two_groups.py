"""Two groups: the Mann-Whitney test, exact with ties."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from corduroy.errors import StatisticsError
from corduroy.study.effect_size import EffectSize, rank_biserial
from corduroy.study.enumeration import choices
from corduroy.study.hodges_lehmann import LocationEstimate, hodges_lehmann_shift
from corduroy.study.p_value import Alternative, PValue
from corduroy.study.permutation import PermutationTest, mean_difference_test
from corduroy.study.scaled import Integers, sample, scale
from corduroy.study.t_intervals import TTest, two_group_t


@dataclass(frozen=True)
class MannWhitneyTest:
    """The Mann-Whitney (Wilcoxon rank-sum) test.

    Parameters
    ----------
    n : tuple of (int, int)
    u : float
        Pairs in which the first group is higher, ties counted half (R's W).
    tied : bool
    alternative : {"two-sided", "greater", "less"}
        ``"greater"``: the first group lies higher.
    p, smallest_p : PValue
    """

    n: tuple[int, int]
    u: float
    tied: bool
    alternative: Alternative
    p: PValue
    smallest_p: PValue

    @property
    def words(self) -> str:
        """The test as it was run."""
        how = (
            f"exact by enumeration of all {math.comb(sum(self.n), self.n[0]):,} divisions into groups"
            if self.p.origin == "enumerated"
            else "normal approximation with tie correction, no continuity correction"
        )
        ties = "midranks for ties" if self.tied else "no ties"
        return (
            f"Mann-Whitney test, {self.alternative}, {how}, {ties}, n = {self.n[0]} + {self.n[1]}: U = {self.u:g}, "
            f"{self.p}; the smallest p these data could give is {str(self.smallest_p).removeprefix('p = ')}."
        )


@dataclass(frozen=True)
class MannWhitneyFromU:
    """p values of a Mann-Whitney U without ties: exact, and as programs approximate it.

    Parameters
    ----------
    exact : PValue
    approximate, approximate_corrected : PValue
        Normal approximation without and with continuity correction.
    """

    exact: PValue
    approximate: PValue
    approximate_corrected: PValue


@dataclass(frozen=True)
class TwoGroups:
    """Everything that two small groups allow to be said about one measurement.

    Parameters
    ----------
    name : str
    n_missing : tuple of (int, int)
    mann_whitney : MannWhitneyTest
    permutation : PermutationTest
    shift : LocationEstimate
        First minus second.
    rank_biserial : EffectSize
    welch : TTest or None
        Sensitivity analysis; None where a group has fewer than two patients or there is no spread.
    """

    name: str
    n_missing: tuple[int, int]
    mann_whitney: MannWhitneyTest
    permutation: PermutationTest
    shift: LocationEstimate
    rank_biserial: EffectSize
    welch: TTest | None

    @property
    def words(self) -> str:
        """The methods paragraph of this comparison."""
        parts = [self.shift.words, self.mann_whitney.words, self.permutation.words, self.rank_biserial.words]
        if self.welch is not None:
            parts.append(self.welch.words)
        missing = sum(self.n_missing)
        if missing:
            parts.append(f"Left out for a missing value: {self.n_missing[0]} and {self.n_missing[1]} patients.")
        return f"{self.name}. " + " ".join(parts)


def mann_whitney_test(first: ArrayLike, second: ArrayLike, alternative: Alternative = "two-sided") -> MannWhitneyTest:
    """Whether one of two groups tends to be higher: the Mann-Whitney test.

    Parameters
    ----------
    first, second : array_like, shapes (n,), (m,)
    alternative : {"two-sided", "greater", "less"}

    Notes
    -----
    Mann & Whitney 1947 (10.1214/aoms/1177730491). Exact by enumeration of all divisions of these very values into two
    groups, with midranks, as R's exactRankTests and coin do; two-sided: rank sums at least as far from their
    expectation. Larger groups than can be enumerated get the normal approximation, and the words say so.

    When this number misleads: it tests equal distributions. Groups with equal medians and unequal spread can differ.
    """
    a, b = scale(sample(first, "values of the first group"), sample(second, "values of the second group"))
    n, m = int(a.numbers.size), int(b.numbers.size)
    ranks = np.rint(2 * stats.rankdata(np.concatenate([a.numbers, b.numbers]))).astype(np.int64)
    own = int(ranks[:n].sum())
    table = choices(ranks, n)
    if table is None:
        ends = int(np.sort(ranks)[:n].sum()), int(np.sort(ranks)[m:].sum())
        p = _approximate(ranks, n, own, alternative)
        smallest = min((_approximate(ranks, n, end, alternative) for end in ends), key=lambda found: found.value)
    else:
        p, smallest = table.p(own, alternative), table.smallest_p(alternative)
    return MannWhitneyTest(
        n=(n, m),
        u=own / 2 - n * (n + 1) / 2,
        tied=np.unique(ranks).size < n + m,
        alternative=alternative,
        p=p,
        smallest_p=smallest,
    )


def mann_whitney_from_u(u: float, n: int, m: int) -> MannWhitneyFromU:
    """Two-sided p values that a U can have been printed with, if nothing tied.

    Parameters
    ----------
    u : float
        Of either group.
    n, m : int

    Raises
    ------
    StatisticsError
        If no such U exists, or the groups are too large to enumerate.
    """
    if min(n, m) < 1 or not 0 <= u <= n * m or u != int(u):
        raise StatisticsError(f"U = {u:g} for groups of {n} and {m}", f"a whole number from 0 to {n * m}")
    ranks = 2 * np.arange(1, n + m + 1, dtype=np.int64)
    own = 2 * int(u) + n * (n + 1)
    table = choices(ranks, n)
    if table is None:
        raise StatisticsError(f"groups of {n} and {m}", "smaller groups", "use the normal approximation")
    distance = abs(u - n * m / 2)
    z = max(0.0, distance - 0.5) / math.sqrt(n * m * (n + m + 1) / 12)
    return MannWhitneyFromU(
        exact=table.p(own),
        approximate=_approximate(ranks, n, own, "two-sided"),
        approximate_corrected=PValue(2 * float(special.ndtr(-z)), "approximate"),
    )


def compare_two_groups(
    name: str, first: ArrayLike, second: ArrayLike, rng: np.random.Generator, confidence: float = 0.95
) -> TwoGroups:
    """Compare one measurement between two groups: estimate, exact tests, effect size, sensitivity analysis.

    Parameters
    ----------
    name : str
        Of the measurement, with its unit.
    first, second : array_like, shapes (n,), (m,)
        NaN where missing.
    rng : numpy.random.Generator
        Used only where enumeration would take too long.
    confidence : float
    """
    a, b = sample(first, "values of the first group"), sample(second, "values of the second group")
    testable = min(a.size, b.size) >= 2 and max(np.ptp(a), np.ptp(b)) > 0
    return TwoGroups(
        name=name,
        n_missing=(np.size(first) - a.size, np.size(second) - b.size),
        mann_whitney=mann_whitney_test(a, b),
        permutation=mean_difference_test(a, b, rng),
        shift=hodges_lehmann_shift(a, b, confidence),
        rank_biserial=rank_biserial(a, b),
        welch=two_group_t(a, b, confidence=confidence) if testable else None,
    )


def _approximate(ranks: Integers, size: int, own: int, alternative: Alternative) -> PValue:
    """The normal approximation with the variance of these very ranks, which holds the tie correction."""
    n = ranks.size
    spread = math.sqrt(size * (n - size) / n * float(ranks.astype(np.float64).var(ddof=1))) if n > 1 else 0.0
    if spread == 0:
        return PValue(1.0, "approximate")
    z = (own - size * float(ranks.mean())) / spread
    tail = {"greater": special.ndtr(-z), "less": special.ndtr(z), "two-sided": 2 * special.ndtr(-abs(z))}
    return PValue(min(1.0, float(tail[alternative])), "approximate")
