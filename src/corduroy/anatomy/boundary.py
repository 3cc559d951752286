"""Sub-voxel position of an endplate from which voxel centres lie inside the mask.

A voxel belongs to a mask when most of it is bone; for a locally flat surface that is so exactly when its centre is
inside. Thousands of centres beside a smooth surface, each known to lie above or below it, pin the surface down far
better than the staircase's mean height does: the fit is a logistic classification of the centres whose boundary is
the surface.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grid import LocalGrid
from corduroy.anatomy.surface import PolynomialSurface
from corduroy.imaging.volume import LabelMap

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_REACH_VOXELS = 1.6
_MIN_REACH_MM = 1.2
_MAX_CENTRES = 7000
_ROUNDS = 8
_STILL_MM = 0.002
_SHARPNESS = 0.05  # width of the transition, as a share of a voxel, for a mask without noise
_WIDER_FIRST = (4.0, 2.0, 1.0)  # the loss is nearly flat far from its minimum: approach it from wide transitions
_STAIRCASE_SD = 0.29  # of a uniform distribution, 1 / sqrt(12)
_LOGISTIC_FROM_SD = 0.55  # sqrt(3) / pi

# Spread in mm of the Legendre coefficients from one endplate to another, by total degree. Author's choice: wide
# against intact endplates (concavity of 1-3 mm), so that only what a coarse scan cannot tell is held back.
_PRIOR_SD_MM = np.array([np.inf, np.inf, 1.5, 0.6, 0.35, 0.25])


def refine(
    surface: PolynomialSurface,
    mask: LabelMap,
    grid: LocalGrid,
    footprint: BoolArray,
    side: Literal["superior", "inferior"],
) -> PolynomialSurface:
    """Move a surface to where it best separates the voxel centres inside the mask from those outside.

    Parameters
    ----------
    surface : PolynomialSurface
        A first fit ``z(x, y)`` in the grid's frame, within a voxel or so.
    mask : LabelMap
        The vertebra, cropped, 0 and 1.
    grid : LocalGrid
        Its frame is the surface's; its x and y say what `footprint` means.
    footprint : ndarray of bool, shape (nx, ny)
        Where, seen along the superior axis, the endplate is looked for.
    side : {"superior", "inferior"}
    """
    step = float(np.abs(mask.direction.T @ grid.frame.superior) @ mask.spacing)
    reach = max(_REACH_VOXELS * step, _MIN_REACH_MM)
    x, y, z, inside = _centres_near(surface, mask, grid, footprint, reach)
    below = inside if side == "superior" else ~inside
    noise = np.sqrt(max(surface.residual_sd**2 - (_STAIRCASE_SD * step) ** 2, 0.0))
    width = float(np.hypot(_SHARPNESS * step, _LOGISTIC_FROM_SD * noise))
    design = surface.design(x, y)
    coefficients = surface.coefficients
    for factor in _WIDER_FIRST:
        coefficients = _classify(design, z, below, coefficients, _precision(surface), factor * width)
    return surface.with_coefficients(coefficients)


def _centres_near(
    surface: PolynomialSurface,
    mask: LabelMap,
    grid: LocalGrid,
    footprint: BoolArray,
    reach: float,
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Local coordinates of the voxel centres beside the surface, and whether each is inside the mask."""
    local_x, local_y, local_z = _local_coordinates(mask, grid.frame)
    low, high = grid.z[0], grid.z[-1]
    candidates = np.nonzero((local_z > low) & (local_z < high))
    x, y, z = (part[candidates] for part in (local_x, local_y, local_z))
    ix = np.rint((x - grid.start[0]) / grid.step[0]).astype(np.intp)
    iy = np.rint((y - grid.start[1]) / grid.step[1]).astype(np.intp)
    there = (ix >= 0) & (iy >= 0) & (ix < footprint.shape[0]) & (iy < footprint.shape[1])
    there[there] = footprint[ix[there], iy[there]]
    x, y, z = x[there], y[there], z[there]
    inside = mask.array[candidates][there] > 0
    near = np.abs(z - surface(x, y)) < reach
    stride = max(1, int(np.count_nonzero(near)) // _MAX_CENTRES)
    chosen = np.nonzero(near)[0][::stride]
    return x[chosen], y[chosen], z[chosen], np.asarray(inside[chosen])


def _local_coordinates(mask: LabelMap, frame: Frame) -> list[FloatArray]:
    """Local x, y and z of every voxel centre, each of the mask's shape; summed axis by axis, which is fast."""
    steps = frame.axes.T @ mask.affine[:3, :3]
    origin = frame.local(mask.affine[:3, 3])
    i, j, k = np.ogrid[tuple(slice(n) for n in mask.shape)]
    return [origin[a] + (steps[a, 0] * i + steps[a, 1] * j) + steps[a, 2] * k for a in range(3)]


def _precision(surface: PolynomialSurface) -> FloatArray:
    """Inverse prior variance of each coefficient, per mm2."""
    degree = np.minimum(surface.powers.sum(axis=1), len(_PRIOR_SD_MM) - 1)
    return np.asarray(1.0 / _PRIOR_SD_MM[degree] ** 2)


def _classify(
    design: FloatArray,
    z: FloatArray,
    below: BoolArray,
    start: FloatArray,
    precision: FloatArray,
    width: float,
) -> FloatArray:
    """Newton's method for the penalised logistic loss; damped by halving until the loss falls."""
    sign = np.where(below, 1.0, -1.0)

    def loss(c: FloatArray) -> float:
        margin = sign * (design @ c - z) / width
        return float(np.logaddexp(0.0, -margin).sum() + 0.5 * (precision * c**2).sum())

    coefficients, current = start, loss(start)
    for _ in range(_ROUNDS):
        margin = sign * (design @ coefficients - z) / width
        doubt = 0.5 * (1.0 - np.tanh(margin / 2))
        gradient = -design.T @ (sign * doubt) / width + precision * coefficients
        curvature = (design * (doubt * (1 - doubt))[:, None]).T @ design / width**2
        move = np.linalg.solve(curvature + np.diag(precision + 1e-6), gradient)
        for _ in range(_ROUNDS):
            trial = coefficients - move
            value = loss(trial)
            if value <= current:
                break
            move = move / 2
        else:
            break
        coefficients, current = trial, value
        if np.abs(move).max() < _STILL_MM:
            break
    return coefficients
