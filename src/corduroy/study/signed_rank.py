"""Wilcoxon's signed-rank test and the sign test, exact with ties and zeros."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from corduroy.errors import StatisticsError
from corduroy.study.enumeration import sign_flips
from corduroy.study.p_value import Alternative, PValue, counted
from corduroy.study.scaled import Scaled, sample, scale

Zeros = Literal["wilcox", "pratt"]

_ZEROS_WORDS = {
    "wilcox": "dropped before ranking (Wilcoxon)",
    "pratt": "ranked and then dropped (Pratt)",
}


@dataclass(frozen=True)
class SignedRankTest:
    """Wilcoxon's signed-rank test of differences.

    Parameters
    ----------
    n, n_nonzero : int
        Pairs, and pairs whose difference is not zero: only these can speak for or against.
    positive_sum, negative_sum : float
        Rank sums of the positive and of the negative differences (R's V is the first, textbooks' T the smaller).
    tied : bool
        Whether differences other than zero tie in size.
    zeros : {"wilcox", "pratt"}
    alternative : {"two-sided", "greater", "less"}
        ``"greater"``: the differences lie above zero.
    p : PValue
    smallest_p : PValue
        The smallest that these ranks can reach.
    """

    n: int
    n_nonzero: int
    positive_sum: float
    negative_sum: float
    tied: bool
    zeros: Zeros
    alternative: Alternative
    p: PValue
    smallest_p: PValue

    @property
    def words(self) -> str:
        """The test as it was run."""
        how = (
            f"exact by enumeration of all 2^{self.n_nonzero} sign patterns"
            if self.p.origin == "enumerated"
            else "normal approximation with tie correction, no continuity correction"
        )
        zeros = self.n - self.n_nonzero
        ties = "midranks for ties" if self.tied else "no ties"
        zero_words = f"{zeros} zero {_plural(zeros)} {_ZEROS_WORDS[self.zeros]}" if zeros else "no zero differences"
        return (
            f"Wilcoxon signed-rank test, {self.alternative}, {how}, {ties}, {zero_words}, n = {self.n}, "
            f"n_eff = {self.n_nonzero}: T+ = {self.positive_sum:g}, T- = {self.negative_sum:g}, {self.p}; "
            f"the smallest p these data could give is {str(self.smallest_p).removeprefix('p = ')}."
        )


@dataclass(frozen=True)
class SignTest:
    """How many went up and how many down, against the toss of a coin.

    Parameters
    ----------
    positive, negative, zero : int
    alternative : {"two-sided", "greater", "less"}
    p, smallest_p : PValue
    """

    positive: int
    negative: int
    zero: int
    alternative: Alternative
    p: PValue
    smallest_p: PValue

    @property
    def words(self) -> str:
        """The test as it was run."""
        return (
            f"Exact sign test, {self.alternative}, zero differences left out: {self.positive} positive, "
            f"{self.negative} negative, {self.zero} zero, {self.p}; the smallest p these data could give is "
            f"{str(self.smallest_p).removeprefix('p = ')}."
        )


def signed_rank_test(
    differences: ArrayLike | Scaled, zeros: Zeros = "wilcox", alternative: Alternative = "two-sided"
) -> SignedRankTest:
    """Whether differences are symmetric about zero: Wilcoxon's signed-rank test.

    Parameters
    ----------
    differences : array_like, shape (n,), or Scaled
        After minus before. `corduroy.study.differences` makes them without rounding errors; NaN is left out.
    zeros : {"wilcox", "pratt"}
        What becomes of zero differences: dropped before ranking, or ranked with the others and then dropped.
    alternative : {"two-sided", "greater", "less"}

    Raises
    ------
    StatisticsError
        If there is no difference.

    Notes
    -----
    Wilcoxon 1945 (10.2307/3001968); zeros after Pratt 1959 (10.1080/01621459.1959.10501526). Exact by enumeration of
    all sign patterns over the midranks, as R's exactRankTests and coin do; R's ``wilcox.test`` and older versions of
    SciPy fall back to the normal approximation with ties. Above about 650 differences the normal approximation is used,
    and the words say so.

    When this number misleads: with n differences other than zero no two-sided p below 2/2^n exists, whatever the size
    of the effect: 0.03125 for n = 6. The test asks about symmetry; if the differences are skewed it is no test of
    the median. If all are zero nothing was tested and p is 1.
    """
    scaled = as_differences(differences)
    ranks = _doubled_ranks(scaled, zeros)
    chosen = scaled.numbers != 0
    used, positive = ranks[chosen], int(ranks[scaled.numbers > 0].sum())
    table = sign_flips(used)
    if table is None:
        p, smallest = _approximate(used, positive, alternative), _approximate(used, int(used.sum()), alternative)
        smallest = _approximate(used, 0, alternative) if alternative == "less" else smallest
    else:
        p, smallest = table.p(positive, alternative), table.smallest_p(alternative)
    return SignedRankTest(
        n=int(scaled.numbers.size),
        n_nonzero=int(used.size),
        positive_sum=positive / 2,
        negative_sum=(int(used.sum()) - positive) / 2,
        tied=np.unique(used).size < used.size,
        zeros=zeros,
        alternative=alternative,
        p=p,
        smallest_p=smallest,
    )


def sign_test(differences: ArrayLike | Scaled, alternative: Alternative = "two-sided") -> SignTest:
    """Whether as many differences are positive as negative; zeros are left out.

    Parameters
    ----------
    differences : array_like, shape (n,), or Scaled
    alternative : {"two-sided", "greater", "less"}

    Notes
    -----
    Arbuthnott 1710 (10.1098/rstl.1710.0011). When this number misleads: it takes a gain of one point for as much
    as a gain of eight.
    """
    scaled = as_differences(differences)
    positive, negative = int((scaled.numbers > 0).sum()), int((scaled.numbers < 0).sum())
    n = positive + negative
    return SignTest(
        positive=positive,
        negative=negative,
        zero=int(scaled.numbers.size) - n,
        alternative=alternative,
        p=_coin(positive, n, alternative),
        smallest_p=_coin(0 if alternative == "less" else n, n, alternative),
    )


@dataclass(frozen=True)
class SignedRankApproximation:
    """What programs print that approximate the signed-rank test.

    Parameters
    ----------
    z : float
        Negative where the negative rank sum is the larger one; without continuity correction.
    p, p_corrected : PValue
        Two-sided, without and with continuity correction.
    """

    z: float
    p: PValue
    p_corrected: PValue


def signed_rank_approximation(differences: ArrayLike | Scaled) -> SignedRankApproximation:
    """The normal approximation of the signed-rank test, zeros dropped: for checking what others printed, not to report.

    Parameters
    ----------
    differences : array_like, shape (n,), or Scaled

    Raises
    ------
    StatisticsError
        If all differences are zero.

    Notes
    -----
    When this number misleads: for six patients it gives p = 0.0277 (Z = 2.201), below the smallest p that exists.
    """
    scaled = as_differences(differences)
    ranks = _doubled_ranks(scaled, "wilcox")
    used, positive = ranks[scaled.numbers != 0], int(ranks[scaled.numbers > 0].sum())
    if used.size == 0:
        raise StatisticsError("differences that are all zero", "at least one patient who changed")
    spread = math.sqrt(float((used.astype(np.float64) ** 2).sum()) / 4)
    distance = positive - used.sum() / 2
    nearer = max(0.0, abs(distance) - 1.0)  # half a rank, doubled as the ranks are
    return SignedRankApproximation(
        z=distance / spread,
        p=_approximate(used, positive, "two-sided"),
        p_corrected=PValue(2 * float(special.ndtr(-nearer / spread)), "approximate"),
    )


def as_differences(differences: ArrayLike | Scaled) -> Scaled:
    """Differences as whole numbers, at least one of them."""
    if not isinstance(differences, Scaled):
        (differences,) = scale(sample(differences, "differences"))
    if differences.numbers.size == 0:
        raise StatisticsError("no pair of values", "at least one patient with a value before and after")
    return differences


def _doubled_ranks(scaled: Scaled, zeros: Zeros) -> NDArray[np.int64]:
    """Twice the midranks of the sizes: whole numbers. Zeros get rank zero where they are dropped before ranking."""
    if zeros not in _ZEROS_WORDS:
        raise StatisticsError(f"zeros '{zeros}'", "wilcox or pratt")
    sizes = np.abs(scaled.numbers)
    ranks = np.zeros(sizes.size, dtype=np.int64)
    ranked = np.ones(sizes.size, dtype=bool) if zeros == "pratt" else sizes > 0
    ranks[ranked] = np.rint(2 * stats.rankdata(sizes[ranked])).astype(np.int64)
    return ranks


def _approximate(ranks: NDArray[np.int64], positive: int, alternative: Alternative) -> PValue:
    """The normal approximation with the variance of these very ranks, which holds the tie correction."""
    z = (positive - ranks.sum() / 2) / math.sqrt(float((ranks.astype(np.float64) ** 2).sum()) / 4)
    tail = {"greater": special.ndtr(-z), "less": special.ndtr(z), "two-sided": 2 * special.ndtr(-abs(z))}
    return PValue(min(1.0, float(tail[alternative])), "approximate")


def _coin(positive: int, n: int, alternative: Alternative) -> PValue:
    """Binomial probabilities as counts of sign patterns, so that the fraction is exact."""
    if alternative == "two-sided":
        far = abs(2 * positive - n)
        outcomes = [k for k in range(n + 1) if abs(2 * k - n) >= far]
    else:
        outcomes = list(range(positive, n + 1) if alternative == "greater" else range(positive + 1))
    return counted(sum(math.comb(n, k) for k in outcomes), 2**n)


def _plural(count: int) -> str:
    return "difference" if count == 1 else "differences"
