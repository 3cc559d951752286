"""Stiffness, strength and load sharing of one state."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from corduroy.errors import ConvergenceError, DoubtWarning, ModelError
from corduroy.imaging.density import Calibration
from corduroy.imaging.volume import Box, FloatArray
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
from corduroy.simulation.vertebra.segment import Segment
from corduroy.simulation.vertebra.states import State, Subject

STRENGTH = StrengthSettings(largest_strain=LARGE_STRAIN, steps=6, tolerance=2e-3)
"""Six steps: on a fractured vertebra of the phantom the force at 1.9 % differs by 0.2 % from that of twelve."""
_STRAIN = 0.005  # apparent, of the linear solution: results are scaled, so that it changes nothing


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


@dataclass(frozen=True)
class Strain:
    """Effective strain sqrt(2 U / E) of a region at the reference load, in microstrain."""

    median: float
    p95: float


@dataclass(frozen=True)
class SegmentResult:
    """One state of three vertebrae under the reference load.

    Parameters
    ----------
    state : State
    stiffness_n_per_mm : float
        Approach of the outer endplates.
    facet_share : dict of str to float
        Share of the load behind the discs, at the middle of each; keys such as ``"T11-T12"``.
    strains : dict of str to Strain
        Of the endplates beside the discs and of the bodies above and below.
    """

    state: State
    stiffness_n_per_mm: float
    facet_share: dict[str, float]
    strains: dict[str, Strain]


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
    amount = _STRAIN * capped.caps.height_mm
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
    amount = _STRAIN * capped.caps.height_mm
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


def evaluate_segment(
    subject: Subject,
    segment: Segment,
    state: State,
    calibration: Calibration,
    load_n: float,
    materials: Materials | None = None,
) -> SegmentResult:
    """Load three vertebrae with discs and facet joints.

    Parameters
    ----------
    subject : Subject
        On the grid of the segment.
    segment : Segment
    state : State
    calibration : Calibration
    load_n : float
    materials : Materials, optional

    Raises
    ------
    ModelError, ConvergenceError

    Notes
    -----
    The upper end goes down without turning. When this misleads: kyphosis bends the segment too; joints are bonded; all
    materials have the Poisson's ratio of bone, the disc's modulus is that of whole discs.
    """
    regions = subject.regions(
        state, segment.body, segment.arch, discs=segment.discs, facets=segment.facets, caps=segment.caps.both
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DoubtWarning)  # the range of the law was told of the vertebra alone
        field = material_field(subject.density(state, calibration), regions, materials)
    box = field.box
    model = VoxelModel(field.modulus_mpa, subject.grid.spacing_mm, (materials or Materials()).poisson)
    low, high = EndCaps(segment.caps.low[box], segment.caps.high[box], segment.caps.height_mm).faces()
    amount = _STRAIN * segment.caps.height_mm
    solution = solve(model, platens(model, 2, amount, True, low, high))
    force = -float(solution.reaction(high)[0][2])
    axial = axial_force_n(solution)
    column = (segment.body | segment.discs)[box]
    shares = {
        f"{joint.above}-{joint.below}": 1 - share_of(axial, column, joint.layer - box[2].start)
        for joint in segment.joints
    }
    strain = _effective_strain(solution, field) * abs(load_n / force)
    return SegmentResult(state, force / amount, shares, _strains(segment, strain, box))


def _effective_strain(solution: Solution, field: MaterialField) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1e6 * np.sqrt(2 * solution.energy_density_mpa() / field.modulus_mpa))


def _strains(segment: Segment, strain: FloatArray, box: Box) -> dict[str, Strain]:
    """Endplates and neighbouring bodies; cement in a region counts as what it is made of."""
    parts = segment.endplates()
    above, _, below = segment.bones.levels
    parts |= {f"body above ({above})": segment.bones.body[above], f"body below ({below})": segment.bones.body[below]}
    found = {}
    for name, part in parts.items():
        values = strain[part[box] & np.isfinite(strain)]
        if not values.size:
            raise ModelError(f"no voxel of the {name}", "bone beside the disc", "use smaller voxels")
        found[name] = Strain(float(np.median(values)), float(np.quantile(values, 0.95)))
    return found
