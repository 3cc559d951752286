"""What the patients were: every value while there are few, and never a mean alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from corduroy.errors import StatisticsError
from corduroy.study.hodges_lehmann import LocationEstimate, median_interval
from corduroy.study.proportions import Proportion, clopper_pearson
from corduroy.study.scaled import complete, pair_up

QUARTILE_RULE = "quartiles by linear interpolation (Hyndman-Fan type 7, the rule of R, NumPy and pandas)"

_MOST_LISTED = 10


@dataclass(frozen=True)
class NumericSummary:
    """One measurement over a group of patients.

    Parameters
    ----------
    name, unit : str
    n, missing : int
    mean, sd, median, first_quartile, third_quartile, minimum, maximum, total : float or None
        None where there are no values; `sd` (n - 1 in the denominator) where there are fewer than two.
    median_with_interval : LocationEstimate or None
    values : tuple of float or None
        All of them, ascending, where there are at most ten.
    """

    name: str
    unit: str
    n: int
    missing: int
    mean: float | None
    sd: float | None
    median: float | None
    first_quartile: float | None
    third_quartile: float | None
    minimum: float | None
    maximum: float | None
    total: float | None
    median_with_interval: LocationEstimate | None
    values: tuple[float, ...] | None

    @property
    def words(self) -> str:
        """The summary in one line."""
        lead = f"{self.name}{f' ({self.unit})' if self.unit else ''}: n = {self.n}, missing {self.missing}"
        if self.n == 0:
            return f"{lead}."
        listed = "" if self.values is None else f"; all values: {', '.join(f'{value:g}' for value in self.values)}"
        spread = f"mean {self.mean:.4g}" + ("" if self.sd is None else f", SD {self.sd:.4g}")
        return (
            f"{lead}; median {self.median:.4g}, quartiles {self.first_quartile:.4g} and {self.third_quartile:.4g}, "
            f"range {self.minimum:.4g} to {self.maximum:.4g}; {spread}{listed}."
        )


@dataclass(frozen=True)
class Category:
    """One category: how many, of how many answered, with its exact interval.

    Parameters
    ----------
    label : str
    proportion : Proportion
    """

    label: str
    proportion: Proportion


@dataclass(frozen=True)
class CategorySummary:
    """One categorical variable over a group of patients.

    Parameters
    ----------
    name : str
    n, missing : int
    categories : tuple of Category
        Empty where nobody has a value.
    """

    name: str
    n: int
    missing: int
    categories: tuple[Category, ...]

    @property
    def words(self) -> str:
        """The counts in one line."""
        counts = "; ".join(f"{category.label} {category.proportion.words}" for category in self.categories)
        return f"{self.name}: n = {self.n}, missing {self.missing}{'; ' + counts if counts else ''}."


def summarize(values: ArrayLike, name: str, unit: str = "", confidence: float = 0.95) -> NumericSummary:
    """Describe one measurement.

    Parameters
    ----------
    values : array_like, shape (n,)
        NaN where missing.
    name, unit : str
    confidence : float
        Of the median's interval.

    Notes
    -----
    Quartiles: type 7 of Hyndman & Fan 1996 (10.1080/00031305.1996.10473566). SPSS uses type 6, which is further out:
    for n = 6 the rules differ by up to half the distance between neighbouring values.

    When this number misleads: mean and SD of skewed measurements. A mean blood loss of 670 ml with an SD of 675 ml (a
    published series) is no symmetric spread; read median and range.
    """
    (column,) = pair_up([values], [name])
    there = np.sort(complete(column, name))
    n, missing = int(there.size), int(column.size - there.size)
    if n == 0:
        return NumericSummary(name, unit, 0, missing, *(None,) * 9, None)
    first, middle, third = (float(found) for found in np.quantile(there, [0.25, 0.5, 0.75]))
    return NumericSummary(
        name=name,
        unit=unit,
        n=n,
        missing=missing,
        mean=float(there.mean()),
        sd=float(there.std(ddof=1)) if n > 1 else None,
        median=middle,
        first_quartile=first,
        third_quartile=third,
        minimum=float(there[0]),
        maximum=float(there[-1]),
        total=float(there.sum()),
        median_with_interval=median_interval(there, confidence),
        values=tuple(float(value) for value in there) if n <= _MOST_LISTED else None,
    )


def summarize_categories(
    values: Sequence[str | None], name: str, order: Sequence[str] = (), confidence: float = 0.95
) -> CategorySummary:
    """Count the categories of one variable.

    Parameters
    ----------
    values : sequence of str or None
        None where missing.
    name : str
    order : sequence of str
        All categories in their order; those that nobody has are shown with 0. Otherwise those found, by frequency.
    confidence : float
        Of each Clopper-Pearson interval, taken for itself.

    Raises
    ------
    StatisticsError
        If a value is not in `order`.
    """
    counts = Counter(value for value in values if value is not None)
    if order and (unknown := sorted(set(counts) - set(order))):
        raise StatisticsError(f"{name} with the value '{unknown[0]}'", ", ".join(order))
    labels = list(order) or sorted(counts, key=lambda label: (-counts[label], label))
    n = sum(counts.values())
    shown = labels if n else []
    return CategorySummary(
        name,
        n,
        len(values) - n,
        tuple(Category(label, clopper_pearson(counts[label], n, confidence)) for label in shown),
    )
