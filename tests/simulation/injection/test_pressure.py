"""The pressure solver against a direct one, across jumps, boxes of odd sizes and holes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.linalg import spsolve

from benchmarks.injection_speed import _matrix
from corduroy.simulation.injection.pressure import PressureSolver


@pytest.mark.parametrize(
    ("shape", "contrast"), [((30, 22, 26), 1.0), ((30, 22, 26), 1e4), ((50, 1, 1), 1e2), ((37, 41, 3), 1e3)]
)
def test_agrees_with_a_direct_solution(shape: tuple[int, int, int], contrast: float) -> None:
    rng = np.random.default_rng(0)
    boxed = tuple(n + n % 2 + 2 for n in shape)
    active = np.zeros(boxed, bool)
    inside = tuple(slice(1, n + 1) for n in shape)
    active[inside] = rng.random(shape) > (0.05 if min(shape) > 1 else 0.0)
    active[1, 1, 1] = True
    solver = PressureSolver(active, 1e-10)
    viscosity = np.where(active, contrast ** rng.random(boxed), 0).astype(np.float32).ravel()
    factors = tuple(np.where(active, 0.5 / (1 + rng.random(boxed)), 0).astype(np.float32).ravel() for _ in range(3))
    sink = solver.tower.finest.sink.reshape(boxed)
    sink[active] = (1e-3 * rng.random(int(active.sum()))).astype(np.float32)
    solver.renew(viscosity, factors)
    sources = np.where(active, rng.random(boxed), 0.0).ravel()
    pressure = np.zeros(active.size)
    solver.solve(sources, pressure)
    at = active.ravel()
    exact = spsolve(_matrix(solver)[at][:, at].tocsc(), sources[at])
    np.testing.assert_allclose(pressure[at], exact, rtol=1e-6)
    assert not pressure[~at].any()
    assert solver.iterations < 60
    before = solver.iterations
    solver.solve(sources, pressure)
    assert solver.iterations == before
