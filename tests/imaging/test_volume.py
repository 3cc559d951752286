"""`Volume` and `LabelMap` are valid or raise."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.errors import GeometryError, LabelError
from corduroy.imaging import LabelMap, Volume

ARRAY = np.arange(5 * 6 * 7, dtype=np.int16).reshape(5, 6, 7)


@pytest.mark.parametrize("oblique", [(0, 0, 0), (12, -17, 23)])
def test_a_crop_keeps_every_voxel_where_it_was(patient, oblique):
    whole = patient(oblique)
    part = whole.crop((slice(2, 4), slice(1, 5), slice(3, 6)), margin=1)
    assert part.shape == (4, 6, 5)
    for index in np.ndindex(part.shape):
        at = whole.voxel_from_world(part.world_from_voxel(index)).round().astype(int)
        assert whole.array[tuple(at)] == part.array[index]
    assert np.shares_memory(whole.array, part.array)


def test_world_and_voxel_are_inverse(patient):
    volume = patient((12, -17, 23))
    index = np.array([[0, 0, 0], [4, 5, 6], [1.5, 2.25, -3]])
    np.testing.assert_allclose(volume.voxel_from_world(volume.world_from_voxel(index)), index, atol=1e-9)


def test_turning_copies_nothing(patient, turn):
    array, affine = turn(patient(), "PIL")
    assert np.shares_memory(Volume.from_any(array, affine).array, array)


def test_the_callers_affine_stays_his_own():
    affine = np.eye(4)
    volume = Volume(ARRAY, affine)
    affine[0, 3] = 5
    assert volume.affine[0, 3] == 0
    with pytest.raises(ValueError, match="read-only"):
        volume.affine[0, 3] = 5


def test_sampling_interpolates_in_world_coordinates(patient):
    volume = patient((12, -17, 23))
    between = volume.world_from_voxel([(1.5, 2, 3), (2, 2, 3)])
    np.testing.assert_allclose(volume.sample(between), [(volume.array[1, 2, 3] + volume.array[2, 2, 3]) / 2,
                                                        volume.array[2, 2, 3]])  # fmt: skip
    assert volume.sample(volume.world_from_voxel((99, 0, 0)), fill=-1024) == -1024


@pytest.mark.parametrize(
    ("array", "affine", "words"),
    [
        (ARRAY[0], np.eye(4), "2 dimensions"),
        (ARRAY[:0], np.eye(4), "is empty"),
        (ARRAY, np.eye(3), "not 4x4"),
        (ARRAY, np.diag([1, 1, np.nan, 1]), "not 4x4 and finite"),
        (ARRAY, np.diag([1, 1, 1, 2.0]), "last row"),
        (ARRAY, np.diag([1e300, 1, 1, 1]), "entries up to"),
        (ARRAY, np.diag([1, 0, 1, 1.0]), "voxels of 1 x 0 x 1 mm"),
        (ARRAY, np.diag([1, 30, 1, 1.0]), "voxels of 1 x 30 x 1 mm"),
        (ARRAY, np.diag([-1, 1, 1, 1.0]), "axes LAS"),
        (ARRAY, np.eye(4) + np.eye(4, k=1) * (0.1, 0.1, 0, 0), "not perpendicular"),
    ],
)
def test_what_is_no_image_of_a_patient_is_refused(array, affine, words):
    with pytest.raises(GeometryError, match=words):
        Volume(array, affine)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (ARRAY.astype(np.float32), "float32 values"),
        (-ARRAY, "negative labels"),
        (ARRAY.astype(np.int64) << 30, "holds the label"),
    ],
)
def test_what_is_no_label_map_is_refused(array, words):
    with pytest.raises(LabelError, match=words):
        LabelMap(array, np.eye(4))


def test_an_empty_crop_is_refused(patient):
    with pytest.raises(GeometryError, match="is empty"):
        patient().crop((slice(3, 3), slice(0, 2), slice(0, 2)))


def test_boxes_and_masks_of_labels():
    array = np.zeros((9, 9, 9), np.uint8)
    array[2:4, 3:6, 5:9], array[7, 7, 7] = 20, 4
    labels = LabelMap(array, np.eye(4))
    assert labels.labels == (4, 20)
    mask = labels.mask(20, margin=2)
    assert mask.shape == (6, 7, 6)
    assert mask.array.sum() == 2 * 3 * 4
    assert mask.labels == (1,)
    np.testing.assert_array_equal(mask.affine[:3, 3], (0, 1, 3))
