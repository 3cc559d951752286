"""Grey values inside bone: a cortical shell and trabecular bone with a smooth random texture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from corduroy.anatomy.frame import FloatArray
from corduroy.phantom.shapes import Array

_WAVES = 16
_WAVELENGTH_MM = (3.0, 12.0)  # author's choice


@dataclass(frozen=True, eq=False)
class BoneTexture:
    """What the bone of one vertebra is made of.

    Parameters
    ----------
    cortical_hu, cortical_mm : float
        Grey value and thickness of the shell.
    trabecular_hu : float
        Mean of the trabecular bone.
    texture_hu : float
        Standard deviation of the texture.
    waves : ndarray, shape (n, 4)
        Wave vectors (rad/mm) and phases of the texture.
    """

    cortical_hu: float
    cortical_mm: float
    trabecular_hu: float
    texture_hu: float
    waves: FloatArray

    @classmethod
    def random(
        cls, rng: Generator, cortical_hu: float, cortical_mm: float, trabecular_hu: float, texture_hu: float
    ) -> BoneTexture:
        """A texture with waves of 3 to 12 mm in all directions."""
        directions = rng.normal(size=(_WAVES, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        numbers = 2 * np.pi / rng.uniform(*_WAVELENGTH_MM, size=(_WAVES, 1))
        phases = rng.uniform(0, 2 * np.pi, size=(_WAVES, 1))
        waves = np.hstack([directions * numbers, phases])
        return cls(cortical_hu, cortical_mm, trabecular_hu, texture_hu, waves)

    def trabecular(self, x: Array, y: Array, z: Array) -> Array:
        """HU of trabecular bone at local points, noise-free."""
        total = np.zeros_like(x)
        for kx, ky, kz, phase in self.waves.tolist():
            total += np.cos(kx * x + ky * y + kz * z + phase)
        scale = self.texture_hu * float(np.sqrt(2.0 / len(self.waves)))
        return np.asarray(self.trabecular_hu + scale * total)
