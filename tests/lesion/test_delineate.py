"""Delineation: found where it is, not found where there is none, a person's seed and paint, files, bad input."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corduroy.anatomy import Level, build_spine
from corduroy.errors import GeometryError, LabelError, MeasurementError, SettingsError
from corduroy.imaging import LabelMap, read_labels, read_volume, write_volume
from corduroy.lesion import Baseline, as_painted, characterise, delineate, read_mask, write_delineation
from corduroy.lesion.anomaly import differs
from corduroy.lesion.bench import Bench
from tests.lesion.conftest import Found, Scene, overlap

VERSE014 = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "verse014"


def test_a_planted_lesion_is_found_where_it_is(scene: Scene, found: Found) -> None:
    assert found.delineation.found
    assert overlap(found.delineation.mask, scene.planted.mask) > 0.88
    assert found.delineation.mask.same_grid_as(scene.ct)


def test_the_probability_is_one_and_agrees_with_the_mask(found: Found) -> None:
    probability = found.delineation.probability.array
    assert probability.min() >= 0.0
    assert probability.max() <= 1.0
    assert np.array_equal(probability >= 0.5, found.delineation.mask.array > 0)


@pytest.mark.parametrize("level", ["T12", "L1", "L2"])
def test_an_intact_vertebra_has_no_lesion(scene: Scene, level: str) -> None:
    result = delineate(scene.ct, scene.spine, level, baseline=scene.baseline)
    assert not result.found
    assert result.mask.array.max() == 0


def test_healthy_marrow_that_somebody_points_at_is_told_from_a_lesion(scene: Scene) -> None:
    index = np.argwhere(scene.spine.labels.array > 0)
    middle = scene.spine.vertebrae[Level.L2].frame.origin
    near = np.linalg.norm(scene.ct.world_from_voxel(index) - middle, axis=1) < 7.0
    ball = np.zeros(scene.ct.shape, np.uint8)
    ball[tuple(index[near].T)] = 1
    result = as_painted(scene.ct, scene.spine, "L2", LabelMap(ball, scene.ct.affine))
    findings = characterise(result, scene.ct, scene.spine, baseline=scene.baseline)
    assert findings.differs is False
    document = findings.as_dict()
    assert document["differs_from_intact"] is False
    assert document["hemangioma_likeness"] is None


def test_what_lies_outside_the_body_is_not_compared(scene: Scene) -> None:
    bench = Bench.of(scene.ct, scene.spine.vertebrae[Level.L2])
    expected = scene.baseline.without(Level.L2).expectation(bench)
    assert differs(bench, expected, bench.inside & ~bench.in_body) is None
    assert differs(bench, expected, bench.core) is False


def test_a_seed_finds_the_same_lesion(scene: Scene) -> None:
    inside = np.argwhere(scene.planted.mask.array == 1)
    seed = scene.ct.world_from_voxel(inside.mean(axis=0))
    result = delineate(scene.planted.ct, scene.spine, "L1", seed=seed, baseline=scene.baseline)
    assert result.how == "from a seed"
    findings = characterise(result, scene.planted.ct, scene.spine, baseline=scene.baseline)
    assert findings.differs is True
    assert findings.as_dict()["hemangioma_likeness"] is not None
    assert overlap(result.mask, scene.planted.mask) > 0.85


def test_what_is_even_darker_than_the_lesion_belongs_to_it(scene: Scene) -> None:
    inside = np.argwhere(scene.planted.mask.array == 1)
    world = scene.ct.world_from_voxel(inside)
    middle = world.mean(axis=0)
    lake = inside[np.linalg.norm(world - middle, axis=1) < 6.0]
    darker = scene.planted.ct.array.copy()
    darker[tuple(lake.T)] -= 150
    seed = world[np.argmax(np.linalg.norm(world - middle, axis=1) > 10.0)]
    result = delineate(scene.planted.ct.with_array(darker), scene.spine, "L1", seed=seed, baseline=scene.baseline)
    assert result.mask.array[tuple(lake.T)].mean() > 0.95


def test_a_few_painted_strokes_grow_to_the_lesion(scene: Scene) -> None:
    painted = np.zeros(scene.ct.shape, np.uint8)
    layer = np.median(np.nonzero(scene.planted.mask.array == 1)[2]).astype(int)
    painted[:, :, layer] = scene.planted.mask.array[:, :, layer] == 1
    strokes = LabelMap(painted, scene.ct.affine)
    result = delineate(scene.planted.ct, scene.spine, "L1", painted=strokes, baseline=scene.baseline)
    assert overlap(result.mask, scene.planted.mask) > 0.85


def test_an_edited_mask_is_taken_as_it_is(scene: Scene, found: Found, tmp_path: Path) -> None:
    mask, probability = write_delineation(found.delineation, tmp_path)
    assert read_volume(probability).array.max() == pytest.approx(found.delineation.probability.array.max(), abs=1e-3)
    again = read_mask(mask, scene.ct)
    assert np.array_equal(again.array > 0, found.delineation.mask.array > 0)
    result = as_painted(scene.planted.ct, scene.spine, "L1", again)
    assert result.how == "as painted"
    assert overlap(result.mask, scene.planted.mask) > 0.85


def test_masks_that_cannot_be_used_are_refused(scene: Scene, tmp_path: Path) -> None:
    empty = LabelMap(np.zeros((5, 5, 5), np.uint8), np.eye(4))
    write_volume(empty, tmp_path / "empty.nii.gz")
    with pytest.raises(LabelError, match="empty"):
        read_mask(tmp_path / "empty.nii.gz", scene.ct)
    far = np.eye(4)
    far[:3, 3] = 5000.0
    write_volume(LabelMap(np.ones((5, 5, 5), np.uint8), far), tmp_path / "far.nii.gz")
    with pytest.raises(GeometryError, match="same scan"):
        read_mask(tmp_path / "far.nii.gz", scene.ct)


def test_wrong_questions_are_refused(scene: Scene) -> None:
    painted = LabelMap(np.zeros(scene.ct.shape, np.uint8), scene.ct.affine)
    with pytest.raises(SettingsError, match="T3"):
        delineate(scene.ct, scene.spine, "T3")
    with pytest.raises(SettingsError, match="outside L1"):
        delineate(scene.ct, scene.spine, "L1", seed=[900.0, 0.0, 0.0], baseline=scene.baseline)
    with pytest.raises(SettingsError, match="does not touch"):
        delineate(scene.ct, scene.spine, "L1", painted=painted, baseline=scene.baseline)
    with pytest.raises(SettingsError, match="one of them"):
        delineate(scene.ct, scene.spine, "L1", seed=[0.0, 0.0, 0.0], painted=painted)
    with pytest.raises(SettingsError, match="T3"):
        Baseline.of(scene.ct, scene.spine, ["T3"])


def test_a_sclerotic_neighbour_neither_hides_a_lesion_nor_makes_one(scene: Scene) -> None:
    dense = scene.baseline.features[Level.T12]
    features = {**scene.baseline.features, Level.T12: replace(dense, stroma=replace(dense.stroma, mean=400.0))}
    baseline = Baseline(scene.ct, scene.spine, features)
    expected = baseline.without(Level.L1).expectation(Bench.of(scene.ct, scene.spine.vertebrae[Level.L1]))
    assert expected.stroma.offset_sd > 80.0
    assert delineate(scene.planted.ct, scene.spine, "L1", baseline=baseline).found
    assert not delineate(scene.ct, scene.spine, "L1", baseline=baseline).found


def test_columns_that_last_are_strange_and_noise_as_strong_is_not(scene: Scene) -> None:
    vertebra = scene.spine.vertebrae[Level.L2]
    voxels = np.argwhere(vertebra.mask.array > 0)
    world = vertebra.mask.world_from_voxel(voxels)
    at = tuple(np.rint(scene.ct.voxel_from_world(world)).astype(int).T)
    x, y, _ = vertebra.frame.local(world).T
    columns = 140.0 * np.cos(2 * np.pi * x / 4.5) * np.cos(2 * np.pi * y / 4.5)
    noise = np.random.default_rng(3).permutation(columns)
    found = []
    for more in (columns, noise):
        values = scene.ct.array.copy()
        values[at] += more.astype(values.dtype)
        found.append(delineate(scene.ct.with_array(values), scene.spine, "L2", baseline=scene.baseline).found)
    assert found == [True, False]


def test_too_few_neighbours_are_said(scene: Scene) -> None:
    alone = Baseline(scene.ct, scene.spine, {k: f for k, f in scene.baseline.features.items() if k in ("T12", "L1")})
    with pytest.raises(MeasurementError, match="at least 2"):
        delineate(scene.ct, scene.spine, "L1", baseline=alone)


@pytest.mark.slow
@pytest.mark.skipif(not VERSE014.is_dir(), reason="../shared/data/verse014 is not there")
def test_the_middle_vertebrae_of_a_real_scan_are_intact() -> None:
    ct = read_volume(VERSE014 / "sub-verse014_ct.nii.gz")
    spine = build_spine(read_labels(VERSE014 / "sub-verse014_seg-vert_msk.nii.gz"), "verse")
    baseline = Baseline.of(ct, spine)
    assert [level for level in ("L1", "L2", "L3", "L4") if delineate(ct, spine, level, baseline=baseline).found] == []
