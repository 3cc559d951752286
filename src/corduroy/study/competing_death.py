"""Events that death can come before: cumulative incidence, the same in every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from lifelines import AalenJohansenFitter
from numpy.typing import ArrayLike, NDArray

from corduroy.errors import StatisticsError
from corduroy.study.beta_product import BINOMIAL, follow_up_data
from corduroy.study.interval import Interval, percent
from corduroy.study.proportions import clopper_pearson
from corduroy.study.versions import credit

_Floats = NDArray[np.float64]


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
    durations, _ = follow_up_data(times, kinds > 0)
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
        return IncidenceAt(mark, at_risk, 0.0, Interval(0.0, bound, confidence, None, "exact", BINOMIAL))
    method = "log(-log), approximate"
    low, high = float(limits[0]), float(limits[1])
    return IncidenceAt(mark, at_risk, share, Interval(low, high, confidence, None, "approximate", method))
