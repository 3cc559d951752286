"""Robust smooth surfaces through scattered boundary points of a mask.

A mask's boundary is a staircase with steps of half a voxel; a smooth surface through several hundred of its
points lies within a few hundredths of a voxel of the true boundary, unless the staircase has only one step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg.lapack import dposv

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
        along_u, along_v = self._along(np.asarray(u, dtype=np.float64), np.asarray(v, dtype=np.float64))
        table = np.zeros((len(along_u), len(along_v)))
        table[tuple(self.powers.T)] = self.coefficients
        # Summed over v first: of a grid only its two axes are multiplied out.
        by_u = (table @ along_v.reshape(len(along_v), along_v[0].size)).reshape(len(table), *along_v.shape[1:])
        return np.asarray(sum(one * other for one, other in zip(along_u, by_u, strict=True)))

    def design(self, u: FloatArray, v: FloatArray) -> FloatArray:
        """Value of every basis function at points, shape (n, k)."""
        along_u, along_v = self._along(u, v)
        return _products(along_u, along_v, self.powers)

    def _along(self, u: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Legendre polynomials of u and of v, one a row."""
        ends = zip((u, v), self.centre, self.half_width, self.powers.max(axis=0), strict=True)
        along_u, along_v = (_legendre(np.clip((w - c) / h, -1.0, 1.0), int(degree)) for w, c, h, degree in ends)
        return along_u, along_v

    def with_coefficients(self, coefficients: FloatArray) -> PolynomialSurface:
        """The same basis with other coefficients."""
        return replace(self, coefficients=coefficients)


class TooFewPointsError(ValueError):
    """Too little of a surface is seen to fit it."""


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
    TooFewPointsError
        If there are fewer than twice as many points as coefficients.
    """
    total = max(degrees)
    powers = np.array([(i, j) for i in range(degrees[0] + 1) for j in range(degrees[1] + 1) if i + j <= total])
    if len(height) < 2 * len(powers):
        raise TooFewPointsError(f"{len(height)} points are too few for a surface of {len(powers)} coefficients")
    low = np.array([u.min(), v.min()])
    high = np.array([u.max(), v.max()])
    centre, half = (low + high) / 2, np.maximum((high - low) / 2, 1e-6)
    design = _products(
        _legendre((u - centre[0]) / half[0], degrees[0]), _legendre((v - centre[1]) / half[1], degrees[1]), powers
    )
    ridge = 1e-9 * len(height) * np.eye(len(powers))
    weight: FloatArray = np.ones(len(height))
    coefficients: FloatArray = np.zeros(len(powers))
    scale = 0.0
    for _ in range(_ROUNDS):
        weighted = (design * weight[:, None]).T
        coefficients = solve_positive(weighted @ design + ridge, weighted @ height)
        residual = height - design @ coefficients
        scale = max(_MAD_TO_SD * _median(np.abs(residual)), 0.05)
        weight = np.maximum(1 - (residual / (_TUKEY * scale)) ** 2, 0.0) ** 2
    return PolynomialSurface(coefficients, powers, centre, half, scale, int((weight > 0).sum()))


def solve_positive(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a small positive definite system; numpy's own `solve` spends most of its time on checks.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the matrix is not positive definite.
    """
    _, solution, failed = dposv(matrix, right)
    if failed:
        raise np.linalg.LinAlgError(f"a matrix of {len(matrix)} rows is not positive definite")
    return np.asarray(solution, dtype=np.float64)


def _products(along_u: FloatArray, along_v: FloatArray, powers: NDArray[np.int64]) -> FloatArray:
    """Value of every basis function at points, shape (n, k)."""
    # One row per function, as they lie in memory: several times faster than gathering columns.
    return np.asarray(along_u[powers[:, 0]] * along_v[powers[:, 1]]).T


def _legendre(x: FloatArray, degree: int) -> FloatArray:
    """Legendre polynomials of degree 0 to `degree`, one a row; numpy's own spends most of its time on moving axes."""
    rows = np.empty((degree + 1, *x.shape))
    rows[0] = 1.0
    if degree > 0:
        rows[1] = x
    for n in range(2, degree + 1):
        rows[n] = (rows[n - 1] * x * (2 * n - 1) - rows[n - 2] * (n - 1)) / n
    return rows


def _median(values: FloatArray) -> float:
    """Median of a few hundred numbers; numpy's own spends most of its time on axes and missing values."""
    half = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, half)[half])
    return float(np.partition(values, (half - 1, half))[half - 1 : half + 1].mean())
