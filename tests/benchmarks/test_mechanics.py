"""The mechanics benchmark measures what it says it does."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from benchmarks import mechanics_bad_input, mechanics_verification, peer_parosol
from benchmarks.data import MissingDataError
from benchmarks.mechanics_cases import continuum, trabecular
from benchmarks.mechanics_reference import _AS_PUBLISHED, _Vertebra
from benchmarks.peer_assembled import _deck, assembled
from corduroy.simulation import VoxelModel, platens, solve


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


def test_published_vertebra_is_binned_as_published() -> None:
    try:
        vertebra = _Vertebra()
    except MissingDataError as error:
        pytest.skip(str(error))
    low, high = vertebra.plates()
    assert (len(low), len(high)) == (1413, 1432)
    density = vertebra.density_g_per_cm3(True)
    assert len(np.unique(density[np.isin(vertebra.labels, (1, 2, 3, 4))])) <= 129
    modulus = vertebra.model(_AS_PUBLISHED).modulus_mpa
    assert modulus[vertebra.labels == 5].min() == modulus[vertebra.labels == 6].max() == 2500
    assert vertebra.published["stiffness"] == 12_362
