"""A vertebra in its mid-sagittal plane: endplate curves, their lines, and the heights between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from corduroy.anatomy.vertebra import Body, Vertebra
from corduroy.morphometry.settings import MorphometrySettings

FloatArray = NDArray[np.float64]

_SAMPLES = 101
_RIMS = (0.25, 0.425)


@dataclass(frozen=True, eq=False)
class SagittalProfile:
    """The mid-sagittal body, in the (y, z) coordinates of the vertebra's frame, mm.

    Parameters
    ----------
    vertebra : Vertebra
    superior, inferior : ndarray, shape (n, 2)
        Endplate curves from posterior to anterior.
    superior_line, inferior_line : tuple of float
        Intercept and slope ``z = a + b y`` of the least-squares line through both rims of each curve, 7.5-25 %
        and 75-92.5 % of the depth: a depressed centre does not turn it.
    posterior_y, anterior_y : float
        Extent of the body at mid-height along the axis perpendicular to `height_axis`.
    height_axis : ndarray, shape (2,)
        Unit vector halving the angle between the normals of both lines.
    """

    vertebra: Vertebra
    superior: FloatArray
    inferior: FloatArray
    superior_line: tuple[float, float]
    inferior_line: tuple[float, float]
    posterior_y: float
    anterior_y: float
    height_axis: FloatArray

    @property
    def wedge_angle_deg(self) -> float:
        """Angle between both endplate lines, kyphosis (anterior lower) positive."""
        slopes = np.arctan([self.inferior_line[1], self.superior_line[1]])
        return float(np.degrees(slopes[0] - slopes[1]))

    @property
    def depth_mm(self) -> float:
        """Antero-posterior extent at mid-height."""
        return self.anterior_y - self.posterior_y

    def height_ends(self, fraction: ArrayLike) -> FloatArray:
        """Superior and inferior end, in (y, z), of heights at shares of the depth from the wall, shape (2, ..., 2)."""
        across = np.array([self.height_axis[1], -self.height_axis[0]])
        place = np.asarray(self.posterior_y + np.asarray(fraction) * self.depth_mm)
        ends = [_crossing(curve, across, self.height_axis, place) for curve in (self.superior, self.inferior)]
        return np.array(ends)

    def height_mm(self, fraction: float) -> float:
        """Distance of both endplates along the height axis at a share of the depth."""
        return float(self.heights_at(fraction))

    def heights_at(self, fractions: ArrayLike) -> FloatArray:
        """Distances of both endplates along the height axis at shares of the depth."""
        ends = self.height_ends(fractions)
        return np.asarray((ends[0] - ends[1]) @ self.height_axis)

    def direction(self, side: str) -> FloatArray:
        """World unit vector along an endplate line, from posterior to anterior."""
        slope = (self.superior_line if side == "superior" else self.inferior_line)[1]
        along = np.array([0.0, 1.0, slope]) / np.hypot(1.0, slope)
        return np.asarray(self.vertebra.frame.axes @ along)

    def line_ends(self, side: str, beyond: float) -> FloatArray:
        """Two points, in (y, z), of an endplate line drawn a share of the depth beyond the body on either side."""
        intercept, slope = self.superior_line if side == "superior" else self.inferior_line
        ends = self.superior[[0, -1], 0] + np.array([-beyond, beyond]) * self.depth_mm
        return np.column_stack([ends, intercept + slope * ends])

    def coronal_direction(self, side: str) -> FloatArray:
        """World unit vector along an endplate, to the right, over the central 80 % of its width at mid-depth."""
        body = self.vertebra.body
        assert body is not None  # a profile is only made of a vertebra with a body
        plate = body.superior if side == "superior" else body.inferior
        x = plate.surface.centre[0] + plate.surface.half_width[0] * np.linspace(-1.0, 1.0, _SAMPLES)
        slope = _line(np.column_stack([x, plate.z(x, np.full_like(x, self.posterior_y + self.depth_mm / 2))]))[1]
        return np.asarray(self.vertebra.frame.axes @ (np.array([1.0, 0.0, slope]) / np.hypot(1.0, slope)))

    def world(self, yz: FloatArray) -> FloatArray:
        """World points of mid-sagittal (y, z), shape (..., 3)."""
        flat = np.concatenate([np.zeros((*yz.shape[:-1], 1)), yz], axis=-1)
        return self.vertebra.frame.world(flat)


def sagittal_profile(vertebra: Vertebra) -> SagittalProfile | None:
    """The mid-sagittal profile of a vertebra, None where it has no body."""
    body = vertebra.body
    if body is None:
        return None
    posterior, anterior = _extent_at_mid_height(body)
    y = np.linspace(posterior, anterior, _SAMPLES)
    curves = [np.column_stack([y, plate.z(np.zeros_like(y), y)]) for plate in (body.superior, body.inferior)]
    lines = [_line(curve) for curve in curves]
    tilt = float(np.mean([np.arctan(slope) for _, slope in lines]))
    axis = np.array([-np.sin(tilt), np.cos(tilt)])
    across = np.array([axis[1], -axis[0]])
    ends = np.array([_on_mid_line(curves, end) @ across for end in (0, -1)])
    return SagittalProfile(vertebra, curves[0], curves[1], lines[0], lines[1], float(ends[0]), float(ends[1]), axis)


def heights_mm(profile: SagittalProfile, settings: MorphometrySettings) -> dict[str, float]:
    """Anterior, middle and posterior height."""
    return {name: profile.height_mm(fraction) for name, fraction in settings.height_fractions.items()}


def _extent_at_mid_height(body: Body) -> tuple[float, float]:
    """Posterior and anterior end of the mid-sagittal body, where the endplates are equally far."""
    ends = []
    for wall in (body.wall, body.front):
        y = float(wall(0.0, 0.0))
        middle = float(body.superior.z(0.0, y) + body.inferior.z(0.0, y)) / 2
        ends.append(float(wall(0.0, middle)))
    return ends[0], ends[1]


def _line(curve: FloatArray) -> tuple[float, float]:
    from_middle = np.abs(np.linspace(-0.5, 0.5, len(curve)))
    rims = curve[(from_middle >= _RIMS[0]) & (from_middle <= _RIMS[1])]
    slope, intercept = np.polyfit(rims[:, 0], rims[:, 1], 1)
    return float(intercept), float(slope)


def _on_mid_line(curves: list[FloatArray], end: int) -> FloatArray:
    """The point half-way between both endplates at one end of the profile."""
    return np.asarray((curves[0][end] + curves[1][end]) / 2)


def _crossing(curve: FloatArray, across: FloatArray, axis: FloatArray, place: FloatArray) -> FloatArray:
    """Where a curve stands at places along `across`, shape (..., 2)."""
    along = curve @ across
    height = np.interp(place, along, curve @ axis)
    return np.asarray(place[..., None] * across + height[..., None] * axis)
