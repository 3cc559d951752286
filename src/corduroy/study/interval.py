"""An interval that says what it claims and what it holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["exact", "approximate", "model"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Two limits and how they were obtained.

    Parameters
    ----------
    low, high : float
        Infinite where there is no limit on that side.
    asked : float
        The confidence that was asked for, for example 0.95.
    attained : float or None
        The confidence that these limits have for certain, where that is known: of intervals between order statistics
        or Walsh averages it is one of a few steps, and for few patients none of them may reach `asked`. None where
        only the method's claim is known.
    kind : {"exact", "approximate", "model"}
        ``"exact"``: covers at least what it attains whatever the distribution (within the method's assumption);
        ``"approximate"``: only for many patients; ``"model"``: if the measurements follow the named distribution.
    method : str
    """

    low: float
    high: float
    asked: float
    attained: float | None
    kind: Kind
    method: str

    @property
    def reaches(self) -> bool:
        """Whether the confidence that was asked for is attained, so far as that is known."""
        return self.attained is None or self.attained >= self.asked - 1e-12

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return self.text()

    def text(self, digits: int = 4) -> str:
        """The limits with so many significant digits, and the confidence that they have."""
        level = percent(self.asked if self.attained is None else self.attained)
        return f"{_limit(self.low, digits)} to {_limit(self.high, digits)} ({level} interval, {self.method})"


def percent(share: float) -> str:
    """0.96875 is "96.9 %", 0.95 is "95 %"."""
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def _limit(value: float, digits: int) -> str:
    if math.isinf(value):
        return "no limit"
    return f"{value:.{digits}g}"
