"""Change of an ordered grade between two times, on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from corduroy.errors import ScaleError
from corduroy.scales.ais import AisGrade
from corduroy.scales.frankel import FrankelGrade
from corduroy.scales.nurick import NurickGrade

G = TypeVar("G", FrankelGrade, AisGrade, NurickGrade)

_BEST_LAST: dict[type, bool] = {FrankelGrade: True, AisGrade: True, NurickGrade: False}


@dataclass(frozen=True, slots=True)
class GradeChange:
    """How far a grade moved.

    Parameters
    ----------
    grades_gained : int
        Positive is better, negative is worse, whichever way the scale is numbered.
    started_at_best : bool
        Ceiling: nothing better was possible.
    grades_possible : int
        Grades between the start and the best grade.
    """

    grades_gained: int
    started_at_best: bool
    grades_possible: int

    def improved_by(self, grades: int) -> bool:
        """Whether at least so many grades were gained."""
        if grades < 1:
            raise ScaleError(f"an improvement by {grades} grades", "1 or more")
        return self.grades_gained >= grades


def grade_change(before: G, after: G) -> GradeChange:
    """Change between two grades of the same scale: Frankel, AIS or Nurick.

    Parameters
    ----------
    before, after : FrankelGrade, AisGrade or NurickGrade
        Both of the same scale.

    Raises
    ------
    ScaleError
        If the two belong to different scales: none is mapped onto another.

    Notes
    -----
    When this number misleads: the steps are not equal distances, so gained grades are counted, never averaged. A
    patient who starts at the best grade cannot improve and still belongs to n.
    """
    kind = type(before)
    if type(after) is not kind or kind not in _BEST_LAST:
        raise ScaleError(
            f"{kind.__name__} before and {type(after).__name__} after",
            "two grades of one scale: Frankel, AIS or Nurick",
            "no value is mapped between scales",
        )
    worst_first = list(kind) if _BEST_LAST[kind] else list(reversed(list(kind)))
    start, end = worst_first.index(before), worst_first.index(after)
    possible = len(worst_first) - 1 - start
    return GradeChange(end - start, started_at_best=possible == 0, grades_possible=possible)
