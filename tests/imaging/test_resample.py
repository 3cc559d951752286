"""Resampling keeps world positions, values and volumes."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813, the library's own customary name

from corduroy.errors import GeometryError, SettingsError
from corduroy.imaging import LabelMap, Volume, resample_like, resample_to_spacing, write_volume


def image(array, spacing=(1.0, 1.0, 1.0), turn=None, origin=(-20.0, 5.0, 100.0)):
    affine = np.eye(4)
    affine[:3, :3] = (np.eye(3) if turn is None else turn) @ np.diag(spacing)
    affine[:3, 3] = origin
    kind = LabelMap if array.dtype == np.uint8 else Volume
    return kind(array, affine)


def ramp(volume):
    """Each voxel holds 3 x - 2 y + z of its world place."""
    world = volume.world_from_voxel(np.moveaxis(np.indices(volume.shape), 0, -1))
    return volume.with_array((world @ (3.0, -2.0, 1.0)).astype(np.float32))


@pytest.mark.parametrize("spacing", [0.5, 1.7, (2.0, 0.6, 3.0)])
def test_a_linear_ramp_stays_the_same_in_world_coordinates(rotate, spacing):
    source = ramp(image(np.zeros((24, 26, 20), np.float32), (1.0, 0.8, 1.5), rotate((8, -12, 15))))
    found = resample_to_spacing(source, spacing)
    np.testing.assert_allclose(found.spacing, np.broadcast_to(spacing, 3))
    inner = (slice(6, -6),) * 3
    np.testing.assert_allclose(found.array[inner], ramp(found).array[inner], atol=0.05)


def test_the_outer_border_stays_where_it_was(rotate):
    source = image(np.zeros((20, 21, 22), np.int16), (0.7, 0.8, 2.0), rotate((8, -12, 15)))
    found = resample_to_spacing(source, (1.4, 1.6, 1.0))
    for volume in (source, found):
        middle = volume.world_from_voxel((np.array(volume.shape) - 1) / 2)
        np.testing.assert_allclose(middle, source.world_from_voxel((9.5, 10, 10.5)), atol=1e-9)
    assert found.shape == (10, 11, 44)
    np.testing.assert_allclose(found.shape * found.spacing, source.shape * source.spacing, atol=1.6)


def test_integers_are_rounded_not_cut():
    source = image(np.tile(np.array([0, 3], np.int16), (4, 4, 4)).reshape(4, 4, 8))
    found = resample_like(source, image(np.zeros((4, 4, 7), np.int16), origin=(-20.0, 5.0, 100.25)))
    assert found.array.dtype == np.int16
    assert set(np.unique(found.array)) == {1, 2}  # 0.75 and 2.25


def test_fine_stripes_turn_grey_instead_of_aliasing():
    stripes = np.zeros((60, 8, 8), np.float32)
    stripes[::2] = 1000
    found = resample_to_spacing(image(stripes), (3.0, 1.0, 1.0)).array[3:-3]
    assert np.abs(found - 500).max() < 60  # taking every third voxel would give 0 and 1000


def test_another_grid_is_taken_over_exactly_and_outside_is_the_lowest_value(rotate):
    source = ramp(image(np.zeros((30, 30, 30), np.float32)))
    reference = image(np.zeros((12, 14, 16), np.int16), (1.5, 1.0, 0.5), rotate((5, 5, 5)), (-10.0, 15.0, 110.0))
    found = resample_like(source, reference)
    assert found.same_grid_as(reference, tolerance_mm=0.0)
    far = resample_like(source, image(np.zeros((3, 3, 3), np.int16), origin=(500.0, 0, 0)))
    assert (far.array == source.array.min()).all()


def test_the_same_grid_gives_the_same_image():
    source = image(np.arange(27, dtype=np.int16).reshape(3, 3, 3))
    assert resample_like(source, source) is source


def test_agrees_with_simpleitk_reading_the_written_file(tmp_path, rotate):
    """The same resampling, with the orientation taken from the file by ITK itself."""
    rng = np.random.default_rng(4)
    source = image(rng.integers(-1000, 1000, (14, 15, 16)).astype(np.float32), (0.9, 1.1, 2.0), rotate((8, -12, 15)))
    reference = image(np.zeros((30, 28, 26), np.int16), (0.5, 0.6, 0.8), rotate((-3, 6, 2)), (-18.0, 7.0, 103.0))
    for name, volume in (("a.nii", source), ("b.nii", reference)):
        write_volume(volume, tmp_path / name)
    moving, fixed = (sitk.ReadImage(str(tmp_path / name)) for name in ("a.nii", "b.nii"))
    direct = sitk.Resample(moving, fixed, sitk.Transform(), sitk.sitkLinear, float(source.array.min()))
    ours = resample_like(source, reference)
    gap = np.abs(sitk.GetArrayFromImage(direct).transpose(2, 1, 0) - ours.array)
    assert np.mean(gap < 0.1) > 0.999  # a voxel on the very border may fall in or out by rounding


@pytest.mark.parametrize("spacing", [0.5, 1.5, 2.0, 3.0])
def test_labels_keep_volume_place_and_neighbours(spacing):
    """Two balls that touch; sampling the nearest voxel would shift them by half a voxel at even factors."""
    base = image(np.zeros((60, 50, 50), np.uint8), origin=(0, 0, 0))
    world = base.world_from_voxel(np.moveaxis(np.indices(base.shape), 0, -1))
    array = np.zeros(base.shape, np.uint8)
    centres = {20: (19.3, 24.6, 25.2), 21: (37.3, 24.6, 25.2)}
    for label, centre in centres.items():
        array[np.linalg.norm(world - centre, axis=-1) < 9.2] = label
    labels = LabelMap(array, base.affine)

    found = resample_to_spacing(labels, spacing)

    assert found.labels == (20, 21)
    for label in centres:
        before = labels.world_from_voxel(np.argwhere(labels.array == label))
        after = found.world_from_voxel(np.argwhere(found.array == label))
        np.testing.assert_allclose(after.mean(axis=0), before.mean(axis=0), atol=0.1 * max(spacing, 1))
        assert len(after) * found.voxel_volume_mm3 == pytest.approx(len(before), rel=0.08)


def test_labels_are_never_invented():
    array = np.zeros((10, 10, 10), np.uint8)
    array[:5], array[5:] = 7, 9
    assert resample_to_spacing(image(array), 0.7).labels == (7, 9)


@pytest.mark.parametrize("spacing", [0, -1, np.nan, (1, 2), (1, 1, 0)])
def test_spacings_that_are_none_are_refused(spacing):
    with pytest.raises(SettingsError, match="a spacing of"):
        resample_to_spacing(image(np.zeros((3, 3, 3), np.int16)), spacing)


def test_a_result_beyond_memory_is_refused():
    with pytest.raises(GeometryError, match="at most 4 GiB"):
        resample_to_spacing(image(np.zeros((50, 50, 50), np.int16)), 0.02)
