"""Stacking vertebrae on discs: from shapes and disc angles to frames in the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from corduroy.anatomy.frame import FloatArray, Frame
from corduroy.phantom.body import Body


@dataclass(frozen=True)
class Disc:
    """The disc below a vertebra: its height and the angles between its endplates.

    Parameters
    ----------
    height : float
        mm, in the centre.
    sagittal_deg : float
        Kyphosis positive.
    coronal_deg : float
        Positive where the vertebra above leans to the right.
    axial_deg : float
        Positive where the vertebra above is turned to the left.
    """

    height: float
    sagittal_deg: float
    coronal_deg: float = 0.0
    axial_deg: float = 0.0

    def rotation(self, share: float) -> FloatArray:
        """The given share of the disc's rotation, shape (3, 3)."""
        angles = np.array([-self.sagittal_deg, self.coronal_deg, self.axial_deg]) * share
        return np.asarray(Rotation.from_euler("xyz", angles, degrees=True).as_matrix())


def stack(bodies: Sequence[Body], discs: Sequence[Disc]) -> list[Frame]:
    """Frames of bodies from cranial to caudal.

    Parameters
    ----------
    bodies : sequence of Body
        Cranial to caudal.
    discs : sequence of Disc
        One less than `bodies`; ``discs[i]`` lies below ``bodies[i]``.

    Returns
    -------
    list of Frame
        In patient axes: the line from the lowest to the highest body points up, the mean of all body centres
        is the origin.
    """
    frames = [Frame(np.zeros(3), np.eye(3))]
    for index in range(len(bodies) - 2, -1, -1):
        frames.insert(0, _on_top(frames[0], bodies[index + 1], bodies[index], discs[index]))
    return _upright(frames)


def _on_top(lower: Frame, lower_body: Body, upper_body: Body, disc: Disc) -> Frame:
    seat, seat_turn = _rim_plane(lower_body, superior=True)
    foot, foot_turn = _rim_plane(upper_body, superior=False)
    base = lower.axes @ seat_turn
    axes = base @ disc.rotation(1.0) @ foot_turn.T
    along = base @ disc.rotation(0.5) @ np.array([0.0, 0.0, disc.height])
    return Frame(lower.world(seat) + along - axes @ foot, axes)


def _rim_plane(body: Body, superior: bool) -> tuple[FloatArray, FloatArray]:
    """Centre of an endplate's rim plane and the rotation that turns z to its normal."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    x, y = 0.47 * body.width * np.cos(angle), 0.47 * body.depth * np.sin(angle)
    z = body.surfaces(x, y)[0 if superior else 1]
    (slope_x, slope_y, height), *_ = np.linalg.lstsq(np.column_stack([x, y, np.ones_like(x)]), z)
    turn = Rotation.from_euler("yx", [-np.arctan(slope_x), np.arctan(slope_y)])
    return np.array([0.0, 0.0, height]), np.asarray(turn.as_matrix())


def _upright(frames: list[Frame]) -> list[Frame]:
    centres = np.array([f.origin for f in frames])
    if len(frames) > 1:
        axis = centres[0] - centres[-1]
        turn = Frame.from_directions(np.zeros(3), axis, [0.0, 1.0, 0.0]).axes.T
    else:
        turn = np.eye(3)
    middle = turn @ centres.mean(axis=0)
    return [Frame(turn @ f.origin - middle, turn @ f.axes) for f in frames]
