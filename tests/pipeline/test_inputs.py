from __future__ import annotations

import numpy as np
import pytest

from corduroy.errors import DoubtWarning, GeometryError, LabelError, RepairWarning
from corduroy.imaging import LabelMap, Volume
from corduroy.pipeline.inputs import check_bone, check_pair, has_few_values

Patient = tuple[Volume, LabelMap]


def test_scan_and_labels_on_one_grid_are_accepted(patient: Patient) -> None:
    ct, labels = patient
    check_pair(ct, labels)
    check_bone(ct, labels, labels.labels)


def test_a_crop_of_the_labels_is_accepted_with_a_warning(patient: Patient) -> None:
    ct, labels = patient
    value = labels.labels[0]
    with pytest.warns(RepairWarning, match="another grid"):
        check_pair(ct, labels.crop(labels.boxes[value]))


def test_labels_of_another_place_are_refused(patient: Patient) -> None:
    ct, labels = patient
    affine = labels.affine.copy()
    affine[0, 3] += 60.0
    with pytest.raises(GeometryError, match="lie outside"):
        check_pair(ct, LabelMap(labels.array, affine, "labels"))


@pytest.mark.parametrize("shift_mm", [(0, 44, 0), (20, 0, 0), (-20, -20, 0)])
def test_labels_of_another_patient_on_the_same_grid_are_refused(patient: Patient, shift_mm: tuple[int, ...]) -> None:
    ct, labels = patient
    shift = tuple(round(v / s) for v, s in zip(shift_mm, labels.spacing, strict=True))
    shifted = LabelMap(np.roll(labels.array, shift, axis=(0, 1, 2)), labels.affine, "labels")
    with pytest.raises(LabelError, match="labels of this CT"):
        check_bone(ct, shifted, labels.labels)


def test_labels_a_few_voxels_off_are_doubted(patient: Patient) -> None:
    ct, labels = patient
    shifted = LabelMap(np.roll(labels.array, 5, axis=2), labels.affine, "labels")
    with pytest.warns(DoubtWarning, match="shifted"):
        check_bone(ct, shifted, labels.labels)


def test_labels_all_zero_are_refused(patient: Patient) -> None:
    ct, labels = patient
    with pytest.raises(LabelError, match="all voxels are 0"):
        check_pair(ct, LabelMap(np.zeros_like(labels.array), labels.affine, "labels"))


def test_a_scan_is_no_label_map(patient: Patient) -> None:
    ct, labels = patient
    assert has_few_values(labels.array)
    assert has_few_values(labels.array.astype(np.float32))
    assert not has_few_values(ct.array)
    assert has_few_values(np.array([0.0, 0.5]))
    assert not has_few_values(np.array([0.0, np.nan]))
