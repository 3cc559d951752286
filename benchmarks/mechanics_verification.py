"""Elastic problems with a known answer: patches, beams, point loads, layers, holes, symmetry, energy."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Row, Target, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.mechanics_cases import trabecular
from benchmarks.pool import Tick
from corduroy.simulation import (
    Conditions,
    Held,
    Load,
    SolverSettings,
    VoxelModel,
    face_nodes,
    move_rigidly,
    platens,
    solve,
)
from corduroy.simulation.homogenise import effective_elasticity

Array = NDArray[np.float64]

_TIGHT = SolverSettings(1e-13)
_RATIO = 0.3
_ROWS = (
    Row("patch", "patch of uniform strain: largest error of a displacement, relative", "", at_most(1e-10)),
    Row("rigid", "rigid motion of a porous block: largest strain over largest displacement", "1/mm", at_most(1e-10)),
    Row("cantilever order", "cantilever: order of convergence of the tip's deflection", "", at_least(1.8)),
    Row("cantilever", "cantilever: extrapolated deflection over Timoshenko's", "", Target(0.998, 1.002)),
    Row("boussinesq order", "point load on a half space: order of convergence of the largest error", "", at_least(1.7)),
    Row("boussinesq", "point load on a half space: largest error on the finest grid, relative", "", at_most(2e-3)),
    Row("laminate", "laminate of two layers: largest error of the 36 moduli over the largest", "", at_most(0.01)),
    Row("holes", "simple cubic array of holes: bulk modulus over the published one", "", Target(0.99, 1.01)),
    Row("holes fine", "the same, error extrapolated over three grids", "", at_most(0.01)),
    Row("symmetry", "mirrored problem: largest difference of the mirrored answer, relative", "", at_most(1e-8)),
    Row("energy", "energy, work of the load and sum over voxels: largest difference, relative", "", at_most(1e-8)),
    Row("balance", "sum of all forces on a loaded porous block over the load", "", at_most(1e-7)),
)


def measure(quick: bool, tick: Tick) -> Report:
    """All of them; fewer grids if quick."""
    steps = (_patch, _rigid, _cantilever, _boussinesq, _laminate, _holes, _symmetry, _energy)
    values: dict[str, float | None] = {}
    for done, step in enumerate(steps):
        tick(done, len(steps))
        values |= step(quick)
    return Report(fill(_ROWS, values))


def _prescribe(nodes: NDArray[np.int64], displacement: Array) -> Conditions:
    return Conditions(tuple(Held(nodes, axis, displacement[:, axis]) for axis in range(3)))


def _patch(_: bool) -> dict[str, float | None]:
    model = VoxelModel(np.full((17, 14, 21), 350.0), (0.7, 1.1, 2.5), 0.35)
    gradient = np.array([[0.01, 0.003, -0.002], [0.001, -0.02, 0.004], [0.005, 0.002, 0.015]])
    inside = np.zeros(model.nodes, bool)
    inside[1:-1, 1:-1, 1:-1] = True
    rim = np.flatnonzero(~inside)
    solution = solve(model, _prescribe(rim, model.positions_mm(rim) @ gradient.T), _TIGHT)
    wanted = model.positions_mm(np.arange(inside.size)) @ gradient.T
    error = np.abs(solution.displacement_mm.reshape(-1, 3) - wanted).max()
    return {"patch": float(error / np.abs(wanted).max())}


def _rigid(_: bool) -> dict[str, float | None]:
    model = VoxelModel(trabecular(32))
    moved = move_rigidly(model, face_nodes(model, 2, "low"), (0.1, -0.2, 0.3), (0.01, 0.02, -0.03))
    solution = solve(model, moved, _TIGHT)
    return {"rigid": float(np.nanmax(np.abs(solution.strain())) / np.abs(solution.displacement_mm).max())}


def _cantilever(quick: bool) -> dict[str, float | None]:
    """40 × 4 × 4 mm, 1000 MPa, ν = 0, 1 N; κ = 5/6 (Cowper 1966, doi 10.1115/1.3625046)."""
    wanted = 40**3 / (3 * 1000 * 4**4 / 12) + 40 / (5 / 6 * 500 * 16)
    coarse, middle, fine = (_tip(n) for n in ((2, 4, 8) if quick else (4, 8, 16)))
    return {
        "cantilever order": math.log2((middle - coarse) / (fine - middle)),
        "cantilever": (fine + (fine - middle) / 3) / wanted,
    }


def _tip(across: int) -> float:
    h = 4 / across
    model = VoxelModel(np.full((10 * across, across, across), 1000.0), (h, h, h), 0.0)
    end = face_nodes(model, 0, "high")
    places = model.positions_mm(end)
    share = np.where(np.isin(places[:, 1], (0, 4)), 0.5, 1) * np.where(np.isin(places[:, 2], (0, 4)), 0.5, 1)
    force = np.zeros((len(end), 3))
    force[:, 2] = share / share.sum()
    held = move_rigidly(model, face_nodes(model, 0, "low"))
    solution = solve(model, held + Conditions(loads=(Load(end, force),)))
    return float(solution.displacement_mm.reshape(-1, 3)[end, 2].mean())


def _boussinesq(quick: bool) -> dict[str, float | None]:
    errors = [_half_space_error(n) for n in ((12, 24) if quick else (24, 48))]
    return {"boussinesq order": math.log2(errors[0] / errors[1]), "boussinesq": errors[-1]}


def _half_space_error(n: int) -> float:
    """A 4 mm box whose top is the free surface, 2.2 mm beside the load; the exact solution is held on the rest.

    Johnson 1985, Contact Mechanics, eq. 3.18 (doi 10.1017/CBO9781139171731).
    """
    model = VoxelModel(np.full((n, n, n), 100.0), (4 / n,) * 3, _RATIO)
    places = model.positions_mm(np.arange(np.prod(model.nodes))) + np.array([2.0, 1.0, 0.0])
    x, y, z = places.T
    r = np.linalg.norm(places, axis=1)
    side = z / r**3 - (1 - 2 * _RATIO) / (r * (r + z))
    down = z**2 / r**3 + 2 * (1 - _RATIO) / r
    exact = 50 / (4 * np.pi * 100 / (2 * (1 + _RATIO))) * np.stack([x * side, y * side, down], axis=1)
    unknown = np.zeros(model.nodes, bool)
    unknown[1:-1, 1:-1, :-1] = True
    known = np.flatnonzero(~unknown)
    solution = solve(model, _prescribe(known, exact[known]), SolverSettings(1e-9))
    return float(np.abs(solution.displacement_mm.reshape(-1, 3) - exact).max() / np.abs(exact).max())


def _laminate(_: bool) -> dict[str, float | None]:
    moduli = (1000.0, 30.0)
    layers = np.repeat(moduli, 8).reshape(1, 1, 16)
    matrix = effective_elasticity(np.broadcast_to(layers, (8, 8, 16)), poisson_ratio=_RATIO)
    return {"laminate": float(np.abs(matrix - _backus(moduli)).max() / matrix.max())}


def _backus(moduli: tuple[float, ...]) -> Array:
    """Stiffness of equal layers across the last axis. Backus 1962, doi 10.1029/JZ067i011p04427, eq. 13."""
    young = np.array(moduli)
    lame, shear = young * _RATIO / ((1 + _RATIO) * (1 - 2 * _RATIO)), young / (2 * (1 + _RATIO))
    axial = lame + 2 * shear
    across = 1 / np.mean(1 / axial)
    share = np.mean(lame / axial)
    along = np.mean(4 * shear * (lame + shear) / axial) + across * share**2
    matrix = np.diag([along, along, across, *[1 / np.mean(1 / shear)] * 2, shear.mean()])
    matrix[0, 1] = matrix[1, 0] = along - 2 * shear.mean()
    matrix[[0, 1, 2, 2], [2, 2, 0, 1]] = across * share
    return matrix


def _holes(quick: bool) -> dict[str, float | None]:
    """Bulk modulus of a cell with one spherical hole over the bound of Hashin and Shtrikman 1963.

    Cohen and Bergman 2003 (Phys. Rev. B 68) find the simple cubic array to agree with that bound, doi
    10.1016/0022-5096(63)90060-7, to third order in the porosity.
    """
    ratios = [_bulk_over_bound(n) for n in ((16, 32) if quick else (24, 48, 96))]
    return {"holes": ratios[-1], "holes fine": abs(2 * ratios[-1] - ratios[-2] - 1)}


def _bulk_over_bound(n: int) -> float:
    place = (np.arange(n) + 0.5) / n - 0.5
    x, y, z = np.meshgrid(place, place, place, indexing="ij")
    cell = np.where(x**2 + y**2 + z**2 < 0.09, 0.0, 1.0)
    porosity, bulk, shear = 1 - cell.mean(), 1 / (3 * (1 - 2 * _RATIO)), 1 / (2 * (1 + _RATIO))
    bound = bulk + porosity / (-1 / bulk + 3 * (1 - porosity) / (3 * bulk + 4 * shear))
    return float(effective_elasticity(cell, poisson_ratio=_RATIO)[:3, :3].mean() / bound)


def _symmetry(_: bool) -> dict[str, float | None]:
    half = np.random.default_rng(1).uniform(1, 100, (12, 20, 24))
    model = VoxelModel(np.concatenate([half, half[::-1]], axis=0))
    u = solve(model, platens(model, 2, 0.1), SolverSettings(1e-11)).displacement_mm
    return {"symmetry": float(np.abs(u - u[::-1] * np.array([-1, 1, 1])).max() / np.abs(u).max())}


def _energy(_: bool) -> dict[str, float | None]:
    model = VoxelModel(trabecular(32), (0.5, 0.6, 0.7))
    high = face_nodes(model, 2, "high")
    force = np.tile([0.3, -0.2, -1.0], (len(high), 1))
    held = move_rigidly(model, face_nodes(model, 2, "low"))
    solution = solve(model, held + Conditions(loads=(Load(high, force),)), SolverSettings(1e-11))
    work = 0.5 * float((solution.displacement_mm.reshape(-1, 3)[high] * force).sum())
    by_voxel = float(np.nansum(solution.energy_density_mpa()) * np.prod(model.spacing_mm))
    total = solution.nodal_force_n().reshape(-1, 3).sum(axis=0)
    return {
        "energy": max(abs(solution.energy_nmm() / work - 1), abs(by_voxel / work - 1)),
        "balance": float(np.abs(total).max() / np.abs(force.sum(axis=0)).max()),
    }
