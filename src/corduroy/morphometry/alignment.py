"""Angles between the endplates of different vertebrae: regional Cobb, kyphosis, lordosis, coronal Cobb."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.level import Level
from corduroy.morphometry.sagittal import SagittalProfile

FloatArray = NDArray[np.float64]
Profiles = Mapping[Level, SagittalProfile]

SAGITTAL_CURVES: dict[str, tuple[Level, Level, str]] = {
    "T4-T12": (Level.T4, Level.T12, "inferior"),
    "L1-L5": (Level.L1, Level.L5, "inferior"),
    "L1-S1": (Level.L1, Level.S1, "superior"),
}
"""Upper and lower end vertebra, and the endplate of the lower one; the upper one's is its superior endplate."""


def sagittal_angle_deg(upper: SagittalProfile, lower: SagittalProfile, lower_side: str = "inferior") -> float:
    """Angle from the superior endplate of one vertebra to an endplate of a lower one, kyphosis positive.

    Parameters
    ----------
    upper, lower : SagittalProfile
    lower_side : {"inferior", "superior"}

    Notes
    -----
    Both endplate lines are projected onto the plane perpendicular to the mean of the vertebrae's right axes. When
    this number misleads: with strong axial rotation between both vertebrae there is no common sagittal plane.
    """
    right = _unit(upper.vertebra.frame.right + lower.vertebra.frame.right)
    forward = upper.vertebra.frame.anterior + lower.vertebra.frame.anterior
    forward = _unit(forward - (forward @ right) * right)
    up = np.cross(right, forward)
    return _elevation(lower.direction(lower_side), forward, up) - _elevation(upper.direction("superior"), forward, up)


def regional_cobb_deg(profiles: Profiles, level: Level) -> float | None:
    """Superior endplate of the vertebra above to the inferior endplate of the one below; None without both."""
    present = set(profiles)
    above = [v for v in present if v.is_next_above(level, present)]
    below = [v for v in present if level.is_next_above(v, present) and v.region != "sacral"]
    if not above or not below:
        return None
    upper = max(above, key=lambda v: v.position)
    lower = min(below, key=lambda v: v.position)
    return sagittal_angle_deg(profiles[upper], profiles[lower])


def coronal_cobb_deg(profiles: Profiles) -> float | None:
    """The largest angle between a superior and a lower inferior endplate seen from the front, unsigned.

    None with fewer than three vertebrae. The maximum over all pairs is biased upward by the noise of the single
    endplate, by about a degree in a straight spine.
    """
    chain = sorted((level for level in profiles if level.region != "sacral"), key=lambda v: v.position)
    if len(chain) < 3:
        return None
    directions = {
        side: {level: profiles[level].coronal_direction(side) for level in chain} for side in ("superior", "inferior")
    }
    return max(
        _coronal_angle_deg(
            profiles[upper].vertebra.frame,
            profiles[lower].vertebra.frame,
            directions["superior"][upper],
            directions["inferior"][lower],
        )
        for upper, lower in combinations(chain, 2)
    )


def _coronal_angle_deg(upper: Frame, lower: Frame, superior: FloatArray, inferior: FloatArray) -> float:
    """Angle of the upper vertebra's superior to the lower one's inferior endplate, seen from in front of both."""
    forward = _unit(upper.anterior + lower.anterior)
    right = upper.right + lower.right
    right = _unit(right - (right @ forward) * forward)
    up = np.cross(right, forward)
    return abs(_elevation(inferior, right, up) - _elevation(superior, right, up))


def _elevation(direction: FloatArray, forward: FloatArray, up: FloatArray) -> float:
    return float(np.degrees(np.arctan2(direction @ up, direction @ forward)))


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / np.linalg.norm(vector))
