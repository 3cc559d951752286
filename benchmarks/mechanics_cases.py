"""Synthetic models of the mechanics benchmark: the same for every solver."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Kind = Literal["continuum", "trabecular"]
STRAIN = 0.01
"""Apparent compression of the timed models."""
_GRAIN = 3.0  # voxels; standard deviation of the blur that correlates neighbours
_SPREAD = 1.0  # of the logarithm of the modulus
_THICKNESS = 0.35  # standard deviations of the noise on either side of zero that are bone: about 27 % of the volume
_BONE_MPA = 10_000.0


def modulus_of(kind: Kind, n: int) -> NDArray[np.float32]:
    """Young's moduli of a cube of n³ voxels, MPa."""
    return continuum(n) if kind == "continuum" else trabecular(n)


def continuum(n: int) -> NDArray[np.float32]:
    """A log-normal, spatially correlated modulus: median 1000 MPa, a contrast of several thousand."""
    field: NDArray[np.float32] = (1000 * np.exp(_SPREAD * _noise(n))).astype(np.float32)
    return field


def trabecular(n: int) -> NDArray[np.float32]:
    """Plates and struts of one modulus around the zero level of the same noise, in one piece."""
    parts, _ = ndimage.label(np.abs(_noise(n)) < _THICKNESS)
    largest = 1 + np.argmax(np.bincount(parts.ravel())[1:])
    return np.where(parts == largest, np.float32(_BONE_MPA), np.float32(0))


def _noise(n: int) -> NDArray[np.float32]:
    rough = np.random.default_rng(0).standard_normal((n, n, n), np.float32)
    smooth: NDArray[np.float32] = ndimage.gaussian_filter(rough, _GRAIN, mode="wrap")
    return smooth / smooth.std()
