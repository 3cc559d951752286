"""The p values that rank tests can have at given sample sizes at all: a short list for small samples.

Without ties, Mann-Whitney's U takes the whole numbers 0 to n1 n2 and the signed-rank T those from 0 to n (n + 1) / 2;
each of them has one exact p and one normal approximation, with or without continuity correction. Ties move the
approximation; that is looked at only where it decides (`all_one_way_p`).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from math import comb, sqrt

import numpy as np
from scipy import stats

from corduroy.study.enumeration import choices, sign_flips

_LONGEST_LIST = 4_000
_MOST_FOR_TIE_PATTERNS = 25


class Form(StrEnum):
    """How a rank test's p is obtained."""

    EXACT = "exact"
    NORMAL = "normal approximation"
    CORRECTED = "normal approximation with continuity correction"


@lru_cache(maxsize=64)
def mann_whitney_p(n1: int, n2: int, form: Form) -> tuple[float, ...] | None:
    """Two-sided p of every U from 0 to the middle, ``n1 n2 // 2``, without ties.

    Returns
    -------
    tuple of float or None
        By U. None where the list would be too long (n1 n2 above 4000, author's choice).

    Notes
    -----
    The list is symmetrical: U and n1 n2 - U have the same p.
    """
    most = n1 * n2
    if most > _LONGEST_LIST:
        return None
    if form == Form.EXACT:
        # Doubled, as `choices` counts ranks, so that its sums are whole with midranks too.
        table = choices(2 * np.arange(1, n1 + n2 + 1, dtype=np.int64), n1)
        return None if table is None else tuple(table.p(2 * u + n1 * (n1 + 1)).value for u in range(most // 2 + 1))
    sigma = sqrt(most * (n1 + n2 + 1) / 12)
    return tuple(_normal_p(most / 2 - u, sigma, form) for u in range(most // 2 + 1))


def _normal_p(distance: float, sigma: float, form: Form) -> float:
    shortened = max(distance - 0.5, 0.0) if form == Form.CORRECTED else distance
    return float(2 * stats.norm.sf(shortened / sigma))


@lru_cache(maxsize=64)
def signed_rank_p(n: int, form: Form) -> tuple[float, ...] | None:
    """Two-sided p of every T from 0 to the middle, ``n (n + 1) // 4``, without ties and zeros.

    Returns
    -------
    tuple of float or None
        By T, the smaller of both rank sums. None where the list would be too long (above 4000, author's choice).
    """
    most = n * (n + 1) // 2
    if most > _LONGEST_LIST:
        return None
    if form == Form.EXACT:
        table = sign_flips(np.arange(1, n + 1, dtype=np.int64))
        return None if table is None else tuple(table.p(t).value for t in range(most // 2 + 1))
    sigma = sqrt(n * (n + 1) * (2 * n + 1) / 24)
    return tuple(_normal_p(most / 2 - t, sigma, form) for t in range(most // 2 + 1))


@lru_cache(maxsize=64)
def all_one_way_p(n: int, form: Form) -> tuple[float, ...]:
    """The normal approximation's p values when all n differences have the same sign: one for each pattern of ties.

    Returns
    -------
    tuple of float
        Falling, from no ties to all tied; for n above 25 (author's choice) only these two.
    """
    if n <= _MOST_FOR_TIE_PATTERNS:
        ties = {sum(t**3 - t for t in pattern) for pattern in _partitions(n, n)}
    else:
        ties = {0, n**3 - n}
    plain = n * (n + 1) * (2 * n + 1)
    variances = [(plain - tied / 2) / 24 for tied in ties]
    return tuple(sorted((_normal_p(n * (n + 1) / 4, sqrt(v), form) for v in variances), reverse=True))


def _partitions(n: int, largest: int) -> Iterator[tuple[int, ...]]:
    if n == 0:
        yield ()
    for part in range(min(n, largest), 0, -1):
        for others in _partitions(n - part, part):
            yield (part, *others)


def sign_test_p(n: int, one_way: int) -> float:
    """Exact two-sided p of the sign test: `one_way` of n changed pairs go in one direction, at least half of them."""
    return min(1.0, float(2 * stats.binom.sf(one_way - 1, n, 0.5)))


def smallest_paired_p(n: int) -> float:
    """The smallest two-sided p of sign test, signed-rank test and sign-flip permutation at n changed pairs."""
    return min(1.0, 2.0 ** (1 - n))


def smallest_two_group_p(n1: int, n2: int) -> float:
    """The smallest two-sided p of an exact rank or permutation test of two groups."""
    return min(1.0, 2 / comb(n1 + n2, n1))
