"""Several end points, several chances to be wrong: Holm's adjustment, and whether it can be passed at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corduroy.errors import StatisticsError
from corduroy.study.p_value import PValue


@dataclass(frozen=True)
class AdjustedEndPoint:
    """One end point of a family.

    Parameters
    ----------
    name : str
    p : PValue
        As tested.
    adjusted : float
        Holm's.
    smallest_adjusted : float or None
        What Holm leaves of the smallest p that this end point could give, had all end points given theirs: if it is
        above 0.05, no result whatever would have passed. None where the smallest p is not known.
    """

    name: str
    p: PValue
    adjusted: float
    smallest_adjusted: float | None


@dataclass(frozen=True)
class Holm:
    """All end points of a family, in the order in which they were given.

    Parameters
    ----------
    end_points : tuple of AdjustedEndPoint
    level : float
        Familywise error.
    """

    end_points: tuple[AdjustedEndPoint, ...]
    level: float

    @property
    def reachable(self) -> bool:
        """Whether any result at all could have passed for at least one end point."""
        floors = [point.smallest_adjusted for point in self.end_points]
        return any(floor is None or floor <= self.level for floor in floors)

    @property
    def words(self) -> str:
        """The adjustment as it was made."""
        listed = "; ".join(f"{point.name}: {point.p}, adjusted {point.adjusted:.4g}" for point in self.end_points)
        wall = (
            ""
            if self.reachable
            else f" With this many patients and {len(self.end_points)} end points no result could have reached "
            f"{self.level:g}: the estimates and their intervals carry the information."
        )
        return f"p values of {len(self.end_points)} end points adjusted by Holm's method: {listed}.{wall}"


def holm(
    names: Sequence[str], p_values: Sequence[PValue], smallest: Sequence[PValue | None] = (), level: float = 0.05
) -> Holm:
    """Holm's step-down adjustment of a family of p values.

    Parameters
    ----------
    names : sequence of str
    p_values : sequence of PValue
    smallest : sequence of PValue or None
        The smallest that each could have been, where known.
    level : float
        Familywise error.

    Raises
    ------
    StatisticsError
        If the lengths differ, or a name comes twice.

    Notes
    -----
    Holm 1979, Scandinavian Journal of Statistics 6:65-70 (no DOI). Valid whatever the dependence of the end points.
    """
    if len(names) != len(p_values) or (smallest and len(smallest) != len(names)):
        raise StatisticsError(f"{len(names)} names and {len(p_values)} p values", "one p value for each name")
    if len(set(names)) < len(names):
        raise StatisticsError("an end point that comes twice", "each end point once")
    adjusted = _step_down([p.value for p in p_values])
    known = list(smallest) if smallest else [None] * len(names)
    floors = _step_down([p.value if floor is None else floor.value for p, floor in zip(p_values, known, strict=True)])
    return Holm(
        tuple(
            AdjustedEndPoint(name, p, value, None if floor is None else least)
            for name, p, value, floor, least in zip(names, p_values, adjusted, known, floors, strict=True)
        ),
        level,
    )


def _step_down(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=lambda place: values[place])
    adjusted, highest = [0.0] * len(values), 0.0
    for passed, place in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - passed) * values[place]))
        adjusted[place] = highest
    return adjusted
