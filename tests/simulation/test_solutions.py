"""Problems whose answer is known: patch test, bending, point load, symmetry, balance of energy and forces."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage

from corduroy.errors import ConvergenceError
from corduroy.simulation import (
    Conditions,
    Cycling,
    Held,
    Load,
    Solver,
    SolverSettings,
    VoxelModel,
    face_nodes,
    move_rigidly,
    platens,
    solve,
    spine_load,
)

TIGHT = SolverSettings(1e-11)


def boundary(model: VoxelModel) -> np.ndarray:
    """Flat indices of the nodes on the six faces."""
    inside = np.zeros(model.nodes, bool)
    inside[1:-1, 1:-1, 1:-1] = True
    return np.flatnonzero(~inside)


def prescribe(nodes: np.ndarray, displacement: np.ndarray) -> Conditions:
    return Conditions(tuple(Held(nodes, axis, displacement[:, axis]) for axis in range(3)))


def test_patch_of_uniform_strain_is_exact() -> None:
    model = VoxelModel(np.full((7, 6, 9), 350.0), (0.7, 1.1, 2.5), 0.35)
    gradient = np.array([[0.01, 0.003, -0.002], [0.001, -0.02, 0.004], [0.005, 0.002, 0.015]])
    nodes = boundary(model)
    solution = solve(model, prescribe(nodes, model.positions_mm(nodes) @ gradient.T), SolverSettings(1e-13))
    every = model.positions_mm(np.arange(np.prod(model.nodes)))
    wanted = (every @ gradient.T).reshape(*model.nodes, 3)
    assert np.abs(solution.displacement_mm - wanted).max() < 1e-10 * np.abs(wanted).max()
    strain = [0.01, -0.02, 0.015, 0.006, 0.003, 0.004]
    assert np.allclose(solution.strain(), strain, rtol=0, atol=1e-12)


def test_rigid_motion_of_the_supports_strains_nothing(sponge: np.ndarray) -> None:
    model = VoxelModel(sponge)
    moved = move_rigidly(model, face_nodes(model, 2, "low"), (0.1, -0.2, 0.3), (0.01, 0.02, -0.03))
    solution = solve(model, moved, SolverSettings(1e-13))
    largest = np.abs(solution.displacement_mm).max()
    assert np.nanmax(np.abs(solution.strain())) < 1e-10 * largest


def test_gliding_platens_give_uniaxial_stress() -> None:
    model = VoxelModel(np.full((5, 4, 8), 100.0), (1.0, 1.5, 2.0))
    solution = solve(model, platens(model, 2, 0.16, friction=False), TIGHT)
    assert np.allclose(solution.stress_mpa(), [0, 0, -1, 0, 0, 0], rtol=0, atol=1e-9)
    force, moment = solution.reaction(face_nodes(model, 2, "high"))
    assert np.allclose(force, [0, 0, -30], rtol=0, atol=1e-8)
    assert np.allclose(moment, 0, rtol=0, atol=1e-8)


def test_work_energy_and_reactions_balance(sponge: np.ndarray) -> None:
    model = VoxelModel(sponge, (0.5, 0.6, 0.7))
    high, low = face_nodes(model, 2, "high"), face_nodes(model, 2, "low")
    force = np.zeros((len(high), 3))
    force[:] = [0.3, -0.2, -1.0]
    pushed = move_rigidly(model, low) + Conditions(loads=(Load(high, force),))
    solution = solve(model, pushed, SolverSettings(1e-10))
    work = 0.5 * float((solution.displacement_mm.reshape(-1, 3)[high] * force).sum())
    assert solution.energy_nmm() == pytest.approx(work, rel=1e-9)
    volume = np.prod(model.spacing_mm)
    assert np.nansum(solution.energy_density_mpa()) * volume == pytest.approx(work, rel=1e-9)
    assert np.allclose(solution.reaction(low)[0], -force.sum(axis=0), rtol=1e-8)
    forces = solution.nodal_force_n().reshape(-1, 3)
    places = model.positions_mm(np.arange(len(forces)))
    assert np.abs(np.cross(places, forces).sum(axis=0)).max() < 1e-7 * np.abs(forces).sum() * places.max()


def test_mirrored_problem_gives_the_mirrored_answer(rng: np.random.Generator) -> None:
    half = rng.uniform(1, 100, (6, 9, 8))
    model = VoxelModel(np.concatenate([half, half[::-1]], axis=0))
    u = solve(model, platens(model, 2, 0.1), TIGHT).displacement_mm
    mirrored = u[::-1] * np.array([-1, 1, 1])
    assert np.abs(u - mirrored).max() < 1e-9 * np.abs(u).max()


def test_turning_the_grid_turns_the_answer(rng: np.random.Generator) -> None:
    """Which axis the kernels take as their lines must not matter."""
    modulus = np.float32(rng.uniform(1, 100, (5, 6, 8)))
    upright = VoxelModel(modulus, (0.7, 1.1, 1.6))
    turned = VoxelModel(modulus.transpose(2, 0, 1), (1.6, 0.7, 1.1))
    u = solve(upright, platens(upright, 2, 0.1), TIGHT).displacement_mm
    v = solve(turned, platens(turned, 0, 0.1), TIGHT).displacement_mm
    assert np.abs(v.transpose(1, 2, 0, 3)[..., [1, 2, 0]] - u).max() < 1e-8 * np.abs(u).max()


def cantilever_tip(across: int) -> float:
    """Tip deflection of a 40 × 4 × 4 mm cantilever of 1000 MPa, ν = 0, under 1 N, and `across` voxels in its depth."""
    h = 4 / across
    model = VoxelModel(np.full((10 * across, across, across), 1000.0), (h, h, h), 0.0)
    end = face_nodes(model, 0, "high")
    places = model.positions_mm(end)
    share = np.where(np.isin(places[:, 1], (0, 4)), 0.5, 1) * np.where(np.isin(places[:, 2], (0, 4)), 0.5, 1)
    force = np.zeros((len(end), 3))
    force[:, 2] = share / share.sum()
    solution = solve(model, move_rigidly(model, face_nodes(model, 0, "low")) + Conditions(loads=(Load(end, force),)))
    return float(solution.displacement_mm.reshape(-1, 3)[end, 2].mean())


def test_cantilever_converges_to_timoshenko_at_second_order() -> None:
    """Timoshenko's P L³ / 3 E I + P L / κ G A with κ = 5/6 (Cowper 1966, ν = 0, doi 10.1115/1.3625046)."""
    bending, shear = 40**3 / (3 * 1000 * 4**4 / 12), 40 / (5 / 6 * 500 * 16)
    coarse, middle, fine = (cantilever_tip(n) for n in (2, 4, 8))
    ratio = (middle - coarse) / (fine - middle)
    assert 3.5 < ratio < 4.3
    assert fine + (fine - middle) / 3 == pytest.approx(bending + shear, rel=2e-3)


def boussinesq(places: np.ndarray, force: float, modulus: float, ratio: float) -> np.ndarray:
    """Displacement under a point force that presses on the half space z > 0 at the origin.

    Johnson 1985, Contact Mechanics, eq. 3.18 (doi 10.1017/CBO9781139171731).
    """
    x, y, z = places.T
    r = np.linalg.norm(places, axis=1)
    shear = modulus / (2 * (1 + ratio))
    side = z / r**3 - (1 - 2 * ratio) / (r * (r + z))
    down = z**2 / r**3 + 2 * (1 - ratio) / r
    return force / (4 * np.pi * shear) * np.stack([x * side, y * side, down], axis=1)


def boussinesq_error(n: int) -> float:
    """Largest nodal error relative to the largest displacement in a box whose top is the free surface."""
    model = VoxelModel(np.full((n, n, n), 100.0), (4 / n,) * 3, 0.3)
    nodes = np.arange(np.prod(model.nodes))
    exact = boussinesq(model.positions_mm(nodes) + np.array([2.0, 1.0, 0.0]), 50.0, 100.0, 0.3)
    inside = np.zeros(model.nodes, bool)
    inside[1:-1, 1:-1, :-1] = True
    known = np.flatnonzero(~inside)
    solution = solve(model, prescribe(known, exact[known]))
    return float(np.abs(solution.displacement_mm.reshape(-1, 3) - exact).max() / np.abs(exact).max())


def test_point_load_on_a_half_space_converges_at_second_order() -> None:
    errors = [boussinesq_error(n) for n in (6, 12, 24)]
    assert errors[-1] < 2e-3
    assert all(before / after > 3.2 for before, after in itertools.pairwise(errors))


@pytest.mark.parametrize(("contrast", "most"), [(1e0, 8), (1e4, 30), (1e8, 90)])
def test_iterations_grow_slowly_with_contrast(contrast: float, most: int, rng: np.random.Generator) -> None:
    """Every voxel of its own, which is worse than any tissue."""
    modulus = contrast ** rng.uniform(-1, 0, (24, 24, 24))
    model = VoxelModel(modulus)
    assert solve(model, platens(model, 2, 0.1)).convergence.iterations <= most


@pytest.mark.parametrize("contrast", [1e4, 1e6, 9e8])
def test_struts_in_a_soft_filling_converge(contrast: float, rng: np.random.Generator) -> None:
    """Marrow in which stiff struts lie: single precision must not make the preconditioner lose its sign."""
    noise = ndimage.gaussian_filter(rng.standard_normal((32, 32, 32)), 3)
    model = VoxelModel(np.where(np.abs(noise) < 0.35 * noise.std(), 1.0, 1 / contrast))
    assert solve(model, platens(model, 2, 0.1)).convergence.iterations <= 70


def test_slender_and_porous_structures_converge(sponge: np.ndarray) -> None:
    model = VoxelModel(np.where(sponge > 0, 1000.0, 0.0))
    convergence = solve(model, platens(model, 2, 0.1)).convergence
    assert convergence.iterations <= 40
    assert convergence.final_residual <= 1e-6
    assert convergence.residuals[0] == 1


def test_a_solve_that_stops_short_raises() -> None:
    model = VoxelModel(np.ones((12, 12, 12)))
    short = SolverSettings(1e-12, most_iterations=2)
    with pytest.raises(ConvergenceError, match="after 2 iterations"):
        solve(model, platens(model, 2, 0.1), short)


def test_residual_is_that_of_the_assembled_matrix(
    sponge: np.ndarray, dense_stiffness: Callable[[VoxelModel], np.ndarray]
) -> None:
    model = VoxelModel(np.float32(sponge[:6, :6, :8] + 1))
    conditions = platens(model, 2, 0.1)
    solution = solve(model, conditions)
    forces = (dense_stiffness(model) @ solution.displacement_mm.ravel()).reshape(-1, 3)
    held = np.zeros(forces.shape, bool)
    start = np.zeros(forces.shape)
    for part in conditions.held:
        held[part.nodes, part.axis] = True
        start[part.nodes, part.axis] = part.displacement_mm
    first = (dense_stiffness(model) @ start.ravel()).reshape(-1, 3)
    residual = np.linalg.norm(forces[~held]) / np.linalg.norm(first[~held])
    assert residual == pytest.approx(solution.convergence.final_residual, rel=1e-3)
    assert np.allclose(solution.nodal_force_n().reshape(-1, 3), forces, rtol=0, atol=1e-9 * np.abs(forces).max())


def test_one_solver_serves_many_amounts(sponge: np.ndarray) -> None:
    model = VoxelModel(sponge)
    solver = Solver(model, platens(model, 2, 0.1))
    once, twice = solver.solve(platens(model, 2, 0.1)), solver.solve(platens(model, 2, 0.2))
    scale = np.abs(twice.displacement_mm).max()
    assert np.abs(twice.displacement_mm - 2 * once.displacement_mm).max() < 1e-4 * scale
    assert solver.unknowns == 3 * (model.stiff_nodes().sum() - len(face_nodes(model, 2, "low"))) - 3 * len(
        face_nodes(model, 2, "high")
    )


@pytest.mark.parametrize(
    ("case", "turned_towards"),
    [("flexion", (1, 1)), ("extension", (1, -1)), ("bending-right", (0, 1)), ("bending-left", (0, -1))],
)
def test_spine_loads_tilt_the_top_as_named(case: str, turned_towards: tuple[int, int]) -> None:
    """A tilt forward lowers the front edge of the upper plate and moves a mast on it forward."""
    model = VoxelModel(np.full((6, 6, 6), 10.0))
    solution = solve(model, spine_load(model, case, 0.01))
    axis, sign = turned_towards
    top = solution.displacement_mm[:, :, -1, 2]
    edge = [3, 3]
    edge[axis] = 6 if sign > 0 else 0
    assert top[tuple(edge)] == pytest.approx(-0.03)
    moment = solution.reaction(face_nodes(model, 2, "high"))[1]
    assert abs(moment[1 - axis]) > 10 * max(abs(moment[axis]), abs(moment[2]))


def test_torsion_to_the_left_turns_the_front_to_the_left() -> None:
    model = VoxelModel(np.full((6, 6, 6), 10.0))
    solution = solve(model, spine_load(model, "torsion-left", 0.01))
    assert solution.displacement_mm[3, 6, 6, 0] == pytest.approx(-0.03)
    assert solution.reaction(face_nodes(model, 2, "high"))[1][2] > 0


def test_settings_of_the_cycle_do_not_change_the_answer(sponge: np.ndarray) -> None:
    model = VoxelModel(sponge)
    answers = [
        solve(model, platens(model, 2, 0.1), SolverSettings(1e-10, cycling=cycling)).displacement_mm
        for cycling in (Cycling(), Cycling(degree=4, finest_degree=4, visits=1))
    ]
    assert np.abs(answers[0] - answers[1]).max() < 1e-6 * np.abs(answers[0]).max()
