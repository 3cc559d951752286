"""A needle as a viewer along parallel rays sees it: a cylinder's nearest points and their slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Seen:
    """What each ray meets first of one thing.

    Parameters
    ----------
    depth : ndarray, shape (n,)
        Coordinate towards the viewer, mm; -inf where the ray meets nothing.
    normals : ndarray, shape (n, 3)
        In view axes: to the right, up, towards the viewer.
    """

    depth: FloatArray
    normals: FloatArray


def see_cylinder(across: FloatArray, up: FloatArray, ends: FloatArray, radius: float) -> Seen:
    """Meet a cylinder with rays that run straight away from the viewer.

    Parameters
    ----------
    across, up : ndarray, shape (n,)
        View coordinates of the rays, mm.
    ends : ndarray, shape (2, 3)
        View coordinates of the middle of both ends, mm.
    radius : float
        Its radius, mm.

    Notes
    -----
    A ray's point nearest to the viewer solves ``|p - (p·a) a|² = r²`` along the ray, a quadratic in the depth. The flat
    ends are not drawn: they are as wide as the needle.
    """
    way = ends[1] - ends[0]
    length = float(np.linalg.norm(way))
    axis = way / length
    away = np.column_stack([across, up, np.zeros_like(across)]) - ends[0]
    towards = np.array([0.0, 0.0, 1.0])
    aside = away - (away @ axis)[:, None] * axis
    rise = towards - axis[2] * axis
    a = float(rise @ rise)
    depth = np.full(len(across), -np.inf)
    normals = np.zeros((len(across), 3))
    if a < 1e-9:  # seen along its axis
        return Seen(depth, normals)
    b, c = aside @ rise, (aside**2).sum(axis=1) - radius**2
    square = b**2 - a * c
    meets = square >= 0.0
    z = (-b[meets] + np.sqrt(square[meets])) / a
    along = (away[meets] + z[:, None] * towards) @ axis
    on = (along >= 0.0) & (along <= length)
    at = np.flatnonzero(meets)[on]
    depth[at] = z[on]
    normals[at] = (aside[at] + z[on][:, None] * rise) / radius
    return Seen(depth, normals)
