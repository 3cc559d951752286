"""Which cement, lesion and laminectomy the compared states are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corduroy.anatomy import Level, Spine, build_spine
from corduroy.errors import DoubtWarning, ModelError
from corduroy.imaging import LabelMap, write_volume
from corduroy.phantom import mean_spine
from corduroy.pipeline.mechanics_masks import Masks, masks_of
from corduroy.simulation.vertebra import State


@pytest.fixture(scope="module")
def spine() -> Spine:
    return build_spine(mean_spine(["T11", "T12", "L1"]).render_labels(1.5))


@pytest.fixture
def plan(spine: Spine) -> dict[str, Any]:
    """Two corridors for the cement, the first through air; nothing else is known."""
    frame = spine.vertebrae[Level.T12].frame
    tips = [frame.world([side, 0.0, 0.0]).tolist() for side in (-8.0, 8.0)]
    return {
        "lesion": None,
        "decompression": None,
        "injection": None,
        "missing": {"lesion": "not computed: no lesion mask"},
        "cement_corridors": {"corridors": [{"target_ras_mm": tip} for tip in tips]},
        "corridors_through_air": {"cement": [1]},
    }


def ball(spine: Spine, local: list[float], radius: float, path: Path) -> Path:
    """A ball about a point in T12's own axes, cut by nothing."""
    labels = spine.labels
    points = labels.world_from_voxel(np.moveaxis(np.indices(labels.shape), 0, -1))
    away = np.linalg.norm(spine.vertebrae[Level.T12].frame.local(points) - local, axis=-1)
    write_volume(LabelMap((away < radius).astype(np.uint8), labels.affine), path)
    return path


def gathered(plan: dict[str, Any], folder: Path, spine: Spine, **more: Any) -> Masks:
    given = {"fill": None, "resection": None, "volume_ml": None} | more
    return masks_of(plan, folder, spine, spine.vertebrae[Level.T12], **given)


def middle(masks: Masks, spine: Spine) -> np.ndarray:
    fill = masks.alterations.fill
    assert fill is not None
    points = fill.world_from_voxel(np.argwhere(fill.array > 0))
    return spine.vertebrae[Level.T12].frame.local(points.mean(axis=0))


def test_cement_grows_at_the_first_cannula_that_meets_no_air(
    plan: dict[str, Any], spine: Spine, tmp_path: Path
) -> None:
    masks = gathered(plan, tmp_path, spine, volume_ml=2.0)
    assert middle(masks, spine)[0] > 4.0
    assert masks.fill_source.startswith("2.0 ml grown")
    assert masks.alterations.states() == (State.AS_IS, State.FILLED)
    assert set(masks.missing) == {"intact", "decompressed"}


def test_without_a_corridor_nothing_is_filled_and_the_reason_is_told(
    plan: dict[str, Any], spine: Spine, tmp_path: Path
) -> None:
    for search in (None, {"corridors": []}):
        masks = gathered(plan | {"cement_corridors": search}, tmp_path, spine)
        assert masks.alterations.states() == (State.AS_IS,)
        assert "no corridor" in masks.missing["filled"]


def test_a_simulated_fill_goes_before_a_grown_one_and_behind_the_users(
    plan: dict[str, Any], spine: Spine, tmp_path: Path
) -> None:
    ball(spine, [-6.0, 0.0, 0.0], 5.0, tmp_path / "injection_fill.nii.gz")
    own = ball(spine, [0.0, 0.0, 0.0], 5.0, tmp_path / "own.nii.gz")
    known = plan | {"injection": {"kind": "injection"}}
    simulated = gathered(known, tmp_path, spine)
    assert simulated.fill_source == "simulated by corduroy inject"
    assert middle(simulated, spine)[0] == pytest.approx(-6.0, abs=0.5)
    assert gathered(known, tmp_path, spine, volume_ml=3.0).fill_source.startswith("3.0 ml grown")
    assert gathered(known, tmp_path, spine, fill=own).fill_source == "mask from a file"
    assert "grown" in gathered(plan, tmp_path, spine).fill_source  # the plan refused the injection


def test_a_fill_that_leaks_is_told_of_and_one_beside_the_bone_refused(
    plan: dict[str, Any], spine: Spine, tmp_path: Path
) -> None:
    leaking = ball(spine, [0.0, 12.0, 0.0], 6.0, tmp_path / "leaking.nii.gz")
    with pytest.warns(DoubtWarning, match="ml of the fill lie outside T12"):
        gathered(plan, tmp_path, spine, fill=leaking)
    with pytest.raises(ModelError, match="lies outside T12"):
        gathered(plan, tmp_path, spine, fill=ball(spine, [0.0, 0.0, 28.0], 6.0, tmp_path / "away.nii.gz"))


def test_a_resection_must_take_bone(plan: dict[str, Any], spine: Spine, tmp_path: Path) -> None:
    vertebra = spine.vertebrae[Level.T12]
    canal = vertebra.frame.local(vertebra.canal_point).tolist()
    nothing = ball(spine, canal, 4.0, tmp_path / "canal.nii.gz")
    with pytest.raises(ModelError, match="takes no bone"):
        gathered(plan, tmp_path, spine, resection=nothing)
    arch = ball(spine, [0.0, -40.0, -8.0], 10.0, tmp_path / "arch.nii.gz")
    masks = gathered(plan, tmp_path, spine, resection=arch)
    assert State.FILLED_DECOMPRESSED in masks.alterations.states()
