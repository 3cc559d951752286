"""A vertebra built from formulas: its endplates, walls and canal are known exactly, in any pose and at any spacing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from corduroy.anatomy.frame import Frame
from corduroy.imaging.volume import LabelMap

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Drum:
    """An elliptic cylinder cut flat behind, with an elliptic ring, a spinous and two transverse processes.

    Lengths in mm. Both endplates are planes that lean symmetrically; the front lies at y = 14, the posterior wall at
    y = -12, the canal is an ellipse of 22 by 16 mm.
    """

    height: float = 26.0
    wedge_deg: float = 0.0
    side_lean: float = 0.0
    half_width: float = 20.0
    has_arch: bool = True
    frame: Frame = field(default_factory=lambda: Frame(np.zeros(3), np.eye(3)))

    front, back = 14.0, -12.0
    canal_half_width, canal_half_depth, canal_y = 11.0, 8.0, -20.0

    @property
    def depth(self) -> float:
        return self.front - self.back

    @property
    def canal_area(self) -> float:
        return float(np.pi * self.canal_half_width * self.canal_half_depth)

    def endplate(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Height of the superior endplate; the inferior one is its mirror image but for the lateral lean."""
        return self.height / 2 - np.tan(np.radians(self.wedge_deg / 2)) * y + self.side_lean * x

    def height_at(self, fraction: float) -> float:
        y = self.back + fraction * self.depth
        return float(self.height - 2 * np.tan(np.radians(self.wedge_deg / 2)) * y)

    def body(self, x: FloatArray, y: FloatArray, z: FloatArray) -> NDArray[np.bool_]:
        drum = ((x / self.half_width) ** 2 + (y / self.front) ** 2 < 1) & (y > self.back)
        low = self.endplate(x, y) - 2 * self.side_lean * x
        return np.asarray(drum & (z < self.endplate(x, y)) & (z > -low))

    def bone(self, x: FloatArray, y: FloatArray, z: FloatArray) -> NDArray[np.bool_]:
        if not self.has_arch:
            return self.body(x, y, z)
        behind = y - self.canal_y
        canal = (x / self.canal_half_width) ** 2 + (behind / self.canal_half_depth) ** 2 < 1
        ring = ((x / 16.0) ** 2 + (behind / 14.0) ** 2 < 1) & (np.abs(z) < 8.0) & (y < -8.0)
        spinous = (np.abs(x) < 3.5) & (y > -58.0) & (y < -30.0) & (np.abs(z + 3.0) < 8.0)
        transverse = (np.abs(x) < 36.0) & (np.abs(y + 22.0) < 4.5) & (np.abs(z) < 4.5)
        return np.asarray(self.body(x, y, z) | ((ring | spinous | transverse) & ~canal))

    def mask(self, spacing_mm: float | tuple[float, float, float] = 1.0) -> LabelMap:
        """A voxel belongs to the vertebra when its centre does."""
        spacing = np.broadcast_to(np.asarray(spacing_mm, dtype=float), 3)
        corners = np.array(np.meshgrid([-38.0, 38.0], [-60.0, 16.0], [-24.0, 24.0])).reshape(3, -1).T
        world = self.frame.world(corners)
        low = world.min(axis=0) - 2 * spacing
        shape = np.ceil((world.max(axis=0) + 2 * spacing - low) / spacing).astype(int)
        affine = np.diag([*spacing, 1.0])
        affine[:3, 3] = low
        grid = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1)
        local = self.frame.local(grid * spacing + low)
        return LabelMap(self.bone(local[..., 0], local[..., 1], local[..., 2]), affine, "drum")


def turned(degrees: tuple[float, float, float], origin: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Frame:
    """A frame turned about the world's x, then y, then z."""
    axes = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        turn = np.eye(3)
        i, j = (axis + 1) % 3, (axis + 2) % 3
        turn[[i, j], [i, j]] = np.cos(angle)
        turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
        axes = turn @ axes
    return Frame(np.array(origin), axes)


@pytest.fixture(scope="session")
def drum() -> Callable[..., Drum]:
    """Maker of analytic vertebrae."""
    return Drum


@pytest.fixture(scope="session")
def turn() -> Callable[..., Frame]:
    """Maker of frames, by angles in degrees about the world's x, y and z."""
    return turned
