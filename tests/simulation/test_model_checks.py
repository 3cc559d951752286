"""Models that cannot be solved are refused by name; floating parts go with a warning that counts them."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.errors import ModelError, RepairWarning
from corduroy.simulation import (
    Conditions,
    Held,
    Load,
    VoxelModel,
    face_nodes,
    hold,
    move_rigidly,
    platens,
    solve,
)


def column() -> np.ndarray:
    modulus = np.zeros((5, 5, 8))
    modulus[1:4, 1:4] = 100.0
    return modulus


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, "1 voxels whose modulus is not a number"),
        (np.inf, "not a number"),
        (-2.0, "negative modulus, down to -2"),
    ],
)
def test_impossible_moduli_are_refused(value: float, message: str) -> None:
    modulus = column()
    modulus[2, 2, 3] = value
    with pytest.raises(ModelError, match=message):
        VoxelModel(modulus)


def test_models_without_substance_or_extent_are_refused() -> None:
    with pytest.raises(ModelError, match="without a stiff voxel"):
        VoxelModel(np.zeros((3, 3, 3)))
    with pytest.raises(ModelError, match="three axes"):
        VoxelModel(np.ones((3, 3)))
    with pytest.raises(ModelError, match="spacing"):
        VoxelModel(np.ones((3, 3, 3)), (1.0, 0.0, 1.0))
    with pytest.raises(ModelError, match="contrast"):
        VoxelModel(np.array([1.0, 1e12]).reshape(1, 1, 2))


def test_broken_bone_is_refused() -> None:
    modulus = column()
    modulus[:, :, 4] = 0
    model = VoxelModel(modulus)
    with pytest.raises(ModelError, match="broken between its plates"):
        platens(model, 2, 0.1)


def test_parts_that_touch_only_along_an_edge_are_broken() -> None:
    modulus = np.zeros((4, 2, 4))
    modulus[:2, :, :2] = 1
    modulus[2:, :, 2:] = 1
    with pytest.raises(ModelError, match="broken"):
        platens(VoxelModel(modulus), 2, 0.1)


def test_a_model_that_nothing_holds_is_refused() -> None:
    model = VoxelModel(column())
    low = face_nodes(model, 2, "low")
    pulled = Conditions(loads=(Load(low, np.ones((len(low), 3))),))
    for too_little in (Conditions(), hold(low, (None, None, 0.0)), hold(low[:1], (0.0, 0.0, 0.0))):
        with pytest.raises(ModelError, match="nothing holds"):
            solve(model, too_little + pulled)


def test_floating_voxels_go_with_a_warning_that_counts_them() -> None:
    modulus = column()
    model = VoxelModel(modulus)
    alone = solve(model, platens(model, 2, 0.1))
    modulus = column()
    modulus[0, 0, 2:4] = 50.0
    modulus[4, 4, 5] = 50.0
    model = VoxelModel(modulus)
    with pytest.warns(RepairWarning, match="3 voxels in 2 parts"):
        solution = solve(model, platens(model, 2, 0.1))
    assert np.allclose(solution.displacement_mm, alone.displacement_mm, rtol=0, atol=1e-9)
    assert np.isnan(solution.energy_density_mpa()[0, 0, 2])


def test_a_load_on_a_floating_part_is_refused() -> None:
    modulus = column()
    modulus[0, 0, 2:4] = 50.0
    model = VoxelModel(modulus)
    node = np.array([np.ravel_multi_index((0, 0, 3), model.nodes)])
    with pytest.raises(ModelError, match="load on a part"):
        solve(model, platens(model, 2, 0.1) + Conditions(loads=(Load(node, np.ones((1, 3))),)))


def test_conditions_that_make_no_sense_are_refused() -> None:
    model = VoxelModel(column())
    low = face_nodes(model, 2, "low")
    with pytest.raises(ModelError, match="not there"):
        solve(model, Conditions((Held(np.array([10_000]), 0, np.zeros(1)),)))
    with pytest.raises(ModelError, match="displacement that is not a number"):
        solve(model, move_rigidly(model, low, (np.nan, 0, 0)))
    with pytest.raises(ModelError, match="force that is not a number"):
        solve(model, move_rigidly(model, low) + Conditions(loads=(Load(low, np.full((len(low), 3), np.nan)),)))


def test_two_columns_between_gliding_plates_both_carry() -> None:
    modulus = np.zeros((7, 3, 6))
    modulus[:3] = 100.0
    modulus[4:] = 200.0
    model = VoxelModel(modulus)
    solution = solve(model, platens(model, 2, 0.06, friction=False))
    force, _ = solution.reaction(face_nodes(model, 2, "high"))
    assert force == pytest.approx([0, 0, -0.01 * 9 * 300], abs=1e-4)


def test_faces_are_found_where_the_model_ends() -> None:
    modulus = np.zeros((5, 5, 9))
    modulus[1:4, 2:4, 3:7] = 1.0
    model = VoxelModel(modulus)
    nodes = np.stack(np.unravel_index(face_nodes(model, 2, "low"), model.nodes), axis=1)
    assert set(nodes[:, 2]) == {3}
    assert len(nodes) == 4 * 3
    assert set(np.unravel_index(face_nodes(model, 0, "high"), model.nodes)[0]) == {4}
