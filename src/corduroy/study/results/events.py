"""Rare events, time to event, follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from corduroy.study.interval import Interval
from corduroy.study.results.basics import Estimate, NotComputed, Proportion, Rate
from corduroy.study.results.variables import NumericVariable


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event of one case.

    Parameters
    ----------
    case : str
    on : date
    months : float or None
        From the first operation; None without an operation.
    words : str
        "Recurrence, T7, confirmed by histology".
    entry : str
    """

    case: str
    on: date
    months: float | None
    words: str
    entry: str


@dataclass(frozen=True, slots=True)
class CurveStep:
    """One step of a curve.

    Parameters
    ----------
    months : float
    at_risk, events, censored : int
        Just before, at this time, and at this time.
    survival : float
        Just after, 0 to 1.
    low, high : float or None
        95 % limits; None wherever no limit can be given, so that no false band is drawn.
    """

    months: float
    at_risk: int
    events: int
    censored: int
    survival: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RiskRow:
    """One landmark: numbers below the axis, and what can be said there.

    Parameters
    ----------
    months : float
    at_risk : int
    share : float or None
        Without the event (of an incidence: with it); None where nobody was followed so long.
    interval : Interval or None
        95 %; before the first event the exact binomial limit among those followed so long.
    """

    months: float
    at_risk: int
    share: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """Kaplan-Meier.

    Parameters
    ----------
    name : str
    steps : tuple of CurveStep
        The first at 0 months.
    censored_at : tuple of float
        Months of the ticks, one per case.
    risk : tuple of RiskRow
    banded : bool
        Whether a band may be drawn.
    words : str
    """

    name: str
    steps: tuple[CurveStep, ...]
    censored_at: tuple[float, ...]
    risk: tuple[RiskRow, ...]
    banded: bool
    words: str


@dataclass(frozen=True, slots=True)
class LeakRow:
    """Cement leaks by the modality that looked for them: without it "no leak" means nothing.

    Parameters
    ----------
    modality : str
    proportion : Proportion
        Cases with a leak of the cases looked at with it.
    types : tuple of (str, int)
        Yeom's types and how many cases show each.
    """

    modality: str
    proportion: Proportion
    types: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """The cases without an event: "not seen" is more than "not recorded".

    Parameters
    ----------
    looked_for : tuple of str
        Cases whose records say that it was looked for and not there.
    silent : tuple of str
        Cases of which none was recorded; whether anybody looked is not in the records.
    words : str
        Empty where every case had the event.
    """

    looked_for: tuple[str, ...]
    silent: tuple[str, ...]
    words: str

    @property
    def sentence(self) -> str:
        """The words by themselves; empty where there are none."""
        return f"{self.words[:1].upper()}{self.words[1:]}." if self.words else ""


@dataclass(frozen=True, slots=True)
class EventResult:
    """An event: how often, how often per year, and when.

    Parameters
    ----------
    key, label : str
    proportion : Proportion or None
        Cases with at least one.
    rate : Rate or None
        First events per person-year under observation.
    curve : SurvivalCurve or None
        Kaplan-Meier, share without the event.
    incidence : tuple of RiskRow
        Where somebody died: share with the event, death competing (Aalen-Johansen).
    occurrences : tuple of Occurrence
    leaks : tuple of LeakRow
        Of the leak only.
    absence : Absence or None
        What is known of those without it; None where nothing was counted. Counts, rates and curves take a case of
        which nothing is recorded for one without the event.
    notes : tuple of str
    not_computed : tuple of NotComputed
    """

    key: str
    label: str
    proportion: Proportion | None
    rate: Rate | None
    curve: SurvivalCurve | None
    occurrences: tuple[Occurrence, ...]
    incidence: tuple[RiskRow, ...] = ()
    incidence_words: str = ""
    leaks: tuple[LeakRow, ...] = ()
    absence: Absence | None = None
    notes: tuple[str, ...] = ()
    not_computed: tuple[NotComputed, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How long the cases were observed.

    Parameters
    ----------
    months : NumericVariable
        Completed months from the first operation to the day on which the case was last seen.
    person_years : float
        In days / 365.25.
    reverse : SurvivalCurve or None
        Reverse Kaplan-Meier: deaths censored, the end of observation being the event.
    median : Estimate or None
        Of the reverse Kaplan-Meier.
    died, lost : tuple of str
        Cases.
    words : str
    """

    months: NumericVariable
    person_years: float
    reverse: SurvivalCurve | None
    median: Estimate | None
    died: tuple[str, ...]
    lost: tuple[str, ...]
    words: str
