"""Where cement could leave the vertebra, by Yeom's types: veins, breached cortex, endplates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corduroy.anatomy.frame import FloatArray
from corduroy.anatomy.pedicles import Side
from corduroy.anatomy.vertebra import Body, Vertebra
from corduroy.scales.yeom import YeomType

Point = tuple[float, float, float]

_MIDLINE_MM = 3.0  # author's choice: nearer to the midline than this a place has no side

WALLS = ("superior endplate", "inferior endplate", "posterior wall", "anterior wall", "left wall", "right wall")


@dataclass(frozen=True)
class BreachedCortex:
    """A hole in the cortex.

    Parameters
    ----------
    point_mm : tuple of 3 floats
        World RAS+; its middle.
    diameter_mm : float or None
        None where its size was not measured.
    basis : str
        What speaks for the hole.
    """

    point_mm: Point
    diameter_mm: float | None = None
    basis: str = "breach found on this scan"


@dataclass(frozen=True)
class LeakSite:
    """A place where cement could leave.

    Parameters
    ----------
    yeom : YeomType
        B basivertebral vein, S segmental vein, C cortical defect, D disc.
    wall : str
        One of `WALLS`.
    side : Side or None
        The patient's; None near the midline.
    point_mm : tuple of 3 floats
        World RAS+.
    diameter_mm : float or None
    basis : str
        Seen in this patient, or known of every vertebra.
    """

    yeom: YeomType
    wall: str
    side: Side | None
    point_mm: Point
    diameter_mm: float | None
    basis: str


def leak_sites(vertebra: Vertebra, breaches: Sequence[BreachedCortex] | None) -> tuple[LeakSite, ...]:
    """The veins' usual places, and every breach by the wall that it is in.

    Notes
    -----
    The types are Yeom's (2003, 10.1302/0301-620x.85b1.13026; type D later, PMC8449924). A breached endplate gives type
    D, any other wall type C. The veins are placed where they are in every vertebra: the basivertebral foramen in the
    middle of the posterior wall, the segmental veins around the waist of the body on both sides; they are not seen on
    this scan.
    """
    body = vertebra.body
    if body is None:
        return ()
    veins = (
        _vein(vertebra, YeomType.B, np.array([0.0, float(body.wall(0.0, 0.0)), 0.0])),
        *(_vein(vertebra, YeomType.S, _waist(body, side)) for side in Side),
    )
    return veins + tuple(_breach(vertebra, breach) for breach in breaches or ())


def wall_at(body: Body, local: FloatArray) -> str:
    """The wall that a local point (mm) is nearest to."""
    x, y, z = (float(value) for value in local)
    half_width = float(np.abs(_waist(body, Side.RIGHT if x >= 0 else Side.LEFT)[0]))
    gaps = {
        "superior endplate": float(body.superior.z(x, y)) - z,
        "inferior endplate": z - float(body.inferior.z(x, y)),
        "posterior wall": y - float(body.wall(x, z)),
        "anterior wall": float(body.front(x, z)) - y,
        "right wall" if x >= 0 else "left wall": half_width - abs(x),
    }
    return min(gaps, key=lambda name: gaps[name])


def _vein(vertebra: Vertebra, kind: YeomType, local: FloatArray) -> LeakSite:
    wall = "posterior wall" if kind is YeomType.B else f"{_side(local)} wall"
    side = None if kind is YeomType.B else _side(local)
    return LeakSite(kind, wall, side, _world(vertebra, local), None, "usual place of the vein; not seen on this scan")


def _breach(vertebra: Vertebra, breach: BreachedCortex) -> LeakSite:
    assert vertebra.body is not None
    local = vertebra.frame.local(breach.point_mm)
    wall = wall_at(vertebra.body, local)
    kind = YeomType.D if wall.endswith("endplate") else YeomType.C
    return LeakSite(kind, wall, _side(local), breach.point_mm, breach.diameter_mm, breach.basis)


def _waist(body: Body, side: Side) -> FloatArray:
    """The outermost point of the body on one side at mid-height and mid-depth, local mm."""
    grid = body.grid
    middle = grid.index(2, 0.0)
    depth = grid.index(1, (float(body.wall(0.0, 0.0)) + float(body.front(0.0, 0.0))) / 2)
    row = grid.x[body.inside[:, depth, middle]]
    reach = float((side.sign * row).max()) if len(row) else 0.0
    return np.array([side.sign * reach, float(grid.y[depth]), 0.0])


def _side(local: FloatArray) -> Side | None:
    if abs(float(local[0])) < _MIDLINE_MM:
        return None
    return Side.RIGHT if local[0] > 0 else Side.LEFT


def _world(vertebra: Vertebra, local: FloatArray) -> Point:
    x, y, z = vertebra.frame.world(local)
    return float(x), float(y), float(z)
