"""The vertebral body: two endplates as height fields over a kidney-shaped, waisted cross-section."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from corduroy.phantom.fracture import Fracture
from corduroy.phantom.shapes import Array, Bounds, smooth_maximum

_EXPONENT = 2.2  # of the superellipse, author's choice
_BACK_FLATTENING = 0.14  # part of the depth that the posterior wall cuts off the ellipse, author's choice
_ANCHOR = 0.25  # depth fraction that stays in place when the waist narrows, author's choice
_RIM_ROUNDING_MM = 1.2  # author's choice
_MIN_HEIGHT_MM = 2.0


@dataclass(frozen=True)
class Endplate:
    """One endplate before any fracture, ``z(x, y)`` in mm.

    Parameters
    ----------
    z : float
        Height of the rim plane over the body's centre, mm.
    slope_y, slope_x : float
        Tilt of the rim plane, mm per mm to anterior and to the right.
    concavity : float
        Depth of the hollow in mm, signed: negative lowers z (superior endplate), positive raises it.
    apex : tuple of float
        Where the hollow is deepest, as fractions of half width and half depth.
    ripple : tuple of float
        Amplitudes in mm of ``xy``, ``x² - y²``, ``x³`` and ``y³`` over the endplate.
    """

    z: float
    slope_y: float = 0.0
    slope_x: float = 0.0
    concavity: float = 0.0
    apex: tuple[float, float] = (0.0, 0.0)
    ripple: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def height(self, x: Array, y: Array, half_width: float, half_depth: float) -> Array:
        """``z`` at points of the endplate."""
        plane = self.z + self.slope_y * y + self.slope_x * x
        u, v = np.clip(x / half_width, -1.2, 1.2), np.clip(y / half_depth, -1.2, 1.2)
        hollow = np.maximum(1.0 - (u - self.apex[0]) ** 2 - (v - self.apex[1]) ** 2, 0.0) ** 2
        a, b, c, d = self.ripple
        wave = a * u * v + b * (u * u - v * v) + c * u * u * u + d * v * v * v
        return np.asarray(plane + self.concavity * hollow + wave)


@dataclass(frozen=True)
class Body:
    """A vertebral body about the origin of its own frame.

    Parameters
    ----------
    width, depth : float
        Transverse and mid-sagittal extent at the endplates, mm; the body reaches from ``-depth/2``
        (posterior) to ``depth/2`` in the midline.
    superior, inferior : Endplate
    waist : float
        Fraction by which the cross-section is narrower at mid-height than at the endplates.
    back_hollow : float
        How far the posterior wall stands more anterior in the midline than at a third of the width, mm.
    fracture : Fracture, optional
    """

    width: float
    depth: float
    superior: Endplate
    inferior: Endplate
    waist: float
    back_hollow: float
    fracture: Fracture | None = None

    @property
    def bounds(self) -> Bounds:
        """Box around the body."""
        half_x, half_y = self.width / 2, self.depth / 2
        grid = np.linspace(-1.0, 1.0, 9)
        x, y = np.meshgrid(grid * half_x, grid * half_y)
        top, bottom = self.surfaces(x, y)
        return (
            (-half_x, -half_y - self.back_hollow, float(bottom.min()) - 0.5),
            (half_x, half_y, float(top.max()) + 0.5),
        )

    @property
    def waist_depth(self) -> tuple[float, float]:
        """Local y of the posterior and the anterior wall in the midline where the waist is narrowest."""
        anchor = self._anchor_y
        factor = 1.0 - self.waist
        return anchor + factor * (-self.depth / 2 - anchor), anchor + factor * (self.depth / 2 - anchor)

    def intact(self) -> Body:
        """The same body before its fracture."""
        return replace(self, fracture=None)

    def surfaces(self, x: Array, y: Array) -> tuple[Array, Array]:
        """``z`` of the superior and the inferior endplate, fracture included."""
        half_x, half_y = self.width / 2, self.depth / 2
        top = self.superior.height(x, y, half_x, half_y)
        bottom = self.inferior.height(x, y, half_x, half_y)
        if self.fracture is None:
            return top, bottom
        back, front = self.waist_depth
        radius_squared = (x / half_x) ** 2 + (y / half_y) ** 2
        loss = self.fracture.loss((y - back) / (front - back), radius_squared) * (top - bottom)
        share = self.fracture.superior_share
        return top - share * loss, bottom + (1.0 - share) * loss

    def wall_distance(self, x: Array, y: Array, level: Array) -> Array:
        """Distance to the side wall; `level` is -1 at the inferior, 0 between, +1 at the superior endplate."""
        scale = 1.0 - self.waist * np.maximum(1.0 - level * level, 0.0)
        u = x / scale
        v = (y - self._anchor_y) / scale + self._anchor_y
        half_x = self.width / 2
        cut = _BACK_FLATTENING * self.depth
        half_y, centre = (self.depth + cut) / 2, -cut / 2
        p, q = np.abs(u / half_x), np.abs((v - centre) / half_y)
        n = _EXPONENT
        total = p**n + q**n
        radius = total ** (1.0 / n)
        slope = np.sqrt((p ** (n - 1) / half_x) ** 2 + (q ** (n - 1) / half_y) ** 2)
        oval = (radius - 1.0) * radius ** (n - 1) / np.maximum(slope, 1e-6)
        dip = np.clip(u / (0.36 * self.width), -1.0, 1.0) ** 2
        back = (-self.depth / 2 - self.back_hollow * dip) - v
        return np.asarray(smooth_maximum(oval, back, 3.0) * scale)

    def distance(self, x: Array, y: Array, z: Array) -> Array:
        """Signed distance to the body's surface, its rims rounded."""
        top, bottom = self.surfaces(x, y)
        height = np.maximum(top - bottom, _MIN_HEIGHT_MM)
        level = np.clip((2.0 * z - top - bottom) / height, -1.0, 1.0)
        wall = self.wall_distance(x, y, level)
        ends = np.maximum(z - top, bottom - z)
        return smooth_maximum(wall, ends, _RIM_ROUNDING_MM)

    @property
    def _anchor_y(self) -> float:
        return (_ANCHOR - 0.5) * self.depth
