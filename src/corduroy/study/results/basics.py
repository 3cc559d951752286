"""The smallest parts of a result: where a number is from, a test, an estimate, a proportion, a rate."""

from __future__ import annotations

from dataclasses import dataclass

from corduroy.study.interval import Interval
from corduroy.study.p_value import PValue


@dataclass(frozen=True, slots=True)
class Source:
    """The records from which a number was computed.

    Parameters
    ----------
    cases : tuple of str
        Labels of the cases, in the order of the values: the pseudonym, with ``/2`` for a patient's second case.
    entries : tuple of str
        Ids of the registry's entries.
    """

    cases: tuple[str, ...]
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotComputed:
    """Something that was asked for and that these data do not allow.

    Parameters
    ----------
    what, why : str
    """

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: not computed, {self.why}"


@dataclass(frozen=True, slots=True)
class TestLine:
    """A test as it was run.

    Parameters
    ----------
    name : str
        Short: "Wilcoxon signed-rank", for a table's heading.
    words : str
        One sentence with all particulars (ties, zeros, n_eff, the smallest p that exists): for methods and footnotes.
    p : PValue
    smallest_p : PValue or None
        The smallest p that these data could reach; printed beside p.
    primary : bool
        Whether this is the test that the outcome is judged by; the others are shown for sensitivity.
    """

    __test__ = False  # not a test of pytest

    name: str
    words: str
    p: PValue
    smallest_p: PValue | None
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Parameters
    ----------
    name : str
    value : float
    unit : str
    interval : Interval or None
        None where none can be had; `words` says why.
    words : str
        One sentence: what was estimated, how, what the interval is worth.
    primary : bool
    """

    name: str
    value: float
    unit: str
    interval: Interval | None
    words: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many of so many.

    Parameters
    ----------
    name : str
        "Improved by at least one grade".
    count, n : int
    share : float
        0 to 1.
    interval : Interval
        Two-sided 95 %, Clopper-Pearson.
    upper : Interval or None
        One-sided 95 % upper limit, where nothing was counted.
    words : str
    source : Source
        The cases that were counted, not those of the denominator.
    """

    name: str
    count: int
    n: int
    share: float
    interval: Interval
    upper: Interval | None
    words: str
    source: Source


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per person-year.

    Parameters
    ----------
    name : str
    count : int
    person_years : float
    per_year : float
    interval : Interval
        Two-sided 95 %, exact Poisson.
    upper : Interval or None
        One-sided 95 % upper limit, where nothing was counted.
    words : str
    """

    name: str
    count: int
    person_years: float
    per_year: float
    interval: Interval
    upper: Interval | None
    words: str
