"""Which p values two printed counts can have: chi-squared with and without correction, Fisher's exact test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import stats

NEIGHBOURS = 3
"""How far a count is varied when one that would explain the printed p is looked for; author's choice."""


class CountTest(StrEnum):
    """Tests of a two by two table, two-sided."""

    CHI2 = "chi-squared without correction"
    CHI2_CORRECTED = "chi-squared with Yates' correction"
    FISHER = "Fisher's exact test"


@dataclass(frozen=True)
class Proportion:
    """`count` of `of`."""

    count: int
    of: int

    def __str__(self) -> str:
        return f"{self.count}/{self.of}"


def count_test_p(a: Proportion, b: Proportion, test: CountTest) -> float | None:
    """Two-sided p; None where the test is undefined because nobody, or everybody, in both groups has the event."""
    table = np.array([[a.count, a.of - a.count], [b.count, b.of - b.count]])
    if test == CountTest.FISHER:
        return float(stats.fisher_exact(table).pvalue)
    if not table.sum(axis=0).all() or not table.sum(axis=1).all():
        return None
    return float(stats.chi2_contingency(table, correction=test == CountTest.CHI2_CORRECTED).pvalue)


def neighbours(a: Proportion, b: Proportion) -> list[tuple[Proportion, Proportion]]:
    """The same two proportions with one count changed by up to three, the nearest first."""
    changed = []
    for step in range(1, NEIGHBOURS + 1):
        for shift in (-step, step):
            changed += [(Proportion(a.count + shift, a.of), b), (a, Proportion(b.count + shift, b.of))]
    return [pair for pair in changed if all(0 <= side.count <= side.of for side in pair)]
