"""One door for every scan, and the room's public names."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

import corduroy.imaging
from corduroy.errors import DicomSeriesError, FileFormatError
from corduroy.imaging import read_scan, write_volume


def test_the_public_names_are_pinned():
    assert sorted(corduroy.imaging.__all__) == [
        "LabelMap",
        "SeriesInfo",
        "Volume",
        "list_series",
        "opened_sources",
        "read_dicom",
        "read_labels",
        "read_scan",
        "read_volume",
        "resample_like",
        "resample_to_spacing",
        "write_volume",
    ]
    assert all(hasattr(corduroy.imaging, name) for name in corduroy.imaging.__all__)


def test_a_nifti_scan_knows_its_hash_and_what_it_cannot_know(tmp_path, patient):
    path = tmp_path / "sub-001_ct.nii.gz"
    write_volume(patient(), path)
    volume = read_scan(path)
    assert volume.meta == {
        "modality": "CT",
        "posture": "unknown",
        "acquired": None,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


@pytest.mark.parametrize(
    ("name", "shift", "modality"),
    [("scan_ct.nii", 0, "CT"), ("CT.nii.gz", 0, "CT"), ("ductct.nii", 0, "unknown"), ("scan.nii", -1000, "CT")],
)
def test_modality_of_a_nifti_is_told_by_its_name_or_by_values_of_air(tmp_path, patient, name, shift, modality):
    volume = patient()
    write_volume(volume.with_array(volume.array + np.int16(shift)), tmp_path / name)
    assert read_scan(tmp_path / name).meta["modality"] == modality


def test_dicom_is_told_by_content(maker, stored, expected_ras):
    path = maker.enhanced(stored, order=range(6))
    path = path.rename(path.with_name("scan.nii"))
    volume = read_scan(path)
    np.testing.assert_array_equal(volume.array, expected_ras(stored))
    assert set(volume.meta) == {"modality", "posture", "acquired", "sha256"}
    assert "Secret" not in repr(volume.meta)


def test_a_series_can_be_named_for_dicom_only(maker, stored, tmp_path, patient):
    maker(stored)
    assert read_scan(maker.folder, series="3").shape == (40, 32, 6)
    write_volume(patient(), tmp_path / "scan.nii")
    with pytest.raises(DicomSeriesError, match="a NIfTI image"):
        read_scan(tmp_path / "scan.nii", series="3")


def test_nothing_is_no_scan(tmp_path):
    (tmp_path / "empty.nii.gz").touch()
    with pytest.raises(FileFormatError, match=r"empty\.nii\.gz is empty"):
        read_scan(tmp_path / "empty.nii.gz")
    with pytest.raises(FileFormatError, match="does not exist"):
        read_scan(tmp_path / "nowhere")
