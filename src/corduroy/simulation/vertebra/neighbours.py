"""One state of three vertebrae: stiffness, the facets' share, strain of endplates and neighbouring bodies."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from corduroy.errors import DoubtWarning, ModelError
from corduroy.imaging.density import Calibration
from corduroy.imaging.volume import Box, FloatArray
from corduroy.simulation.elasticity.boundary import platens
from corduroy.simulation.elasticity.model import VoxelModel
from corduroy.simulation.elasticity.results import Solution
from corduroy.simulation.elasticity.solve import solve
from corduroy.simulation.materials.field import MaterialField, Materials, material_field
from corduroy.simulation.vertebra.capped import EndCaps
from corduroy.simulation.vertebra.evaluate import STRAIN
from corduroy.simulation.vertebra.sections import axial_force_n, share_of
from corduroy.simulation.vertebra.segment import Segment
from corduroy.simulation.vertebra.states import State, Subject


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
    The upper end goes down without turning. When this misleads: kyphosis bends the segment too; joints are bonded and
    do not slide, so that the facets' share reads high; all materials have the Poisson's ratio of bone, the disc's
    modulus is that of whole discs.
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
    amount = STRAIN * segment.caps.height_mm
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
