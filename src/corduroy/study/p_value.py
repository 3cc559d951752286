"""A p value that knows how it was obtained, and is printed as no more than that."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

Origin = Literal["enumerated", "Monte Carlo", "approximate", "model"]
Alternative = Literal["two-sided", "greater", "less"]

_LARGEST_FRACTION = 1_000_000
_SMALLEST_PRINTED = 0.0001
_SMALLEST_PLAIN = 1e-6


@dataclass(frozen=True, slots=True)
class PValue:
    """One p value.

    Parameters
    ----------
    value : float
    origin : {"enumerated", "Monte Carlo", "approximate", "model"}
        ``"enumerated"``: every arrangement that the null hypothesis holds equally likely was counted.
        ``"model"``: a distribution was assumed for the measurements themselves, as Student's t does.
    extreme, total : int, optional
        Arrangements at least as extreme as the observed one, and all of them, where they were counted; of a Monte Carlo
        test the draws.
    standard_error : float
        Of a Monte Carlo p value; zero otherwise.
    """

    value: float
    origin: Origin
    extreme: int | None = None
    total: int | None = None
    standard_error: float = 0.0

    @property
    def fraction(self) -> Fraction | None:
        """The p value without rounding, where arrangements were counted."""
        if self.origin != "enumerated" or self.extreme is None or self.total is None:
            return None
        return Fraction(self.extreme, self.total)

    def __str__(self) -> str:
        if self.origin == "enumerated":
            return self._counted()
        if self.origin == "Monte Carlo":
            return f"p = {_plain(self.value, 3)} (Monte Carlo, standard error {_plain(self.standard_error, 1)})"
        return f"p = {self.value:.2g}" if self.value >= _SMALLEST_PRINTED else f"p < {_SMALLEST_PRINTED:g}"

    def _counted(self) -> str:
        """A fraction while a person can still read it: p = 2/64 = 0.03125."""
        if self.extreme is None or self.total is None or self.total > _LARGEST_FRACTION:
            return f"p = {_plain(self.value, 4)}"
        return f"p = {self.extreme}/{self.total} = {_plain(self.value, 4)}"


def _plain(value: float, digits: int) -> str:
    """Significant digits without an exponent, as papers print them, while the zeros can still be counted."""
    if value < _SMALLEST_PLAIN:
        return f"{value:.{digits}g}"
    return np.format_float_positional(value, digits, unique=False, fractional=False, trim="-")


def counted(extreme: int, total: int) -> PValue:
    """A p value from complete enumeration."""
    return PValue(extreme / total, "enumerated", extreme, total)


def drawn(extreme: int, draws: int) -> PValue:
    """A Monte Carlo p value, with the observed arrangement counted among the draws.

    Notes
    -----
    Phipson & Smyth 2010 (10.2202/1544-6115.1585): without that one the p value can be zero, and the test is not valid.
    """
    value = (extreme + 1) / (draws + 1)
    return PValue(value, "Monte Carlo", extreme, draws, (value * (1 - value) / draws) ** 0.5)
