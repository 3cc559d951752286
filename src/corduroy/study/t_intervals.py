"""Student's t: the sensitivity analysis beside the exact one, labelled as resting on the normal distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from corduroy.errors import StatisticsError
from corduroy.study.interval import Interval
from corduroy.study.p_value import PValue
from corduroy.study.scaled import Scaled, sample
from corduroy.study.signed_rank import as_differences
from corduroy.study.versions import credit


@dataclass(frozen=True)
class TTest:
    """A mean, or a difference of two means, with Student's t.

    Parameters
    ----------
    difference : float
    interval : Interval
    t, freedom : float
    p : PValue
        Two-sided.
    name : str
    """

    difference: float
    interval: Interval
    t: float
    freedom: float
    p: PValue
    name: str

    @property
    def words(self) -> str:
        """The test as it was run, and on what it rests."""
        return (
            f"Sensitivity analysis, {self.name}: {self.difference:.4g}, {self.interval.text()}, t = {self.t:.3g}, "
            f"{self.freedom:.4g} degrees of freedom, {self.p} ({credit('scipy')}); it assumes normally distributed "
            "measurements, which no test can confirm at small n."
        )


def paired_t(differences: ArrayLike | Scaled, confidence: float = 0.95) -> TTest:
    """Mean of paired differences with Student's t.

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
    When this number misleads: it can give any p, however small, with six patients; no rank test can go below 0.03125.
    """
    values = as_differences(differences).values
    if values.size < 2 or np.ptp(values) == 0:
        raise StatisticsError(f"{values.size} differences without spread", "at least two that differ")
    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size)
    return _t_test(mean, error, values.size - 1, confidence, "paired t")


def two_group_t(first: ArrayLike, second: ArrayLike, *, equal_spread: bool = False, confidence: float = 0.95) -> TTest:
    """Difference of two means (first minus second): Welch's t, or Student's with one pooled spread.

    Parameters
    ----------
    first, second : array_like, shapes (n,), (m,)
    equal_spread : bool
        Student's instead of Welch's.
    confidence : float
    """
    a, b = sample(first, "values of the first group", 2), sample(second, "values of the second group", 2)
    return t_from_summaries(
        (float(a.mean()), float(a.std(ddof=1)), a.size),
        (float(b.mean()), float(b.std(ddof=1)), b.size),
        equal_spread=equal_spread,
        confidence=confidence,
    )


def t_from_summaries(
    first: tuple[float, float, int],
    second: tuple[float, float, int],
    *,
    equal_spread: bool = False,
    confidence: float = 0.95,
) -> TTest:
    """The same from mean, SD and n, as papers print them.

    Parameters
    ----------
    first, second : tuple of (float, float, int)
        Mean, standard deviation, patients.
    equal_spread : bool
        Student's instead of Welch's (Welch 1947, 10.1093/biomet/34.1-2.28).
    confidence : float

    Raises
    ------
    StatisticsError
        If a group has fewer than two patients, or neither has any spread.
    """
    (mean_1, sd_1, n_1), (mean_2, sd_2, n_2) = first, second
    if min(n_1, n_2) < 2 or max(sd_1, sd_2) <= 0 or min(sd_1, sd_2) < 0:
        raise StatisticsError(f"groups of {n_1} and {n_2} with SDs {sd_1:g} and {sd_2:g}", "two patients and a spread")
    if equal_spread:
        freedom: float = n_1 + n_2 - 2
        pooled = ((n_1 - 1) * sd_1**2 + (n_2 - 1) * sd_2**2) / freedom
        return _t_test(mean_1 - mean_2, math.sqrt(pooled * (1 / n_1 + 1 / n_2)), freedom, confidence, "Student's t")
    parts = sd_1**2 / n_1, sd_2**2 / n_2
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (n_1 - 1) + parts[1] ** 2 / (n_2 - 1))
    return _t_test(mean_1 - mean_2, math.sqrt(sum(parts)), freedom, confidence, "Welch's t")


def _t_test(difference: float, error: float, freedom: float, confidence: float, name: str) -> TTest:
    margin = float(special.stdtrit(freedom, (1 + confidence) / 2)) * error
    t = difference / error
    return TTest(
        difference=difference,
        interval=Interval(difference - margin, difference + margin, confidence, None, "model", name),
        t=t,
        freedom=freedom,
        p=PValue(2 * float(special.stdtr(freedom, -abs(t))), "model"),
        name=name,
    )
