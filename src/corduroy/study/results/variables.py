"""Description of one variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corduroy.study.interval import Interval
from corduroy.study.results.basics import Source


@dataclass(frozen=True, slots=True)
class Value:
    """One case's value.

    Parameters
    ----------
    case : str
    value : float
    entry : str
        Id of the entry it is from.
    """

    case: str
    value: float
    entry: str


@dataclass(frozen=True, slots=True)
class NumericVariable:
    """A number per case.

    Parameters
    ----------
    key, label, unit : str
    n, missing : int
        Cases with and without a value.
    total, mean, sd, median, q1, q3, minimum, maximum : float or None
        None where too few values exist: SD needs two, the others one. `sd` has n - 1 below the bar.
    every : tuple of Value
        Each value, in the order of the cases, where n is 10 or less: print them all. Empty above.
    source : Source
    note : str
        How the number is defined, where the label does not say it.
    """

    key: str
    label: str
    unit: str
    n: int
    missing: int
    total: float | None
    mean: float | None
    sd: float | None
    median: float | None
    q1: float | None
    q3: float | None
    minimum: float | None
    maximum: float | None
    every: tuple[Value, ...]
    source: Source
    note: str = ""
    form: Literal["numeric"] = "numeric"


@dataclass(frozen=True, slots=True)
class Category:
    """One line of a categorical variable.

    Parameters
    ----------
    code, label : str
    count : int
    share : float or None
        Of the cases with a value; None where there is none.
    interval : Interval or None
        Clopper-Pearson, 95 %.
    cases : tuple of str
        Which cases, where n is 10 or less. Empty above.
    """

    code: str
    label: str
    count: int
    share: float | None
    interval: Interval | None
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoricalVariable:
    """One of several choices per case, or several of them.

    Parameters
    ----------
    key, label : str
    n, missing : int
    several : bool
        Whether a case may count in more than one line: the shares then do not add up to 1.
    categories : tuple of Category
        In the order of the scale; lines that nobody has are left out.
    source : Source
    note : str
    """

    key: str
    label: str
    n: int
    missing: int
    several: bool
    categories: tuple[Category, ...]
    source: Source
    note: str = ""
    form: Literal["categorical"] = "categorical"


Variable = NumericVariable | CategoricalVariable
