"""The mechanics benchmark measures what it says it does."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numba import njit
from scipy import ndimage

from benchmarks import mechanics_bad_input, mechanics_ceilings, mechanics_verification, peer_parosol
from benchmarks.data import MissingDataError
from benchmarks.mechanics_cases import continuum, trabecular
from benchmarks.mechanics_flow import _returned, compressed
from benchmarks.mechanics_published import Choice, Vertebra
from benchmarks.peer_assembled import _deck, assembled
from corduroy.simulation import VoxelModel, face_nodes, platens, solve
from corduroy.simulation.elasticity import lines


def test_cubes_are_what_their_names_say() -> None:
    bone = trabecular(32)
    assert ndimage.label(bone)[1] == 1
    assert 0.2 < np.mean(bone > 0) < 0.35
    field = continuum(32)
    assert field.min() > 0
    assert field.max() / field.min() > 100
    assert np.array_equal(field, continuum(32))


def test_the_assembled_peer_solves_the_same_problem() -> None:
    """Its matrix gives Corduroy's solution no force inside."""
    model = VoxelModel(continuum(6))
    solution = solve(model, platens(model, 2, 0.06))
    forces = (assembled(model) @ solution.displacement_mm.ravel()).reshape(*model.nodes, 3)
    assert np.abs(forces[:, :, 1:-1]).max() < 1e-4 * np.abs(forces).max()
    assert np.allclose(forces, solution.nodal_force_n(), rtol=0, atol=1e-6 * np.abs(forces).max())


def test_the_deck_names_every_voxel_once() -> None:
    modulus = trabecular(12)
    lines = _deck(modulus).split("\n")
    elements = [line for line in lines if line.count(",") == 8]
    assert len(elements) == np.count_nonzero(modulus)
    assert len({line.split(",")[0] for line in elements}) == len(elements)


def test_backus_of_equal_layers_is_the_material_itself() -> None:
    from corduroy.simulation import isotropic

    assert np.allclose(mechanics_verification._backus((70.0, 70.0)), 70 * isotropic(0.3))


def test_unusable_models_are_refused() -> None:
    (figure,) = mechanics_bad_input.measure(True, lambda *_: None).figures
    assert figure.value == 0
    assert figure.holds


def test_a_missing_peer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(peer_parosol.PLACE_VARIABLE, raising=False)
    assert not peer_parosol.is_there()


def test_published_vertebra_is_built_as_published() -> None:
    """Node sets, voxels and materials of the published notebook, whose table gives the material of each number."""
    try:
        vertebra = Vertebra()
    except MissingDataError as error:
        pytest.skip(str(error))
    low, high = vertebra.plates()
    assert (len(low), len(high)) == (1413, 1432)
    numbered, own = (vertebra.model(Choice("", one_up=up)).modulus_mpa for up in (True, False))
    assert np.count_nonzero(ndimage.label(numbered)[0] == 1) == 67_137
    assert numbered[vertebra.labels == 5].min() == numbered[vertebra.labels == 6].max() == 2500
    bone = np.isin(vertebra.labels, (1, 2, 3, 4)) & (numbered > 0)
    published = (0.0001, 15.2484, 53.1607, 92.5502, 132.7802)  # materials 1 to 5
    assert np.allclose(np.unique(numbered[bone])[:5], published, rtol=0, atol=1e-4)
    up_by_one = {5799.7644: 0.0001, 15.2484: 53.1607, 53.1607: 92.5502}
    for before, after in up_by_one.items():
        assert np.allclose(numbered[bone & np.isclose(own, before, rtol=0, atol=1e-4)], after, rtol=0, atol=1e-4)
    assert vertebra.published["stiffness"] == 12_362


def test_a_bar_flows_at_its_yield_stress() -> None:
    """Elastic before; the same load at once and in steps, as nothing in a bar unloads."""
    model = VoxelModel(np.full((3, 4, 6), 1000.0), (1.0, 0.5, 1.0))
    strength = np.full((3, 4, 6), 10.0)
    low, high = face_nodes(model, 2, "low"), face_nodes(model, 2, "high")
    elastic, flowing = compressed(model, strength, (0.012, 0.12), low, high)
    assert elastic == pytest.approx(1000 * 0.012 / 6 * 6, rel=1e-3)
    assert flowing == pytest.approx(10.0 * 6, rel=1e-3)
    assert compressed(model, strength, (0.12,), low, high)[0] == pytest.approx(flowing, rel=1e-3)


def test_stresses_return_to_the_nearest_point_of_trescas_prism() -> None:
    rng = np.random.default_rng(3)
    back = np.empty((3, 3))
    for _ in range(40):
        stress = rng.normal(size=(3, 3))
        stress += stress.T
        outside = np.ptp(np.linalg.eigvalsh(stress)) > 1.5
        assert _returned(stress, 1.5, back) == outside
        if not outside:
            continue
        assert np.ptp(np.linalg.eigvalsh(back)) == pytest.approx(1.5)
        assert np.trace(back) == pytest.approx(np.trace(stress))
        rivals = stress + 0.3 * rng.normal(size=(200, 3, 3))
        rivals = (rivals + rivals.transpose(0, 2, 1)) / 2
        within = rivals[np.ptp(np.linalg.eigvalsh(rivals), axis=1) <= 1.5]
        assert np.all(np.linalg.norm(within - stress, axis=(1, 2)) >= np.linalg.norm(back - stress) - 1e-12)


def test_the_ceiling_has_the_line_kernel_s_instructions() -> None:
    kernel = njit(lines.voxel_line.py_func)
    numbers = np.zeros(600, np.float32)
    kernel(numbers, 0, 100, 200, 300, 16, numbers[400:], numbers[500:], np.zeros((0, 2), np.int16))
    (code,) = kernel.inspect_llvm().values()

    def count(*operations: str) -> int:
        return sum(len(re.findall(rf"= {name} .*<8 x float> %", code)) for name in operations)

    fused = mechanics_ceilings.FUSED
    assert count("fadd", "fsub") == mechanics_ceilings.ADDED + mechanics_ceilings.SUBTRACTED + fused
    assert count("fmul") == mechanics_ceilings.MULTIPLIED + fused
    assert len(re.findall(r"i32 7, i32 8", code)) == mechanics_ceilings.MOVED


def test_what_limits_is_measured_beside_the_product() -> None:
    figures = {figure.name: figure.value for figure in mechanics_ceilings.machine(16)}
    assert all(value is not None and value > 0 for value in figures.values())
