"""Heights, wedge and depth of a body from its endplate curves in the mid-sagittal plane.

This is the definition, evaluated densely on the analytic surfaces; it shares no code with what measures images.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.anatomy.frame import FloatArray
from corduroy.phantom.body import Body

HEIGHT_FRACTIONS = {"posterior": 0.10, "middle": 0.50, "anterior": 0.90}
_STEP_MM = 0.02
_RIMS = (0.25, 0.425)


@dataclass(frozen=True, eq=False)
class SagittalTruth:
    """Mid-sagittal morphometry in local coordinates; all points have x = 0.

    Parameters
    ----------
    heights_mm : dict of str to float
    wedge_angle_deg : float
    depth_mm : float
    mid_height : ndarray, shape (2, 3)
        Posterior and anterior end of the line half-way between the endplates.
    height_segments : dict of str to ndarray, shape (2, 3)
        Superior and inferior end point of each height.
    endplate_curves, endplate_lines : dict of str to ndarray, shape (n, 3) and (2, 3)
        From posterior to anterior.
    """

    heights_mm: dict[str, float]
    wedge_angle_deg: float
    depth_mm: float
    mid_height: FloatArray
    height_segments: dict[str, FloatArray]
    endplate_curves: dict[str, FloatArray]
    endplate_lines: dict[str, FloatArray]


def sagittal_truth(body: Body, fractions: dict[str, float] | None = None) -> SagittalTruth:
    """Measure a body in its plane x = 0; see `corduroy.phantom.VertebraTruth` for the definitions.

    Parameters
    ----------
    body : Body
    fractions : dict of str to float, optional
        Fractions of the depth, from the posterior wall, at which heights are taken.
    """
    y, top, bottom = _curves(body)
    waist = np.array(_walls(body, np.eye(2), float(np.median(top + bottom)) / 2))
    from_middle = np.abs((y - waist.mean()) / np.ptp(waist))
    rims = (from_middle >= _RIMS[0]) & (from_middle <= _RIMS[1])
    (top_slope, top_at), (bottom_slope, bottom_at) = (np.polyfit(y[rims], curve[rims], 1) for curve in (top, bottom))
    angles = np.arctan([top_slope, bottom_slope])
    tilt = float(angles.mean())
    turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    centre_z = _half_way(top_slope, top_at, bottom_slope, bottom_at, turn)
    back, front = _walls(body, turn, centre_z)
    depth = front - back
    segments = {}
    for name, fraction in (fractions or HEIGHT_FRACTIONS).items():
        place = back + fraction * depth
        ends = [_crossing(y, curve, turn, place) for curve in (top, bottom)]
        segments[name] = _lift(np.array([[place, z] for z in ends]) @ turn)
    lines = {
        "superior": np.column_stack([y[[0, -1]], top_slope * y[[0, -1]] + top_at]),
        "inferior": np.column_stack([y[[0, -1]], bottom_slope * y[[0, -1]] + bottom_at]),
    }
    return SagittalTruth(
        {name: float(np.linalg.norm(ends[0] - ends[1])) for name, ends in segments.items()},
        float(np.rad2deg(angles[1] - angles[0])),
        depth,
        _lift(np.array([[back, centre_z], [front, centre_z]]) @ turn),
        segments,
        {
            "superior": _lift(np.column_stack([y, top])[::25]),
            "inferior": _lift(np.column_stack([y, bottom])[::25]),
        },
        {name: _lift(line) for name, line in lines.items()},
    )


def _curves(body: Body) -> tuple[FloatArray, FloatArray, FloatArray]:
    """y, z of the superior and z of the inferior endplate in the midline, between the walls at the rims."""
    y = np.arange(-0.6 * body.depth, 0.6 * body.depth, _STEP_MM)
    x = np.zeros_like(y)
    top, bottom = body.surfaces(x, y)
    inside = (body.wall_distance(x, y, np.ones_like(y)) <= 0) & (top > bottom)
    return y[inside], top[inside], bottom[inside]


def _half_way(top_slope: float, top_at: float, bottom_slope: float, bottom_at: float, turn: FloatArray) -> float:
    """Rotated z of the line half-way between the two endplate lines, which have opposite slopes there."""
    at_zero = [
        float((turn @ np.array([0.0, at]))[1] - _turned_slope(slope, turn) * (turn @ np.array([0.0, at]))[0])
        for slope, at in ((top_slope, top_at), (bottom_slope, bottom_at))
    ]
    return sum(at_zero) / 2


def _turned_slope(slope: float, turn: FloatArray) -> float:
    along = turn @ np.array([1.0, slope])
    return float(along[1] / along[0])


def _walls(body: Body, turn: FloatArray, z: float) -> tuple[float, float]:
    """Posterior and anterior wall on the rotated horizontal at `z`."""
    along = np.arange(-0.7 * body.depth, 0.7 * body.depth, _STEP_MM)
    y, up = (np.column_stack([along, np.full_like(along, z)]) @ turn).T
    distance = body.distance(np.zeros_like(y), y, up)
    inside = np.flatnonzero(distance <= 0)
    first, last = inside[0], inside[-1]
    ends = []
    for i in (first - 1, last):
        ends.append(along[i] + _STEP_MM * distance[i] / (distance[i] - distance[i + 1]))
    return float(ends[0]), float(ends[1])


def _crossing(y: FloatArray, curve: FloatArray, turn: FloatArray, place: float) -> float:
    """Rotated z where the rotated curve passes a depth."""
    along, up = turn @ np.vstack([y, curve])
    order = np.argsort(along)
    return float(np.interp(place, along[order], up[order]))


def _lift(points: FloatArray) -> FloatArray:
    """(y, z) to (0, y, z)."""
    return np.column_stack([np.zeros(len(points)), points])
