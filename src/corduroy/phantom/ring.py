"""The solids that close the ring around the spinal cord: canal tube, pedicles and laminae."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.phantom.shapes import Array, Bounds, Point, ellipse_distance, smooth_maximum

_PEDICLE_EXPONENT = 3.0  # between an ellipse (2) and a box; author's choice
_FLARE_PER_MM = 0.018  # pedicles widen away from the isthmus; author's choice
_END_ROUNDING_MM = 5.0
_CANAL_OVERLAP_MM = 3.0  # how far a pedicle reaches into the tube before the tube is cut out of it


@dataclass(frozen=True)
class CanalTube:
    """The elliptic tube that is cut out of the arch; what of it the body leaves free is the canal.

    Parameters
    ----------
    centre_y : float
        Local y of its axis, which runs along local z.
    half_width, half_depth : float
        Semi-axes, mm. The tube is deeper than the canal: its front lies inside the body.
    low_z, high_z : float
    """

    centre_y: float
    half_width: float
    half_depth: float
    low_z: float
    high_z: float

    @property
    def bounds(self) -> Bounds:
        """Box around the tube."""
        return (
            (-self.half_width, self.centre_y - self.half_depth, self.low_z),
            (self.half_width, self.centre_y + self.half_depth, self.high_z),
        )

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Distance to the tube's wall; its ends are cut square."""
        wall = ellipse_distance(x, y - self.centre_y, self.half_width, self.half_depth)
        ends = np.maximum(z - self.high_z, self.low_z - z)
        return np.asarray(np.maximum(wall, ends))

    @property
    def back_y(self) -> float:
        """Local y of the canal's posterior wall in the midline."""
        return self.centre_y - self.half_depth


@dataclass(frozen=True)
class Pedicle:
    """One pedicle: a rounded bar from the body to the arch, narrowest at its isthmus.

    Parameters
    ----------
    side : int
        +1 for the right, -1 for the left.
    isthmus : tuple of float
        Local point on the axis at the narrowest place, half a width lateral of the canal.
    width, height : float
        Of the isthmus, mm. The medial wall is made by the canal tube.
    converge_deg : float
        By how much the axis turns to the midline on its way anteriorly.
    back, front : float
        Length along the axis behind and before the isthmus.
    """

    side: int
    isthmus: Point
    width: float
    height: float
    converge_deg: float
    back: float
    front: float

    @property
    def direction(self) -> Point:
        """Unit vector of the axis, from the arch to the body."""
        angle = np.deg2rad(self.converge_deg)
        return (-self.side * float(np.sin(angle)), float(np.cos(angle)), 0.0)

    @property
    def bounds(self) -> Bounds:
        """Box around the bar."""
        dx, dy, _ = self.direction
        ends = [(self.isthmus[0] + t * dx, self.isthmus[1] + t * dy) for t in (-self.back, self.front)]
        wide = self.width / 2 + _CANAL_OVERLAP_MM + _FLARE_PER_MM * max(self.back, self.front) ** 2
        half = self.height / 2 + _FLARE_PER_MM * max(self.back, self.front) ** 2
        xs, ys = zip(*ends, strict=True)
        z = self.isthmus[2]
        return (min(xs) - wide, min(ys) - wide, z - half), (max(xs) + wide, max(ys) + wide, z + half)

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """First-order distance to a superelliptic bar that flares away from the isthmus."""
        dx, dy, _ = self.direction
        px, py, pz = x - self.isthmus[0], y - self.isthmus[1], z - self.isthmus[2]
        along = px * dx + py * dy
        lateral = self.side * (px * dy - py * dx)
        flare = np.minimum(_FLARE_PER_MM * along * along, 2.5)
        half_width = (self.width + _CANAL_OVERLAP_MM) / 2 + flare
        half_height = self.height / 2 + flare
        u = np.abs((lateral + _CANAL_OVERLAP_MM / 2) / half_width)
        v = np.abs(pz / half_height)
        n = _PEDICLE_EXPONENT
        radius = (u * u * u + v * v * v) ** (1.0 / n)
        slope = np.sqrt((u * u / half_width) ** 2 + (v * v / half_height) ** 2)
        wall = (radius - 1.0) * radius * radius / np.maximum(slope, 1e-6)
        ends = np.maximum(along - self.front, -self.back - along)
        return smooth_maximum(wall, ends, _END_ROUNDING_MM)


@dataclass(frozen=True)
class Laminae:
    """Both laminae: a shell of even thickness around the posterior part of the canal tube.

    Parameters
    ----------
    tube : CanalTube
    thickness : float
    front_y : float
        Where the shell ends anteriorly.
    top_z, bottom_z : float
        Upper and lower edge in the midline.
    notch : float
        How much higher the lower edge stands at the sides than in the midline, per mm of lateral distance.
    """

    tube: CanalTube
    thickness: float
    front_y: float
    top_z: float
    bottom_z: float
    notch: float

    @property
    def bounds(self) -> Bounds:
        """Box around the shell."""
        half_x = self.tube.half_width + self.thickness
        return (
            (-half_x, self.tube.back_y - self.thickness, self.bottom_z),
            (half_x, self.front_y, self.top_z),
        )

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Distance to the shell between its edges."""
        wall = ellipse_distance(x, y - self.tube.centre_y, self.tube.half_width, self.tube.half_depth)
        shell = np.abs(wall - self.thickness / 2) - self.thickness / 2
        below = self.bottom_z + self.notch * np.abs(x) - z
        edges = np.maximum(np.maximum(z - self.top_z, below), y - self.front_y)
        return np.asarray(np.maximum(shell, edges))
