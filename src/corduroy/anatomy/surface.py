"""Robust smooth surfaces through scattered boundary points of a mask.

A mask's boundary is a staircase with steps of half a voxel; a smooth surface through several hundred of its
points lies within a few hundredths of a voxel of the true boundary, unless the staircase has only one step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

_ROUNDS = 4
_TUKEY = 4.685  # 95 % efficiency for normal residuals
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, eq=False)
class PolynomialSurface:
    """A height ``h(u, v)`` as a Legendre series of bounded total degree.

    Parameters
    ----------
    coefficients : ndarray, shape (k,)
    powers : ndarray of int, shape (k, 2)
    centre, half_width : ndarray, shape (2,)
        The rectangle, in mm, that is mapped to [-1, 1] squared; arguments beyond it are held at its edge.
    residual_sd : float
        Robust standard deviation of the points about the surface, mm.
    points : int
        Number of points that carried weight.
    """

    coefficients: FloatArray
    powers: NDArray[np.int64]
    centre: FloatArray
    half_width: FloatArray
    residual_sd: float
    points: int

    def __call__(self, u: ArrayLike, v: ArrayLike) -> FloatArray:
        """Height in mm at (u, v); arrays are broadcast."""
        u_grid, v_grid = np.broadcast_arrays(np.asarray(u, dtype=np.float64), np.asarray(v, dtype=np.float64))
        heights = self.design(u_grid.ravel(), v_grid.ravel()) @ self.coefficients
        return np.asarray(heights.reshape(u_grid.shape))

    def design(self, u: FloatArray, v: FloatArray) -> FloatArray:
        """Value of every basis function at points, shape (n, k)."""
        scaled = [np.clip((w - c) / h, -1.0, 1.0) for w, c, h in zip((u, v), self.centre, self.half_width, strict=True)]
        return _design(scaled[0], scaled[1], self.powers)

    def with_coefficients(self, coefficients: FloatArray) -> PolynomialSurface:
        """The same basis with other coefficients."""
        return replace(self, coefficients=coefficients)


def fit_surface(u: FloatArray, v: FloatArray, height: FloatArray, degrees: tuple[int, int]) -> PolynomialSurface:
    """Fit a surface by iteratively reweighted least squares (Tukey's biweight).

    Parameters
    ----------
    u, v, height : ndarray, shape (n,)
        Points in mm.
    degrees : tuple of int
        Highest degree along u and along v; the total degree is bounded by the larger of them.

    Raises
    ------
    ValueError
        If there are fewer than twice as many points as coefficients.
    """
    total = max(degrees)
    powers = np.array([(i, j) for i in range(degrees[0] + 1) for j in range(degrees[1] + 1) if i + j <= total])
    if len(height) < 2 * len(powers):
        raise ValueError(f"{len(height)} points are too few for a surface of {len(powers)} coefficients")
    low = np.array([u.min(), v.min()])
    high = np.array([u.max(), v.max()])
    centre, half = (low + high) / 2, np.maximum((high - low) / 2, 1e-6)
    design = _design((u - centre[0]) / half[0], (v - centre[1]) / half[1], powers)
    weight: FloatArray = np.ones(len(height))
    coefficients: FloatArray = np.zeros(len(powers))
    scale = 0.0
    for _ in range(_ROUNDS):
        weighted = design * weight[:, None]
        gram = weighted.T @ design + 1e-9 * len(height) * np.eye(len(powers))
        coefficients = np.asarray(np.linalg.solve(gram, weighted.T @ height), dtype=np.float64)
        residual = height - design @ coefficients
        scale = max(_MAD_TO_SD * float(np.median(np.abs(residual))), 0.05)
        weight = np.clip(1 - (residual / (_TUKEY * scale)) ** 2, 0, None) ** 2
    return PolynomialSurface(coefficients, powers, centre, half, scale, int((weight > 0).sum()))


def _design(u: FloatArray, v: FloatArray, powers: NDArray[np.int64]) -> FloatArray:
    along_u = legvander(u, int(powers[:, 0].max())).T
    along_v = legvander(v, int(powers[:, 1].max())).T
    # One row per function, as they lie in memory: several times faster than gathering columns.
    return np.asarray(along_u[powers[:, 0]] * along_v[powers[:, 1]]).T
