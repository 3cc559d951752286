"""A number as it stands in print: its digits, its relation sign, and every value that would be printed so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

_NUMBER = re.compile(r"(?:[pP]\s*)?(?P<sign><=|>=|[=<>≤≥])?\s*(?P<minus>[-−])?(?P<whole>\d*)(?:\.(?P<part>\d+))?\s*%?")
_SIGNS = {None: "=", "≤": "<=", "≥": ">="}
_MOST_DIGITS = 15
# A p value computed in double precision may miss a tie by its last bits.
_FLOAT_SLACK = Fraction(1, 10**12)


class Rounding(StrEnum):
    """How a value may have become the printed digits."""

    HALF_UP = "rounded half up"
    HALF_EVEN = "rounded half to even"
    HALF_DOWN = "rounded half down"
    TWICE = "rounded twice"
    TRUNCATED = "cut off instead of rounded"


ACCEPTED = (Rounding.HALF_UP, Rounding.HALF_EVEN)
"""Both are in common use; a value that fits by either of them fits."""

TOLD = (Rounding.HALF_DOWN, Rounding.TWICE, Rounding.TRUNCATED)
"""A value that fits by one of these only is told so: "fits only as ..."."""


def size(numbers: range) -> int:
    """How many integers a range of step 1 holds; `len` fails beyond 2**63."""
    return max(numbers.stop - numbers.start, 0)


@dataclass(frozen=True)
class Interval:
    """All values between two ends, each of which may belong to it or not."""

    low: Fraction
    high: Fraction
    low_closed: bool = True
    high_closed: bool = True

    def __contains__(self, value: Fraction) -> bool:
        above = value > self.low or (self.low_closed and value == self.low)
        return above and (value < self.high or (self.high_closed and value == self.high))

    def negated(self) -> Interval:
        """The mirror image at zero."""
        return Interval(-self.high, -self.low, self.high_closed, self.low_closed)

    def whole_multiples(self, step: Fraction) -> range:
        """The integers k for which ``k * step`` lies in the interval; `step` is positive."""
        first, last = -((-self.low) // step), self.high // step
        first += not self.low_closed and first * step == self.low
        last -= not self.high_closed and last * step == self.high
        return range(int(first), int(last) + 1)

    def overlaps(self, low: float, high: float) -> bool:
        """Whether some value of the range ``low`` to ``high``, computed in floating point, lies in the interval."""
        return Fraction(high) >= self.low - _FLOAT_SLACK and Fraction(low) <= self.high + _FLOAT_SLACK


@dataclass(frozen=True)
class Printed:
    """A number as printed, trailing zeros kept.

    Parameters
    ----------
    text : str
        As printed: ``"52.3"``, ``"<0.01"``, ``"P = .003"``, ``"20.9%"``.
    relation : str
        ``"="``, ``"<"``, ``"<="``, ``">"`` or ``">="``.
    value : Fraction
        Exactly the printed digits.
    decimals : int
        How many digits are printed behind the point.

    Notes
    -----
    When this misleads: a number that was cut out of a spreadsheet may have lost its trailing zeros, and one that was
    read off a figure has no printed precision at all.
    """

    text: str
    relation: str
    value: Fraction
    decimals: int

    @classmethod
    def read(cls, text: str) -> Printed:
        """Read the printed characters.

        Raises
        ------
        ValueError
            With the words what was expected.
        """
        stripped = text.strip()
        match = _NUMBER.fullmatch(stripped)
        digits = "" if match is None else match["whole"] + (match["part"] or "")
        if match is None or not 0 < len(digits) <= _MOST_DIGITS:
            raise ValueError(
                f"a number as printed, like 52.3, <0.01 or 20.9% (point as decimal mark, no thousands separator, "
                f"at most {_MOST_DIGITS} digits), got {stripped[:40]!r}"
            )
        decimals = len(match["part"] or "")
        value = Fraction(int(digits), 10**decimals)
        relation = _SIGNS.get(match["sign"], match["sign"])
        return cls(stripped, relation, -value if match["minus"] else value, decimals)

    def __str__(self) -> str:
        return self.text

    @property
    def is_exact(self) -> bool:
        """Whether a value was printed, not a bound like ``<0.01``."""
        return self.relation == "="

    @property
    def unit_in_last_place(self) -> Fraction:
        """What one more in the last printed digit is worth."""
        return Fraction(1, 10**self.decimals)

    def interval(self, rounding: Rounding) -> Interval:
        """All values that this way of rounding prints so.

        "Half up" and "half down" are meant away from and towards zero, also for negative numbers.
        """
        if self.value < 0:
            return replace(self, value=-self.value).interval(rounding).negated()
        positive = self._of_a_positive_value(rounding)
        if self.value == 0:
            # "0.0" does not tell on which side of zero the value lay.
            return Interval(-positive.high, positive.high, positive.high_closed, positive.high_closed)
        return positive

    def _of_a_positive_value(self, rounding: Rounding) -> Interval:
        half = self.unit_in_last_place / 2
        low, high = self.value - half, self.value + half
        even = self.value / self.unit_in_last_place % 2 == 0
        match rounding:
            case Rounding.HALF_UP:
                return Interval(low, high, True, False)
            case Rounding.HALF_EVEN:
                return Interval(low, high, even, even)
            case Rounding.HALF_DOWN:
                return Interval(low, high, False, True)
            case Rounding.TWICE:
                # First to one digit more, then again: 22.449 becomes 22.45 becomes 22.5.
                return Interval(low - half / 10, high - half / 10, True, False)
            case Rounding.TRUNCATED:
                return Interval(self.value, self.value + 2 * half, True, False)

    @cached_property
    def accepted(self) -> Interval:
        """All values that round to the printed digits half up or half to even; for a bound, all values within it.

        A bound is read as that of a p value: from 0 to 1.
        """
        if self.relation.startswith("<"):
            return Interval(Fraction(0), self.value, True, self.relation == "<=")
        if self.relation.startswith(">"):
            return Interval(self.value, Fraction(1), self.relation == ">=", True)
        up, even = (self.interval(rounding) for rounding in ACCEPTED)
        return Interval(up.low, up.high, up.low_closed or even.low_closed, up.high_closed or even.high_closed)

    def admits(self, low: float, high: float | None = None) -> bool:
        """Whether a value computed in floating point, or some value of a range of them, is printed so."""
        return self.accepted.overlaps(low, low if high is None else high)

    def readings(self, value: Fraction) -> tuple[Rounding, ...]:
        """By which ways of rounding the value is printed so, the accepted ones first."""
        return tuple(rounding for rounding in (*ACCEPTED, *TOLD) if value in self.interval(rounding))
