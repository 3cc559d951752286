"""An item's value with its origin: proposed from imaging, or confirmed by a person who is named."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

from corduroy.errors import MeasurementError, ScaleError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """A plain number and the half-width of its 95 % interval, in the unit that the taking function names.

    Scales stand above the measurements and know none of their types; this is what they need of one.
    """

    value: float
    half_width: float = 0.0

    def __post_init__(self) -> None:
        if not math.isfinite(self.value) or not math.isfinite(self.half_width) or self.half_width < 0:
            raise MeasurementError(f"a reading of {self.value} ± {self.half_width}", "finite numbers, half-width >= 0")

    @property
    def corners(self) -> tuple[float, float]:
        """Both ends of the interval."""
        return self.value - self.half_width, self.value + self.half_width


@dataclass(frozen=True, slots=True)
class Confirmed(Generic[T]):
    """A value that a person stands for.

    Parameters
    ----------
    value : T
    by : str
        The person's name or reader code; never empty.
    basis : str
        What it rests on, such as the proposal that was confirmed or corrected.

    Raises
    ------
    ScaleError
        If nobody is named.
    """

    value: T
    by: str
    basis: str = ""

    def __post_init__(self) -> None:
        if not self.by.strip():
            raise ScaleError("an item confirmed by nobody", "the name or code of the person who confirms it")

    @property
    def origin(self) -> str:
        """``"confirmed by NAME"``."""
        return f"confirmed by {self.by}"

    @property
    def possible(self) -> tuple[T, ...]:
        """The one value that is left."""
        return (self.value,)


@dataclass(frozen=True, slots=True)
class Proposed(Generic[T]):
    """A value that imaging suggests and nobody has confirmed yet.

    Parameters
    ----------
    value : T
    basis : str
        The measurement and the rule that led to it, in words a reader can check.
    also_possible : tuple of T
        Other values that the measurement's 95 % interval reaches. They widen the bounds of a total.
    """

    value: T
    basis: str
    also_possible: tuple[T, ...] = ()

    def confirm(self, by: str) -> Confirmed[T]:
        """The same value, confirmed by a person."""
        return Confirmed(self.value, by, self.basis)

    def correct(self, value: T, by: str) -> Confirmed[T]:
        """Another value, set by a person who has seen the proposal."""
        return Confirmed(value, by, f"corrected; proposed was {_text(self.value)}: {self.basis}")

    @property
    def origin(self) -> str:
        """``"proposed from imaging"``."""
        return "proposed from imaging"

    @property
    def possible(self) -> tuple[T, ...]:
        """The proposed value and its alternatives."""
        return (self.value, *self.also_possible)


Item = Proposed[T] | Confirmed[T]


def propose(rule: Callable[..., T], basis: str, *readings: Reading) -> Proposed[T]:
    """Apply a rule to readings, and to every corner of their intervals for what else is possible.

    Parameters
    ----------
    rule : callable
        Takes as many floats as there are readings. Monotone in each, so that corners tell all.
    basis : str
    *readings : Reading
    """
    value = rule(*(reading.value for reading in readings))
    reached = dict.fromkeys(rule(*corner) for corner in product(*(reading.corners for reading in readings)))
    return Proposed(value, basis, tuple(other for other in reached if other is not value))


def _text(value: object) -> str:
    return str(getattr(value, "label", value))
