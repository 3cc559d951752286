"""One voxel: rigid motions, symmetry, the basis of corner modes."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.errors import ModelError
from corduroy.simulation.elasticity.element import (
    BLOCKS,
    CORNERS,
    block_entries,
    element_stiffness,
    isotropic,
    orthotropic,
    strain_matrix,
)

SPACING = np.array([0.7, 1.1, 2.5])


def rigid_modes(places: np.ndarray) -> np.ndarray:
    """Three translations and three rotations of points, shape (3 n, 6)."""
    shifts = [np.tile(axis, (len(places), 1)) for axis in np.eye(3)]
    turns = [np.cross(axis, places) for axis in np.eye(3)]
    return np.stack([mode.ravel() for mode in shifts + turns], axis=1)


def test_rigid_motion_costs_nothing_and_nothing_else_is_free() -> None:
    stiffness = element_stiffness(isotropic(0.3), SPACING)
    modes = rigid_modes(np.array(CORNERS) * SPACING)
    assert np.abs(stiffness @ modes).max() < 1e-13 * np.abs(stiffness).max()
    assert np.allclose(stiffness, stiffness.T, rtol=0, atol=1e-15)
    values = np.linalg.eigvalsh(stiffness)
    assert np.all(values[6:] > 1e-3 * values[-1])


def test_uniform_strain_stores_the_textbook_energy() -> None:
    strain = np.array([0.01, -0.004, 0.002, 0.003, -0.006, 0.005])
    gradient = np.array([[0.01, 0.0025, -0.003], [0.0025, -0.004, 0.0015], [-0.003, 0.0015, 0.002]])
    corners = (np.array(CORNERS) * SPACING @ gradient.T).ravel()
    elasticity = isotropic(0.25)
    stored = 0.5 * corners @ element_stiffness(elasticity, SPACING) @ corners
    assert stored == pytest.approx(0.5 * strain @ elasticity @ strain * SPACING.prod(), rel=1e-12)
    assert np.allclose(strain_matrix(np.array([0.3, -0.8, 0.1]), SPACING) @ corners, strain, rtol=0, atol=1e-15)


def test_isotropic_stiffness_gives_back_young_and_poisson() -> None:
    compliance = np.linalg.inv(isotropic(0.3))
    assert compliance[0, 0] == pytest.approx(1)
    assert compliance[1, 0] == pytest.approx(-0.3)
    assert compliance[5, 5] == pytest.approx(2 * 1.3)


def test_orthotropic_stiffness_gives_back_its_constants() -> None:
    compliance = np.linalg.inv(orthotropic((0.3, 0.3, 1.0), (0.2, 0.2, 0.3), np.array([0.15, 0.15, 0.1])))
    assert 1 / compliance[2, 2] == pytest.approx(1)
    assert -compliance[1, 0] * 0.3 == pytest.approx(0.3)
    assert 1 / compliance[3, 3] == pytest.approx(0.15)


def test_blocks_hold_the_whole_stiffness() -> None:
    """Rebuilt from its 33 entries, the stiffness is what it was."""
    elasticity = orthotropic((0.3, 0.5, 1.0), (0.2, 0.25, 0.3), np.array([0.15, 0.2, 0.1]))
    stiffness = element_stiffness(elasticity, SPACING)
    entries = iter(block_entries(stiffness))
    modal = np.zeros((24, 24))
    for block in BLOCKS:
        places = [3 * mode + component for component, mode in block]
        for n, i in enumerate(places):
            for j in places[n:]:
                modal[i, j] = modal[j, i] = next(entries)
    pair = np.array([[1.0, 1.0], [-1.0, 1.0]])
    change = np.kron(np.kron(np.kron(pair, pair), pair), np.eye(3))
    assert np.allclose(change.T @ modal @ change, stiffness, rtol=0, atol=1e-14)


@pytest.mark.parametrize("ratio", [0.5, -1.0, 0.7, float("nan")])
def test_poisson_ratio_outside_its_range_is_refused(ratio: float) -> None:
    with pytest.raises(ModelError, match="Poisson"):
        isotropic(ratio)


def test_skewed_and_unstable_materials_are_refused() -> None:
    skewed = isotropic(0.3)
    skewed[0, 5] = skewed[5, 0] = 0.1
    with pytest.raises(ModelError, match="skewed"):
        block_entries(element_stiffness(skewed, SPACING))
    with pytest.raises(ModelError, match="stable"):
        orthotropic((1.0, 1.0, 1.0), (0.3, 0.3, 1.2), np.ones(3))
