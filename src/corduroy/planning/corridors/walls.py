"""How much bone a needle leaves of a pedicle's walls."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.posterior import Pedicle
from corduroy.planning.corridors.results import PedicleWalls

FloatArray = NDArray[np.float64]


def pedicle_walls(
    pedicle: Pedicle | None, frame: Frame, tip: FloatArray, outwards: FloatArray, radius_mm: float
) -> PedicleWalls | None:
    """Bone between a needle and the isthmus' walls where it crosses the isthmus.

    Parameters
    ----------
    pedicle : Pedicle or None
    frame : Frame
        The vertebra's.
    tip, outwards : ndarray, shape (3,)
        World; the needle's tip and the unit vector to its hub.
    radius_mm : float
        The needle's.

    Returns
    -------
    PedicleWalls or None
        None without a pedicle, or where the needle's axis does not pass inside it.
    """
    if pedicle is None:
        return None
    forward = pedicle.direction
    slope = float(outwards @ forward)
    if slope >= 0.0:
        return None
    crossing = tip + float((pedicle.point - tip) @ forward) / slope * outwards
    up = frame.superior - (frame.superior @ forward) * forward
    up /= np.linalg.norm(up)
    right = np.cross(forward, up)
    outline = (pedicle.outline - crossing) @ np.column_stack([right, up])
    closed = np.vstack([outline, outline[:1]])
    above, below = _crossings(closed[:, 0], closed[:, 1])
    to_right, to_left = _crossings(closed[:, 1], closed[:, 0])
    if min(above, below, to_right, to_left) <= 0.0:
        return None
    start, way = closed[:-1], np.diff(closed, axis=0)
    share = np.clip(-(start * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-12), 0.0, 1.0)
    nearest = float(np.linalg.norm(start + share[:, None] * way, axis=1).min())
    return PedicleWalls(
        to_left - radius_mm, to_right - radius_mm, above - radius_mm, below - radius_mm, nearest - radius_mm
    )


def _crossings(along: FloatArray, value: FloatArray) -> tuple[float, float]:
    """Distances from the origin to an outline in the positive and the negative sense of `value`; 0 for none."""
    crosses = np.flatnonzero((along[:-1] > 0) != (along[1:] > 0))
    share = along[crosses] / (along[crosses] - along[crosses + 1])
    places = value[crosses] + share * (value[crosses + 1] - value[crosses])
    ahead, behind = places[places > 0], -places[places < 0]
    return (float(ahead.min()) if len(ahead) else 0.0), (float(behind.min()) if len(behind) else 0.0)
