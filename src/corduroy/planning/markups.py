"""The plan for 3D Slicer: corridors as lines, entries and targets as points, in files that name their axes.

World coordinates are RAS+ everywhere else; these files are written in LPS, as Slicer itself writes them, and say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
