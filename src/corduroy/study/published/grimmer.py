"""GRIMMER: can mean and standard deviation of whole numbers be the printed ones, both at once?

Anaya J. The GRIMMER test. PeerJ Preprints 2016;4:e2400v1, 10.7287/peerj.preprints.2400v1. Allard A. Analytic-GRIMMER
(2018): the sum of squares must be a whole number (1), must give the printed SD (2) and must have the parity of the
total (3). Here all three are applied to *every* total that the mean's rounding allows, not only to the nearest one, in
exact arithmetic; and what is left is checked for real attainability (`sums_of_squares`), with bounds where known.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor, sqrt

from corduroy.study.published.grim import Grains, possible_totals
from corduroy.study.published.printed import Interval, Printed, size
from corduroy.study.published.sums_of_squares import attainable, largest_squares

# Author's choices: beyond them the printed digits are too coarse to exclude anything.
_MOST_TOTALS = 100
_MOST_SQUARES = 20_000
_MOST_UNDECIDED = 10


class Obstacle(StrEnum):
    """The last hurdle that no sample took."""

    NOT_WHOLE = "no whole sum of squares gives this SD"
    PARITY = "the sum of squares would have to be odd where the total is even, or even where it is odd"
    NOT_ATTAINABLE = "no sample of this size within the bounds has such a sum of squares"


@dataclass(frozen=True)
class SpreadCheck:
    """Whether the SD is possible.

    Parameters
    ----------
    possible : bool or None
        None: not excluded, but too many samples to decide.
    total : int or None
        In steps of the data: the total that goes with the SD, where one does.
    obstacle : Obstacle or None
        Where none does.
    """

    possible: bool | None
    total: int | None = None
    obstacle: Obstacle | None = None


@dataclass(frozen=True)
class Bounds:
    """The lowest and highest value that a subject can have, in the unit of the data; None: none known."""

    low: Fraction | None = None
    high: Fraction | None = None

    def in_steps(self, size: Fraction) -> tuple[int | None, int | None]:
        """The bounds as whole numbers of steps, inwards."""
        return (
            None if self.low is None else ceil(self.low / size),
            None if self.high is None else floor(self.high / size),
        )


UNBOUNDED = Bounds()


def check_spread(totals: range, sd: Interval, grains: Grains, bounds: Bounds = UNBOUNDED, ddof: int = 1) -> SpreadCheck:
    """Whether some sample has one of the totals and an SD in the interval.

    Parameters
    ----------
    totals : range
        In steps of the data, as `possible_totals` gives them; at least one.
    sd : Interval
        All values that are printed as the SD.
    grains : Grains
    bounds : Bounds, optional
    ddof : int
        1: the sample SD (divided by n - 1); 0: the population SD (divided by n).
    """
    low, high = bounds.in_steps(grains.size)
    obstacles, undecided = [Obstacle.NOT_WHOLE], max(size(totals) - _MOST_TOTALS, 0)
    for total in totals[:_MOST_TOTALS]:
        every = _squares(total, sd, grains, ddof)
        candidates = _of_same_parity(every, total, largest_squares(grains.n, total, low, high))
        undecided += max(len(candidates[: _MOST_SQUARES + 1]) - _MOST_SQUARES, 0)
        obstacles += [_obstacle(every, total)]
        for squares in candidates[:_MOST_SQUARES]:
            found = attainable(grains.n, total, squares, low, high)
            if found:
                return SpreadCheck(True, total)
            undecided += found is None
            if undecided > _MOST_UNDECIDED:
                return SpreadCheck(None)
    return SpreadCheck(None) if undecided else SpreadCheck(False, obstacle=max(obstacles, key=list(Obstacle).index))


def _of_same_parity(squares: range, total: int, largest: int | None = None) -> range:
    """A number and its square are both even or both odd, and so are their sums."""
    stop = squares.stop if largest is None else min(squares.stop, largest + 1)
    return range(squares.start + (squares.start - total) % 2, stop, 2)


def _obstacle(squares: range, total: int) -> Obstacle:
    """Which hurdle is the highest, if no sample is found."""
    if not squares:
        return Obstacle.NOT_WHOLE
    return Obstacle.NOT_ATTAINABLE if _of_same_parity(squares, total) else Obstacle.PARITY


def _squares(total: int, sd: Interval, grains: Grains, ddof: int) -> range:
    """All whole sums of squares, counted in squared steps, that give an SD in the interval."""
    if sd.high < 0:
        return range(0)
    low = max(sd.low, Fraction(0))
    factor = (grains.n - ddof) / grains.size**2
    about_mean = Fraction(total * total, grains.n)
    closed = sd.low_closed or sd.low < 0
    return Interval(
        about_mean + low * low * factor, about_mean + sd.high**2 * factor, closed, sd.high_closed
    ).whole_multiples(Fraction(1))


@dataclass(frozen=True)
class SpreadRange:
    """The smallest and largest SD that a total allows between two bounds."""

    smallest: float
    largest: float


def spread_range(total: int, grains: Grains, bounds: Bounds) -> SpreadRange | None:
    """The SDs (divided by n - 1) that n whole numbers with this total can have between the bounds.

    Parameters
    ----------
    total : int
        In steps of the data.
    bounds : Bounds
        Both known.

    Returns
    -------
    SpreadRange or None
        None where the mean lies outside the bounds, or n is 1.
    """
    low, high = bounds.in_steps(grains.size)
    n = grains.n
    if n < 2 or low is None or high is None or not n * low <= total <= n * high:
        return None
    each, left = divmod(total, n)
    smallest = left * (each + 1) ** 2 + (n - left) * each**2
    largest = largest_squares(n, total, low, high) or 0

    def sd(squares: int) -> float:
        return float(grains.size) * sqrt(Fraction(n * squares - total * total, n * (n - 1)))

    return SpreadRange(sd(smallest), sd(largest))


def fits_grimmer(mean: str, sd: str, n: int, items: int = 1, unit: str = "1") -> bool:
    """Whether mean and SD can be those of whole numbers (or of multiples of `unit`).

    Examples
    --------
    >>> fits_grimmer("5.21", "1.6", 28), fits_grimmer("3.44", "2.47", 18)
    (True, False)
    """
    grains = Grains(n, Fraction(unit), items)
    totals = possible_totals(Printed.read(mean), grains)
    spread = Printed.read(sd).accepted
    return totals.is_accepted and check_spread(totals.totals, spread, grains).possible is not False
