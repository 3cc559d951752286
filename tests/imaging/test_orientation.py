"""A mark on the patient's right must stay on the patient's right, whatever the file's axes are."""

from __future__ import annotations

from itertools import permutations, product

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813, the library's own customary name

from corduroy.imaging import (
    LabelMap,
    Volume,
    read_dicom,
    read_labels,
    read_volume,
    resample_like,
    resample_to_spacing,
    write_volume,
)

ALL_CODES = [
    "".join(pair[flip] for pair, flip in zip(order, flips, strict=True))
    for order in permutations(("RL", "AP", "SI"))
    for flips in product((0, 1), repeat=3)
]
STRAIGHT, OBLIQUE = (0, 0, 0), (12, -17, 23)


def test_there_are_48_axis_codes():
    assert len(set(ALL_CODES)) == 48


@pytest.mark.parametrize("oblique", [STRAIGHT, OBLIQUE])
@pytest.mark.parametrize("codes", ALL_CODES)
def test_nifti_of_any_axes_is_read_as_the_same_patient(tmp_path, patient, turn, codes, oblique):
    truth = patient(oblique)
    array, affine = turn(truth, codes)
    image = nib.Nifti1Image(array, affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, tmp_path / "turned.nii")

    for read in (read_volume, read_labels):
        found = read(tmp_path / "turned.nii")
        np.testing.assert_array_equal(found.array, truth.array)
        np.testing.assert_allclose(found.affine, truth.affine, atol=1e-5)


@pytest.mark.parametrize("oblique", [STRAIGHT, OBLIQUE])
@pytest.mark.parametrize("codes", ALL_CODES)
def test_dicom_of_any_axes_is_read_as_the_same_patient(maker, patient, turn, codes, oblique):
    truth = patient(oblique)
    array, affine = turn(truth, codes)
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine
    size = np.linalg.norm(affine[:3, :3], axis=0)
    axes = (lps[:3, :2] / size[:2]).T
    positions = [lps[:3, 3] + k * lps[:3, 2] for k in range(array.shape[2])]
    maker(array.transpose(2, 1, 0), positions, axes=axes, spacing=(size[1], size[0]))

    found = read_dicom(maker.folder)

    np.testing.assert_array_equal(found.array, truth.array - 1024)
    np.testing.assert_allclose(found.affine, truth.affine, atol=1e-6)


@pytest.mark.parametrize("oblique", [STRAIGHT, OBLIQUE])
def test_written_nifti_is_the_same_patient_for_other_readers(tmp_path, patient, oblique):
    truth = patient(oblique)
    write_volume(truth, tmp_path / "out.nii.gz")

    nibabel_image = nib.load(tmp_path / "out.nii.gz")
    itk_image = sitk.ReadImage(str(tmp_path / "out.nii.gz"))

    for index in [(0, 0, 0), (4, 0, 0), (1, 5, 2)]:
        world = truth.world_from_voxel(index)
        assert nibabel_image.dataobj[index] == truth.array[index]
        np.testing.assert_allclose(nib.affines.apply_affine(nibabel_image.affine, index), world, atol=1e-4)
        point = (-world[0], -world[1], world[2])
        np.testing.assert_allclose(itk_image.TransformIndexToPhysicalPoint(index), point, atol=1e-4)
        assert itk_image.GetPixel(index) == truth.array[index]
    np.testing.assert_allclose(nibabel_image.get_qform(), nibabel_image.get_sform(), atol=1e-4)


def test_a_mark_on_the_right_stays_there_through_every_step(tmp_path, rotate):
    """A bright ball 20 mm right, 10 mm front, 30 mm up of the centre, through crop, write, read and resample."""
    ball = np.array([20.0, 10.0, 30.0])
    affine = np.eye(4)
    affine[:3, :3] = rotate(OBLIQUE) @ np.diag([1.5, 1.5, 2.0])
    affine[:3, 3] = -affine[:3, :3] @ (30, 30, 30)
    blank = Volume(np.zeros((61, 61, 61), dtype=np.int16), affine)
    distance = np.linalg.norm(blank.world_from_voxel(np.moveaxis(np.indices(blank.shape), 0, -1)) - ball, axis=-1)
    image = blank.with_array(np.where(distance < 8, 500, 0).astype(np.int16))

    cropped = image.crop((slice(20, 61), slice(15, 60), slice(22, 61)))
    write_volume(cropped, tmp_path / "cropped.nii.gz")
    steps = {
        "whole": image,
        "cropped": cropped,
        "read": read_volume(tmp_path / "cropped.nii.gz"),
        "finer": resample_to_spacing(cropped, 1.0),
        "coarser": resample_to_spacing(image, (3.0, 2.0, 4.0)),
        "straight": resample_like(image, Volume(np.zeros((70, 60, 70), np.uint8), _at(-30, -30, -20))),
    }

    for step, volume in steps.items():
        index = np.argwhere(volume.array > 250)
        centre = volume.world_from_voxel(index).mean(axis=0)
        np.testing.assert_allclose(centre, ball, atol=0.6, err_msg=step)


def _at(*origin: float) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, 3] = origin
    return affine


def test_a_label_keeps_its_side_through_mask_and_resampling():
    array = np.zeros((40, 30, 20), dtype=np.uint8)
    array[30:36, 5:9, 3:7] = 20
    labels = LabelMap(array, _at(-20, -15, -10))

    for found in (labels.mask(20), resample_to_spacing(labels, 0.5), resample_to_spacing(labels, 2.0)):
        world = found.world_from_voxel(np.argwhere(found.array > 0)).mean(axis=0)
        np.testing.assert_allclose(world, (12.5, -8.5, -5.5), atol=0.51)
        assert isinstance(found, LabelMap)
