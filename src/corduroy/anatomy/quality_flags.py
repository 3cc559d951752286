"""What can be wrong with the label of a vertebra, in plain words, and what that does to confidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class QualityFlag(StrEnum):
    """A doubt about one vertebra's label."""

    TOUCHES_BORDER = "touches the border of the image"
    CUT = "cut by the border of the image"
    PIECES = "more than one piece"
    MIXED = "mixed with another vertebra's label"
    SIZE = "implausible size"
    FRAGMENT = "a fragment of a vertebra"
    ORDER = "out of order"
    MISSING_NEIGHBOUR = "a vertebra beside it has no label"
    LEAP = "the numbering leaps"
    COARSE = "too coarse"


FACTORS: dict[QualityFlag, float] = {
    QualityFlag.TOUCHES_BORDER: 0.95,
    QualityFlag.CUT: 0.3,
    QualityFlag.PIECES: 0.85,
    QualityFlag.MIXED: 0.3,
    QualityFlag.SIZE: 0.5,
    QualityFlag.FRAGMENT: 0.3,
    QualityFlag.ORDER: 0.2,
    QualityFlag.MISSING_NEIGHBOUR: 0.8,
    QualityFlag.LEAP: 0.7,
    QualityFlag.COARSE: 0.6,
}
"""What each flag leaves of the confidence. Author's choice, ordered by harm: a vertebra that is cut, mixed or out of
order, or a fragment, gives numbers that belong to no vertebra; a leap in the numbering leaves the numbers right and the
name doubtful; a process that ends at the border leaves nearly everything right."""


@dataclass(frozen=True)
class Finding:
    """One flag with its particulars.

    Parameters
    ----------
    flag : QualityFlag
    text : str
        One plain sentence part with numbers, for reports.
    """

    flag: QualityFlag
    text: str


def confidence(flags: Iterable[QualityFlag]) -> float:
    """Confidence from 0 to 1 that a vertebra's label is what it says: the product of the flags' `FACTORS`.

    A flag counts once, however often it was found.
    """
    product = 1.0
    for flag in set(flags):
        product *= FACTORS[flag]
    return round(product, 4)
