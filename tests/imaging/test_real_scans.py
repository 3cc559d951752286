"""The same pixels and the same geometry as other programs give for real scans, bit for bit."""

from __future__ import annotations

import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest

from corduroy.errors import RepairWarning
from corduroy.imaging import read_dicom, read_labels, read_scan, read_volume


def stacked_by_pydicom(files: list) -> tuple[np.ndarray, np.ndarray]:
    """A volume made with pydicom and nothing else, for slices that are axial and evenly spaced."""
    slices = sorted((pydicom.dcmread(file) for file in files), key=lambda s: float(s.ImagePositionPatient[2]))
    first, second = slices[0], slices[1]
    assert list(first.ImageOrientationPatient) == [1, 0, 0, 0, 1, 0]
    values = np.stack([s.pixel_array.astype(np.int32) * int(s.RescaleSlope) + int(s.RescaleIntercept) for s in slices])
    x, y, z = (float(p) for p in first.ImagePositionPatient)
    row, column = (float(p) for p in first.PixelSpacing)
    step = float(second.ImagePositionPatient[2]) - z
    affine = np.diag([column, row, step, 1.0])
    affine[:3, 3] = (-x - column * (first.Columns - 1), -y - row * (first.Rows - 1), z)
    return values.transpose(2, 1, 0)[::-1, ::-1], affine


@pytest.fixture
def lidc(shared_data: Path) -> Path:
    return shared_data / "lidc0001" / "dicom.zip"


def test_lidc_equals_pydicom(lidc):
    volume = read_dicom(lidc)
    with zipfile.ZipFile(lidc) as archive:
        values, affine = stacked_by_pydicom([archive.open(name) for name in archive.namelist()])
    np.testing.assert_array_equal(volume.array, values)
    np.testing.assert_array_equal(volume.affine, affine)
    assert volume.array.dtype == np.int16


def test_lidc_equals_dcm2niix(lidc, tmp_path):
    with zipfile.ZipFile(lidc) as archive:
        archive.extractall(tmp_path / "dicom")
    (tmp_path / "out").mkdir()
    program = Path(sys.executable).parent / "dcm2niix"
    subprocess.run([program, "-o", tmp_path / "out", "-z", "n", tmp_path / "dicom"], check=True, capture_output=True)
    (made,) = (tmp_path / "out").glob("*.nii")
    other = nib.as_closest_canonical(nib.load(made))

    volume = read_scan(lidc)

    np.testing.assert_array_equal(volume.array, np.asanyarray(other.dataobj))
    np.testing.assert_array_equal(volume.affine.astype(np.float32), other.affine.astype(np.float32))
    assert volume.meta["posture"] == "supine"
    assert "LIDC" not in repr(volume.meta)
    ours = read_volume(made)
    np.testing.assert_array_equal(ours.array, volume.array)


def test_jpeg_2000_slices_equal_pydicom(shared_data):
    folder = shared_data / "totalsegmentator-example" / "example_ct_dicom_20slices"
    volume = read_dicom(folder)
    values, affine = stacked_by_pydicom(sorted(folder.iterdir()))
    np.testing.assert_array_equal(volume.array, values)
    np.testing.assert_array_equal(volume.affine, affine)


def test_the_crop_of_lidc_lies_where_the_scan_says(lidc, shared_data):
    """An independent cut of the same scan, stored in other axes, shows the same voxels at the same places."""
    whole, part = read_dicom(lidc), read_volume(shared_data / "lidc0001" / "spine_crop_ct.nii.gz")
    index = np.array([(0, 0, 0), (100, 200, 60), (224, 274, 132)])
    at = whole.voxel_from_world(part.world_from_voxel(index)).round().astype(int)
    np.testing.assert_array_equal(whole.array[tuple(at.T)], part.array[tuple(index.T)])


def test_every_real_label_map_is_read_as_nibabel_reads_it(shared_data):
    for path in sorted(shared_data.glob("*/*.nii.gz")):
        if path.name.endswith(("_ct.nii.gz", "density.nii.gz", "cropped.nii.gz")):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RepairWarning)
            found = read_labels(path)
        other = nib.as_closest_canonical(nib.load(path))
        np.testing.assert_array_equal(found.array, np.asanyarray(other.dataobj), err_msg=path.name)
        np.testing.assert_allclose(found.affine, other.affine, atol=1e-4, err_msg=path.name)
        assert found.array.dtype == np.uint8
