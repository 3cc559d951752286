"""Null distributions by complete enumeration: of sign flips, and of the choice of one group.

Both are counted by dynamic programming over whole numbers (Streitberg & Röhmel 1986, the shift algorithm; not verified
against a primary source, but against brute force in the tests), so ties cost nothing and nothing is approximated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corduroy.study.p_value import Alternative, PValue, counted
from corduroy.study.scaled import Integers

Counts = NDArray[Any]  # whole numbers, or floating where they are too many for 64 bits

# Author's choices: what one processor does in about a second.
_MOST_STEPS = 300_000_000
_LONGEST_TABLE = 20_000_000
_MOST_ARRANGEMENTS = 2**20
_LARGEST_INTEGER = 2**62
_MOST_CHOSEN_FROM = 1000  # the largest binomial coefficient of 1030 overflows floating point


@dataclass(frozen=True)
class Distribution:
    """Sums and how many arrangements reach each.

    Parameters
    ----------
    sums : ndarray of int64, shape (k,)
        Ascending.
    counts : ndarray of int64 or float64, shape (k,)
        Floating, and of sign flips as shares, where the arrangements are too many for 64 bits: correct to about twelve
        digits.
    centre : tuple of int
        Numerator and denominator of the expected sum.
    """

    sums: Integers
    counts: Counts
    centre: tuple[int, int]

    @property
    def total(self) -> float:
        """All arrangements."""
        return float(self.counts.sum())

    def p(self, observed: int, alternative: Alternative = "two-sided") -> PValue:
        """Share of the arrangements that are at least as extreme as the observed one.

        Two-sided: at least as far from the expected sum, on either side. Where the distribution is skewed (groups of
        unequal size with ties) that differs from twice the smaller tail; R's coin and exactRankTests define it so too.
        """
        return self._share(self._extreme(observed, alternative))

    def smallest_p(self, alternative: Alternative = "two-sided") -> PValue:
        """The smallest p value that these ranks, these ties and these groups can give."""
        if alternative == "two-sided":
            distance = self._distance(self.sums)
            return self._share(distance == distance.max())
        edge = self.sums == (self.sums[-1] if alternative == "greater" else self.sums[0])
        return self._share(edge)

    def _extreme(self, observed: int, alternative: Alternative) -> NDArray[np.bool_]:
        if alternative == "greater":
            return self.sums >= observed
        if alternative == "less":
            return self.sums <= observed
        return self._distance(self.sums) >= int(self._distance(np.array([observed]))[0])

    def _distance(self, sums: Integers) -> Integers:
        numerator, denominator = self.centre
        return np.abs(sums * denominator - numerator)

    def _share(self, chosen: NDArray[np.bool_]) -> PValue:
        extreme = self.counts[chosen].sum().item()
        if np.issubdtype(self.counts.dtype, np.integer):
            return counted(extreme, int(self.counts.sum()))
        return PValue(min(1.0, extreme / self.total), "enumerated")


def sign_flips(sizes: Integers) -> Distribution | None:
    """Distribution of the sum of the positive ones when each size gets a sign by the toss of a coin.

    Parameters
    ----------
    sizes : ndarray of int64, shape (n,)
        Positive: ranks (doubled, so that midranks are whole) or absolute differences.

    Returns
    -------
    Distribution or None
        None where it would take too long.
    """
    reach = int(sizes.sum())
    if reach + 1 <= _LONGEST_TABLE and sizes.size * (reach + 1) <= _MOST_STEPS:
        table: Counts = np.zeros(reach + 1, dtype=np.int64 if sizes.size <= 61 else np.float64)
        table[0] = 1
        for size in sizes.tolist():
            # The right-hand side is a copy: each size is used once.
            table[size:] += table[: reach + 1 - size].copy()
            if table.dtype == np.float64:
                table /= 2  # shares of the arrangements: 2^1024 of them would overflow
        found = _dense(table)
    elif 2**sizes.size <= _MOST_ARRANGEMENTS:
        sums = np.zeros(1, dtype=np.int64)
        for size in sizes.tolist():
            sums = np.concatenate([sums, sums + size])
        found = np.unique(sums, return_counts=True)
    else:
        return None
    return Distribution(*found, centre=(reach, 2))


def choices(values: Integers, size: int) -> Distribution | None:
    """Distribution of the sum of `size` of the values when every choice is equally likely.

    Parameters
    ----------
    values : ndarray of int64, shape (n,)
    size : int
        Of the group whose sum is taken.

    Returns
    -------
    Distribution or None
        None where it would take too long.
    """
    lowest, n = int(values.min()), int(values.size)
    shifted = values - lowest
    reach = int(np.sort(shifted)[n - size :].sum())
    centre = (int(values.sum()) * size, n)
    short = (size + 1) * (reach + 1) <= _LONGEST_TABLE and n * (size + 1) * (reach + 1) <= _MOST_STEPS
    if short and n <= _MOST_CHOSEN_FROM:
        found = _dense(_choice_table(shifted, size, reach))
    elif _can_list(n, size):
        found = np.unique(_choice_sums(shifted, size), return_counts=True)
    else:
        return None
    return Distribution(found[0] + lowest * size, found[1], centre)


def _choice_table(shifted: Integers, size: int, reach: int) -> Counts:
    """Row j, column s: in how many ways j values sum to s."""
    n = int(shifted.size)
    whole = math.comb(n, min(size, n // 2)) < _LARGEST_INTEGER
    table: Counts = np.zeros((size + 1, reach + 1), dtype=np.int64 if whole else np.float64)
    table[0, 0] = 1
    for seen, value in enumerate(np.sort(shifted).tolist(), start=1):
        for taken in range(min(seen, size), 0, -1):
            table[taken, value:] += table[taken - 1, : reach + 1 - value]
    last: Counts = table[size]
    return last


def _choice_sums(shifted: Integers, size: int) -> Integers:
    """The sum of every subset of that size."""
    sums: list[Integers] = [np.zeros(1, dtype=np.int64), *(np.empty(0, dtype=np.int64) for _ in range(size))]
    for value in shifted.tolist():
        for taken in range(size, 0, -1):
            sums[taken] = np.concatenate([sums[taken], sums[taken - 1] + value])
    return sums[size]


def _can_list(n: int, size: int) -> bool:
    """Whether all subsets of up to that size are few enough to be written out."""
    held = 0
    for taken in range(size + 1):
        held += math.comb(n, taken)
        if held > _MOST_ARRANGEMENTS:
            return False
    return True


def _dense(table: Counts) -> tuple[Integers, Counts]:
    (reached,) = np.nonzero(table)
    return reached.astype(np.int64), table[reached]
