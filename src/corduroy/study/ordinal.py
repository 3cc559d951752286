"""Ordinal grades before and after: a matrix and counts, never a mean of grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corduroy.errors import StatisticsError
from corduroy.study.proportions import Proportion, clopper_pearson
from corduroy.study.signed_rank import SignTest, sign_test


@dataclass(frozen=True)
class OrdinalChange:
    """Grades before and after treatment.

    Parameters
    ----------
    name : str
    grades : tuple of str
        From worst to best.
    matrix : tuple of tuple of int
        Row: grade before; column: grade after.
    n, missing : int
        Pairs; patients without one of the two grades.
    improved, improved_by_two, worsened : Proportion
        Of all pairs: by at least one grade, by at least two, by at least one the other way.
    unchanged : int
    at_ceiling : int
        Patients who started at the best grade: they could not improve.
    improved_of_those_who_could : Proportion or None
        None where all started at the best grade.
    sign : SignTest
    """

    name: str
    grades: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    n: int
    missing: int
    improved: Proportion
    improved_by_two: Proportion
    worsened: Proportion
    unchanged: int
    at_ceiling: int
    improved_of_those_who_could: Proportion | None
    sign: SignTest

    @property
    def words(self) -> str:
        """The change in sentences."""
        ceiling = (
            f" {self.at_ceiling} of {self.n} started at {self.grades[-1]} and could not improve"
            + (
                f"; of the others improved {self.improved_of_those_who_could.words}."
                if self.improved_of_those_who_could
                else "."
            )
            if self.at_ceiling
            else ""
        )
        return (
            f"{self.name}, {self.grades[0]} (worst) to {self.grades[-1]} (best), n = {self.n}, missing {self.missing}: "
            f"improved by at least one grade {self.improved.words}, by at least two {self.improved_by_two.words}, "
            f"unchanged {self.unchanged}/{self.n}, worse {self.worsened.words}.{ceiling} {self.sign.words}"
        )


def ordinal_change(
    before: Sequence[str | None],
    after: Sequence[str | None],
    grades: Sequence[str],
    name: str,
    confidence: float = 0.95,
) -> OrdinalChange:
    """Compare grades before and after.

    Parameters
    ----------
    before, after : sequence of str or None
        One for each patient, in the same order; None where missing.
    grades : sequence of str
        From worst to best, for example ``"ABCDE"`` for Frankel.
    name : str
    confidence : float
        Of the Clopper-Pearson intervals.

    Raises
    ------
    StatisticsError
        If the lengths differ, a grade is unknown, or no patient has both.

    Notes
    -----
    Grades have an order but no distances, so the test is the sign test and no mean is given. When this number misleads:
    a patient who starts at the best grade cannot improve; with one such patient among six the smallest two-sided p is
    0.0625.
    """
    if len(before) != len(after):
        raise StatisticsError(f"{len(before)} grades before and {len(after)} after", "one of each for every patient")
    place = {grade: number for number, grade in enumerate(grades)}
    if unknown := [grade for grade in (*before, *after) if grade is not None and grade not in place]:
        raise StatisticsError(f"{name} grade '{unknown[0]}'", ", ".join(grades))
    pairs = [(place[a], place[b]) for a, b in zip(before, after, strict=True) if a is not None and b is not None]
    if not pairs:
        raise StatisticsError(f"no patient with {name} before and after", "at least one")
    matrix = np.zeros((len(grades), len(grades)), dtype=np.int64)
    np.add.at(matrix, tuple(np.array(pairs).T), 1)
    gains = [b - a for a, b in pairs]
    n, best = len(pairs), len(grades) - 1
    at_ceiling = sum(a == best for a, _ in pairs)
    improved = sum(gain >= 1 for gain in gains)
    return OrdinalChange(
        name=name,
        grades=tuple(grades),
        matrix=tuple(tuple(int(count) for count in row) for row in matrix),
        n=n,
        missing=len(before) - n,
        improved=clopper_pearson(improved, n, confidence),
        improved_by_two=clopper_pearson(sum(gain >= 2 for gain in gains), n, confidence),
        worsened=clopper_pearson(sum(gain <= -1 for gain in gains), n, confidence),
        unchanged=sum(gain == 0 for gain in gains),
        at_ceiling=at_ceiling,
        improved_of_those_who_could=(clopper_pearson(improved, n - at_ceiling, confidence) if n > at_ceiling else None),
        sign=sign_test(gains),
    )
