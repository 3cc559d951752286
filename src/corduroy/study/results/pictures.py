"""What figures are drawn from. Height and kyphosis before and after: `PairedOutcome.pairs`; Frankel: its matrix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TimelineMark:
    """One mark on a patient's line.

    Parameters
    ----------
    kind : str
        Kind of the record, or the type of a follow-up event: "biopsy", "embolization", "operation", "assessment",
        "imaging", "leak", "complication", "recurrence", "death" ...
    label : str
    months : float
        From the first operation; negative before it.
    on : date
    entry : str
    """

    kind: str
    label: str
    months: float
    on: date
    entry: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """One patient's line of the swimmer plot.

    Parameters
    ----------
    case : str
    operated_on, last_seen : date
    months : float
        Of observation.
    ended : {"death", "lost", "end of observation"}
    marks : tuple of TimelineMark
        In the order of time.
    """

    case: str
    operated_on: date
    last_seen: date
    months: float
    ended: str
    marks: tuple[TimelineMark, ...]


@dataclass(frozen=True, slots=True)
class TrajectoryPoint:
    """One value in time.

    Parameters
    ----------
    visit : str
        Code of the visit.
    months : float
        From the first operation; negative before it.
    value : float
    entry : str
    """

    visit: str
    months: float
    value: float
    entry: str


@dataclass(frozen=True, slots=True)
class TrajectoryLine:
    """One case's values in time.

    Parameters
    ----------
    case : str
    points : tuple of TrajectoryPoint
    """

    case: str
    points: tuple[TrajectoryPoint, ...]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One outcome in time.

    Parameters
    ----------
    key, label, unit : str
    low, high : float or None
        The possible range, for the axis.
    lines : tuple of TrajectoryLine
        The first 200 cases; more lines cannot be told apart.
    """

    key: str
    label: str
    unit: str
    low: float | None
    high: float | None
    lines: tuple[TrajectoryLine, ...]
