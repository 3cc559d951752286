"""The plan for 3D Slicer: corridors as lines, entries and targets as points, in files that name their axes.

World coordinates are RAS+ everywhere else; these files are written in LPS, as Slicer itself writes them, and say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corduroy.errors import PointsError
from corduroy.imaging.slicer_markups import ControlPoint, read_markups

Point = tuple[float, float, float]

# As 3D Slicer 5 writes it; the file's form is told by this address, which nothing opens.
_SCHEMA = "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
_SCHEMA += "markups-schema-v1.0.3.json#"
_DIGITS = 3


@dataclass(frozen=True)
class MarkedLine:
    """A corridor: from the entry to the target, world RAS+ mm."""

    name: str
    entry_mm: Point
    target_mm: Point


@dataclass(frozen=True)
class MarkedPoint:
    """A point with a name, world RAS+ mm."""

    name: str
    point_mm: Point


def line_markups(lines: Sequence[MarkedLine]) -> dict[str, Any]:
    """A document of Slicer's markups, one line each; coordinates in LPS, declared."""
    marks = [_markup("Line", [("entry", line.entry_mm), ("target", line.target_mm)], line.name) for line in lines]
    return {"@schema": _SCHEMA, "markups": marks}


def point_markups(points: Sequence[MarkedPoint], name: str = "points") -> dict[str, Any]:
    """A document with one list of points; coordinates in LPS, declared."""
    return {"@schema": _SCHEMA, "markups": [_markup("Fiducial", [(p.name, p.point_mm) for p in points], name)]}


def read_line(path: Path) -> MarkedLine:
    """The one line of a file, from the entry to the target, as Slicer's line tool and `line_markups` write it.

    Raises
    ------
    FileFormatError
        If it is not a markups file.
    PointsError
        If it does not hold exactly one line, or a line without both of its ends.
    """
    lines = [markup for markup in read_markups(path) if markup.kind == "Line"]
    if len(lines) != 1:
        held = ", ".join(line.name or "without a name" for line in lines) or "none"
        raise PointsError(f"{path.name} with {len(lines)} lines ({held})", "one line, from the entry to the tip")
    ends = [point for point in lines[0].points if point.is_set]
    if len(ends) != 2:
        raise PointsError(f"{path.name}: a line with {len(ends)} ends set", "its entry and its tip")
    entry, target = (_point(end) for end in ends)
    return MarkedLine(lines[0].name, entry, target)


def _point(control: ControlPoint) -> Point:
    x, y, z = (float(value) for value in control.ras_mm())
    return x, y, z


def _markup(kind: str, points: Sequence[tuple[str, Point]], name: str) -> dict[str, Any]:
    return {
        "type": kind,
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": True,
        "labelFormat": "%N-%d",
        "name": name,
        "controlPoints": [
            {"id": str(number), "label": label, "position": _lps(point), "positionStatus": "defined"}
            for number, (label, point) in enumerate(points, start=1)
        ],
    }


def _lps(point: Point) -> list[float]:
    """RAS to LPS: right becomes minus left, anterior minus posterior."""
    return [round(-point[0], _DIGITS) + 0.0, round(-point[1], _DIGITS) + 0.0, round(point[2], _DIGITS)]
