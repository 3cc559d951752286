"""Limits of a share without an event that hold for few patients: the beta product procedure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from corduroy.errors import StatisticsError
from corduroy.study.interval import Interval
from corduroy.study.scaled import pair_up

_Floats = NDArray[np.float64]

BINOMIAL = "Clopper-Pearson among those followed so long"
_BETA_PRODUCT = "beta product"


@dataclass(frozen=True)
class BetaProduct:
    """The beta product procedure for one set of patients.

    Each event multiplies the upper variable by Beta(at risk, 1); the lower one also bears the event that could come
    next. A product of beta variables is taken for the one beta variable with its first two moments.

    Parameters
    ----------
    event_times : ndarray, shape (k,)
    log_means, log_ratios : ndarray, shape (k + 1,)
        Of the product of the first j variables: logarithm of the mean, and of the second moment over the squared mean.
    """

    durations: _Floats
    censored: _Floats
    event_times: _Floats
    log_means: _Floats
    log_ratios: _Floats

    @classmethod
    def of(cls, durations: _Floats, events: NDArray[np.bool_]) -> BetaProduct:
        when, counts = np.unique(durations[events], return_counts=True)
        ordered = np.sort(durations)
        at_risk = ordered.size - np.searchsorted(ordered, when, side="left")
        means, ratios = _beta_moments((at_risk - counts + 1).astype(np.float64), counts.astype(np.float64))
        return cls(
            ordered,
            np.sort(durations[~events]),
            when,
            np.concatenate([[0.0], np.cumsum(means)]),
            np.concatenate([[0.0], np.cumsum(ratios)]),
        )

    def at(self, time: float, confidence: float) -> Interval:
        """Limits of the share without the event just after a time."""
        tail = (1 - confidence) / 2
        passed = int(np.searchsorted(self.event_times, time, side="right"))
        mean, ratio = self.log_means[passed], self.log_ratios[passed]
        left = int(self.durations.size - np.searchsorted(self.durations, time, side="right"))
        left += int((self.censored == time).sum())
        low = 0.0
        if left:
            next_mean, next_ratio = _beta_moments(np.array([float(left)]), np.ones(1))
            low = _beta_quantile(mean + next_mean[0], ratio + next_ratio[0], tail)
        high = _beta_quantile(mean, ratio, 1 - tail) if passed else 1.0
        if not passed:
            return Interval(low, high, confidence, None, "exact", BINOMIAL)
        return Interval(low, high, confidence, None, "approximate", _BETA_PRODUCT)


def _beta_moments(a: _Floats, b: _Floats) -> tuple[_Floats, _Floats]:
    """Logarithms of the mean of Beta(a, b), and of its second moment over the squared mean."""
    return np.log(a / (a + b)), np.log1p(b / (a * (a + b + 1)))


def _beta_quantile(log_mean: float, log_ratio: float, share: float) -> float:
    """Quantile of the beta variable with this mean and this ratio of the second moment to its square."""
    mean = np.exp(log_mean)
    a = (1 - mean * np.exp(log_ratio)) / np.expm1(log_ratio)
    return float(special.betaincinv(a, a * (1 - mean) / mean, share))


def follow_up_data(times: ArrayLike, happened: ArrayLike) -> tuple[_Floats, NDArray[np.bool_]]:
    """Times, and whether an event ended each; refused where one is missing or negative."""
    durations, events = pair_up([times, happened], ["times", "endings"])
    if durations.size == 0 or np.isnan(durations).any() or np.isnan(events).any() or (durations < 0).any():
        raise StatisticsError("a missing or negative time, or no patient", "the time and the ending of each patient")
    return durations, events.astype(bool)
