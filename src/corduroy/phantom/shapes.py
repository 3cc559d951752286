"""Simple solids as signed distances: negative inside, in mm, in a vertebra's own axes (x right, y anterior, z up).

The distances are close to Euclidean near the surface, which is all that partial volume, cortical shells and
joint gaps need; far away they may be too small, never so large that a sampler would miss the surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Point = tuple[float, float, float]
Bounds = tuple[Point, Point]

FAR_MM = 99.0


class Shape(Protocol):
    """A solid in local coordinates."""

    @property
    def bounds(self) -> Bounds:
        """Lowest and highest corner of a box around the solid, mm."""
        ...

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Signed distance in mm at local points, negative inside."""
        ...


def smooth_maximum(a: Array, b: Array, radius_mm: float) -> Array:
    """The larger of two distances, the edge between them rounded off within `radius_mm`."""
    blend = np.maximum(radius_mm - np.abs(a - b), 0.0) / radius_mm
    return np.asarray(np.maximum(a, b) + blend * blend * (radius_mm / 4.0))


def ellipse_distance(x: Array, y: Array, half_x: float, half_y: float) -> Array:
    """First-order signed distance to an ellipse about the origin."""
    u, v = x / half_x, y / half_y
    radius = np.sqrt(u * u + v * v)
    gradient = np.sqrt((u / half_x) ** 2 + (v / half_y) ** 2)
    return np.asarray(radius * (radius - 1.0) / np.maximum(gradient, 1e-6))


@dataclass(frozen=True)
class Rod:
    """A straight rod with round ends, tapered, and flattened along one axis where asked.

    Parameters
    ----------
    start, end : tuple of float
        Centres of the end spheres.
    start_radius, end_radius : float
    flatten_y : float
        Thickness along y divided by the thickness along the other axes.
    """

    start: Point
    end: Point
    start_radius: float
    end_radius: float
    flatten_y: float = 1.0

    @property
    def bounds(self) -> Bounds:
        """Box around both end spheres."""
        low = np.minimum(np.subtract(self.start, self.start_radius), np.subtract(self.end, self.end_radius)).tolist()
        high = np.maximum(np.add(self.start, self.start_radius), np.add(self.end, self.end_radius)).tolist()
        return (low[0], low[1], low[2]), (high[0], high[1], high[2])

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Distance to the axis less the radius there."""
        stretch = 1.0 / self.flatten_y
        dx, dy, dz = (e - s for s, e in zip(self.start, self.end, strict=True))
        dy *= stretch
        px, py, pz = x - self.start[0], (y - self.start[1]) * stretch, z - self.start[2]
        squared_length = dx * dx + dy * dy + dz * dz
        along = np.clip((px * dx + py * dy + pz * dz) / squared_length, 0.0, 1.0)
        px, py, pz = px - along * dx, py - along * dy, pz - along * dz
        radius = self.start_radius + along * (self.end_radius - self.start_radius)
        return np.asarray((np.sqrt(px * px + py * py + pz * pz) - radius) * min(1.0, self.flatten_y))


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid along the local axes."""

    centre: Point
    radii: Point

    @property
    def bounds(self) -> Bounds:
        """Box around the ellipsoid."""
        (cx, cy, cz), (rx, ry, rz) = self.centre, self.radii
        return (cx - rx, cy - ry, cz - rz), (cx + rx, cy + ry, cz + rz)

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """First-order distance to the surface."""
        u, v, w = ((p - c) / r for p, c, r in zip((x, y, z), self.centre, self.radii, strict=True))
        rx, ry, rz = self.radii
        radius = np.sqrt(u * u + v * v + w * w)
        gradient = np.sqrt((u / rx) ** 2 + (v / ry) ** 2 + (w / rz) ** 2)
        return np.asarray(radius * (radius - 1.0) / np.maximum(gradient, 1e-6))


@dataclass(frozen=True)
class Blade:
    """A plate in the sagittal plane with rounded edges: a spinous process.

    Parameters
    ----------
    root : tuple of float
        Middle of the anterior edge.
    down_deg : float
        How far the plate points downwards on its way posteriorly.
    length, height, thickness, edge_radius : float
    """

    root: Point
    down_deg: float
    length: float
    height: float
    thickness: float
    edge_radius: float

    @property
    def bounds(self) -> Bounds:
        """Box around the turned plate."""
        cos, sin = self._cos_sin()
        x, y, z = self.root
        reach_y = self.length * cos + self.height / 2 * sin
        half = self.height / 2
        low = (x - self.thickness / 2, y - reach_y, z - self.length * sin - half)
        return low, (x + self.thickness / 2, y + half * sin, z + half)

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Distance of a rounded box."""
        cos, sin = self._cos_sin()
        py, pz = y - self.root[1], z - self.root[2]
        along = np.abs(-py * cos - pz * sin - self.length / 2) - (self.length / 2 - self.edge_radius)
        across = np.abs(pz * cos - py * sin) - (self.height / 2 - self.edge_radius)
        side = np.abs(x - self.root[0]) - (self.thickness / 2 - self.edge_radius)
        outside = np.sqrt(np.maximum(along, 0.0) ** 2 + np.maximum(across, 0.0) ** 2 + np.maximum(side, 0.0) ** 2)
        inside = np.minimum(np.maximum(np.maximum(along, across), side), 0.0)
        return np.asarray(outside + inside - self.edge_radius)

    def _cos_sin(self) -> tuple[float, float]:
        angle = np.deg2rad(self.down_deg)
        return float(np.cos(angle)), float(np.sin(angle))
