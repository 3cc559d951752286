"""Measurements as whole numbers of one unit, so that ties and zeros are what a person sees on paper.

``7.1 - 3.1`` and ``6.2 - 2.2`` are not equal in floating point. A tie that is broken by the sixteenth digit changes
midranks, and a zero that is not zero changes how many pairs there are: both change an exact p value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corduroy.errors import StatisticsError

Integers = NDArray[np.int64]

_SIGNIFICANT_DIGITS = 12  # author's choice: no clinical measurement has more, no sum of a million of them overflows


@dataclass(frozen=True)
class Scaled:
    """Values that are whole numbers of a unit.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
    unit : float
        ``numbers * unit`` are the values.
    """

    numbers: Integers
    unit: float

    @property
    def values(self) -> NDArray[np.float64]:
        """The values again."""
        return self.numbers.astype(np.float64) * self.unit


def sample(values: ArrayLike, name: str = "values", at_least: int = 1) -> NDArray[np.float64]:
    """The values that are there, as numbers.

    Parameters
    ----------
    values : array_like, shape (n,)
        A missing value is NaN or None.
    name : str
        For the message.
    at_least : int
        Fewer values than this are refused.

    Raises
    ------
    StatisticsError
        If the values are not a list of numbers, one is infinite, or there are too few.
    """
    found = complete(pair_up([values], [name])[0], name)
    if found.size < at_least:
        raise StatisticsError(f"{found.size} {name}", f"at least {at_least}", "this statistic needs more patients")
    return found


def pair_up(columns: Sequence[ArrayLike], names: Sequence[str]) -> list[NDArray[np.float64]]:
    """Columns of equal length as numbers, missing values kept as NaN."""
    arrays = []
    for column, name in zip(columns, names, strict=True):
        try:
            array = np.asarray(column, dtype=np.float64)
        except (TypeError, ValueError):
            raise StatisticsError(f"{name} that are not numbers", "a list of numbers, NaN where missing") from None
        if array.ndim != 1:
            raise StatisticsError(f"{name} of shape {array.shape}", "one list of numbers")
        if np.isinf(array).any():
            raise StatisticsError(f"{name} with an infinite value", "finite numbers, NaN where missing")
        arrays.append(array)
    if len({array.size for array in arrays}) > 1:
        lengths = ", ".join(f"{array.size} {name}" for array, name in zip(arrays, names, strict=True))
        raise StatisticsError(lengths, "one of each for every patient", "write NaN where a value is missing")
    return arrays


def complete(array: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Without the missing values."""
    if np.isinf(array).any():
        raise StatisticsError(f"{name} with an infinite value", "finite numbers, NaN where missing")
    return array[~np.isnan(array)]


def scale(*samples: NDArray[np.float64]) -> list[Scaled]:
    """All samples as whole numbers of one common unit.

    Values are rounded to twelve significant digits of the largest.

    Parameters
    ----------
    *samples : ndarray, shape (n,)
        Finite values.
    """
    together = np.concatenate(samples) if samples else np.empty(0)
    largest = float(np.max(np.abs(together), initial=0.0))
    if largest == 0.0:
        return [Scaled(np.zeros(part.size, dtype=np.int64), 1.0) for part in samples]
    decimals = _SIGNIFICANT_DIGITS - 1 - int(np.floor(np.log10(largest)))
    numbers = [np.rint(part * 10.0**decimals).astype(np.int64) for part in samples]
    divisor = int(np.gcd.reduce(np.concatenate(numbers)))
    return [Scaled(part // divisor, divisor / 10.0**decimals) for part in numbers]


def differences(before: ArrayLike, after: ArrayLike) -> tuple[Scaled, int]:
    """After minus before of the pairs that are complete.

    Returns
    -------
    Scaled, int
        The differences, and how many pairs miss a value.
    """
    first, second = pair_up([before, after], ["values before", "values after"])
    there = ~(np.isnan(first) | np.isnan(second))
    a, b = scale(first[there], second[there])
    return reduced(Scaled(b.numbers - a.numbers, a.unit)), int((~there).sum())


def reduced(scaled: Scaled) -> Scaled:
    """The same values in the largest unit that keeps them whole: short tables of the null distribution."""
    divisor = int(np.gcd.reduce(scaled.numbers)) if scaled.numbers.size else 0
    if divisor <= 1:
        return scaled
    return Scaled(scaled.numbers // divisor, scaled.unit * divisor)
