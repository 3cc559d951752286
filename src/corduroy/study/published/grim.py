"""GRIM: can the mean of whole numbers be the printed one? And which totals could stand behind it?

Brown NJL, Heathers JAJ. The GRIM test. Soc Psychol Personal Sci 2017;8:363-369, 10.1177/1948550616673876.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from corduroy.study.published.printed import ACCEPTED, TOLD, Interval, Printed, Rounding


@dataclass(frozen=True)
class Grains:
    """In what steps the data come.

    Parameters
    ----------
    n : int
        How many subjects.
    unit : Fraction
        What each item was recorded in: 1 for whole numbers, 0.5 for halves, 50 for blood loss noted to 50 ml.
    items : int
        How many items are averaged within each subject (a scale of several questions).
    """

    n: int
    unit: Fraction = Fraction(1)
    items: int = 1

    @property
    def size(self) -> Fraction:
        """The step of one subject's value."""
        return self.unit / self.items

    def mean(self, total: int) -> Fraction:
        """The mean that a total of this many steps has."""
        return total * self.size / self.n

    def totals(self, means: Interval) -> range:
        """All totals, counted in steps, whose mean lies in the interval."""
        return means.whole_multiples(self.size / self.n)

    def text(self, total: int) -> str:
        """A total in the unit of the data: ``314``, ``7.5``."""
        value = total * self.size
        return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"


@dataclass(frozen=True)
class PossibleTotals:
    """What a printed mean leaves possible.

    Parameters
    ----------
    totals : range
        In steps of the data; empty where no total fits.
    rounding : tuple of Rounding
        By which ways of rounding; the accepted ones where any total fits by them.
    """

    totals: range
    rounding: tuple[Rounding, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether some total fits half up or half to even."""
        return bool(self.totals) and self.rounding[0] in ACCEPTED


def possible_totals(mean: Printed, grains: Grains) -> PossibleTotals:
    """All totals of whole numbers that give the printed mean.

    Parameters
    ----------
    mean : Printed
    grains : Grains

    Returns
    -------
    PossibleTotals
        Half up and half to even together; where they leave none, the first other way of rounding that does.

    Notes
    -----
    When this misleads: the test has no power where ``n * items / unit`` is larger than ``10 ** decimals``, since then
    every mean fits; and a mean of measurements, of weighted values or of fewer patients than n need not fit at all.
    """
    totals = grains.totals(mean.accepted)
    if totals:
        ways = tuple(way for way in ACCEPTED if grains.totals(mean.interval(way)))
        return PossibleTotals(totals, ways or ACCEPTED)
    for way in TOLD:
        totals = grains.totals(mean.interval(way))
        if totals:
            return PossibleTotals(totals, (way,))
    return PossibleTotals(range(0), ())


def fits_grim(mean: str, n: int, items: int = 1, unit: str = "1") -> bool:
    """Whether the mean can be that of whole numbers (or of multiples of `unit`).

    Examples
    --------
    >>> fits_grim("52.3", 6), fits_grim("5.19", 28)
    (True, False)
    """
    return possible_totals(Printed.read(mean), Grains(n, Fraction(unit), items)).is_accepted
