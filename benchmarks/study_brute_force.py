"""Exact p values the long way: every arrangement written out, nothing shared with the study room."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


def small_sample(rng: np.random.Generator) -> Whole:
    """Three to nine differences on a coarse scale: ties and zeros are frequent."""
    return rng.integers(-4, 5, size=int(rng.integers(3, 10)))


def two_small_groups(rng: np.random.Generator) -> tuple[Whole, Whole]:
    """Two groups of two to six values on a coarse scale."""
    return tuple(rng.integers(0, 7, size=int(rng.integers(2, 7))) for _ in range(2))  # type: ignore[return-value]


def small_table(rng: np.random.Generator) -> Whole:
    """Two to five patients at three times."""
    return rng.integers(0, 5, size=(int(rng.integers(2, 6)), 3))


def signed_rank_p(differences: Whole, zeros: str) -> Fraction:
    """Two-sided, over all sign patterns of the differences other than zero."""
    kept = differences if zeros == "pratt" else differences[differences != 0]
    ranks = np.array([_midrank(np.abs(kept), size) for size in np.abs(kept)])[kept != 0]
    signs = np.sign(kept[kept != 0])
    return _flips(ranks, float(ranks[signs > 0].sum()) if ranks.size else 0.0)


def sign_flip_p(differences: Whole) -> Fraction:
    """Two-sided, of the mean."""
    sizes = np.abs(differences[differences != 0]).astype(float)
    return _flips(sizes, float(differences[differences > 0].sum()))


def rank_sum_p(first: Whole, second: Whole) -> Fraction:
    """Two-sided Mann-Whitney, over all divisions into groups."""
    both = np.concatenate([first, second])
    ranks = np.array([_midrank(both, value) for value in both])
    return _divisions(ranks, first.size)


def mean_difference_p(first: Whole, second: Whole) -> Fraction:
    """Two-sided permutation test of the mean difference."""
    return _divisions(np.concatenate([first, second]).astype(float), first.size)


def friedman_p(table: Whole) -> Fraction:
    """Friedman's test over all orders within all rows."""
    ranks = [[_midrank(row, value) for value in row] for row in table]

    def spread(rows: tuple[tuple[float, ...], ...] | list[list[float]]) -> float:
        return sum(sum(column) ** 2 for column in zip(*rows, strict=True))

    observed = spread(ranks)
    found = [
        spread(rows) >= observed - 1e-9 for rows in itertools.product(*(itertools.permutations(row) for row in ranks))
    ]
    return Fraction(sum(found), len(found))


def fisher_p(first: tuple[int, int], second: tuple[int, int]) -> Fraction:
    """Two-sided Fisher, by drawing every set of patients who could have had the events."""
    patients, events = first[1] + second[1], first[0] + second[0]
    counts = [sum(person < first[1] for person in drawn) for drawn in itertools.combinations(range(patients), events)]
    frequency = {count: counts.count(count) for count in set(counts)}
    return Fraction(sum(n for n in frequency.values() if n <= frequency[first[0]]), len(counts))


def _midrank(values: NDArray[np.generic], value: object) -> float:
    return float((values < value).sum() + ((values == value).sum() + 1) / 2)  # type: ignore[operator]


def _flips(sizes: NDArray[np.float64], observed: float) -> Fraction:
    patterns = np.array(list(itertools.product((0, 1), repeat=sizes.size)), dtype=float).reshape(
        2**sizes.size, sizes.size
    )
    sums = patterns @ sizes
    centre = sizes.sum() / 2
    extreme = np.abs(sums - centre) >= abs(observed - centre) - 1e-9
    return Fraction(int(extreme.sum()), len(sums))


def _divisions(values: NDArray[np.float64], size: int) -> Fraction:
    sums = np.array([sum(chosen) for chosen in _subsets(values, size)])
    centre = values.sum() * size / values.size
    extreme = np.abs(sums - centre) >= abs(values[:size].sum() - centre) - 1e-9
    return Fraction(int(extreme.sum()), len(sums))


def _subsets(values: NDArray[np.float64], size: int) -> Iterator[tuple[float, ...]]:
    return itertools.combinations(values.tolist(), size)
