"""The pressure equation: conductances from resistances, and its solution by conjugate gradients over the multigrid."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ConvergenceError
from corduroy.simulation.elasticity.conjugate_gradients import add_scaled, advance, narrow, two_products
from corduroy.simulation.injection import kernels
from corduroy.simulation.injection.levels import Tower
from corduroy.simulation.sums import square

Doubles = NDArray[np.float64]
_MOST = 200


class PressureSolver:
    """Pressure in a body whose resistances change from step to step.

    Parameters
    ----------
    active : ndarray of bool
        With ghosts, even inside.
    tolerance : float
        On the Euclidean norm of the residual, relative to that of the sources.
    """

    def __init__(self, active: NDArray[np.bool_], tolerance: float) -> None:
        self.tower = Tower(active)
        self.tolerance = tolerance
        size = active.size
        self._residual, self._direction, self._image = (np.zeros(size) for _ in range(3))
        self.iterations = 0

    def spare(self) -> Doubles:
        """A vector of zeros that stays untouched until the next solution."""
        self._image[:] = 0
        return self._image

    def renew(self, resistance: NDArray[np.float32], factors: tuple[NDArray[np.float32], ...]) -> None:
        """New conductances of the faces; the sinks are set by the caller on ``tower.finest``.

        Parameters
        ----------
        resistance : ndarray of float32, flat
            Viscosity of each voxel in MPa·s, 0 outside.
        factors : three ndarrays of float32, flat
            See `kernels.face_conductance`.
        """
        finest = self.tower.finest
        steps = (finest.shape[1] * finest.shape[2], finest.shape[2], 1)
        for face, factor, step in zip(finest.faces, factors, steps, strict=True):
            kernels.face_conductance(resistance, finest.spans, factor, step, finest.shape[2], face)
        self.multigrid = self.tower.build()

    def solve(self, sources: Doubles, pressure: Doubles) -> None:
        """Improve a pressure until what flows out of every voxel is what flows in.

        Parameters
        ----------
        sources : ndarray of float64, flat
            Volume flow into each voxel from a cannula, and from outside pressures, in mm³/s.
        pressure : ndarray of float64, flat
            Start, and answer, in MPa.

        Raises
        ------
        ConvergenceError
            If the tolerance is not reached.
        """
        finest, residual, direction, image = self.tower.finest, self._residual, self._direction, self._image
        operator = (*finest.faces, finest.sink, finest.spans)
        aim = self.tolerance * math.sqrt(square(sources))
        kernels.residual(*operator, sources, pressure, residual)
        norm = math.sqrt(square(residual))
        if norm <= aim:
            return
        scale = 1 / norm
        narrow(residual, scale, finest.right)
        energy = alpha = 1.0
        direction[:] = 0
        for iteration in range(_MOST):
            self.multigrid.cycle()
            now, turned = two_products(finest.solution, residual, image)
            keep = -alpha * turned / energy if iteration else 0.0
            energy = now
            add_scaled(finest.solution, keep, direction)
            curvature = kernels.product(*operator, direction, image)
            alpha = energy / curvature
            norm = math.sqrt(advance(alpha, direction, image, pressure, residual, scale, finest.right))
            self.iterations += 1
            if norm <= aim:
                return
        raise ConvergenceError(
            f"a pressure whose residual is {norm / aim * self.tolerance:.2g} after {_MOST} iterations",
            f"{self.tolerance:g} or less",
            "look for extreme contrasts of permeability",
        )
