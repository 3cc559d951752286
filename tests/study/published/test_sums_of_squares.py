from __future__ import annotations

from collections import defaultdict
from itertools import combinations_with_replacement

import pytest

from corduroy.study.published import sums_of_squares
from corduroy.study.published.sums_of_squares import attainable, largest_squares


def enumerate_samples(n: int, low: int, high: int) -> dict[int, set[int]]:
    """Sums of squares by sum, of every sample of whole numbers between two bounds."""
    found: dict[int, set[int]] = defaultdict(set)
    for sample in combinations_with_replacement(range(low, high + 1), n):
        found[sum(sample)].add(sum(x * x for x in sample))
    return found


@pytest.mark.parametrize(("n", "reach"), [(1, 12), (2, 12), (3, 10), (4, 7), (5, 5), (6, 4)])
def test_unbounded_equals_enumeration(n: int, reach: int) -> None:
    truth = enumerate_samples(n, -reach, reach)
    # A sum of squares up to reach² cannot hide a number beyond the enumerated ones.
    for total in range(-reach, reach + 1):
        for squares in range(reach * reach):
            assert attainable(n, total, squares) == (squares in truth[total]), (total, squares)


@pytest.mark.parametrize("n", range(1, 8))
@pytest.mark.parametrize(("low", "high"), [(-1, 1), (0, 3), (-2, 3), (1, 3), (5, 5)])
def test_bounded_equals_enumeration(n: int, low: int, high: int) -> None:
    truth = enumerate_samples(n, low, high)
    for total in range(n * low - 2, n * high + 3):
        if truth[total]:
            assert largest_squares(n, total, low, high) == max(truth[total])
        for squares in range(n * max(low * low, high * high) + 4):
            assert attainable(n, total, squares, low, high) == (squares in truth[total]), (total, squares)


def test_without_the_count_nothing_is_wrongly_excluded_or_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums_of_squares, "_MOST_STATES", 0)
    undecided = 0
    for n in (5, 6, 7):
        truth = enumerate_samples(n, 0, 4)
        for total in range(4 * n + 1):
            for squares in range(16 * n + 1):
                found = attainable(n, total, squares, 0, 4)
                undecided += found is None
                assert found in (None, squares in truth[total])
    assert undecided < 300


def test_one_sided_bounds() -> None:
    # Eight numbers of 0 and more with the sum 8: the largest sum of squares is 64.
    assert attainable(8, 8, 64, low=0)
    assert not attainable(8, 8, 66, low=0)
    assert attainable(8, 8, 66)
