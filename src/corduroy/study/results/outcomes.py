"""Outcomes before and after, on a scale of grades, at several times, and in two groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from corduroy.study.results.basics import Estimate, NotComputed, Proportion, Source, TestLine
from corduroy.study.results.variables import NumericVariable, Variable

Better = Literal["lower", "higher", "neither"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One case before and after.

    Parameters
    ----------
    case : str
    before, after : float
        Of an ordinal outcome the place of the grade, counted from the worst, 0.
    before_on, after_on : date
    months : float
        From the operation to the later value.
    before_entries, after_entries : tuple of str
        Ids of the entries that went into each of the two values.
    """

    case: str
    before: float
    after: float
    before_on: date
    after_on: date
    months: float
    before_entries: tuple[str, ...]
    after_entries: tuple[str, ...]

    @property
    def entries(self) -> tuple[str, ...]:
        """All of them."""
        return self.before_entries + self.after_entries

    @property
    def change(self) -> float:
        """After minus before, as on paper: 7.1 - 3.1 is 4, not 3.9999999999999996. No measurement has nine decimals."""
        return round(self.after - self.before, 9)


@dataclass(frozen=True, slots=True)
class Mcid:
    """How many changed by at least the least important difference that the researcher named.

    Parameters
    ----------
    threshold : float
    citation : str
    reached : Proportion
    """

    threshold: float
    citation: str
    reached: Proportion


@dataclass(frozen=True, slots=True)
class PairedOutcome:
    """A numeric outcome at the two times of the primary contrast.

    Parameters
    ----------
    key, label, unit : str
    better : {"lower", "higher", "neither"}
        In which direction the patient is better off.
    before_name, after_name : str
        "Before surgery", "Last follow-up".
    pairs : tuple of Pair
        The complete ones.
    incomplete : tuple of str
        "SYN-03: no value before surgery".
    before, after, change : NumericVariable
        Of the complete pairs.
    estimates : tuple of Estimate
        The Hodges-Lehmann estimate (primary), then those for sensitivity: median, mean with Student's interval.
    effects : tuple of Estimate
        Effect sizes.
    tests : tuple of TestLine
        The signed-rank test (primary), then the sign test and the sign flips.
    p_holm : float or None
        The primary p, adjusted over all paired end points by Holm.
    holm_smallest : float or None
        The smallest adjusted p that could have come out for the most significant of the end points.
    improved, worsened : Proportion or None
        By any amount.
    mcid : Mcid or None
    notes : tuple of str
    not_computed : tuple of NotComputed
    """

    key: str
    label: str
    unit: str
    better: Better
    before_name: str
    after_name: str
    pairs: tuple[Pair, ...]
    incomplete: tuple[str, ...]
    before: NumericVariable
    after: NumericVariable
    change: NumericVariable
    estimates: tuple[Estimate, ...]
    effects: tuple[Estimate, ...]
    tests: tuple[TestLine, ...]
    p_holm: float | None
    holm_smallest: float | None
    improved: Proportion | None
    worsened: Proportion | None
    mcid: Mcid | None
    notes: tuple[str, ...] = ()
    not_computed: tuple[NotComputed, ...] = ()


@dataclass(frozen=True, slots=True)
class OrdinalOutcome:
    """Grades before and after: a matrix, not means.

    Parameters
    ----------
    key, label : str
    grades : tuple of str
        Worst first: Frankel A to E.
    grade_labels : tuple of str
    before_name, after_name : str
    pairs : tuple of Pair
        Grades as places in `grades`.
    incomplete : tuple of str
    matrix : tuple of tuple of int
        ``matrix[before][after]``, cases.
    matrix_cases : tuple of tuple of tuple of str
        Who they are, where n is 10 or less.
    improved, improved_two, unchanged, worsened : Proportion or None
        By at least one grade, by at least two, by none, for the worse.
    at_ceiling : tuple of str
        Cases that were at the best grade before: they cannot improve.
    tests : tuple of TestLine
        Exact sign test (primary) of better against worse.
    p_holm, holm_smallest : float or None
    notes : tuple of str
    not_computed : tuple of NotComputed
    """

    key: str
    label: str
    grades: tuple[str, ...]
    grade_labels: tuple[str, ...]
    before_name: str
    after_name: str
    pairs: tuple[Pair, ...]
    incomplete: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    matrix_cases: tuple[tuple[tuple[str, ...], ...], ...]
    improved: Proportion | None
    improved_two: Proportion | None
    unchanged: Proportion | None
    worsened: Proportion | None
    at_ceiling: tuple[str, ...]
    tests: tuple[TestLine, ...]
    p_holm: float | None
    holm_smallest: float | None
    notes: tuple[str, ...] = ()
    not_computed: tuple[NotComputed, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitSummary:
    """A numeric outcome at one visit.

    Parameters
    ----------
    visit : str
        Code of the visit.
    name : str
    summary : NumericVariable
    """

    visit: str
    name: str
    summary: NumericVariable


@dataclass(frozen=True, slots=True)
class RepeatedOutcome:
    """A numeric outcome at all its visits. The primary contrast is the `PairedOutcome` of the same key.

    Parameters
    ----------
    key, label, unit : str
    visits : tuple of VisitSummary
        In the order of time; visits that nobody attended are left out.
    contrast : str
        The primary contrast, in words; no other pair of visits is tested.
    tests : tuple of TestLine
        One overall test over the visits that all of `complete` attended.
    complete : tuple of str
        Cases in that test.
    model : tuple of Estimate
        Of a mixed model; only from 20 cases on.
    not_computed : tuple of NotComputed
    """

    key: str
    label: str
    unit: str
    visits: tuple[VisitSummary, ...]
    contrast: str
    tests: tuple[TestLine, ...]
    complete: tuple[str, ...]
    model: tuple[Estimate, ...] = ()
    not_computed: tuple[NotComputed, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """One variable in two groups.

    Parameters
    ----------
    key, label : str
    names : tuple of str
        Of the two groups.
    first, second : Variable
    estimates : tuple of Estimate
        First minus second.
    tests : tuple of TestLine
    source : Source
    not_computed : tuple of NotComputed
    """

    key: str
    label: str
    names: tuple[str, str]
    first: Variable
    second: Variable
    estimates: tuple[Estimate, ...]
    tests: tuple[TestLine, ...]
    source: Source
    not_computed: tuple[NotComputed, ...] = ()
