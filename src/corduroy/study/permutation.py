"""Permutation tests of means: sign flips of differences, and exchange of group labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from corduroy.errors import StatisticsError
from corduroy.study.enumeration import choices, sign_flips
from corduroy.study.p_value import Alternative, PValue, drawn
from corduroy.study.scaled import Integers, Scaled, sample, scale
from corduroy.study.signed_rank import as_differences

_DRAWS = 100_000  # author's choice: a standard error of 0.0007 at p = 0.05
_BATCH = 2_000_000


@dataclass(frozen=True)
class PermutationTest:
    """A permutation test of a mean.

    Parameters
    ----------
    statistic : float
        The mean difference that was tested.
    design : {"sign flips", "group labels"}
        What was exchanged.
    n : tuple of int
        Patients; two numbers for two groups.
    alternative : {"two-sided", "greater", "less"}
    p : PValue
        Enumerated, or Monte Carlo with its standard error.
    smallest_p : PValue or None
        None for Monte Carlo.
    """

    statistic: float
    design: Literal["sign flips", "group labels"]
    n: tuple[int, ...]
    alternative: Alternative
    p: PValue
    smallest_p: PValue | None

    @property
    def words(self) -> str:
        """The test as it was run."""
        what = "sign patterns" if self.design == "sign flips" else "divisions into groups"
        how = f"exact by enumeration of all {what}" if self.smallest_p else f"{self.p.total:,} random {what}"
        floor = (
            f"; the smallest p these data could give is {str(self.smallest_p).removeprefix('p = ')}"
            if self.smallest_p
            else "; draws from the seeded generator of this report"
        )
        n = " + ".join(str(size) for size in self.n)
        return (
            f"Permutation test of the mean, {self.alternative}, {how}, n = {n}: "
            f"mean difference {self.statistic:.4g}, {self.p}{floor}."
        )


def sign_flip_test(
    differences: ArrayLike | Scaled,
    rng: np.random.Generator,
    alternative: Alternative = "two-sided",
    draws: int = _DRAWS,
) -> PermutationTest:
    """Whether the mean difference is zero: every difference could as well have had the other sign.

    Parameters
    ----------
    differences : array_like, shape (n,), or Scaled
    rng : numpy.random.Generator
        Used only where enumeration would take too long (more than about 20 differences that share no unit).
    alternative : {"two-sided", "greater", "less"}
    draws : int
        Of the Monte Carlo test.

    Notes
    -----
    Fisher's randomization test; enumeration as in R's ``exactRankTests::perm.test``. Monte Carlo p values count the
    observed arrangement (Phipson & Smyth 2010, 10.2202/1544-6115.1585).

    When this number misleads: one very large difference makes the mean; then its p is nearly that of the sign test.
    """
    scaled = as_differences(differences)
    sizes = np.abs(scaled.numbers[scaled.numbers != 0])
    positive = int(scaled.numbers[scaled.numbers > 0].sum())
    table = sign_flips(sizes)
    if table is None:
        p: PValue = _flip(sizes, positive, rng, alternative, draws)
        smallest = None
    else:
        p, smallest = table.p(positive, alternative), table.smallest_p(alternative)
    return PermutationTest(
        statistic=float(scaled.values.mean()),
        design="sign flips",
        n=(int(scaled.numbers.size),),
        alternative=alternative,
        p=p,
        smallest_p=smallest,
    )


def mean_difference_test(
    first: ArrayLike,
    second: ArrayLike,
    rng: np.random.Generator,
    alternative: Alternative = "two-sided",
    draws: int = _DRAWS,
) -> PermutationTest:
    """Whether two groups have the same distribution, by the difference of their means (first minus second).

    Parameters
    ----------
    first, second : array_like, shapes (n,), (m,)
    rng : numpy.random.Generator
        Used only where enumeration would take too long.
    alternative : {"two-sided", "greater", "less"}
    draws : int

    Notes
    -----
    Fisher-Pitman permutation test; enumeration as in ``exactRankTests::perm.test`` and ``coin::oneway_test``.

    When this number misleads: it tests equal distributions. Equal means with unequal spread and group sizes can be
    rejected too often.
    """
    a, b = scale(sample(first, "values of the first group"), sample(second, "values of the second group"))
    both, total = np.concatenate([a.numbers, b.numbers]), int(a.numbers.sum())
    table = choices(both, int(a.numbers.size))
    if table is None:
        p: PValue = _exchange(both, int(a.numbers.size), rng, alternative, draws)
        smallest = None
    else:
        p, smallest = table.p(total, alternative), table.smallest_p(alternative)
    return PermutationTest(
        statistic=float(a.values.mean() - b.values.mean()),
        design="group labels",
        n=(int(a.numbers.size), int(b.numbers.size)),
        alternative=alternative,
        p=p,
        smallest_p=smallest,
    )


def _flip(sizes: Integers, positive: int, rng: np.random.Generator, alternative: Alternative, draws: int) -> PValue:
    # Floating sums are exact up to 2^53: whole numbers of twelve digits, thousands of them.
    weights, reach, extreme = sizes.astype(np.float64), int(sizes.sum()), 0
    for batch in _batches(draws, sizes.size):
        bits = np.unpackbits(rng.integers(0, 256, size=(batch, -(-sizes.size // 8)), dtype=np.uint8), axis=1)
        sums = np.rint(bits[:, : sizes.size].astype(np.float64) @ weights).astype(np.int64)
        extreme += _beyond(2 * sums - reach, 2 * positive - reach, alternative)
    return drawn(extreme, draws)


def _exchange(both: Integers, size: int, rng: np.random.Generator, alternative: Alternative, draws: int) -> PValue:
    n, observed, extreme = both.size, int(both[:size].sum()), 0
    if n == size:
        raise StatisticsError("one group only", "two groups")
    for batch in _batches(draws, n):
        drawn_groups = rng.permuted(np.tile(both, (batch, 1)), axis=1)[:, :size].sum(axis=1)
        extreme += _beyond(n * drawn_groups - size * both.sum(), n * observed - size * int(both.sum()), alternative)
    return drawn(extreme, draws)


def _batches(draws: int, width: int) -> list[int]:
    most = max(1, _BATCH // width)
    return [most] * (draws // most) + ([draws % most] if draws % most else [])


def _beyond(centred: Integers, observed: int, alternative: Alternative) -> int:
    if alternative == "greater":
        return int((centred >= observed).sum())
    if alternative == "less":
        return int((centred <= observed).sum())
    return int((np.abs(centred) >= abs(observed)).sum())
