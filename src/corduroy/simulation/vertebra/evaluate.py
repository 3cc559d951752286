"""One state of a vertebra between end caps: stiffness, strength, the shell's share, where it fails first."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from corduroy.errors import ConvergenceError, DoubtWarning
from corduroy.imaging.density import Calibration
from corduroy.imaging.volume import FloatArray
from corduroy.simulation.elasticity.boundary import platens
from corduroy.simulation.elasticity.model import VoxelModel
from corduroy.simulation.elasticity.results import Solution
from corduroy.simulation.elasticity.solve import SolverSettings, solve
from corduroy.simulation.materials.field import MaterialField, Materials, Region, material_field
from corduroy.simulation.plasticity import LinearStrength, StrengthSettings, compress_to_failure
from corduroy.simulation.plasticity.criteria import LARGE_STRAIN, STIFFNESS_STRAIN, load_at_strain, pistoia_strength
from corduroy.simulation.vertebra.capped import EndCaps, end_caps
from corduroy.simulation.vertebra.failure import FailureSite, failure_site, von_mises_mpa
from corduroy.simulation.vertebra.grid import BoolArray, ModelGrid
from corduroy.simulation.vertebra.sections import axial_force_n, middle_layers, share_of, shell_of
from corduroy.simulation.vertebra.states import State, Subject

STRENGTH = StrengthSettings(largest_strain=LARGE_STRAIN, steps=6, tolerance=2e-3)
"""Six steps: on a fractured vertebra of the phantom the force at 1.9 % differs by 0.2 % from that of twelve."""
STRAIN = 0.005
"""Apparent, of linear solutions: results are scaled, so that it changes nothing."""


@dataclass(frozen=True, eq=False)
class Fields:
    """Fields of a compressed vertebra, on a crop of the subject's grid; NaN beyond the model.

    Parameters
    ----------
    grid : ModelGrid
    modulus_mpa : ndarray
    energy_mpa : ndarray
        Strain energy density at the reference load.
    yield_ratio : ndarray
        Von Mises over yield stress at the reference load, elastic.
    plastic_strain : ndarray or None
        Equivalent plastic strain at 1.9 % apparent strain.
    """

    grid: ModelGrid
    modulus_mpa: FloatArray
    energy_mpa: FloatArray
    yield_ratio: FloatArray
    plastic_strain: FloatArray | None


@dataclass(frozen=True, eq=False)
class VertebraResult:
    """One state of the vertebra between end caps.

    Parameters
    ----------
    state : State
    stiffness_n_per_mm : float
    strength_n : float or None
        Elastic-plastic force at 1.9 % apparent strain; None if that was not asked for or not found.
    linear : tuple of LinearStrength
        Cheap alternatives, named.
    shell_share : float
        Share of the load through the outer 1 mm of the body in the middle third of its height.
    site : FailureSite
    fields : Fields
    notes : tuple of str
    """

    state: State
    stiffness_n_per_mm: float
    strength_n: float | None
    linear: tuple[LinearStrength, ...]
    shell_share: float
    site: FailureSite
    fields: Fields
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CappedModel:
    """The vertebra of a subject between end caps, in one state."""

    field: MaterialField
    model: VoxelModel
    caps: EndCaps
    grid: ModelGrid
    body: BoolArray
    arch: BoolArray

    @property
    def bone(self) -> BoolArray:
        """Voxels that are bone in this state."""
        return np.isin(self.field.region, (Region.BODY, Region.ARCH, Region.SHELL, Region.LESION))


def capped_model(
    subject: Subject, state: State, calibration: Calibration, materials: Materials | None = None
) -> CappedModel:
    """Model of one state of the altered vertebra alone.

    Raises
    ------
    ModelError
        If there is no bone, its density is not known, or it cannot be held.
    """
    body, arch = subject.bones.body[subject.level], subject.bones.arch[subject.level]
    caps = end_caps(body, body, subject.grid.voxel_mm)
    regions = subject.regions(state, body, arch, caps=caps.both)
    field = material_field(subject.density(state, calibration), regions, materials)
    box = field.box
    cut = EndCaps(caps.low[box], caps.high[box], caps.height_mm)
    model = VoxelModel(field.modulus_mpa, subject.grid.spacing_mm, (materials or Materials()).poisson)
    return CappedModel(field, model, cut, subject.grid.crop(box), body[box], arch[box])


def compressed(capped: CappedModel, settings: SolverSettings | None = None) -> tuple[Solution, float, float]:
    """Solution, force in N and stiffness in N/mm of a vertebra compressed by 0.5 %."""
    low, high = capped.caps.faces()
    amount = STRAIN * capped.caps.height_mm
    solution = solve(capped.model, platens(capped.model, 2, amount, True, low, high), settings)
    force = -float(solution.reaction(high)[0][2])
    return solution, force, force / amount


def plastic_strength(capped: CappedModel, settings: StrengthSettings = STRENGTH) -> tuple[float, FloatArray]:
    """Force in N at the largest apparent strain, and the plastic strain of each voxel, shape (n0, n1, n2, 6)."""
    low, high = capped.caps.faces()
    curve = compress_to_failure(
        capped.model,
        np.where(capped.model.modulus_mpa > 0, capped.field.strength_mpa, 1.0),
        capped.caps.height_mm,
        low=low,
        high=high,
        settings=settings,
    )
    return float(curve.force_n[-1]), curve.plastic_strain


def evaluate_vertebra(
    subject: Subject,
    state: State,
    calibration: Calibration,
    load_n: float,
    materials: Materials | None = None,
    strength: StrengthSettings = STRENGTH,
) -> VertebraResult:
    """Compress the altered vertebra between end caps.

    Parameters
    ----------
    subject : Subject
    state : State
    calibration : Calibration
    load_n : float
        Reference load that fields are scaled to, which is exact in linear elasticity.
    materials : Materials, optional
    strength : StrengthSettings

    Raises
    ------
    ModelError, ConvergenceError
    """
    with warnings.catch_warnings():
        if state is not State.AS_IS:
            warnings.simplefilter("ignore", DoubtWarning)  # the range of the law is told once
        capped = capped_model(subject, state, calibration, materials)
    solution, force, stiffness = compressed(capped)
    ratio, energy = _yield_ratio(capped, solution), solution.energy_density_mpa()
    amount = STRAIN * capped.caps.height_mm
    linear = (
        load_at_strain(force, amount, capped.caps.height_mm, STIFFNESS_STRAIN),
        pistoia_strength(solution, force, capped.bone),
    )
    limit, plastic, notes = _strength(capped, strength)
    bone_here = capped.body | capped.arch
    shell = shell_of(capped.body, bone_here, subject.grid.voxel_mm)
    scale = load_n / force
    return VertebraResult(
        state,
        stiffness,
        limit,
        linear,
        share_of(axial_force_n(solution), shell, middle_layers(capped.body)),
        failure_site(ratio, force, capped.body & capped.bone, capped.arch & capped.bone, capped.grid),
        Fields(capped.grid, capped.field.modulus_mpa, energy * scale**2, ratio * scale, plastic),
        notes,
    )


def _yield_ratio(capped: CappedModel, solution: Solution) -> FloatArray:
    stress = von_mises_mpa(solution.stress_mpa())
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(capped.bone, stress / capped.field.strength_mpa, np.nan))


def _strength(
    capped: CappedModel, settings: StrengthSettings
) -> tuple[float | None, FloatArray | None, tuple[str, ...]]:
    try:
        force, plastic = plastic_strength(capped, settings)
    except ConvergenceError as error:
        return None, None, (f"no elastic-plastic strength: {error}",)
    e = plastic.copy()
    e[..., 3:] /= np.sqrt(2)  # engineering shear; each counts twice in the norm of the tensor
    equivalent = np.sqrt(2 / 3) * np.linalg.norm(e, axis=-1)
    return force, np.where(capped.model.modulus_mpa > 0, equivalent, np.nan), ()
