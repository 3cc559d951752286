"""Points that a reader set: six per vertebra, what they may be called, and whether they are all there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.level import Level
from corduroy.errors import LabelError, PointsError

POINT_NAMES = ("sup_ant", "sup_mid", "sup_post", "inf_ant", "inf_mid", "inf_post")
"""Superior or inferior endplate; anterior rim, middle, posterior rim."""

_ENDPLATES = {
    "sup": ("sup", "superior", "upper", "top", "cranial", "s"),
    "inf": ("inf", "inferior", "lower", "bottom", "caudal", "i"),
}
_PLACES = {
    "ant": ("ant", "anterior", "a"),
    "mid": ("mid", "middle", "central", "centre", "center", "m"),
    "post": ("post", "posterior", "p"),
}
_ENDPLATE_OF = {word: name for name, words in _ENDPLATES.items() for word in words}
_PLACE_OF = {word: name for name, words in _PLACES.items() for word in words}
_COMPACT = {f"{a[0]}{b[0]}": f"{a}_{b}" for a, b in product(_ENDPLATES, _PLACES)}  # "sa", "im", "ip" and so on
_FARTHEST_MM = 1e4  # no scanner and no film has its origin farther away; author's choice
_LEVEL_AHEAD = re.compile(r"(?i)^((?:th|t|l|d)\d{1,2})(?=$|[^0-9])")


@dataclass(frozen=True, eq=False)
class PointReading:
    """The points that one reader set on one image at one sitting.

    Parameters
    ----------
    points : dict of Level to dict of str to ndarray
        Six entries per vertebra, named as in `POINT_NAMES`; shape (2,) on a film or (3,) in a scan, all alike,
        mm. Which axis is which does not matter: anterior and superior follow from the names.
    reader : str
    repeat : int
        1 for the first reading of this reader.
    magnification : float or None
        Image size over true size; None where it is not known.
    source, sha256 : str
        Name and content hash of the file, empty if there was none.

    Raises
    ------
    PointsError
        If points are missing, not numbers, or not all of one dimension; the message names them.
    """

    points: dict[Level, dict[str, NDArray[np.float64]]]
    reader: str = "unknown"
    repeat: int = 1
    magnification: float | None = None
    source: str = ""
    sha256: str = ""

    def __post_init__(self) -> None:
        if not self.points:
            raise PointsError(
                f"no vertebra in {self._place}", "six points per vertebra", "name the points like T12_sup_ant"
            )
        self._check_completeness()
        shapes = {np.shape(point) for group in self.points.values() for point in group.values()}
        if shapes not in ({(2,)}, {(3,)}):
            raise PointsError(f"{self._place} mixes points of shapes {sorted(shapes)}", "all (2,) or all (3,)")
        if not all(np.isfinite(point).all() for group in self.points.values() for point in group.values()):
            raise PointsError(f"{self._place} holds coordinates that are not numbers")
        self._check_places()
        if self.magnification is not None and not 0 < self.magnification < float("inf"):
            raise PointsError(f"a magnification of {self.magnification} in {self._place}", "a number above 0")

    @property
    def levels(self) -> tuple[Level, ...]:
        """The vertebrae from cranial to caudal."""
        return tuple(sorted(self.points, key=lambda level: level.position))

    @property
    def _place(self) -> str:
        return self.source or f"the reading of {self.reader}"

    def _check_places(self) -> None:
        for level, group in self.points.items():
            for name, point in group.items():
                if np.abs(point).max() > _FARTHEST_MM:
                    at = ", ".join(f"{value:g}" for value in point)
                    raise PointsError(
                        f"{level}_{name} of {self._place} at {at} mm",
                        f"coordinates within {_FARTHEST_MM:g} mm of the origin",
                        "look at the file, and at its units",
                    )

    def _check_completeness(self) -> None:
        missing = [f"{level}_{name}" for level in self.levels for name in POINT_NAMES if name not in self.points[level]]
        if missing:
            raise PointsError(
                f"{self._place} lacks {', '.join(missing)}",
                "six points per vertebra",
                "set the missing points or remove the vertebra",
            )


def parse_point_name(text: str) -> str | None:
    """The canonical name of a point (``sup_ant`` …), or None if the text names none.

    Words may come in any order and be written out, shortened or as one pair of letters: ``superior anterior``,
    ``ant-sup``, ``SA``.
    """
    endplates, places = set(), set()
    for word in re.split(r"[^a-z]+", text.lower()):
        if word in _COMPACT:
            return _COMPACT[word]
        endplates |= {_ENDPLATE_OF[word]} if word in _ENDPLATE_OF else set()
        places |= {_PLACE_OF[word]} if word in _PLACE_OF else set()
    if len(endplates) != 1 or len(places) != 1:
        return None
    return f"{endplates.pop()}_{places.pop()}"


def parse_point_label(label: str) -> tuple[Level, str] | None:
    """Level and point of a label such as ``T12_sup_ant``, ``Th12 anterior superior`` or ``L1-SA``.

    Returns
    -------
    tuple of Level and str, or None
        None if the label does not name both.
    """
    found = _LEVEL_AHEAD.match(label.strip())
    if found is None:
        return None
    try:
        level = Level.parse(found.group(1))
    except LabelError:
        return None
    name = parse_point_name(label.strip()[found.end() :])
    return None if name is None else (level, name)


def collect_points(
    entries: Iterable[tuple[Level, str, NDArray[np.float64]]], place: str
) -> dict[Level, dict[str, NDArray[np.float64]]]:
    """Points by level and name.

    Raises
    ------
    PointsError
        If a point is given twice, or a level has no two endplates of a free vertebral body.
    """
    points: dict[Level, dict[str, NDArray[np.float64]]] = {}
    for level, name, position in entries:
        if level in (Level.C1, Level.C2, Level.S1):
            raise PointsError(f"{place} has points on {level}", "vertebrae from C3 to L6", "remove them")
        group = points.setdefault(level, {})
        if name in group:
            raise PointsError(f"{place} gives {level}_{name} twice", "each point once", "remove one of them")
        group[name] = np.asarray(position, dtype=np.float64)
    return points
