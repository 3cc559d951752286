"""Time to an event that is rare: curves that do not claim to know what nobody has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from numpy.typing import ArrayLike, NDArray
from scipy import special

from corduroy.errors import StatisticsError
from corduroy.study.interval import Interval, percent
from corduroy.study.proportions import clopper_pearson
from corduroy.study.scaled import pair_up
from corduroy.study.versions import credit

_Floats = NDArray[np.float64]
_BETA_PRODUCT = "beta product"
_BINOMIAL = "Clopper-Pearson among those followed so long"


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


@dataclass(frozen=True)
class IncidenceAt:
    """The share with the event by one time.

    Parameters
    ----------
    time : float
    at_risk : int
    share : float or None
    interval : Interval or None
    """

    time: float
    at_risk: int
    share: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of an event where death can come first.

    Parameters
    ----------
    name, unit : str
    n, events, competing : int
    times, shares : tuple of float
        The steps.
    landmarks : tuple of IncidenceAt
    """

    name: str
    unit: str
    n: int
    events: int
    competing: int
    times: tuple[float, ...]
    shares: tuple[float, ...]
    landmarks: tuple[IncidenceAt, ...]

    @property
    def words(self) -> str:
        """The incidence in sentences."""
        listed = []
        for mark in self.landmarks:
            if mark.share is None or mark.interval is None:
                listed.append(f"at {mark.time:g} {self.unit} nobody was followed any longer")
                continue
            listed.append(
                f"at {mark.time:g} {self.unit} {percent(mark.share)} ({percent(mark.interval.asked)} interval "
                f"{percent(mark.interval.low)} to {percent(mark.interval.high)}, {mark.interval.method}; "
                f"{mark.at_risk} at risk)"
            )
        return (
            f"Cumulative incidence of {self.name} with death as competing event, Aalen-Johansen "
            f"({credit('lifelines')}), {self.events} of {self.n} patients with the event, {self.competing} died before "
            f"it: {'; '.join(listed)}."
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
    durations, events = _follow_up_data(times, happened)
    fitter = KaplanMeierFitter().fit(durations, events)
    steps = fitter.survival_function_.index.to_numpy(dtype=np.float64)
    shares = fitter.survival_function_.iloc[:, 0].to_numpy(dtype=np.float64)
    limits = _BetaProduct.of(durations, events)
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
    durations, events = _follow_up_data(times, happened)
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


def incidence(
    name: str,
    times: ArrayLike,
    endings: Sequence[str],
    landmarks: Sequence[float],
    *,
    unit: str = "months",
    confidence: float = 0.95,
) -> Incidence:
    """Cumulative incidence of an event where death can come first.

    Parameters
    ----------
    name : str
        Of the event.
    times : array_like, shape (n,)
    endings : sequence of {"event", "death", "censored"}
        What ended each patient's observation.
    landmarks : sequence of float
    unit : str
    confidence : float

    Raises
    ------
    StatisticsError
        If a time is missing or not positive, an ending is unknown, or the lengths differ.

    Notes
    -----
    Aalen & Johansen 1978 (Scandinavian Journal of Statistics 5:141-150, no DOI) by lifelines, which breaks ties by
    random jitter. Here ties are broken beforehand, events before censorings, by shifts far below the distance of
    neighbouring times: the order of tied events does not change the estimate, and every run gives the same numbers.

    When this number misleads: one minus Kaplan-Meier, with deaths censored, would be larger: it is the incidence in a
    world in which nobody dies.
    """
    codes = {"censored": 0, "event": 1, "death": 2}
    if unknown := sorted(set(endings) - set(codes)):
        raise StatisticsError(f"the ending '{unknown[0]}'", "event, death or censored")
    kinds = np.array([codes[ending] for ending in endings], dtype=np.int64)
    durations, _ = _follow_up_data(times, kinds > 0)
    if (durations <= 0).any():
        raise StatisticsError("an observation of length 0", "positive times")
    untied, shift = _break_ties(durations, kinds)
    fitter = AalenJohansenFitter(alpha=1 - confidence).fit(untied, kinds, event_of_interest=1)
    curve = fitter.cumulative_density_.iloc[:, 0]
    limits = fitter.confidence_interval_.to_numpy(dtype=np.float64)
    seen = bool((kinds == 1).any())
    marks = []
    for mark in landmarks:
        place = int(np.searchsorted(curve.index.to_numpy(), mark + shift, side="right")) - 1
        marks.append(_incidence_at(durations, kinds, float(mark), float(curve.iloc[place]), limits[place], confidence))
    return Incidence(
        name=name,
        unit=unit,
        n=int(durations.size),
        events=int((kinds == 1).sum()),
        competing=int((kinds == 2).sum()),
        times=tuple(float(time) for time in curve.index) if seen else (0.0, float(durations.max())),
        shares=tuple(float(share) for share in curve) if seen else (0.0, 0.0),
        landmarks=tuple(marks),
    )


def _follow_up_data(times: ArrayLike, happened: ArrayLike) -> tuple[_Floats, NDArray[np.bool_]]:
    durations, events = pair_up([times, happened], ["times", "endings"])
    if durations.size == 0 or np.isnan(durations).any() or np.isnan(events).any() or (durations < 0).any():
        raise StatisticsError("a missing or negative time, or no patient", "the time and the ending of each patient")
    return durations, events.astype(bool)


def _event_free_at(durations: _Floats, interval: Interval, share: float, mark: float) -> EventFreeAt:
    at_risk = int((durations >= mark).sum())
    if at_risk == 0 and share > 0:
        return EventFreeAt(mark, 0, None, None)
    return EventFreeAt(mark, at_risk, share, interval)


@dataclass(frozen=True)
class _BetaProduct:
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
    def of(cls, durations: _Floats, events: NDArray[np.bool_]) -> _BetaProduct:
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
            return Interval(low, high, confidence, None, "exact", _BINOMIAL)
        return Interval(low, high, confidence, None, "approximate", _BETA_PRODUCT)


def _beta_moments(a: _Floats, b: _Floats) -> tuple[_Floats, _Floats]:
    """Logarithms of the mean of Beta(a, b), and of its second moment over the squared mean."""
    return np.log(a / (a + b)), np.log1p(b / (a * (a + b + 1)))


def _beta_quantile(log_mean: float, log_ratio: float, share: float) -> float:
    """Quantile of the beta variable with this mean and this ratio of the second moment to its square."""
    mean = np.exp(log_mean)
    a = (1 - mean * np.exp(log_ratio)) / np.expm1(log_ratio)
    return float(special.betaincinv(a, a * (1 - mean) / mean, share))


def _median(steps: _Floats, shares: _Floats) -> float | None:
    below = np.flatnonzero(shares < 0.5 - 1e-12)
    resting = np.flatnonzero(np.abs(shares - 0.5) <= 1e-12)
    if resting.size:
        dropping = steps[below[0]] if below.size else steps[-1]
        return float((steps[resting[0]] + dropping) / 2)
    return float(steps[below[0]]) if below.size else None


def _break_ties(durations: _Floats, kinds: NDArray[np.int64]) -> tuple[_Floats, float]:
    """Times without ties, and the largest shift; within a tie events come before deaths, both before censorings."""
    different = np.unique(durations)
    gap = float(np.diff(different).min()) if different.size > 1 else float(different[0])
    order = np.lexsort((np.where(kinds == 0, 3, kinds), durations))
    step = gap * 1e-6 / durations.size
    shifted = durations.copy()
    first = np.searchsorted(durations[order], durations[order], side="left")
    shifted[order] += step * (np.arange(durations.size) - first)
    return shifted, gap * 1e-6


def _incidence_at(
    durations: _Floats,
    kinds: NDArray[np.int64],
    mark: float,
    share: float,
    limits: _Floats,
    confidence: float,
) -> IncidenceAt:
    at_risk = int((durations >= mark).sum())
    if at_risk == 0 and mark > durations.max():
        return IncidenceAt(mark, 0, None, None)
    if not ((kinds == 1) & (durations <= mark)).any():
        # Who died before is left out, as Kaplan-Meier would do: the limit is then too high rather than too low.
        bound = clopper_pearson(0, at_risk, confidence).interval.high if at_risk else 1.0
        return IncidenceAt(mark, at_risk, 0.0, Interval(0.0, bound, confidence, None, "exact", _BINOMIAL))
    method = "log(-log), approximate"
    low, high = float(limits[0]), float(limits[1])
    return IncidenceAt(mark, at_risk, share, Interval(low, high, confidence, None, "approximate", method))
