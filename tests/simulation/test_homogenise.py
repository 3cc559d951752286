"""Periodic cells whose stiffness is known."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.errors import ModelError
from corduroy.simulation import SolverSettings, isotropic
from corduroy.simulation.homogenise import effective_elasticity

TIGHT = SolverSettings(1e-9)


def lame(modulus: float, ratio: float) -> tuple[float, float]:
    return modulus * ratio / ((1 + ratio) * (1 - 2 * ratio)), modulus / (2 * (1 + ratio))


def backus(moduli: list[float], ratio: float) -> np.ndarray:
    """Stiffness of equal layers across axis 2. Backus 1962, doi 10.1029/JZ067i011p04427, eq. 13."""
    layers = [lame(modulus, ratio) for modulus in moduli]

    def mean(of: list[float]) -> float:
        return float(np.mean(of))

    across = 1 / mean([1 / (lam + 2 * m) for lam, m in layers])
    share = mean([lam / (lam + 2 * m) for lam, m in layers])
    along = mean([4 * m * (lam + m) / (lam + 2 * m) for lam, m in layers]) + across * share**2
    turned = mean([m for _, m in layers])
    shear = 1 / mean([1 / m for _, m in layers])
    matrix = np.diag([along, along, across, shear, shear, turned])
    matrix[0, 1] = matrix[1, 0] = along - 2 * turned
    matrix[[0, 1, 2, 2], [2, 2, 0, 1]] = across * share
    return matrix


def spheres(n: int, radius: float, inside: float) -> np.ndarray:
    """One sphere in the middle of the unit cell."""
    place = (np.arange(n) + 0.5) / n - 0.5
    x, y, z = np.meshgrid(place, place, place, indexing="ij")
    return np.where(x**2 + y**2 + z**2 < radius**2, inside, 1.0)


def test_uniform_cell_keeps_its_material() -> None:
    matrix = effective_elasticity(np.full((4, 4, 4), 70.0), (1.0, 2.0, 0.5), 0.25, TIGHT)
    assert np.allclose(matrix, 70 * isotropic(0.25), rtol=1e-12, atol=1e-10)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_laminate_is_exact(axis: int) -> None:
    layers = np.repeat([1000.0, 30.0], 4).reshape(1, 1, 8)
    modulus = np.moveaxis(np.broadcast_to(layers, (4, 4, 8)), 2, axis)
    turned = {0: [2, 0, 1, 5, 3, 4], 1: [0, 2, 1, 3, 5, 4], 2: [0, 1, 2, 3, 4, 5]}[axis]
    matrix = effective_elasticity(np.ascontiguousarray(modulus), settings=TIGHT)
    assert np.allclose(matrix, backus([1000.0, 30.0], 0.3)[np.ix_(turned, turned)], rtol=0, atol=1e-6)


def test_simple_cubic_array_of_holes_has_the_published_bulk_modulus() -> None:
    """At low porosity it is that of the composite sphere assemblage.

    Cohen and Bergman 2003 (Clausius-Mossotti-type approximation for elastic moduli of a cubic array of spheres, Phys.
    Rev. B 68) find the bulk modulus of a simple cubic array to agree with the bound of Hashin and Shtrikman 1963, doi
    10.1016/0022-5096(63)90060-7, to third order in the porosity.
    """
    cell = spheres(32, 0.3, 0.0)
    porosity = 1 - cell.mean()
    bulk, shear = 1 / (3 * (1 - 2 * 0.3)), lame(1, 0.3)[1]
    published = bulk + porosity / (-1 / bulk + 3 * (1 - porosity) / (3 * bulk + 4 * shear))
    matrix = effective_elasticity(cell)
    assert matrix[:3, :3].mean() == pytest.approx(published, rel=0.01)
    cubic = [matrix[0, 0], matrix[0, 1], matrix[3, 3]]
    assert np.allclose(matrix[[1, 2], [1, 2]], cubic[0], rtol=1e-5)
    assert np.allclose(matrix[[0, 1], [2, 2]], cubic[1], rtol=1e-5)
    assert np.allclose(matrix[[4, 5], [4, 5]], cubic[2], rtol=1e-5)


def test_moving_the_cell_changes_nothing(rng: np.random.Generator) -> None:
    cell = rng.uniform(1, 1000, (8, 8, 8))
    moved = np.roll(cell, (3, 5, 2), axis=(0, 1, 2))
    first, second = effective_elasticity(cell, settings=TIGHT), effective_elasticity(moved, settings=TIGHT)
    assert np.allclose(first, second, rtol=0, atol=1e-6 * first.max())


def test_stiffness_lies_between_the_bounds_of_reuss_and_voigt(rng: np.random.Generator) -> None:
    cell = 10 ** rng.uniform(0, 4, (16, 16, 16))
    matrix = effective_elasticity(cell)
    unit = isotropic(0.3)
    assert np.all(np.linalg.eigvalsh(cell.mean() * unit - matrix) > 0)
    assert np.all(np.linalg.eigvalsh(matrix - unit / (1 / cell).mean()) > 0)


def test_odd_cells_are_refused() -> None:
    with pytest.raises(ModelError, match="even numbers"):
        effective_elasticity(np.ones((4, 5, 4)))
