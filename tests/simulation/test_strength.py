"""Strength where it is known: bars in parallel, a sphere under pressure, and the linear criteria's own arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.errors import ModelError
from corduroy.simulation import VoxelModel, face_nodes, orthotropic, platens, solve
from corduroy.simulation.plasticity import (
    StrengthSettings,
    compress_to_failure,
    load_at_strain,
    pistoia_strength,
)


def two_bars() -> tuple[VoxelModel, np.ndarray]:
    """Two columns of 9 mm² between gliding plates: 100 MPa yielding at 0.5 MPa, 300 MPa yielding at 3 MPa."""
    modulus = np.zeros((7, 3, 8))
    modulus[:3], modulus[4:] = 100.0, 300.0
    strength = np.full(modulus.shape, 1.0)
    strength[:3], strength[4:] = 0.5, 3.0
    return VoxelModel(modulus), strength


def test_bars_in_parallel_yield_one_after_the_other() -> None:
    model, strength = two_bars()
    settings = StrengthSettings(largest_strain=0.015, steps=15, tolerance=1e-8)
    curve = compress_to_failure(model, strength, 8.0, friction=False, settings=settings)
    strain = curve.displacement_mm / 8
    wanted = 9 * (np.minimum(100 * strain, 0.5) + np.minimum(300 * strain, 3.0))
    assert np.allclose(curve.force_n, wanted, rtol=1e-5, atol=1e-6)
    assert curve.maximum_n == pytest.approx(31.5, rel=1e-5)
    assert curve.flowing[4] == 0
    assert curve.flowing[-1] > 0.1
    assert curve.force_at(0.0075) == pytest.approx(9 * (0.5 + 2.25), rel=1e-5)
    assert curve.offset_yield(0.002) == pytest.approx(31.5, rel=1e-4)
    end = curve.displacement_mm[-1] / curve.height_mm
    assert curve.force_at(end * (1 + 1e-12)) == curve.force_n[-1]
    assert np.isnan(curve.force_at(1.01 * end))


def test_an_elastic_model_never_yields() -> None:
    model, strength = two_bars()
    curve = compress_to_failure(
        model, np.full(strength.shape, np.inf), 8.0, friction=False, settings=StrengthSettings(0.01, 2)
    )
    assert np.allclose(curve.force_n, 9 * 400 * curve.displacement_mm / 8, rtol=1e-3)
    assert np.isnan(curve.offset_yield())
    assert not curve.plastic_strain.any()


def test_plastic_strain_keeps_the_volume_and_the_force_its_bound(rng: np.random.Generator) -> None:
    """A section carries its yield stress times its area, and a little more where stronger voxels hold it together."""
    modulus = rng.uniform(50, 150, (6, 6, 8))
    strength = modulus * 0.008
    model = VoxelModel(modulus)
    curve = compress_to_failure(model, strength, 8.0, friction=False, settings=StrengthSettings(0.04, 8, 1e-5))
    trace = curve.plastic_strain[..., :3].sum(axis=-1)
    assert np.abs(trace).max() < 1e-12 * np.abs(curve.plastic_strain).max() + 1e-15
    weakest = strength.sum(axis=(0, 1)).min()
    assert 0.9 * weakest < curve.maximum_n < 1.15 * weakest
    assert np.all(np.diff(curve.force_n) > -1e-3 * curve.maximum_n)


def test_impossible_strengths_are_refused() -> None:
    model, strength = two_bars()
    with pytest.raises(ModelError, match="not above 0"):
        compress_to_failure(model, np.zeros(strength.shape), 8.0)
    with pytest.raises(ModelError, match="shape"):
        compress_to_failure(model, strength[:2], 8.0)
    skewed = orthotropic((0.3, 0.3, 1.0), (0.1, 0.1, 0.1), np.array([0.2, 0.2, 0.2]))
    with pytest.raises(ModelError, match="anisotropic"):
        compress_to_failure(VoxelModel(model.modulus_mpa, elasticity=skewed), strength, 8.0)


def test_linear_criteria_scale_the_linear_solution() -> None:
    modulus = np.full((4, 4, 10), 200.0)
    modulus[:, :, 0] = 20000.0
    model = VoxelModel(modulus)
    solution = solve(model, platens(model, 2, 0.05, friction=False))
    force = float(solution.reaction(face_nodes(model, 2, "high"))[0][2])
    assert load_at_strain(force, 0.05, 9.0, 0.002).force_n == pytest.approx(-force / 0.05 * 0.018)
    bone = modulus < 1000
    uniform = pistoia_strength(solution, force, bone)
    assert uniform.force_n == pytest.approx(0.007 * 200 * 16, rel=0.05)
    assert "7000 µε" in uniform.criterion
    with pytest.raises(ModelError, match="counts as bone"):
        pistoia_strength(solution, force, np.zeros(bone.shape, bool))
