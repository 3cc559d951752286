"""Which p values two printed means and SDs can have: t-tests over all values that round to the printed ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import sqrt

import numpy as np

from corduroy.study.published.printed import Printed
from corduroy.study.t_intervals import t_from_summaries

_STEPS = 9


@dataclass(frozen=True)
class Group:
    """One group as printed: size, mean, standard deviation (divided by n - 1)."""

    n: int
    mean: Printed
    sd: Printed


@dataclass(frozen=True)
class PRange:
    """A p value from the printed digits as they are, and the smallest and largest one over their rounding."""

    nominal: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Mean of the first minus mean of the second group, with the 95 % interval of the pooled variance.

    Parameters
    ----------
    value, low, high : float
        In the unit of the data.
    hedges_g : float
        Difference in pooled SDs times ``1 - 3 / (4 df - 1)`` (Hedges 1981, 10.3102/10769986006002107).
    """

    value: float
    low: float
    high: float
    hedges_g: float


def t_test_p(a: Group, b: Group, *, equal_variances: bool) -> PRange | None:
    """The two-sided p of a t-test.

    Parameters
    ----------
    a, b : Group
        Of two subjects at least.
    equal_variances : bool
        True: Student; False: Welch.

    Returns
    -------
    PRange or None
        None where no SD can be above zero.

    Notes
    -----
    Student's p is monotone in each input, so that its range is exact. Welch's degrees of freedom are not: its range is
    taken over a grid of 9 x 9 SDs (author's choice).
    """
    if a.sd.accepted.high <= 0 and b.sd.accepted.high <= 0:
        return None
    apart = float(a.mean.value - b.mean.value)
    nominal = _p(apart, float(a.sd.value), float(b.sd.value), a, b, equal_variances)
    steps = 2 if equal_variances else _STEPS
    values = [
        _p(apart, sd_a, sd_b, a, b, equal_variances)
        for apart, sd_a, sd_b in product(_distances(a, b), _values(a.sd, steps), _values(b.sd, steps))
    ]
    return PRange(nominal, min(nominal, *values), max(nominal, *values))


def _p(apart: float, sd_a: float, sd_b: float, a: Group, b: Group, equal_variances: bool) -> float:
    if sd_a == sd_b == 0:
        return 1.0 if apart == 0 else 0.0
    return t_from_summaries((apart, sd_a, a.n), (0.0, sd_b, b.n), equal_spread=equal_variances).p.value


def _distances(a: Group, b: Group) -> tuple[float, float]:
    """The smallest and largest distance of the means that print like this."""
    first, second = a.mean.accepted, b.mean.accepted
    gap = max(first.low - second.high, second.low - first.high)
    reach = max(first.high - second.low, second.high - first.low)
    return max(float(gap), 0.0), float(reach)


def _values(sd: Printed, steps: int) -> list[float]:
    low, high = max(float(sd.accepted.low), 0.0), float(sd.accepted.high)
    return [float(x) for x in np.linspace(low, high, steps)]


def difference(a: Group, b: Group) -> Difference | None:
    """Difference, interval and effect size, from the printed digits as they are; None where both SDs are 0."""
    first, second = ((float(side.mean.value), float(side.sd.value), side.n) for side in (a, b))
    if first[1] == second[1] == 0:
        return None
    found = t_from_summaries(first, second, equal_spread=True)
    pooled = found.difference / found.t / sqrt(1 / a.n + 1 / b.n) if found.t else 1.0
    corrected = found.difference / pooled * (1 - 3 / (4 * found.freedom - 1))
    return Difference(found.difference, found.interval.low, found.interval.high, corrected)


def can_be_separate(a: Group, b: Group) -> bool:
    """Whether every value of the group with the higher mean can lie above every value of the other.

    A group's smallest value is at most mean - SD / sqrt(n), with all others equal; its largest at least
    mean + SD / sqrt(n).
    """
    higher, lower = (a, b) if a.mean.value >= b.mean.value else (b, a)
    floor = float(higher.mean.accepted.high) - max(float(higher.sd.accepted.low), 0.0) / sqrt(higher.n)
    ceiling = float(lower.mean.accepted.low) + max(float(lower.sd.accepted.low), 0.0) / sqrt(lower.n)
    return floor >= ceiling
