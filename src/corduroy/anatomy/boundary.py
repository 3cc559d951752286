"""Sub-voxel position of an endplate from which voxel centres lie inside the mask.

A voxel belongs to a mask when most of it is bone; for a locally flat surface that is so exactly when its centre is
inside. Thousands of centres beside a smooth surface, each known to lie above or below it, pin the surface down far
better than the staircase's mean height does: the fit is a logistic classification of the centres whose boundary is
the surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corduroy.anatomy.frame import Frame
from corduroy.anatomy.grid import LocalGrid
from corduroy.anatomy.surface import PolynomialSurface, solve_positive
from corduroy.imaging.volume import LabelMap

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

REACH_VOXELS = 1.6
_MIN_REACH_MM = 1.2
_MARGIN_VOXELS = 2.0
_MAX_CENTRES = 5000
_PROBES = 13
_ROUNDS = 8
_STILL_MM = 0.002
_SHARPNESS = 0.05  # width of the transition, as a share of a voxel, for a mask without noise
_WIDER_FIRST = (4.0, 2.0, 1.0)  # the loss is nearly flat far from its minimum: approach it from wide transitions
_STAIRCASE_SD = 0.29  # of a uniform distribution, 1 / sqrt(12)
_LOGISTIC_FROM_SD = 0.55  # sqrt(3) / pi

# Spread in mm of the Legendre coefficients from one endplate to another, by total degree. Author's choice: wide
# against intact endplates (concavity of 1-3 mm, mostly of degree 2), so that only what a coarse scan cannot tell is
# held back; above degree 2 as narrow as fractured phantoms bear, since there the staircase shows first.
_PRIOR_SD_MM = np.array([np.inf, np.inf, 1.5, 0.2, 0.15, 0.1])


@dataclass(frozen=True, eq=False)
class Patch:
    """Which part of a boundary is looked at, seen along one axis of a grid.

    Parameters
    ----------
    grid : LocalGrid
    along : {1, 2}
        The axis that the surface is a function on: 2 for endplates ``z(x, y)``, 1 for walls ``y(x, z)``.
    outward : {1, -1}
        Whether bone ends upwards along that axis (superior endplate, front) or downwards.
    seen : ndarray of bool
        Over the grid's other two axes.
    """

    grid: LocalGrid
    along: Literal[1, 2]
    outward: Literal[1, -1]
    seen: BoolArray

    @property
    def across(self) -> tuple[int, int]:
        """The two axes that the surface is a function of."""
        return (0, 1) if self.along == 2 else (0, 2)


@dataclass(frozen=True, eq=False)
class VoxelCentres:
    """The voxel centres in and around a body, in its local coordinates.

    Parameters
    ----------
    local : ndarray, shape (3, n)
        x, y and z, mm.
    inside : ndarray of bool, shape (n,)
        Whether the voxel belongs to the vertebra.
    spacing_along : ndarray, shape (3,)
        Voxel size met along each local axis, mm.
    """

    local: FloatArray
    inside: BoolArray
    spacing_along: FloatArray

    @classmethod
    def around(cls, body: BoolArray, mask: LabelMap, grid: LocalGrid) -> VoxelCentres:
        """Centres within two voxels of the box that holds a body.

        Parameters
        ----------
        body : ndarray of bool
            On the grid.
        mask : LabelMap
            The vertebra, cropped, 0 and 1.
        grid : LocalGrid
        """
        spacing = np.abs(mask.direction.T @ grid.frame.axes).T @ mask.spacing
        coordinates = _local_coordinates(mask, grid.frame)
        near = np.ones(mask.shape, dtype=bool)
        for axis, values in enumerate(coordinates):
            filled = grid.axis(axis)[body.any(axis=tuple({0, 1, 2} - {axis}))]
            margin = _MARGIN_VOXELS * spacing[axis]
            near &= (values > filled[0] - margin) & (values < filled[-1] + margin)
        return cls(np.array([values[near] for values in coordinates]), mask.array[near] > 0, spacing)


def refine(surface: PolynomialSurface, centres: VoxelCentres, patch: Patch) -> PolynomialSurface:
    """Move a surface to where it best separates the voxel centres inside the mask from those outside.

    Parameters
    ----------
    surface : PolynomialSurface
        A first fit in the grid's frame, within a voxel or so.
    centres : VoxelCentres
    patch : Patch
    """
    step = float(centres.spacing_along[patch.along])
    u, v, height, inside = _centres_near(surface, centres, patch, max(REACH_VOXELS * step, _MIN_REACH_MM))
    below = inside if patch.outward == 1 else ~inside
    noise = np.sqrt(max(surface.residual_sd**2 - (_STAIRCASE_SD * step) ** 2, 0.0))
    width = transition_width(step, float(noise))
    design, precision = surface.design(u, v), prior_precision(surface)
    return surface.with_coefficients(parting(design, height, below, surface.coefficients, precision, width))


def transition_width(step_mm: float, noise_mm: float) -> float:
    """Width in mm over which centres beside a surface turn from inside to outside: of a voxel, and of a rough mask."""
    return float(np.hypot(_SHARPNESS * step_mm, _LOGISTIC_FROM_SD * noise_mm))


def parting(
    design: FloatArray, height: FloatArray, below: BoolArray, start: FloatArray, precision: FloatArray, width: float
) -> FloatArray:
    """Coefficients of the surface that best parts centres below it from those above.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        Of the centres.
    height : ndarray, shape (n,)
        Of the centres, mm.
    below : ndarray of bool, shape (n,)
    start, precision : ndarray, shape (k,)
        First guess; inverse prior variance, per mm2.
    width : float
        See `transition_width`.
    """
    coefficients = start
    for factor in _WIDER_FIRST:
        coefficients = _classify(design, height, below, coefficients, precision, factor * width)
    return coefficients


def _centres_near(
    surface: PolynomialSurface, centres: VoxelCentres, patch: Patch, reach: float
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Coordinates of the voxel centres beside the surface, across and along, and whether each is in the mask."""
    grid = patch.grid
    low, high = _extent(surface)
    height = centres.local[patch.along]
    band = np.nonzero((height > low - reach) & (height < high + reach))[0]
    u, v, height = (centres.local[axis][band] for axis in (*patch.across, patch.along))
    places = [
        np.rint((w - grid.start[axis]) / grid.step[axis]).astype(np.intp)
        for w, axis in zip((u, v), patch.across, strict=True)
    ]
    there = (places[0] >= 0) & (places[1] >= 0)
    there &= (places[0] < patch.seen.shape[0]) & (places[1] < patch.seen.shape[1])
    there[there] = patch.seen[places[0][there], places[1][there]]
    there[there] = np.abs(height[there] - surface(u[there], v[there])) < reach
    chosen = np.nonzero(there)[0]
    chosen = chosen[:: -(-len(chosen) // _MAX_CENTRES) or 1]
    return u[chosen], v[chosen], height[chosen], np.asarray(centres.inside[band[chosen]])


def _extent(surface: PolynomialSurface) -> tuple[float, float]:
    """Lowest and highest place of a surface, to within the bend between neighbouring probes."""
    ends = np.linspace(-1.0, 1.0, _PROBES)
    u, v = (c + h * ends for c, h in zip(surface.centre, surface.half_width, strict=True))
    heights = surface(u[:, None], v[None, :])
    return float(heights.min()), float(heights.max())


def _local_coordinates(mask: LabelMap, frame: Frame) -> list[FloatArray]:
    """Local x, y and z of every voxel centre, each of the mask's shape; summed axis by axis, which is fast."""
    steps = frame.axes.T @ mask.affine[:3, :3]
    origin = frame.local(mask.affine[:3, 3])
    i, j, k = np.ogrid[tuple(slice(n) for n in mask.shape)]
    return [origin[a] + (steps[a, 0] * i + steps[a, 1] * j) + steps[a, 2] * k for a in range(3)]


def prior_precision(surface: PolynomialSurface) -> FloatArray:
    """Inverse prior variance of each coefficient of a surface, per mm2."""
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
    ridge = np.diag(precision + 1e-6)

    def seen(c: FloatArray) -> tuple[FloatArray, float]:
        """Every centre's margin in widths, and the loss."""
        margin = sign * (design @ c - z) / width
        return margin, float(np.logaddexp(0.0, -margin).sum() + 0.5 * (precision * c**2).sum())

    coefficients, (margin, current) = start, seen(start)
    for _ in range(_ROUNDS):
        doubt = 0.5 * (1.0 - np.tanh(margin / 2))
        gradient = -design.T @ (sign * doubt) / width + precision * coefficients
        curvature = (design * (doubt * (1 - doubt))[:, None]).T @ design / width**2
        move = solve_positive(curvature + ridge, gradient)
        for _ in range(_ROUNDS):
            trial = coefficients - move
            margin, value = seen(trial)
            if value <= current:
                break
            move = move / 2
        else:
            break
        coefficients, current = trial, value
        if np.abs(move).max() < _STILL_MM:
            break
    return coefficients
