"""Preconditioned conjugate gradients in double precision around a cycle in single precision."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation.elasticity.multigrid import FineLevel
from corduroy.simulation.elasticity.operator import Model
from corduroy.simulation.hierarchy import Multigrid
from corduroy.simulation.sums import STRIP, in_order, square, strips

_FAST = {"contract", "reassoc", "nsz", "arcp"}


class Symmetric(Protocol):
    """What conjugate gradients ask of a stiffness."""

    model: Model

    def product(self, u: NDArray[Any], out: NDArray[Any]) -> float:
        """out = A u on the unknowns; returns u·A u."""
        ...


def iterate(
    operator: Symmetric,
    multigrid: Multigrid,
    solution: NDArray[np.float64],
    residual: NDArray[np.float64],
    aim: float,
    most: int,
) -> list[float]:
    """Add to `solution` what makes `residual` vanish.

    Parameters
    ----------
    operator : Symmetric
        In double precision.
    multigrid : Multigrid
        Of the same model, or of one that is near to it.
    solution : ndarray of float64, flat
        Start, and answer.
    residual : ndarray of float64, flat
        The right-hand side less what the start explains; overwritten.
    aim : float
        Norm of the residual at which to stop.
    most : int
        Iterations.

    Returns
    -------
    list of float
        Norm of the residual at the start and after each iteration.
    """
    model, finest = operator.model, multigrid.finest
    assert isinstance(finest, FineLevel)
    direction, image = model.vector(np.float64), model.vector(np.float64)
    history = [math.sqrt(square(residual))]
    scale = 1 / history[0] if history[0] > 0 else 1.0  # keeps single precision away from its smallest numbers
    narrow(residual, scale, finest.right)
    energy = alpha = 1.0
    while history[-1] > aim and len(history) <= most:
        multigrid.cycle()
        now, turned = two_products(finest.solution, residual, image)
        # Polak and Ribière's form forgives a preconditioner that rounding leaves a little unsymmetric.
        keep = -alpha * turned / energy if len(history) > 1 else 0.0
        energy = now
        add_scaled(finest.solution, keep, direction)
        curvature = operator.product(direction, image)
        if not (curvature > 0 and energy > 0):
            break
        alpha = energy / curvature
        history.append(math.sqrt(advance(alpha, direction, image, solution, residual, scale, finest.right)))
    return history


@njit(cache=True, fastmath=_FAST, parallel=True)
def narrow(wide: Any, scale: float, out: Any) -> None:
    """out = scale·wide in single precision."""
    for s in prange(strips(wide.size)):
        piece = wide[s * STRIP : (s + 1) * STRIP]
        target = out[s * STRIP : (s + 1) * STRIP]
        for i in range(piece.size):
            target[i] = scale * piece[i]


@njit(cache=True, fastmath=_FAST, parallel=True)
def two_products(z: Any, residual: Any, image: Any) -> tuple[float, float]:
    """z·residual and z·image."""
    parts = np.zeros((strips(z.size), 2))
    for s in prange(parts.shape[0]):
        a = z[s * STRIP : (s + 1) * STRIP]
        b = residual[s * STRIP : (s + 1) * STRIP]
        c = image[s * STRIP : (s + 1) * STRIP]
        first = 0.0
        second = 0.0
        for i in range(a.size):
            first += a[i] * b[i]
            second += a[i] * c[i]
        parts[s, 0] = first
        parts[s, 1] = second
    return in_order(parts[:, 0]), in_order(parts[:, 1])


@njit(cache=True, fastmath=_FAST, parallel=True)
def add_scaled(z: Any, keep: float, direction: Any) -> None:
    """direction = z + keep·direction."""
    for s in prange(strips(z.size)):
        piece = z[s * STRIP : (s + 1) * STRIP]
        target = direction[s * STRIP : (s + 1) * STRIP]
        for i in range(piece.size):
            target[i] = piece[i] + keep * target[i]


@njit(cache=True, fastmath=_FAST, parallel=True)
def advance(alpha: float, direction: Any, image: Any, solution: Any, residual: Any, scale: float, narrowed: Any) -> Any:
    """solution += alpha·direction, residual -= alpha·image, its scaled copy, and its square."""
    parts = np.zeros(strips(residual.size))
    for s in prange(parts.size):
        p = direction[s * STRIP : (s + 1) * STRIP]
        q = image[s * STRIP : (s + 1) * STRIP]
        x = solution[s * STRIP : (s + 1) * STRIP]
        r = residual[s * STRIP : (s + 1) * STRIP]
        copy = narrowed[s * STRIP : (s + 1) * STRIP]
        total = 0.0
        for i in range(p.size):
            x[i] += alpha * p[i]
        for i in range(p.size):
            value = r[i] - alpha * q[i]
            r[i] = value
            total += value * value
        for i in range(p.size):
            copy[i] = scale * r[i]
        parts[s] = total
    return in_order(parts)
