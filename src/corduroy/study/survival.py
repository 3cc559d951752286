"""Time to an event that is rare: curves that do not claim to know what nobody has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from lifelines import KaplanMeierFitter
from numpy.typing import ArrayLike, NDArray

from corduroy.study.beta_product import BetaProduct, follow_up_data
from corduroy.study.interval import Interval, percent
from corduroy.study.versions import credit

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EventFreeAt:
    """The share without the event at one time.

    Parameters
    ----------
    time : float
    at_risk : int
        Patients followed to this time without the event before it.
    share : float or None
        None where nobody was followed so long.
    interval : Interval or None
    """

    time: float
    at_risk: int
    share: float | None
    interval: Interval | None

    def text(self, unit: str) -> str:
        """One clause."""
        if self.share is None or self.interval is None:
            return f"at {self.time:g} {unit} nobody was followed any longer"
        return (
            f"at {self.time:g} {unit} {percent(self.share)} ({percent(self.interval.asked)} interval "
            f"{percent(self.interval.low)} to {percent(self.interval.high)}, {self.interval.method}; "
            f"{self.at_risk} at risk)"
        )


@dataclass(frozen=True)
class EventFree:
    """Kaplan-Meier curve of the time without an event.

    Parameters
    ----------
    name, unit : str
        Of the event; of the times.
    n, events : int
    times, shares : tuple of float
        The steps, from time 0.
    at_risk : tuple of int
        Just before each step.
    band : tuple of Interval, or None
        One for each step; None where nothing happened: Greenwood's variance is zero then, and a band would claim
        certainty.
    censored : tuple of float
        Times of the ticks.
    landmarks : tuple of EventFreeAt
    """

    name: str
    unit: str
    n: int
    events: int
    times: tuple[float, ...]
    shares: tuple[float, ...]
    at_risk: tuple[int, ...]
    band: tuple[Interval, ...] | None
    censored: tuple[float, ...]
    landmarks: tuple[EventFreeAt, ...]

    @property
    def words(self) -> str:
        """The curve in sentences."""
        listed = "; ".join(landmark.text(self.unit) for landmark in self.landmarks)
        nothing = (
            " No event was seen: the curve has no band, and what is left possible is the exact binomial limit among "
            "those followed so long."
            if self.events == 0
            else ""
        )
        return (
            f"Without {self.name}, Kaplan-Meier ({credit('lifelines')}), {self.events} of {self.n} patients with the "
            f"event: {listed}.{nothing}"
        )


@dataclass(frozen=True)
class FollowUp:
    """How long the patients were followed.

    Parameters
    ----------
    n : int
    unit : str
    median : float or None
        Reverse Kaplan-Meier; None where fewer than half were still followed when their follow-up ended.
    observed_median, shortest, longest, total : float
        Of the times under observation, whatever ended them.
    """

    n: int
    unit: str
    median: float | None
    observed_median: float
    shortest: float
    longest: float
    total: float

    @property
    def words(self) -> str:
        """Follow-up in one sentence."""
        reverse = "not reached" if self.median is None else f"{self.median:.4g} {self.unit}"
        return (
            f"Follow-up of {self.n} patients: median {reverse} by reverse Kaplan-Meier ({credit('lifelines')}); time "
            f"under observation median {self.observed_median:.4g}, range {self.shortest:g} to {self.longest:g}, "
            f"in all {self.total:.4g} {self.unit}."
        )


def event_free(
    name: str,
    times: ArrayLike,
    happened: ArrayLike,
    landmarks: Sequence[float],
    *,
    unit: str = "months",
    confidence: float = 0.95,
) -> EventFree:
    """Kaplan-Meier curve with intervals that hold for few patients.

    Parameters
    ----------
    name : str
        Of the event.
    times : array_like, shape (n,)
        To the event or the end of follow-up.
    happened : array_like of bool, shape (n,)
    landmarks : sequence of float
        Times at which numbers are printed.
    unit : str
    confidence : float

    Raises
    ------
    StatisticsError
        If a time is missing or negative, or the lengths differ.

    Notes
    -----
    Kaplan & Meier 1958 (10.1080/01621459.1958.10501452) by lifelines; intervals by the beta product procedure (Fay,
    Brittain & Proschan 2013, Biostatistics 14:723-736, 10.1093/biostatistics/kxt016) with two moments, as R's bpcp does
    by default. Before the first event it is the exact binomial limit among those followed so long, without censoring it
    is Clopper-Pearson within 0.002, and it never closes to [1, 1] as Greenwood's does.

    When this number misleads: "100 % free of recurrence" without its limit. Recurrences after 6 and 13 years are known.
    """
    durations, events = follow_up_data(times, happened)
    fitter = KaplanMeierFitter().fit(durations, events)
    steps = fitter.survival_function_.index.to_numpy(dtype=np.float64)
    shares = fitter.survival_function_.iloc[:, 0].to_numpy(dtype=np.float64)
    limits = BetaProduct.of(durations, events)
    return EventFree(
        name=name,
        unit=unit,
        n=int(durations.size),
        events=int(events.sum()),
        times=tuple(steps.tolist()),
        shares=tuple(shares.tolist()),
        at_risk=tuple((durations.size - np.searchsorted(np.sort(durations), steps, side="left")).tolist()),
        band=tuple(limits.at(float(step), confidence) for step in steps) if events.any() else None,
        censored=tuple(np.sort(durations[~events]).tolist()),
        landmarks=tuple(
            _event_free_at(durations, limits.at(float(mark), confidence), float(fitter.predict(mark)), float(mark))
            for mark in landmarks
        ),
    )


def follow_up(times: ArrayLike, happened: ArrayLike, unit: str = "months") -> FollowUp:
    """How long patients were followed: reverse Kaplan-Meier.

    Parameters
    ----------
    times : array_like, shape (n,)
        To the event or the end of follow-up.
    happened : array_like of bool, shape (n,)
        Whether an event (or death) ended the observation.
    unit : str

    Notes
    -----
    Schemper & Smith 1996 (10.1016/0197-2456(96)00075-X): the event is taken for the censoring. Where the curve rests at
    one half the median is the middle of that rest, as in R's survival, so that without events it is the plain median.
    """
    durations, events = follow_up_data(times, happened)
    fitter = KaplanMeierFitter().fit(durations, ~events)
    steps = fitter.survival_function_.index.to_numpy(dtype=np.float64)
    shares = fitter.survival_function_.iloc[:, 0].to_numpy(dtype=np.float64)
    return FollowUp(
        n=int(durations.size),
        unit=unit,
        median=_median(steps, shares),
        observed_median=float(np.median(durations)),
        shortest=float(durations.min()),
        longest=float(durations.max()),
        total=float(durations.sum()),
    )


def _event_free_at(durations: _Floats, interval: Interval, share: float, mark: float) -> EventFreeAt:
    at_risk = int((durations >= mark).sum())
    if at_risk == 0 and share > 0:
        return EventFreeAt(mark, 0, None, None)
    return EventFreeAt(mark, at_risk, share, interval)


def _median(steps: _Floats, shares: _Floats) -> float | None:
    below = np.flatnonzero(shares < 0.5 - 1e-12)
    resting = np.flatnonzero(np.abs(shares - 0.5) <= 1e-12)
    if resting.size:
        dropping = steps[below[0]] if below.size else steps[-1]
        return float((steps[resting[0]] + dropping) / 2)
    return float(steps[below[0]]) if below.size else None
