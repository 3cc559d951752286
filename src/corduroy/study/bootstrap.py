"""The bootstrap, where there are enough patients for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from corduroy.errors import StatisticsError
from corduroy.study.interval import Interval
from corduroy.study.scaled import sample

_FEWEST = 10
_DRAWS = 9_999  # author's choice


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[..., Any],
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> Interval:
    """A bias-corrected and accelerated bootstrap interval; refused for fewer than ten patients.

    Parameters
    ----------
    values : array_like, shape (n,)
    statistic : callable
        ``statistic(values, axis)``, for example ``numpy.mean``.
    rng : numpy.random.Generator
    confidence : float

    Raises
    ------
    StatisticsError
        If there are fewer than ten values, or they are all equal.

    Notes
    -----
    Efron 1987 (10.1080/01621459.1987.10478410), computed by SciPy. When this number misleads: it is too short for few
    patients, because the sample cannot show what the tails hold: six patients have 462 distinct resamples.
    """
    found = sample(values)
    n = int(found.size)
    if n < _FEWEST:
        raise StatisticsError(
            f"a bootstrap of {n} patients, who have only {math.comb(2 * n - 1, n):,} distinct resamples",
            f"at least {_FEWEST} patients",
            "use the Hodges-Lehmann or the median interval: their coverage is known",
        )
    if np.ptp(found) == 0:
        raise StatisticsError("values that are all equal", "values with a spread")
    limits = stats.bootstrap(
        (found,), statistic, n_resamples=_DRAWS, confidence_level=confidence, method="BCa", rng=rng
    ).confidence_interval
    return Interval(float(limits.low), float(limits.high), confidence, None, "approximate", "BCa bootstrap")
