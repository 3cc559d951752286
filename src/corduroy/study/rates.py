"""Events per person-year, and what it means to have seen none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy import special

from corduroy.errors import StatisticsError
from corduroy.study.interval import Interval, percent

Side = Literal["two-sided", "upper"]

_RATES_PER_YEAR = (0.01, 0.02, 0.05, 0.10)  # author's choice


@dataclass(frozen=True)
class Rate:
    """Events over the time under observation.

    Parameters
    ----------
    events : int
    person_years : float
    interval : Interval
        Events per person-year.
    side : {"two-sided", "upper"}
    """

    events: int
    person_years: float
    interval: Interval
    side: Side

    @property
    def per_year(self) -> float:
        """Events per person-year."""
        return self.events / self.person_years

    @property
    def words(self) -> str:
        """The rate and what it leaves possible."""
        level = percent(self.interval.asked)
        limits = (
            f"exact {level} Poisson interval {self.interval.low:.3f} to {self.interval.high:.3f}"
            if self.side == "two-sided"
            else f"exact one-sided {level} Poisson limit at most {self.interval.high:.3f}"
        )
        return (
            f"{self.events} {'event' if self.events == 1 else 'events'} in {self.person_years:.1f} person-years: "
            f"{self.per_year:.3f} per person-year ({limits})"
        )


@dataclass(frozen=True)
class NoneSeen:
    """How likely it was to see no event at all, were the true rate such.

    Parameters
    ----------
    per_year : float
    probability : float
        Of no event in the time observed.
    """

    per_year: float
    probability: float

    @property
    def words(self) -> str:
        """In one clause."""
        return (
            f"if {percent(self.per_year)} of patients a year had the event, none would have been seen with probability "
            f"{self.probability:.2g}"
        )


def poisson_rate(events: int, person_years: float, confidence: float = 0.95, side: Side = "two-sided") -> Rate:
    """The exact Poisson interval of a rate; of zero events too.

    Parameters
    ----------
    events : int
    person_years : float
    confidence : float
    side : {"two-sided", "upper"}

    Raises
    ------
    StatisticsError
        If the events are negative or there is no time.

    Notes
    -----
    Garwood 1936 (10.1093/biomet/28.3-4.437). Zero events in 24.9 person-years: at most 0.148 per person-year two-sided,
    0.120 one-sided.

    When this number misleads: it presumes one constant rate. A recurrence that comes after six or thirteen years is not
    excluded by many patients who were followed for four.
    """
    if events < 0 or events != int(events) or not 0 < person_years < math.inf:
        raise StatisticsError(f"{events} events in {person_years:g} person-years", "events and time under observation")
    error = (1 - confidence) / (2 if side == "two-sided" else 1)
    low = 0.0 if events == 0 or side == "upper" else float(special.gammaincinv(events, error)) / person_years
    high = float(special.gammaincinv(events + 1, 1 - error)) / person_years
    return Rate(events, person_years, Interval(low, high, confidence, None, "exact", "exact Poisson"), side)


def none_seen(person_years: float, per_year: Sequence[float] = _RATES_PER_YEAR) -> tuple[NoneSeen, ...]:
    """Probability of seeing nothing in so many person-years, for some true rates.

    Parameters
    ----------
    person_years : float
    per_year : sequence of float
        Events per person-year.

    Notes
    -----
    ``exp(-rate * person_years)``: in 24.9 person-years 0.29 at 5 % a year. Nothing seen is not nothing there.
    """
    return tuple(NoneSeen(rate, math.exp(-rate * person_years)) for rate in per_year)
