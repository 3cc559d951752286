"""What the grades of all patients before and after say about single patients: who must, can or cannot have improved.

The unknown table of grade before by grade after is a transport problem between two known margins. Its smallest and
largest number of improved patients, and whether a claimed number is among the possible ones, are integer programmes
(scipy's HiGHS); each number between the smallest and the largest is attained, since exchanging two patients' grades
afterwards changes it by one at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

_Cells = NDArray[np.float64]


@dataclass(frozen=True)
class Margins:
    """How many patients have each grade, before and after.

    Parameters
    ----------
    before, after : sequence of int
        From the worst to the best grade; the same number of patients in both.
    by : int
        How many grades better counts as improved.
    """

    before: Sequence[int]
    after: Sequence[int]
    by: int = 1

    @property
    def n(self) -> int:
        """Number of patients."""
        return sum(self.before)

    @property
    def mean_gain(self) -> Fraction:
        """Mean number of grades gained: it follows from the margins alone."""
        gained = sum(grade * (b - a) for grade, (a, b) in enumerate(zip(self.before, self.after, strict=True)))
        return Fraction(gained, self.n)

    def improved(self) -> tuple[int, int]:
        """The smallest and largest possible number of improved patients."""
        return self._extremes(self._gain() >= self.by)

    def worsened(self) -> tuple[int, int]:
        """The smallest and largest possible number of patients who are worse by a grade at least."""
        return self._extremes(self._gain() < 0)

    def allow(self, improved: int | None, worsened: int | None) -> bool:
        """Whether some assignment of patients has these numbers at once; None: any number."""
        fixed = [(self._gain() >= self.by, improved), (self._gain() < 0, worsened)]
        rows = [(cells.astype(float), number) for cells, number in fixed if number is not None]
        return self._solve(np.zeros(self._shape), rows) is not None

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.before), len(self.after)

    def _gain(self) -> NDArray[np.int64]:
        grades = np.arange(len(self.before))
        return grades[None, :] - grades[:, None]

    def _extremes(self, counted: NDArray[np.bool_]) -> tuple[int, int]:
        cost = counted.astype(float)
        ends = (self._solve(cost, []), self._solve(-cost, []))
        least, most = (round(abs(float(end))) if end is not None else 0 for end in ends)
        return least, most

    def _solve(self, cost: _Cells, fixed: list[tuple[_Cells, int]]) -> float | None:
        """The least cost of a table with these margins; None where there is no such table."""
        rows, columns = self._shape
        conditions = [(_row(i, rows, columns), self.before[i]) for i in range(rows)]
        conditions += [(_row(j, columns, rows).T, self.after[j]) for j in range(columns)]
        conditions += fixed
        matrix = np.array([cells.ravel() for cells, _ in conditions])
        wanted = np.array([number for _, number in conditions], dtype=float)
        result = optimize.milp(
            cost.ravel(),
            integrality=np.ones(cost.size),
            constraints=optimize.LinearConstraint(matrix, wanted, wanted),
        )
        return float(result.fun) if result.success else None


def _row(index: int, rows: int, columns: int) -> _Cells:
    cells = np.zeros((rows, columns))
    cells[index] = 1
    return cells
