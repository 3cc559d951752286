"""What travels between the pages and the process that computes: small, frozen, plain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corduroy.anatomy.level import Level

if TYPE_CHECKING:
    from corduroy.planning.augmentation import LesionShare
    from corduroy.planning.corridors import Corridor

PointMm = tuple[float, float, float]


@dataclass(frozen=True)
class ScanFiles:
    """The files that one scan's geometry and plan rest on.

    Parameters
    ----------
    image, labels, structures : Path or None
    plan, lesion : Path or None
        What a job `plan` wrote: ``plan.json`` and the lesion's parts.
    """

    image: Path | None
    labels: Path | None
    structures: Path | None = None
    plan: Path | None = None
    lesion: Path | None = None


@dataclass(frozen=True)
class OpenedPlan:
    """What can be chosen in a plan that lies on the desk.

    Parameters
    ----------
    level : Level
    levels : tuple of Level
        Those whose laminae can be cut.
    widest_mm : dict of Level to float
        Between the medial walls of the pedicles.
    injectable_ml : tuple of float
        With its uncertainty; a ceiling.
    """

    level: Level
    levels: tuple[Level, ...]
    widest_mm: dict[Level, float]
    injectable_ml: tuple[float, float]


@dataclass(frozen=True)
class CorridorAnswer:
    """A needle's way as somebody set it.

    Parameters
    ----------
    corridor : Corridor or None
        None: it cannot be measured, and `refused` says why.
    refused : str
    seconds : float
        How long the answer took.
    """

    corridor: Corridor | None
    refused: str
    seconds: float


@dataclass(frozen=True)
class FillAnswer:
    """How full a volume makes body (percent, half-width of the 95 % interval) and lesion; see `FillShare`."""

    volume_ml: float
    of_body: tuple[float, float]
    of_lesion: LesionShare | None
    seconds: float


@dataclass(frozen=True)
class WidthAnswer:
    """What laminectomies of one width would open and cost, by level.

    Parameters
    ----------
    rows : tuple of dict
        ``level``, ``width_mm``, ``before_mm2``, ``after_mm2``, ``removed_ml``, ``facet_left_percent``,
        ``facet_right_percent``; None where it cannot be had.
    seconds : float
    """

    rows: tuple[dict[str, Any], ...]
    seconds: float


@dataclass(frozen=True)
class VertebraLines:
    """Where a vertebra's measurements lie in the scan, world RAS+ mm.

    Parameters
    ----------
    level : str
    number : int
        Its label.
    centre_mm : PointMm
    superior_mm, inferior_mm : tuple of PointMm
        The endplates in the mid-sagittal plane, from posterior to anterior.
    upper_leg_mm, lower_leg_mm : tuple of PointMm
        The legs of the wedge angle.
    heights_mm : tuple of (PointMm, PointMm)
        Posterior, middle and anterior height.
    canal_mm : tuple of PointMm
        The canal's narrowest outline, closed; empty where no ring is closed.
    """

    level: str
    number: int
    centre_mm: PointMm
    superior_mm: tuple[PointMm, ...]
    inferior_mm: tuple[PointMm, ...]
    upper_leg_mm: tuple[PointMm, ...]
    lower_leg_mm: tuple[PointMm, ...]
    heights_mm: tuple[tuple[PointMm, PointMm], ...]
    canal_mm: tuple[PointMm, ...]


@dataclass(frozen=True)
class ShownFilm:
    """A radiograph as it is shown; see `corduroy.imaging.radiograph.Radiograph`.

    Parameters
    ----------
    rows, columns : int
    spacing_mm : tuple of float or None
        From row to row and from column to column.
    magnification : float or None
    is_oriented : bool
        Whether the file says that anterior is on the left, as it is shown then.
    acquired : date or None
    """

    rows: int
    columns: int
    spacing_mm: tuple[float, float] | None
    magnification: float | None
    is_oriented: bool
    acquired: date | None


@dataclass(frozen=True)
class SagittalSlice:
    """A slice as it is shown: anterior on the left, superior at the top.

    Parameters
    ----------
    index, count : int
        Which of how many, from the patient's left to right.
    right_mm : float
        Where it lies, world.
    width_mm, height_mm : float
    address : str
        The picture itself (``data:``).
    """

    index: int
    count: int
    right_mm: float
    width_mm: float
    height_mm: float
    address: str
