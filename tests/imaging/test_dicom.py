"""Sound series become Hounsfield units in RAS+, whatever their encoding; of several series one is chosen."""

from __future__ import annotations

from datetime import date

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813, the library's own customary name
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from corduroy.errors import DicomSeriesError
from corduroy.imaging import list_series, read_dicom

# --- sound ----------------------------------------------------------------------------------------------------


def test_an_axial_series_becomes_hounsfield_in_ras(maker, stored, expected_ras):
    maker(stored, spacing=(0.5, 0.75))
    volume = read_dicom(maker.folder)
    np.testing.assert_array_equal(volume.array, expected_ras(stored))
    assert volume.array.dtype == np.int16
    np.testing.assert_allclose(volume.spacing, (0.75, 0.5, 2.0))
    np.testing.assert_allclose(volume.affine[:3, 3], (-39 * 0.75, -31 * 0.5, 0))


def test_meta_says_posture_and_day_but_never_who(maker, stored):
    maker(stored, PatientPosition="HFP")
    volume = read_dicom(maker.folder)
    assert volume.meta == {"modality": "CT", "posture": "prone", "acquired": date(2024, 2, 29)}
    assert volume.name == "CT series 3"


@pytest.mark.parametrize(
    ("position", "posture"), [("HFS", "supine"), ("FFP", "prone"), ("HFDR", "unknown"), ("", "unknown")]
)
def test_posture_comes_from_the_patient_position(maker, stored, position, posture):
    maker(stored, PatientPosition=position, AcquisitionDate="", StudyDate="20210304")
    volume = read_dicom(maker.folder)
    assert (volume.meta["posture"], volume.meta["acquired"]) == (posture, date(2021, 3, 4))


def test_shuffled_names_are_sorted_by_place(maker, stored, expected_ras):
    files = maker(stored)
    for place, file in zip((4, 0, 5, 2, 1, 3), files, strict=True):
        file.rename(maker.folder / f"x{place}")
    np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(stored))


def test_slices_stored_from_top_to_bottom_are_the_same_patient(maker, stored, expected_ras):
    maker(stored[::-1], [(0, 0, 2.0 * k) for k in range(5, -1, -1)])
    np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(stored))


def test_a_list_of_files_is_a_series(maker, stored, expected_ras):
    np.testing.assert_array_equal(read_dicom(maker(stored)[:4]).array, expected_ras(stored[:4]))


@pytest.mark.parametrize(
    "syntax", [JPEG2000Lossless, JPEGLSLossless, RLELossless, ImplicitVRLittleEndian, ExplicitVRBigEndian]
)
@pytest.mark.parametrize("signed", [True, False])
def test_transfer_syntaxes_do_not_change_a_pixel(maker, stored, expected_ras, syntax, signed):
    pixels = stored - 500 if signed else stored.astype(np.uint16)
    if syntax in (ImplicitVRLittleEndian, ExplicitVRBigEndian):
        for file in maker(pixels):
            _rewrite(file, syntax)
    else:
        maker(pixels, syntax=syntax)
    np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(pixels))


def _rewrite(file, syntax):
    dataset = pydicom.dcmread(file)
    big = syntax == ExplicitVRBigEndian
    if big:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    dataset.file_meta.TransferSyntaxUID = syntax
    pydicom.dcmwrite(
        file, dataset, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=not big, force_encoding=True
    )


def test_jpeg_lossless_is_decoded_too(maker, stored, expected_ras):
    """No permissive decoder of pydicom reads it; the GDCM inside SimpleITK does."""
    for file in maker(stored):
        writer = sitk.ImageFileWriter()
        writer.SetImageIO("GDCMImageIO")
        writer.SetFileName(str(file.with_suffix(".tmp")))
        writer.UseCompressionOn()
        writer.SetCompressor("JPEG")
        plain = pydicom.dcmread(file)
        writer.Execute(sitk.GetImageFromArray(plain.pixel_array[None]))
        packed = pydicom.dcmread(file.with_suffix(".tmp"))
        assert packed.file_meta.TransferSyntaxUID == JPEGLosslessSV1
        plain.PixelData = packed.PixelData
        plain["PixelData"].is_undefined_length = True
        plain.file_meta.TransferSyntaxUID = JPEGLosslessSV1
        plain.save_as(file)
        file.with_suffix(".tmp").unlink()
    np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(stored))


def test_twelve_bits_are_read_without_what_fills_the_other_four(maker, stored, expected_ras):
    twelve = (stored % 4096).astype(np.uint16)
    maker(twelve | 0xA000, bits_stored=12)
    np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(twelve))


def test_twelve_signed_bits_keep_their_sign(maker, stored, expected_ras):
    signed = (stored % 4096 - 2048).astype(np.int16)
    maker((signed.view(np.uint16) & 0x0FFF).view(np.int16), bits_stored=12)
    np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(signed))


def test_each_slice_has_its_own_rescale(maker, stored):
    def change(k, dataset):
        dataset.RescaleSlope, dataset.RescaleIntercept = 1 + k % 2, -1000 * (k % 2)

    maker(stored, change=change)
    array = read_dicom(maker.folder).array[::-1, ::-1].transpose(2, 1, 0)
    np.testing.assert_array_equal(array[0], stored[0])
    np.testing.assert_array_equal(array[1], stored[1].astype(int) * 2 - 1000)


def test_a_broken_slope_gives_float32(maker, stored):
    maker(stored, RescaleSlope="0.5", RescaleIntercept="-1000.25")
    array = read_dicom(maker.folder).array
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array[::-1, ::-1].transpose(2, 1, 0), stored * 0.5 - 1000.25)


def test_values_beyond_16_bits_are_kept(maker, stored):
    high = np.full_like(stored, 60_000, dtype=np.uint16)
    high[0] = 7
    maker(high)
    array = read_dicom(maker.folder).array
    assert (array.min(), array.max()) == (7 - 1024, 60_000 - 1024)


def test_enhanced_multi_frame_is_sorted_by_its_frames_places(maker, stored, expected_ras):
    path = maker.enhanced(stored, order=(3, 0, 5, 1, 4, 2))
    for source in (path, maker.folder):
        volume = read_dicom(source)
        np.testing.assert_array_equal(volume.array, expected_ras(stored))
        np.testing.assert_allclose(volume.spacing, (0.75, 0.5, 2.0))


# --- several series -------------------------------------------------------------------------------------------


def two_series(maker, stored):
    maker(stored)
    maker(stored[:4] + 1, SeriesInstanceUID="1.2.3", SeriesNumber=4, SeriesDescription="spine bone", prefix="b")


def test_several_ct_series_are_listed_and_one_must_be_named(maker, stored, expected_ras):
    two_series(maker, stored)
    with pytest.raises(DicomSeriesError) as caught:
        read_dicom(maker.folder)
    assert "number 3 'spine soft' (CT, 6 slices" in str(caught.value)
    assert "number 4 'spine bone' (CT, 4 slices" in str(caught.value)
    for name in ("4", "Spine Bone", "1.2.3"):
        np.testing.assert_array_equal(read_dicom(maker.folder, name).array, expected_ras(stored[:4] + 1))
    with pytest.raises(DicomSeriesError, match="no series '9'"):
        read_dicom(maker.folder, "9")


def test_series_are_listed_largest_first(maker, stored):
    two_series(maker, stored)
    listed = [(info.number, info.description, info.n_slices) for info in list_series(maker.folder)]
    assert listed == [(3, "spine soft", 6), (4, "spine bone", 4)]


def test_the_only_ct_among_others_is_chosen(maker, stored, expected_ras):
    maker(stored)
    maker(stored, SeriesInstanceUID="1.2.3", Modality="MR", SeriesNumber=7, prefix="mr")
    np.testing.assert_array_equal(read_dicom(maker.folder).array, expected_ras(stored))
    assert read_dicom(maker.folder, "7").meta["modality"] == "MR"


def test_mr_is_never_taken_for_ct(maker, stored):
    maker(stored, Modality="MR")
    with pytest.raises(DicomSeriesError, match=r"no CT series, only number 3 'spine soft' \(MR"):
        read_dicom(maker.folder)


def test_series_without_uids_are_told_apart_by_number(maker, stored):
    maker(stored, SeriesInstanceUID="")
    maker(stored, SeriesInstanceUID="", SeriesNumber=8, prefix="b")
    assert {info.number for info in list_series(maker.folder)} == {3, 8}


def test_reformats_inside_a_series_are_another_candidate(maker, stored):
    maker(stored)
    sagittal = np.array([[0.0, 1, 0], [0, 0, -1]])
    maker(stored[:3], [(2.0 * k, 0, 0) for k in range(3)], axes=sagittal, prefix="sag")
    with pytest.raises(DicomSeriesError, match=f"{maker.series_uid}/2"):
        read_dicom(maker.folder)
    assert read_dicom(maker.folder, f"{maker.series_uid}/2").array.size == stored[:3].size
