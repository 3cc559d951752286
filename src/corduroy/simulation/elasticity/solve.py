"""Solve a voxel model under its conditions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ConvergenceError
from corduroy.simulation.checks import without_floating_parts
from corduroy.simulation.elasticity import conjugate_gradients, multigrid
from corduroy.simulation.elasticity.boundary import Conditions, Nodes
from corduroy.simulation.elasticity.model import VoxelModel, least_stiff, places_of, to_kernels
from corduroy.simulation.elasticity.operator import Model, Operator
from corduroy.simulation.elasticity.results import Solution
from corduroy.simulation.hierarchy import Cycling
from corduroy.simulation.sums import square

_RESTARTS = 3
_ROUNDING = 1e-14
"""Of forces on a node, over the largest that its displacements could cause. Author's choice."""
_WIDEST_IN_SINGLE = 3e4
"""Contrast of moduli in the preconditioner. With more, soft fillings between stiff struts made it lose its sign;
author's choice after trials with contrasts of 1e3 to 1e9."""


@dataclass(frozen=True)
class SolverSettings:
    """How far and how long to iterate.

    Parameters
    ----------
    tolerance : float
        On the Euclidean norm of the residual force on the unknowns, relative to that of the start, where every
        unknown is zero.
    most_iterations : int
        Of conjugate gradients.
    cycling : Cycling
        The preconditioner's.
    """

    tolerance: float = 1e-6
    most_iterations: int = 500
    cycling: Cycling = field(default_factory=Cycling)


@dataclass(frozen=True)
class Convergence:
    """How an iteration went.

    Parameters
    ----------
    residuals : tuple of float
        Relative residual at the start and after each iteration.
    final_residual : float
        The same at the end, computed anew from the solution with the stiffness in double precision.
    """

    residuals: tuple[float, ...]
    final_residual: float

    @property
    def iterations(self) -> int:
        """Of conjugate gradients."""
        return len(self.residuals) - 1


class Solver:
    """A model with its supports, ready for any amount of displacement and load on them.

    Parameters
    ----------
    model : VoxelModel
    conditions : Conditions
        Their supports say which components are unknown.
    settings : SolverSettings

    Raises
    ------
    ModelError
        If the model cannot be held by these conditions; see `checks.without_floating_parts`, which may also warn.
    """

    def __init__(
        self,
        model: VoxelModel,
        conditions: Conditions,
        settings: SolverSettings | None = None,
        is_boxed: bool = False,
    ) -> None:
        self.model, self.settings = model, settings or SolverSettings()
        periodic = all(model.periodic)
        modulus = np.asarray(model.modulus_mpa, np.float32)
        whole = modulus if periodic else without_floating_parts(model, conditions)
        self._kernels = to_kernels(model, whole, ((held.nodes, held.axis) for held in conditions.held), is_boxed)
        self.operator = Operator(self._kernels, np.float64)
        self.multigrid = multigrid.build(_for_single_precision(self._kernels), self.settings.cycling)

    @property
    def unknowns(self) -> int:
        """Components that are solved for."""
        free = self._kernels.free
        return int(sum(np.count_nonzero(free & bit) for bit in (1, 2, 4)))

    def places(self, nodes: Nodes) -> NDArray[np.int64]:
        """See `places_of`."""
        return places_of(self.model, self._kernels, nodes)

    def solve(self, conditions: Conditions) -> Solution:
        """Displacements under conditions whose supports are those of the solver.

        Parameters
        ----------
        conditions : Conditions

        Raises
        ------
        ConvergenceError
            If the tolerance is not reached, by the residual computed anew at the end.
        """
        displacement = self._kernels.vector(np.float64)
        self.move_supports(displacement, conditions)
        return self.relieve(displacement, self.load_vector(conditions))

    def move_supports(self, displacement: NDArray[np.float64], conditions: Conditions) -> None:
        """Write into a vector of displacements what conditions hold."""
        for nodes, group in conditions.held_together():
            places = self.places(nodes)
            for held in group:
                displacement[places[:, held.axis]] = held.displacement_mm

    def load_vector(self, conditions: Conditions) -> NDArray[np.float64] | None:
        """Forces on nodes, None where there are none."""
        if not conditions.loads:
            return None
        load = self._kernels.vector(np.float64)
        for part in conditions.loads:
            np.add.at(load, self.places(part.nodes), part.force_n)
        return load

    def relieve(self, displacement: NDArray[np.float64], load: NDArray[np.float64] | None) -> Solution:
        """Change the unknown part of a displacement until the residual force vanishes.

        Parameters
        ----------
        displacement : ndarray, flat
            Overwritten by the solution.
        load : ndarray, flat, optional
        """
        aim, most = self.settings.tolerance, self.settings.most_iterations
        residual = self._residual(displacement, load)
        history = [float(np.sqrt(square(residual)))]
        reference = true = history[0]
        for _ in range(_RESTARTS):
            left = most + 1 - len(history)
            steps = conjugate_gradients.iterate(
                self.operator, self.multigrid, displacement, residual, aim * reference, left
            )
            history += steps[1:]
            residual = self._residual(displacement, load)
            true = float(np.sqrt(square(residual)))
            if true <= aim * reference or len(steps) == 1:
                break
        scale = reference or 1.0
        convergence = Convergence(tuple(value / scale for value in history), true / scale)
        self._must_have_converged(convergence)
        return Solution(self.model, self._kernels, self.operator, displacement, convergence)

    def relieve_strained(self, gradient: NDArray[np.float64]) -> Solution:
        """A periodic model under a mean displacement gradient.

        Parameters
        ----------
        gradient : ndarray, shape (3, 3)
            Displacement component over position axis.
        """
        whole = self._boxed.model
        mean, force = whole.vector(np.float64), whole.vector(np.float64)
        view = whole.view(mean)
        for axis, n in enumerate(self._kernels.box.shape):
            shape = [1, 1, 1, 1]
            shape[(0, 1, 3)[axis]] = n
            place = ((np.arange(n) - 1) * self.model.spacing_mm[axis]).reshape(shape)
            view += gradient[:, axis].reshape(1, 1, 3, 1) * place
        self._boxed.product(mean, force)
        stiffest = np.linalg.norm(whole.stiffness) * float(whole.modulus.max()) * np.abs(mean).max()
        if np.abs(force).max() < _ROUNDING * stiffest:
            force[:] = 0  # the mean strain is in balance as it is
        kernels = self._kernels
        found = self.relieve(kernels.vector(np.float64), -kernels.out_of_box(force))
        return replace(
            found, kernels=whole, operator=self._boxed, displacement=mean + kernels.in_box(found.displacement)
        )

    @cached_property
    def _boxed(self) -> Operator:
        """With a place for every node: a mean strain moves those between the struts too."""
        return Operator(replace(self._kernels, is_boxed=True), np.float64)

    def _residual(self, displacement: NDArray[np.float64], load: NDArray[np.float64] | None) -> NDArray[np.float64]:
        """Force that is not yet in balance, on the unknowns."""
        residual = self._kernels.vector(np.float64)
        self.operator.residual(displacement, residual if load is None else load, residual)
        return residual

    def _must_have_converged(self, convergence: Convergence) -> None:
        if convergence.final_residual <= self.settings.tolerance:
            return
        raise ConvergenceError(
            f"a relative residual of {convergence.final_residual:.2g} after {convergence.iterations} iterations",
            f"{self.settings.tolerance:g} or less",
            "allow more iterations, or look for parts that hang on a single edge and for extreme contrasts",
        )


def _for_single_precision(kernels: Model) -> Model:
    """The model from which the preconditioner is made: the softest voxels stiffened to what seven digits can tell."""
    lowest = kernels.modulus.max() / _WIDEST_IN_SINGLE
    if least_stiff(kernels.modulus) >= lowest:
        return kernels
    stiff = kernels.modulus > 0
    return replace(kernels, modulus=np.where(stiff, np.maximum(kernels.modulus, lowest), np.float32(0)))


def solve(model: VoxelModel, conditions: Conditions, settings: SolverSettings | None = None) -> Solution:
    """Linear elastic equilibrium of a voxel model.

    Parameters
    ----------
    model : VoxelModel
    conditions : Conditions
    settings : SolverSettings, optional

    Returns
    -------
    Solution

    Raises
    ------
    ModelError
        If the model or its conditions make no problem with one answer.
    ConvergenceError
        If the tolerance is not reached.

    Notes
    -----
    When this misleads: displacements of single nodes follow voxel edges; stresses at stair-steps, at the rim of a
    plate and where stiff meets soft grow without bound as voxels shrink. Stiffness, energy and means over a region
    converge; single voxels' peaks do not.
    """
    return Solver(model, conditions, settings).solve(conditions)
