"""The planes of a plan's pictures: two that hold the needle, and two through the laminectomy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.frame import Frame
from corduroy.morphometry.results import VertebraLandmarks
from corduroy.planning.corridors import Corridor
from corduroy.reports.planes import Sheet

FloatArray = NDArray[np.float64]

_PIXEL_MM = 0.4
_MARGIN_MM = 14.0
_VERTEBRA_MM = np.array([[-55.0, -50.0, -40.0], [55.0, 40.0, 40.0]])  # of a whole vertebra about its centre
_BESIDE_DEG = 22.5  # from here on a direction is named by two letters


def needle_axial(corridor: Corridor, marks: VertebraLandmarks) -> Sheet:
    """The plane of the needle and the vertebra's right axis, seen from below: the patient's right on the left."""
    right, forward, upward = _needle_in(corridor, marks)
    del right
    tilted = marks.axes @ _unit(np.array([0.0, forward, upward]))
    normal = np.cross(marks.axes[:, 0], tilted)
    frame = Frame.from_directions(np.array(corridor.target_mm), normal, tilted)
    x, y = _window(frame, corridor, marks, (0, 1))
    local = _grid(x[::-1], y[::-1])
    return Sheet(frame, frame.world(local), (-x[-1], -x[0], y[0], y[-1]))


def needle_sagittal(corridor: Corridor, marks: VertebraLandmarks) -> Sheet:
    """The plane of the needle and the vertebra's superior axis: where the needle goes to lies on the left."""
    right, forward, _ = _needle_in(corridor, marks)
    ahead = marks.axes @ _unit(np.array([right, forward, 0.0]))
    frame = Frame.from_directions(np.array(corridor.target_mm), marks.axes[:, 2], ahead)
    y, z = _window(frame, corridor, marks, (1, 2))
    return Sheet(frame, frame.world(_upright(y, z)), (-y[-1], -y[0], z[0], z[-1]))


def mid_sagittal_of(marks: VertebraLandmarks) -> Sheet:
    """The vertebra's own mid-sagittal plane, anterior on the left."""
    frame = Frame(marks.centre, marks.axes)
    y, z = np.arange(-80.0, 40.0, _PIXEL_MM), np.arange(-52.0, 52.0, _PIXEL_MM)
    return Sheet(frame, frame.world(_upright(y, z)), (-y[-1], -y[0], z[0], z[-1]))


def ahead_letters(sheet: Sheet, marks: VertebraLandmarks) -> tuple[str, str]:
    """Letters of the left and right border of an upright sheet, such as A and P, or AL and PR."""
    right, forward, _ = marks.axes.T @ sheet.frame.anterior
    return _direction(right, forward), _direction(-right, -forward)


def _direction(right: float, forward: float) -> str:
    side, front = "R" if right > 0 else "L", "A" if forward > 0 else "P"
    degrees = float(np.degrees(np.arctan2(abs(right), abs(forward))))
    if degrees < _BESIDE_DEG:
        return front
    if degrees > 90.0 - _BESIDE_DEG:
        return side
    return front + side


def _needle_in(corridor: Corridor, marks: VertebraLandmarks) -> tuple[float, float, float]:
    """The needle's direction along the vertebra's axes."""
    along = marks.axes.T @ _unit(np.array(corridor.target_mm) - np.array(corridor.entry_mm))
    return float(along[0]), float(along[1]), float(along[2])


def _window(
    frame: Frame, corridor: Corridor, marks: VertebraLandmarks, axes: tuple[int, int]
) -> tuple[FloatArray, FloatArray]:
    """Pixel positions along two axes of the frame, so that the vertebra and the needle are in view."""
    needle = frame.local([corridor.entry_mm, corridor.target_mm])
    middle = frame.local(marks.centre)
    reach = []
    for axis in axes:
        low = min(middle[axis] + _VERTEBRA_MM[0, axis], needle[:, axis].min() - _MARGIN_MM)
        high = max(middle[axis] + _VERTEBRA_MM[1, axis], needle[:, axis].max() + _MARGIN_MM)
        reach.append(np.arange(low, high, _PIXEL_MM))
    return reach[0], reach[1]


def _grid(x: FloatArray, y: FloatArray) -> FloatArray:
    """Points of an axial picture: rows downwards along `y`, columns along `x`."""
    local = np.zeros((y.size, x.size, 3))
    local[..., 0], local[..., 1] = x[None, :], y[:, None]
    return local


def _upright(y: FloatArray, z: FloatArray) -> FloatArray:
    """Points of an upright picture: anterior on the left, superior above."""
    local = np.zeros((z.size, y.size, 3))
    local[..., 1], local[..., 2] = y[::-1][None, :], z[::-1][:, None]
    return local


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / np.linalg.norm(vector))
