"""Smooth surfaces through a staircase: exact on polynomials, deaf to outliers, sub-voxel on a tilted plane."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from corduroy.anatomy.surface import fit_surface

FloatArray = NDArray[np.float64]


def scattered(seed: int, count: int = 900) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(-20.0, 24.0, count), rng.uniform(-12.0, 15.0, count)


def bowl(u: FloatArray, v: FloatArray) -> FloatArray:
    return 13.0 + 0.1 * u - 0.2 * v + 0.006 * u**2 + 0.011 * v**2 - 0.004 * u * v


def test_a_polynomial_is_recovered_exactly() -> None:
    u, v = scattered(1)
    surface = fit_surface(u, v, bowl(u, v), (2, 2))
    np.testing.assert_allclose(surface(u, v), bowl(u, v), atol=1e-5)
    assert surface.points == len(u)


def test_arguments_are_broadcast() -> None:
    u, v = scattered(2)
    surface = fit_surface(u, v, bowl(u, v), (2, 2))
    rows, columns = np.linspace(-10, 10, 5), np.linspace(-8, 8, 7)
    heights = surface(rows[:, None], columns[None, :])
    assert heights.shape == (5, 7)
    np.testing.assert_allclose(heights, bowl(rows[:, None], columns[None, :]), atol=1e-5)


def test_no_place_has_no_height() -> None:
    u, v = scattered(2)
    assert fit_surface(u, v, bowl(u, v), (2, 2))(np.empty(0), np.empty(0)).shape == (0,)


@pytest.mark.parametrize("degrees", [(1, 1), (2, 2), (4, 5)])
def test_heights_are_those_of_the_basis(degrees: tuple[int, int]) -> None:
    u, v = scattered(3)
    surface = fit_surface(u, v, bowl(u, v), degrees)
    np.testing.assert_allclose(surface(u, v), surface.design(u, v) @ surface.coefficients, rtol=1e-12)


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_a_fifth_of_outliers_on_one_side_does_not_move_it(side: float) -> None:
    u, v = scattered(3)
    rng = np.random.default_rng(4)
    height = bowl(u, v) + rng.normal(0, 0.1, len(u))
    spurs = rng.permutation(len(u))[: len(u) // 5]
    height[spurs] += side * rng.uniform(2.0, 9.0, len(spurs))
    surface = fit_surface(u, v, height, (2, 2))
    assert np.abs(surface(u, v) - bowl(u, v)).max() < 0.1
    assert surface.residual_sd == pytest.approx(0.1, rel=0.5)
    assert surface.points <= len(u) - len(spurs)


@pytest.mark.parametrize("offset", [0.0, 0.2, 0.45, 0.7])
def test_the_staircase_of_a_tilted_plane_averages_out(offset: float) -> None:
    x, y = (part.ravel().astype(float) for part in np.meshgrid(np.arange(-18, 19), np.arange(-12, 13)))
    plane = 0.09 * x + 0.13 * y + offset
    steps = np.ceil(plane) - 0.5  # the mean height of the last voxel inside and the first outside
    surface = fit_surface(x, y, steps, (2, 2))
    assert np.abs(surface(x, y) - plane).mean() < 0.05
    assert abs(float((surface(x, y) - plane).mean())) < 0.02


def test_beyond_its_points_a_surface_is_held_at_the_edge() -> None:
    u, v = scattered(5)
    surface = fit_surface(u, v, bowl(u, v), (2, 2))
    edge_u, edge_v = u.max(), v.min()
    np.testing.assert_allclose(surface(edge_u + 30.0, edge_v - 30.0), surface(edge_u, edge_v), atol=1e-9)


def test_too_few_points_are_refused() -> None:
    u, v = scattered(6, count=11)
    with pytest.raises(ValueError, match="11 points are too few for a surface of 6"):
        fit_surface(u, v, bowl(u, v), (2, 2))
    assert fit_surface(*scattered(6, count=12), np.zeros(12), (2, 2)).points == 12
