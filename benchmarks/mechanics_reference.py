"""The published vertebra: linear and nonlinear loads of `fe-verse004-l2`, and what each modelling choice changes.

Walle and others 2025, doi 10.1093/gigascience/giaf094; the model's choices are those of its example (Bonelab
spineFE-benchmark): bone from its density in 128 bins, clipped below -31 mg/cm³, Kopperdahl's law, PMMA caps of
2500 MPa yielding at 70 MPa, displacement across the plates on the nodes of the caps that are seen from outside.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks import peer_parosol
from benchmarks.data import MissingDataError, present
from benchmarks.figures import Row, Target, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.simulation import Conditions, Solution, VoxelModel, platens, solve, visible_nodes
from corduroy.simulation.plasticity import StrengthCurve, StrengthSettings, compress_to_failure, pistoia_strength
from corduroy.simulation.plasticity.criteria import STIFFNESS_STRAIN, load_at_strain

Array = NDArray[np.float64]

_FOLDER = "fe-verse004-l2"
_BONE, _INFERIOR_CAP, _SUPERIOR_CAP = (1, 2, 3, 4), 5, 6
_BODY = (1, 2)
_DISPLACEMENT_MM = 0.2
_LOWEST_MPA = 1e-4  # the published floor
_LOWEST_FLOWING_MPA, _LOWEST_YIELD_MPA = 0.1, 1e-3
_CAP_MPA, _CAP_YIELD_MPA = 2500.0, 70.0
_CLIP, _BINS = -31.0, 128
_LARGEST_MM = 2.0
_ROWS = (
    Row("nodes", "nodes on the plates, upper and lower together, published 2845", "", Target(2845, 2845)),
    Row("stiffness", "linear stiffness", "N/mm", Target(11_744, 12_980)),
    Row("force", "linear force at 0.2 mm", "kN", Target(2.348, 2.596)),
    Row("linear", "failure load, linear: stiffness × height × 0.68 %", "kN", Target(2.194, 2.682)),
    Row("nonlinear", "failure load, nonlinear: largest force up to 2 mm", "kN", Target(1.662, 2.032)),
    Row("tresca", "the same with every yield stress × √3/2, which bounds Tresca's criterion from below", "kN"),
    Row("pistoia", "failure load, Pistoia: 2 % of the bone above 7000 µε", "kN"),
    Row(
        "solver",
        "as published, lower plate sticking: stiffness over ParOSol's on the same nodes",
        "",
        Target(0.999, 1.001),
    ),
    Row("explained", "smallest factor on the bone's modulus that meets the published stiffness", ""),
    Row("side", "linear stiffness with the side-artefact factor 1.28 on the modulus", "N/mm"),
    Row("ranks", "choices below whose stiffness is within 5 % of the published one", ""),
)


@dataclass(frozen=True)
class _Choice:
    """One way to build the model."""

    name: str
    factor: float = 1.0
    linear_law: bool = False
    binned: bool = True
    poisson_ratio: float = 0.3
    cap_mpa: float = _CAP_MPA
    stick_below: bool = False
    stick_above: bool = False
    arch: bool = True


_AS_PUBLISHED = _Choice("as published")
_STICKING_BELOW = _Choice("lower plate sticks", stick_below=True)
_STIFFER, _STIFFEST = _Choice("modulus × 1.20", factor=1.20), _Choice("modulus × 1.28", factor=1.28)
_CHOICES = (
    _AS_PUBLISHED,
    _STICKING_BELOW,
    _STIFFER,
    _STIFFEST,
    _Choice("density not binned", binned=False),
    _Choice("both plates stick", stick_below=True, stick_above=True),
    _Choice("body without its arch", arch=False),
    _Choice("caps of 100 GPa", cap_mpa=1e5),
    _Choice("Poisson's ratio 0.4", poisson_ratio=0.4),
    _Choice("E = -34.7 + 3230 ρ", linear_law=True),
    _Choice("modulus × 1.20, both plates stick", factor=1.20, stick_below=True, stick_above=True),
)


class _Vertebra:
    """The data set, x right, y anterior, z superior."""

    def __init__(self) -> None:
        density = nib.load(present(_FOLDER, "sub-verse004_L2_density.nii.gz"))
        labels = nib.load(present(_FOLDER, "sub-verse004_L2_seg.nii.gz"))
        self.density = nib.as_closest_canonical(density).get_fdata()
        self.labels = np.asarray(nib.as_closest_canonical(labels).dataobj)
        with present(_FOLDER, "verse19fem_AppendixA.csv").open(newline="") as stream:
            row = next(r for r in csv.DictReader(stream) if float(r["verse_ID"]) == 4)
        self.height_mm = float(row["Model height [mm]"])
        self.published = {
            "stiffness": float(row["Stiffness (linear) [N/mm]"]),
            "force": float(row["R.Force (0.2%, linear) [kN]"]),
            "linear": float(row["F.Load (linear) [kN]"]),
            "nonlinear": float(row["F.Load (nonlinear) [kN]"]),
        }

    def density_g_per_cm3(self, binned: bool) -> Array:
        """Of the bone, as the published models bin it; 0 elsewhere."""
        bone = np.isin(self.labels, _BONE)
        clipped = np.where(bone, np.trunc(np.maximum(self.density, _CLIP)), 0.0)
        if not binned:
            return np.where(bone, self.density, 0.0) / 1000
        counted = bone & (clipped != 0)
        edges = np.linspace(clipped[counted].min(), clipped[counted].max(), _BINS + 1)
        centres = (edges[1:] + edges[:-1]) / 2
        bins = np.clip(np.digitize(clipped, edges) - 1, 0, _BINS - 1)
        return np.where(counted, centres[bins], clipped) / 1000

    def model(self, choice: _Choice) -> VoxelModel:
        density = np.maximum(self.density_g_per_cm3(choice.binned), 0)
        law = np.maximum(-34.7 + 3230 * density, 0) if choice.linear_law else 2980 * density**1.05
        bone = np.isin(self.labels, _BONE if choice.arch else _BODY)
        modulus = np.where(bone, np.maximum(choice.factor * law, _LOWEST_MPA), 0.0)
        modulus[self.labels > max(_BONE)] = choice.cap_mpa
        return VoxelModel(modulus, (1.0, 1.0, 1.0), choice.poisson_ratio)

    def yield_mpa(self) -> Array:
        """Of every voxel; 37.4 ρ^1.39 for the bone."""
        bone = np.maximum(37.4 * np.maximum(self.density_g_per_cm3(True), 0) ** 1.39, 1e-4)
        return np.where(self.labels > max(_BONE), _CAP_YIELD_MPA, bone)

    def plates(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Nodes of the caps seen from below and from above."""
        low = visible_nodes(self.labels == _INFERIOR_CAP, 2, "low")
        return low, visible_nodes(self.labels == _SUPERIOR_CAP, 2, "high")


def measure(quick: bool, tick: Tick) -> Report:
    """The published figures, and a table of the choices."""
    try:
        vertebra = _Vertebra()
    except MissingDataError as error:
        return Report(fill(_ROWS, {}, str(error)))
    choices = _CHOICES[:4] if quick else _CHOICES
    stiffness: dict[str, float] = {}
    for done, choice in enumerate(choices):
        tick(done, len(choices) + 1)
        stiffness[choice.name], solution = _stiffness(vertebra, choice)
        if choice is _AS_PUBLISHED:
            pistoia = _pistoia(vertebra, solution, stiffness[choice.name])
    values: dict[str, float | None] = dict(_figures(vertebra, stiffness)) | {"pistoia": pistoia}
    if peer_parosol.is_there():
        values["solver"] = stiffness[_STICKING_BELOW.name] / _stiffness_by_parosol(vertebra)
    if not quick:
        values["nonlinear"] = nonlinear_curve(vertebra).maximum_n / 1000
        values["tresca"] = nonlinear_curve(vertebra, math.sqrt(3) / 2).maximum_n / 1000
    reason = "left out by --quick"
    return Report(fill(_ROWS, values, reason, vertebra.published), (_table(vertebra, stiffness),))


def _figures(vertebra: _Vertebra, stiffness: dict[str, float]) -> dict[str, float]:
    published = vertebra.published["stiffness"]
    first = stiffness[_AS_PUBLISHED.name]
    stiffer, stiffest = stiffness[_STIFFER.name], stiffness[_STIFFEST.name]
    needed = np.interp(published, [first, stiffer, stiffest], [1.0, 1.2, 1.28])
    return {
        "nodes": float(sum(len(nodes) for nodes in vertebra.plates())),
        "stiffness": first,
        "force": first * _DISPLACEMENT_MM / 1000,
        "linear": load_at_strain(first, 1.0, vertebra.height_mm, STIFFNESS_STRAIN).force_n / 1000,
        "explained": float(needed),
        "side": stiffest,
        "ranks": float(sum(abs(value / published - 1) <= 0.05 for value in stiffness.values())),
    }


def _stiffness(vertebra: _Vertebra, choice: _Choice) -> tuple[float, Solution]:
    model = vertebra.model(choice)
    low, high = vertebra.plates()
    solution = solve(model, _conditions(model, choice, low, high))
    return float(-solution.reaction(high)[0][2] / _DISPLACEMENT_MM), solution


def _conditions(model: VoxelModel, choice: _Choice, low: NDArray[np.int64], high: NDArray[np.int64]) -> Conditions:
    gliding = platens(model, 2, _DISPLACEMENT_MM, False, low, high)
    sticking = platens(model, 2, _DISPLACEMENT_MM, True, low, high)
    if choice.stick_above:
        return sticking
    if choice.stick_below:
        below = tuple(part for part in sticking.held if part.nodes is low)
        above = tuple(part for part in gliding.held if part.nodes is high)
        return Conditions(below + above)
    return gliding


def _pistoia(vertebra: _Vertebra, solution: Solution, stiffness: float) -> float:
    bone = np.isin(vertebra.labels, _BONE) & (solution.model.modulus_mpa > 1)
    return pistoia_strength(solution, stiffness * _DISPLACEMENT_MM, bone).force_n / 1000


def nonlinear_curve(vertebra: _Vertebra, weaker: float = 1.0) -> StrengthCurve:
    """Compression by 2 mm between gliding plates; the softest voxels are stiffened to what flows stably."""
    linear = vertebra.model(_AS_PUBLISHED)
    flowing = np.where(linear.modulus_mpa > 0, np.maximum(linear.modulus_mpa, _LOWEST_FLOWING_MPA), 0)
    low, high = vertebra.plates()
    settings = StrengthSettings(largest_strain=_LARGEST_MM / vertebra.height_mm, steps=20)
    strength = np.maximum(weaker * vertebra.yield_mpa(), _LOWEST_YIELD_MPA)
    model = replace(linear, modulus_mpa=flowing)
    return compress_to_failure(model, strength, vertebra.height_mm, 2, False, low, high, settings)


def _stiffness_by_parosol(vertebra: _Vertebra) -> float:
    low, high = vertebra.plates()
    model = vertebra.model(_STICKING_BELOW)
    held = [(low, axis, 0.0) for axis in range(3)] + [(high, 2, -_DISPLACEMENT_MM)]
    places = [np.unravel_index(nodes, model.nodes) for nodes, _, _ in held]
    coordinates = np.concatenate(
        [np.column_stack([*at, np.full(len(at[0]), axis)]) for at, (_, axis, _) in zip(places, held, strict=True)]
    )
    values = np.concatenate([np.full(len(nodes), value) for nodes, _, value in held])
    return peer_parosol.work_on_nodes(model.modulus_mpa, coordinates, values) / _DISPLACEMENT_MM**2


def _table(vertebra: _Vertebra, stiffness: dict[str, float]) -> Table:
    table = Table("choice", "stiffness (N/mm)", "over published", title="linear stiffness by choice", box=None)
    for name, value in stiffness.items():
        table.add_row(name, f"{value:.0f}", f"{value / vertebra.published['stiffness']:.3f}")
    return table
