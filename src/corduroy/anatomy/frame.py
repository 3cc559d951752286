"""`Frame`: a vertebra's own right-handed axes, right, anterior and superior, in world coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """A local coordinate frame.

    Parameters
    ----------
    origin : ndarray, shape (3,)
        World RAS+ mm; the centre of the vertebral body.
    axes : ndarray, shape (3, 3)
        Orthonormal columns: the unit vectors to the patient's right, to anterior, to superior of this vertebra.
        Local coordinates are named ``x`` (right), ``y`` (anterior) and ``z`` (superior), in mm.
    """

    origin: FloatArray
    axes: FloatArray

    @classmethod
    def from_directions(cls, origin: ArrayLike, superior: ArrayLike, anterior: ArrayLike) -> Frame:
        """Orthonormal axes from a superior direction, kept, and an anterior one, made perpendicular to it.

        Raises
        ------
        ValueError
            If both directions are parallel.
        """
        up = _unit(np.asarray(superior, dtype=np.float64))
        forward = np.asarray(anterior, dtype=np.float64)
        forward = _unit(forward - (forward @ up) * up)
        right = np.cross(forward, up)
        return cls(np.asarray(origin, dtype=np.float64), np.column_stack([right, forward, up]))

    @property
    def right(self) -> FloatArray:
        """Unit vector to the patient's right."""
        return np.asarray(self.axes[:, 0])

    @property
    def anterior(self) -> FloatArray:
        """Unit vector to anterior."""
        return np.asarray(self.axes[:, 1])

    @property
    def superior(self) -> FloatArray:
        """Unit vector to superior."""
        return np.asarray(self.axes[:, 2])

    def local(self, points: ArrayLike) -> FloatArray:
        """Local (x, y, z) in mm of world points, shape (..., 3)."""
        return np.asarray((np.asarray(points, dtype=np.float64) - self.origin) @ self.axes)

    def world(self, points: ArrayLike) -> FloatArray:
        """World RAS+ mm of local points, shape (..., 3)."""
        return np.asarray(np.asarray(points, dtype=np.float64) @ self.axes.T + self.origin)

    def moved(self, local_origin: ArrayLike) -> Frame:
        """The same axes about another origin, given in this frame's coordinates."""
        return Frame(self.world(local_origin), self.axes)


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    if length < 1e-9:
        raise ValueError("directions are parallel or zero: a frame needs two different ones")
    return np.asarray(vector / length)
