"""Loading to failure: elastic-perfectly plastic voxels, step by step, on the elastic hierarchy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ConvergenceError, ModelError
from corduroy.simulation.elasticity import conjugate_gradients
from corduroy.simulation.elasticity.boundary import Conditions, End, Nodes, face_nodes, platens
from corduroy.simulation.elasticity.element import Array, strain_matrix
from corduroy.simulation.elasticity.model import VoxelModel
from corduroy.simulation.elasticity.operator import Model
from corduroy.simulation.elasticity.solve import Solver
from corduroy.simulation.plasticity import kernels
from corduroy.simulation.sums import square

_INNER = 0.03  # relative residual of each Newton step's linear system; author's choice


@dataclass(frozen=True)
class StrengthSettings:
    """How the model is loaded.

    Parameters
    ----------
    largest_strain : float
        Apparent strain at the end.
    steps : int
        Of equal strain.
    tolerance : float
        Norm of the unbalanced force over that of the reactions, at the end of each step.
    most_corrections : int
        Newton corrections per step, before the step is halved.
    """

    largest_strain: float = 0.019
    steps: int = 12
    tolerance: float = 1e-3
    most_corrections: int = 20


@dataclass(frozen=True)
class StrengthCurve:
    """Force over displacement to failure.

    Parameters
    ----------
    displacement_mm, force_n : ndarray, shape (n,)
        From zero; compression positive.
    flowing : ndarray, shape (n,)
        Share of the model's voxels that flow.
    height_mm : float
        By which displacement becomes apparent strain.
    plastic_strain : ndarray, shape (n0, n1, n2, 6)
        At the end.
    """

    displacement_mm: Array
    force_n: Array
    flowing: Array
    height_mm: float
    plastic_strain: Array

    @property
    def stiffness_n_per_mm(self) -> float:
        """Of the first step; elastic if that step is small enough that nothing flows."""
        return float(self.force_n[1] / self.displacement_mm[1])

    @property
    def maximum_n(self) -> float:
        """Largest force."""
        return float(self.force_n.max())

    def force_at(self, strain: float) -> float:
        """Force at an apparent strain, interpolated; NaN beyond the curve."""
        moved, last = strain * self.height_mm, float(self.displacement_mm[-1])
        if math.isclose(moved, last):  # the end of the curve, but for rounding
            moved = last
        return float(np.interp(moved, self.displacement_mm, self.force_n, right=np.nan))

    def offset_yield(self, offset: float = 0.002) -> float:
        """Force where the curve meets the elastic line moved by an offset strain; NaN where it does not."""
        line = self.stiffness_n_per_mm * (self.displacement_mm - offset * self.height_mm)
        over = line - self.force_n
        crossed = np.flatnonzero(over >= 0)
        if not len(crossed):
            return float("nan")
        i = crossed[0]
        share = -over[i - 1] / (over[i] - over[i - 1])
        return float(self.force_n[i - 1] + share * (self.force_n[i] - self.force_n[i - 1]))


class _Tangent:
    """The consistent tangent as conjugate gradients want an operator."""

    def __init__(self, state: _State) -> None:
        self.model: Model = state.solver.operator.model
        self._state = state

    def product(self, u: NDArray[Any], out: NDArray[Any]) -> float:
        """out = K_t u; returns u·K_t u."""
        state = self._state
        state.solver.operator.product(u, out)
        shape, free = self.model.box.shape, self.model.free
        kernels.lost_stress(
            u, shape, state.centre, state.modulus, state.shear, state.direction, state.share, state.stress
        )
        kernels.add_forces(state.stress, -state.volume, state.centre, shape, free, out)
        return float(np.dot(u, out))


class _State:
    """Displacement and plastic strain of a model on its way to failure."""

    def __init__(self, solver: Solver, yield_stress: Array) -> None:
        model = solver.model
        self.solver = solver
        self.model: Model = solver.operator.model
        a, b, c = model.modulus_mpa.shape
        self.modulus = self.model.voxels[1 : a + 1, 1 : b + 1, 1 : c + 1].astype(float)
        self.yield_stress = np.asarray(yield_stress, float)
        self.elasticity = model.unit_elasticity()
        self.shear = float(self.elasticity[5, 5])
        self.centre = strain_matrix(np.zeros(3), np.asarray(model.spacing_mm, float))
        self.volume = float(np.prod(model.spacing_mm))
        self.before, self.plastic, self.direction, self.stress = (np.zeros((a, b, c, 6)) for _ in range(4))
        self.share = np.ones((a, b, c))
        self.displacement = self.model.vector(np.float64)

    def unbalanced(self, everywhere: bool = False) -> Array:
        """Force that is missing at the unknowns (or, with the other sign, the reactions everywhere)."""
        shape = self.model.box.shape
        free = np.full_like(self.model.free, 7) if everywhere else self.model.free
        kernels.flow(
            self.displacement,
            shape,
            self.centre,
            self.elasticity,
            self.modulus,
            self.yield_stress,
            self.before,
            self.plastic,
            self.direction,
            self.share,
        )
        force = self.model.vector(np.float64)
        self.solver.operator.product(self.displacement, force, everywhere)
        kernels.plastic_stress(self.plastic, self.modulus, self.shear, self.stress)
        kernels.add_forces(self.stress, -self.volume, self.centre, shape, free, force)
        return force if everywhere else -force

    def correct(self, residual: Array) -> None:
        """One Newton correction, halved while it makes the residual larger."""
        step = self.model.vector(np.float64)
        size = float(np.sqrt(square(residual)))
        conjugate_gradients.iterate(
            _Tangent(self),
            self.solver.multigrid,
            step,
            residual.copy(),
            _INNER * size,
            self.solver.settings.most_iterations,
        )
        self.displacement += step
        for _ in range(4):
            if float(np.sqrt(square(self.unbalanced()))) < size:
                return
            step *= 0.5
            self.displacement -= step


def compress_to_failure(
    model: VoxelModel,
    yield_stress_mpa: NDArray[np.floating],
    height_mm: float,
    axis: int = 2,
    friction: bool = True,
    low: Nodes | None = None,
    high: Nodes | None = None,
    settings: StrengthSettings | None = None,
) -> StrengthCurve:
    """Compress a model between platens until it yields as a whole.

    Parameters
    ----------
    model : VoxelModel
        Isotropic.
    yield_stress_mpa : ndarray, shape (n0, n1, n2)
        Von Mises yield stress of each voxel; infinite where nothing yields.
    height_mm : float
        Of what is strained, without end caps.
    axis : int
        Across the plates.
    friction : bool
        As for `platens`.
    low, high : ndarray of int, optional
        Nodes on the plates.
    settings : StrengthSettings, optional

    Returns
    -------
    StrengthCurve

    Raises
    ------
    ModelError
        For a yield stress that is not above 0, or a material that is not isotropic.
    ConvergenceError
        If a step finds no balance however small it is made.

    Notes
    -----
    Small strains, no hardening or softening, the same yield stress in tension and compression. When this misleads:
    without softening the force does not fall after failure, so that the maximum depends on where the loading ends
    where it still rises; read it at a named strain or by the offset.
    """
    chosen = settings or StrengthSettings()
    _check(model, yield_stress_mpa)
    low = face_nodes(model, axis, End.LOW) if low is None else low
    high = face_nodes(model, axis, End.HIGH) if high is None else high

    def plates(amount: float) -> Conditions:
        return platens(model, axis, amount, friction, low, high)

    state = _State(Solver(model, plates(0.0), is_boxed=True), np.asarray(yield_stress_mpa, float))
    target = chosen.largest_strain * height_mm
    curve = [(0.0, 0.0, 0.0)]
    step = target / chosen.steps
    moved = state.displacement.copy()
    while curve[-1][0] < target * (1 - 1e-9):
        reached = min(curve[-1][0] + step, target)
        saved = state.displacement.copy()
        if _advance(state, plates(reached), moved, (reached - curve[-1][0]) / step, chosen):
            moved = (state.displacement - saved) * (step / (reached - curve[-1][0]))
            state.before[:] = state.plastic
            curve.append((reached, _force(state, high, axis), _flowing(state)))
        else:
            state.displacement[:] = saved
            step, moved = step / 2, moved / 2
            if step < target / chosen.steps / 16:
                raise ConvergenceError(
                    f"no balance of forces at {reached:.3g} mm", "one within the settings' corrections"
                )
    displacement, force, flowing = np.array(curve).T
    return StrengthCurve(displacement, force, flowing, height_mm, state.plastic)


def _check(model: VoxelModel, yield_stress_mpa: NDArray[np.floating]) -> None:
    stiff = np.asarray(model.modulus_mpa) > 0
    if np.shape(yield_stress_mpa) != stiff.shape:
        raise ModelError(f"yield stresses of shape {np.shape(yield_stress_mpa)}", f"shape {stiff.shape}")
    if not np.all(np.asarray(yield_stress_mpa)[stiff] > 0):
        raise ModelError("a yield stress that is not above 0 MPa", "one above 0 for every stiff voxel")
    elasticity = model.unit_elasticity()
    shear = (elasticity[0, 0] - elasticity[0, 1]) / 2
    if not np.allclose(elasticity[3:, 3:], shear * np.eye(3), rtol=1e-9, atol=1e-12):
        raise ModelError("plasticity of an anisotropic material", "an isotropic one")


def _advance(state: _State, conditions: Conditions, guess: Array, share: float, settings: StrengthSettings) -> bool:
    """Bring the state into balance under new displacements of the plates."""
    state.displacement += share * guess
    state.solver.move_supports(state.displacement, conditions)
    for _ in range(settings.most_corrections):
        residual = state.unbalanced()
        scale = float(np.linalg.norm(state.unbalanced(everywhere=True) + residual))
        if float(np.sqrt(square(residual))) <= settings.tolerance * scale:
            return True
        state.correct(residual)
    return False


def _force(state: _State, nodes: Nodes, axis: int) -> float:
    forces = state.unbalanced(everywhere=True)
    return -float(forces[state.solver.places(nodes)[:, axis]].sum())


def _flowing(state: _State) -> float:
    return float(np.count_nonzero(state.share < 1) / np.count_nonzero(state.modulus))
