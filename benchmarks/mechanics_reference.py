"""The published vertebra: linear and nonlinear loads of `fe-verse004-l2`, and what each modelling choice changes."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks import mechanics_flow
from benchmarks.data import MissingDataError
from benchmarks.figures import Row, Target, fill
from benchmarks.groups import Report
from benchmarks.mechanics_published import BONE, Choice, Nodes, Vertebra
from benchmarks.pool import Tick
from corduroy.errors import RepairWarning
from corduroy.simulation import Conditions, Solution, VoxelModel, platens, solve
from corduroy.simulation.plasticity import StrengthSettings, compress_to_failure, pistoia_strength
from corduroy.simulation.plasticity.criteria import STIFFNESS_STRAIN, load_at_strain

_DISPLACEMENT_MM = 0.2
_LOWEST_FLOWING_MPA, _LOWEST_YIELD_MPA = 0.1, 1e-3
_LARGEST_MM = 2.0
_WITHIN_5_PERCENT = Target(11_744, 12_980)
_WITHIN_10_PERCENT = Target(1.662, 2.032)  # of the published nonlinear load
_ROWS = (
    Row("nodes", "nodes on the plates, upper and lower together, published 2845", "", Target(2845, 2845)),
    Row("voxels", "voxels of the mesh, published 67 137", "", Target(67_137, 67_137)),
    Row("stiffness", "linear stiffness, each voxel's own density", "N/mm", _WITHIN_5_PERCENT),
    Row("linear", "failure load, linear (stiffness × height × 0.68 %), own density", "kN", Target(2.194, 2.682)),
    Row("numbered", "linear stiffness, materials numbered as in the published program", "N/mm", _WITHIN_5_PERCENT),
    Row("force", "linear force at 0.2 mm, numbered so", "kN", Target(2.348, 2.596)),
    Row("failure", "failure load, linear, numbered so", "kN", Target(2.194, 2.682)),
    Row("explained", "share of the difference in stiffness that the numbering makes", "%", Target(95, 105)),
    Row("nonlinear", "failure load, nonlinear (von Mises at voxel centres, 2 mm)", "kN", _WITHIN_10_PERCENT),
    Row("tresca", "the same by Tresca at Gauss points, numbered so, 2 mm at once", "kN", _WITHIN_10_PERCENT),
    Row("pistoia", "failure load, Pistoia (2 % of the bone above 7000 µε), numbered so", "kN"),
    Row("solver", "numbered so: stiffness over the published solver's, on the same mesh", "", Target(0.999, 1.001)),
)
_SAME_QUANTITY = {"numbered": "stiffness", "failure": "linear", "tresca": "nonlinear"}
_AS_LIBRARY = "von Mises at voxel centres, 20 steps, own density"
_AS_PUBLISHED = "Tresca at Gauss points, at once, numbered as published"
_AT_ONCE, _FOUR_STEPS = (_LARGEST_MM,), (0.2, 0.5, 1.0, _LARGEST_MM)
_OWN = Choice("own density, in bins", one_up=False)
_NUMBERED = Choice("numbered as published")
_CHOICES = (
    _OWN,
    _NUMBERED,
    Choice("numbered as published, lower plate sticks", stick_below=True),
    Choice("own density, no bins", binned=False),
    Choice("own density, no bins, one bin's width added", binned=False, bin_added=True),
    Choice("numbered as published, lowest modulus 0.1 MPa", lowest_mpa=0.1),
    Choice("numbered as published, both plates stick", stick_below=True, stick_above=True),
    Choice("numbered as published, body without its arch", arch=False),
    Choice("numbered as published, caps of 100 GPa", cap_mpa=1e5),
    Choice("numbered as published, Poisson's ratio 0.4", poisson_ratio=0.4),
    Choice("numbered as published, E = -34.7 + 3230 ρ", linear_law=True),
)


def measure(quick: bool, tick: Tick) -> Report:
    """The published figures, and a table of the choices."""
    try:
        vertebra = Vertebra()
    except MissingDataError as error:
        return Report(fill(_ROWS, {}, str(error)))
    choices = _CHOICES[:2] if quick else _CHOICES
    stiffness: dict[str, float] = {}
    values: dict[str, float | None] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RepairWarning)  # four voxels at the tip of the arch
        for done, choice in enumerate(choices):
            tick(done, len(choices) + 1)
            stiffness[choice.name], solution = _stiffness(vertebra, choice)
            if choice is _NUMBERED:
                values["voxels"] = float(np.count_nonzero(solution.kernels.modulus))
                values["pistoia"] = _pistoia(vertebra, solution, stiffness[choice.name])
        values |= _figures(vertebra, stiffness)
        strength = {} if quick else _strengths(vertebra)
    values |= {"nonlinear": strength.get(_AS_LIBRARY), "tresca": strength.get(_AS_PUBLISHED)}
    tables = (_table("stiffness", "N/mm", stiffness, vertebra),)
    if strength:
        tables += (_table("nonlinear", "kN", strength, vertebra),)
    published = vertebra.published
    peers = published | {key: published[of] for key, of in _SAME_QUANTITY.items()}
    return Report(fill(_ROWS, values, "left out by --quick", peers), tables)


def _figures(vertebra: Vertebra, stiffness: dict[str, float]) -> dict[str, float]:
    own, numbered, published = stiffness[_OWN.name], stiffness[_NUMBERED.name], vertebra.published["stiffness"]
    return {
        "nodes": float(sum(len(nodes) for nodes in vertebra.plates())),
        "stiffness": own,
        "linear": load_at_strain(own, 1.0, vertebra.height_mm, STIFFNESS_STRAIN).force_n / 1000,
        "numbered": numbered,
        "force": numbered * _DISPLACEMENT_MM / 1000,
        "failure": load_at_strain(numbered, 1.0, vertebra.height_mm, STIFFNESS_STRAIN).force_n / 1000,
        "explained": 100 * (numbered - own) / (published - own),
        "solver": numbered / published,
    }


def _stiffness(vertebra: Vertebra, choice: Choice) -> tuple[float, Solution]:
    model = vertebra.model(choice)
    low, high = vertebra.plates()
    solution = solve(model, _conditions(model, choice, low, high))
    return float(-solution.reaction(high)[0][2] / _DISPLACEMENT_MM), solution


def _conditions(model: VoxelModel, choice: Choice, low: Nodes, high: Nodes) -> Conditions:
    gliding = platens(model, 2, _DISPLACEMENT_MM, False, low, high)
    sticking = platens(model, 2, _DISPLACEMENT_MM, True, low, high)
    if choice.stick_above:
        return sticking
    if choice.stick_below:
        below = tuple(part for part in sticking.held if part.nodes is low)
        above = tuple(part for part in gliding.held if part.nodes is high)
        return Conditions(below + above)
    return gliding


def _pistoia(vertebra: Vertebra, solution: Solution, stiffness: float) -> float:
    bone: NDArray[np.bool_] = np.isin(vertebra.labels, BONE) & (solution.model.modulus_mpa > 1)
    return pistoia_strength(solution, stiffness * _DISPLACEMENT_MM, bone).force_n / 1000


def _strengths(vertebra: Vertebra) -> dict[str, float]:
    """Force at 2 mm, kN, by criterion, numbering, and the way there."""
    return {
        _AS_LIBRARY: _in_steps(vertebra, _OWN),
        "von Mises at voxel centres, 20 steps, numbered as published": _in_steps(vertebra, _NUMBERED),
        "Tresca at Gauss points, at once, own density": _by_tresca(vertebra, _OWN, _AT_ONCE),
        "Tresca at Gauss points, four steps, numbered as published": _by_tresca(vertebra, _NUMBERED, _FOUR_STEPS),
        _AS_PUBLISHED: _by_tresca(vertebra, _NUMBERED, _AT_ONCE),
    }


def _in_steps(vertebra: Vertebra, choice: Choice) -> float:
    model, strength = _flowing(vertebra, choice)
    settings = StrengthSettings(largest_strain=_LARGEST_MM / vertebra.height_mm, steps=20)
    low, high = vertebra.plates()
    curve = compress_to_failure(model, strength, vertebra.height_mm, 2, False, low, high, settings)
    return curve.maximum_n / 1000


def _by_tresca(vertebra: Vertebra, choice: Choice, displacements_mm: tuple[float, ...]) -> float:
    return mechanics_flow.compressed(*_flowing(vertebra, choice), displacements_mm, *vertebra.plates())[-1] / 1000


def _flowing(vertebra: Vertebra, choice: Choice) -> tuple[VoxelModel, NDArray[np.float64]]:
    """A model whose softest voxels are stiffened and strengthened to what flows stably, and its yield stresses."""
    model = vertebra.model(replace(choice, lowest_mpa=_LOWEST_FLOWING_MPA))
    return model, np.maximum(vertebra.yield_mpa(choice), _LOWEST_YIELD_MPA)


def _table(quantity: str, unit: str, values: dict[str, float], vertebra: Vertebra) -> Table:
    table = Table("choice", f"{quantity} ({unit})", "over published", title=f"{quantity} by choice", box=None)
    for name, value in values.items():
        table.add_row(name, f"{value:.5g}", f"{value / vertebra.published[quantity]:.4f}")
    return table
