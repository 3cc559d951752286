"""Each defect of a DICOM series is repaired with a warning that names it, or refused with an error that names it."""

from __future__ import annotations

import contextlib
import warnings

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
)

from corduroy.errors import CorduroyError, CorduroyWarning, DicomSeriesError, FileFormatError, RepairWarning
from corduroy.imaging import read_dicom

# --- repaired -------------------------------------------------------------------------------------------------


def test_localizers_colour_images_and_strangers_are_left_out(maker, stored, expected_ras):
    maker(stored)
    maker(stored[:1], ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], prefix="scout")
    colour = np.zeros((1, 32, 120), np.int16)
    maker(colour, Columns=40, SamplesPerPixel=3, PhotometricInterpretation="RGB", prefix="dose")
    (maker.folder / "notes.txt").write_text("not an image")
    (maker.folder / "DICOMDIR").write_text("ignored")
    with pytest.warns(RepairWarning) as caught:
        volume = read_dicom(maker.folder)
    np.testing.assert_array_equal(volume.array, expected_ras(stored))
    told = " | ".join(str(warning.message) for warning in caught)
    assert "(scout000.dcm): localizer image" in told
    assert "(dose000.dcm): colour image" in told
    assert "(notes.txt): not DICOM" in told
    assert "DICOMDIR" not in told


def test_bolus_tracking_is_left_out(maker, stored, expected_ras):
    maker(stored)
    maker(stored[:3], [(0, 0, 5)] * 3, SeriesInstanceUID="1.2.3", prefix="bolus")
    with pytest.warns(RepairWarning, match="all show one place"):
        np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(stored))


def test_a_file_with_a_damaged_header_is_left_out_and_told(maker, stored):
    files = maker(stored)
    files[-1].write_bytes(files[-1].read_bytes()[:600])
    with pytest.warns(RepairWarning, match=r"left out 1 file \(slice005.dcm\)"):
        assert read_dicom(maker.folder).shape[2] == 5


def test_one_missing_slice_is_interpolated(maker, stored, expected_ras):
    maker(stored)[2].unlink()
    with pytest.warns(RepairWarning, match=r"lacks 1 slices, after \(0.0, 0.0, 2.0\) mm; interpolated"):
        volume = read_dicom(maker.folder)
    np.testing.assert_array_equal(volume.array, expected_ras(stored))
    np.testing.assert_allclose(volume.spacing[2], 2.0)


def test_two_missing_slices_side_by_side_are_refused(maker, stored):
    files = maker(stored)
    files[2].unlink()
    files[3].unlink()
    with pytest.raises(DicomSeriesError, match=r"lacks 2 slices in 1 places, after \(0.0, 0.0, 2.0\) mm"):
        read_dicom(maker.folder)


def test_many_missing_slices_are_refused(maker, stored):
    files = maker(np.repeat(stored, 4, axis=0))
    for k in (3, 6, 11, 18):
        files[k].unlink()
    with pytest.raises(DicomSeriesError, match="lacks 4 slices in 4 places"):
        read_dicom(maker.folder)


def test_identical_doubles_are_dropped(maker, stored, expected_ras):
    maker(stored)
    maker(stored, prefix="copy")
    with pytest.warns(RepairWarning, match="6 slices twice with the same pixels"):
        np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(stored))


def test_two_phases_at_one_place_are_told_apart_by_acquisition(maker, stored, expected_ras):
    maker(stored, AcquisitionNumber=1)
    maker(stored + 40, AcquisitionNumber=2, prefix="late")
    with pytest.warns(RepairWarning, match="6 places in several acquisitions.*kept 6 of acquisition 1"):
        np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(stored))


def test_a_shared_border_slice_of_two_acquisitions_is_taken_once(maker, stored, expected_ras):
    maker(stored[:4], AcquisitionNumber=1)
    maker(stored[3:] + 40, [(0, 0, 2.0 * k) for k in (3, 4, 5)], AcquisitionNumber=2, prefix="b")
    with pytest.warns(RepairWarning, match="1 places in several acquisitions"):
        volume = read_dicom(maker.folder)
    np.testing.assert_array_equal(volume.array[..., 3], expected_ras(stored)[..., 3])
    assert volume.shape[2] == 6


def test_interleaved_acquisitions_are_not_mixed(maker, stored, expected_ras):
    maker(stored, AcquisitionNumber=1)
    maker(stored[:3] + 40, [(0, 0, 2.0 * k + 0.7) for k in range(3)], AcquisitionNumber=2, prefix="b")
    with pytest.warns(RepairWarning, match="interleaves 2 acquisitions; kept the 6 slices of acquisition 1"):
        np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(stored))


def test_different_doubles_are_refused(maker, stored):
    maker(stored)
    maker(stored[2:3] + 1, [(0, 0, 4.0)], prefix="other")
    with pytest.raises(DicomSeriesError, match=r"2 different slices at \(0.0, 0.0, 4.0\) mm"):
        read_dicom(maker.folder)


def test_varying_spacing_is_resampled(maker):
    """Values that grow linearly along z must do so after resampling too."""
    depth = np.concatenate([np.arange(0, 10, 2.0), np.arange(10, 26, 3.0)])
    stored = np.broadcast_to((100 * depth).astype(np.int16)[:, None, None], (len(depth), 32, 40))
    maker(stored, [(0, 0, z) for z in depth])
    with pytest.warns(RepairWarning, match="steps of 2 to 3 mm between slices; resampled to"):
        volume = read_dicom(maker.folder)
    z = volume.world_from_voxel([(3, 3, k) for k in range(volume.shape[2])])[:, 2]
    np.testing.assert_allclose(volume.array[3, 3], 100 * z - 1024, atol=0.51)
    np.testing.assert_allclose((z[0], z[-1]), (depth[0], depth[-1]))


def test_steps_that_vary_too_much_are_refused(maker, stored):
    maker(stored, [(0, 0, z) for z in (0, 1, 2, 3, 8.3, 30)])
    with pytest.raises(DicomSeriesError, match=r"steps of 1 to 21\.7 mm"):
        read_dicom(maker.folder)


@pytest.mark.parametrize("tilt", [15.0, -20.0])
def test_gantry_tilt_is_straightened(maker, tilt):
    """A rod that is upright in the patient must be upright in the volume, at its true place."""
    angle = np.radians(tilt)
    axes = np.array([[1.0, 0, 0], [0, np.cos(angle), np.sin(angle)]])
    positions = np.array([(-20.0, -30.0, 2.0 * k) for k in range(12)])
    columns, rows = np.meshgrid(np.arange(40), np.arange(60))
    points = positions[:, None, None] + columns[..., None] * axes[0] + rows[..., None] * axes[1]
    rod = np.hypot(points[..., 0] - 7, points[..., 1] + 4) < 4
    maker(np.where(rod, 2024, 24).astype(np.int16), positions, axes=axes)

    with pytest.warns(RepairWarning, match=rf"gantry tilt of {abs(tilt):.1f} degrees"):
        volume = read_dicom(maker.folder)

    world = volume.world_from_voxel(np.argwhere(volume.array > 0))
    for k in np.unique(np.argwhere(volume.array > 0)[:, 2]):
        inside = volume.world_from_voxel([(i, j, k) for i, j in np.argwhere(volume.array[..., k] > 0)])
        assert abs(inside[:, 0].mean() + 7) < 0.3
    np.testing.assert_allclose(world[:, :2].mean(axis=0), (-7, 4), atol=0.4)
    assert np.abs(volume.direction.T @ volume.direction - np.eye(3)).max() < 1e-9


def test_slices_beside_each_other_are_refused(maker, stored):
    maker(stored, [(0, 5.0 * (k % 2), 2.0 * k) for k in range(6)])
    with pytest.raises(DicomSeriesError, match="beside each other"):
        read_dicom(maker.folder)


def test_missing_rescale_is_told(maker, stored):
    def change(_k, dataset):
        del dataset.RescaleSlope, dataset.RescaleIntercept

    maker(stored, change=change)
    with pytest.warns(RepairWarning, match="without rescale slope and intercept"):
        array = read_dicom(maker.folder).array
    np.testing.assert_array_equal(array[::-1, ::-1].transpose(2, 1, 0), stored)


def test_padding_that_looks_like_tissue_becomes_air(maker, stored):
    padded = stored.copy()
    padded[:, :2] = 1064  # 40 HU, at the border
    padded[:, 5, 5] = 1064  # tissue of the same value, inside
    maker(padded, change=lambda _k, dataset: dataset.add_new("PixelPaddingValue", "SS", 1064))
    with pytest.warns(RepairWarning, match="padding that would pass for tissue in 6 slices"):
        array = read_dicom(maker.folder).array[::-1, ::-1].transpose(2, 1, 0)
    assert (array[:, :2] == -1024).all()
    assert (array[:, 5, 5] == 40).all()


def test_padding_below_air_stays_as_stored(maker, stored, expected_ras):
    padded = stored.copy()
    padded[:, 0] = -2000
    maker(padded, change=lambda _k, dataset: dataset.add_new("PixelPaddingValue", "US", 63536))
    np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(padded))


def test_files_without_a_preamble_are_read(maker, stored, expected_ras):
    for file in maker(stored):
        dataset = pydicom.dcmread(file)
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        del dataset.file_meta
        dataset.preamble = None
        dataset.save_as(file, implicit_vr=True, little_endian=True, enforce_file_format=False)
    np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(stored))


# --- refused --------------------------------------------------------------------------------------------------


def test_truncated_pixels_are_refused_by_name(maker, stored):
    files = maker(stored)
    files[3].write_bytes(files[3].read_bytes()[:-40])
    with pytest.raises(FileFormatError, match=r"pixels of slice003\.dcm cannot be read"):
        read_dicom(maker.folder)


def test_damaged_compressed_pixels_are_refused(maker, stored):
    files = maker(stored, syntax=JPEGLSLossless)
    content = files[3].read_bytes()
    files[3].write_bytes(content[:-60] + bytes(60))
    with pytest.raises(FileFormatError, match=r"pixels of slice003\.dcm cannot be read"):
        read_dicom(maker.folder)


@pytest.mark.parametrize(
    ("tag", "value", "reason"),
    [
        ("ImagePositionPatient", None, "without a valid position"),
        ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0], "without a valid orientation"),
        ("PixelSpacing", [0, 0], "pixel spacing of 0"),
        ("RescaleSlope", "0", "rescale slope of 0"),
        ("Rows", 1, "1 x 40 pixels"),
    ],
)
def test_images_without_geometry_are_no_volume(maker, stored, tag, value, reason):
    maker(stored, **{tag: value})
    with pytest.raises(DicomSeriesError, match=f"6 × .*{reason}"):
        read_dicom(maker.folder)


def test_a_lone_slice_an_empty_folder_and_a_folder_of_notes_are_refused(maker, stored, tmp_path):
    with pytest.raises(DicomSeriesError, match="no files"):
        read_dicom(maker.folder)
    (maker.folder / "notes.txt").write_text("x" * 500)
    with pytest.raises(DicomSeriesError, match="1 × file that is not DICOM"):
        read_dicom(maker.folder)
    with pytest.raises(DicomSeriesError, match="single image"):
        read_dicom(maker(stored)[0])
    with pytest.raises(FileFormatError, match="does not exist"):
        read_dicom(tmp_path / "nowhere")


def test_deflated_files_are_refused(maker, stored):
    for file in maker(stored):
        dataset = pydicom.dcmread(file)
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
        dataset.save_as(file)
    with pytest.raises(DicomSeriesError, match="6 × deflated"):
        read_dicom(maker.folder)


# --- anything -------------------------------------------------------------------------------------------------


@pytest.fixture
def sound(maker, stored):
    """Content of three sound slices, plain and compressed."""
    plain = [file.read_bytes() for file in maker(stored[:3])]
    return plain, [file.read_bytes() for file in maker(stored[:3], syntax=JPEG2000Lossless)]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    patches=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=5),
    cut=st.integers(0, 3000),
    compressed=st.booleans(),
)
def test_no_damaged_byte_leads_to_a_traceback(maker, sound, patches, cut, compressed):
    files = sound[compressed]
    content = bytearray(files[1])
    for place, patch in patches:
        start = int(place**2 * (len(content) - 1))  # more of them in the header
        content[start : start + len(patch)] = patch
    for k, whole in enumerate([files[0], bytes(content[: len(content) - max(0, cut - 2000)]), files[2]]):
        (maker.folder / f"slice{k:03d}.dcm").write_bytes(whole)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        with contextlib.suppress(CorduroyError):
            read_dicom(maker.folder)
