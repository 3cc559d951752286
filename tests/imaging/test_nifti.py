"""Each defect of a NIfTI file is repaired with a warning that names it, or refused with an error that names it."""

from __future__ import annotations

import contextlib
import gzip
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corduroy.errors import (
    CorduroyError,
    CorduroyWarning,
    FileFormatError,
    GeometryError,
    LabelError,
    RepairWarning,
)
from corduroy.imaging import LabelMap, Volume, read_labels, read_scan, read_volume, write_volume

VOXELS = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
AFFINE = np.array([[0.8, 0, 0, -10.0], [0, 0.8, 0, 20.0], [0, 0, 2.0, -30.0], [0, 0, 0, 1.0]])


@pytest.fixture
def nifti(tmp_path: Path) -> Callable[..., Path]:
    """A writer of well-made files, into whose header fields defects can be put."""

    def write(array: np.ndarray = VOXELS, name: str = "image.nii", **fields: Any) -> Path:
        image = nib.Nifti1Image(array, AFFINE)
        image.header.set_xyzt_units("mm")
        image.header["vox_offset"] = 352
        image.set_sform(AFFINE, code=1)
        image.set_qform(AFFINE, code=1)
        for key, value in fields.items():
            image.header[key] = value
        path = tmp_path / name
        raw = image.header.binaryblock + bytes(4) + np.asarray(array).tobytes(order="F")
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return write


def test_a_sound_file_is_read_without_a_warning(nifti):
    volume = read_volume(nifti())
    np.testing.assert_array_equal(volume.array, VOXELS)
    np.testing.assert_allclose(volume.affine, AFFINE, atol=1e-6)
    assert volume.array.dtype == np.int16
    assert volume.name == "image.nii"


def test_compression_is_told_by_content_not_by_name(nifti, tmp_path):
    packed = nifti(name="image.nii.gz")
    packed.rename(tmp_path / "misnamed.nii")
    np.testing.assert_array_equal(read_volume(tmp_path / "misnamed.nii").array, VOXELS)


def test_big_endian_voxels_become_native(tmp_path):
    image = nib.Nifti1Image(VOXELS, AFFINE).header.as_byteswapped(">")
    image.set_xyzt_units("mm")
    image.set_sform(AFFINE, code=1)
    path = tmp_path / "big.nii"
    image["vox_offset"], image["magic"] = 352, b"n+1"
    path.write_bytes(image.binaryblock + bytes(4) + VOXELS.astype(">i2").tobytes(order="F"))
    volume = read_volume(path)
    assert volume.array.dtype.isnative
    np.testing.assert_array_equal(volume.array, VOXELS)


# --- repaired -------------------------------------------------------------------------------------------------


def test_a_fourth_axis_of_length_one_is_dropped(nifti):
    with pytest.warns(RepairWarning, match="4 dimensions .* length 1 were dropped"):
        assert read_volume(nifti(VOXELS[..., None])).shape == VOXELS.shape


def test_missing_units_are_taken_as_mm(nifti):
    with pytest.warns(RepairWarning, match="unit of length; taken as mm"):
        np.testing.assert_allclose(read_volume(nifti(xyzt_units=0)).spacing, (0.8, 0.8, 2.0), rtol=1e-6)


def test_micrometres_are_turned_into_mm(nifti):
    large = AFFINE * 1000
    fields = {f"srow_{axis}": large[k] for k, axis in enumerate("xyz")}
    path = nifti(xyzt_units=3, qform_code=0, pixdim=[1, 800, 800, 2000, 0, 0, 0, 0], **fields)
    with pytest.warns(RepairWarning, match="micrometres; turned into mm"):
        np.testing.assert_allclose(read_volume(path).affine, AFFINE, rtol=1e-6)


def test_without_any_orientation_the_side_is_said_to_be_unknown(nifti):
    with pytest.warns(RepairWarning, match="left and right cannot be told"):
        volume = read_volume(nifti(sform_code=0, qform_code=0))
    np.testing.assert_allclose(volume.spacing, (0.8, 0.8, 2.0), rtol=1e-6)


def test_qform_alone_is_enough(nifti):
    np.testing.assert_allclose(read_volume(nifti(sform_code=0)).affine, AFFINE, atol=1e-5)


def test_where_sform_and_qform_conflict_the_sform_is_used(nifti):
    with pytest.warns(RepairWarning, match=r"differ by up to 5 mm; the sform was used"):
        assert read_volume(nifti(qoffset_x=-15.0)).affine[0, 3] == -10.0


def test_an_sform_into_a_template_yields_to_the_scanner(nifti):
    with pytest.warns(RepairWarning, match="the qform .* template"):
        volume = read_volume(nifti(sform_code=4, srow_x=[0.9, 0, 0, -12.0]))
    assert volume.affine[0, 3] == -10.0


def test_pixdim_that_contradicts_the_affine_is_told(nifti):
    with pytest.warns(RepairWarning, match=r"voxel sizes 1 x 1 x 1 in pixdim and 0.8 x 0.8 x 2 in its affine"):
        volume = read_volume(nifti(qform_code=0, pixdim=[1, 1, 1, 1, 0, 0, 0, 0]))
    np.testing.assert_allclose(volume.spacing, (0.8, 0.8, 2.0), rtol=1e-6)


def test_whole_slope_and_intercept_give_int16(nifti):
    volume = read_volume(nifti(scl_slope=2.0, scl_inter=-1024.0))
    assert volume.array.dtype == np.int16
    np.testing.assert_array_equal(volume.array, VOXELS * 2 - 1024)


def test_broken_slope_gives_float32(nifti):
    volume = read_volume(nifti(scl_slope=0.5, scl_inter=0.25))
    assert volume.array.dtype == np.float32
    np.testing.assert_array_equal(volume.array, VOXELS * 0.5 + 0.25)


def test_an_intercept_that_is_no_number_is_taken_as_0(nifti):
    with pytest.warns(RepairWarning, match="scl_inter nan; taken as 0"):
        np.testing.assert_array_equal(read_volume(nifti(scl_slope=1.0, scl_inter=np.nan)).array, VOXELS)


def test_nan_voxels_become_the_lowest_value(nifti):
    array = VOXELS.astype(np.float32) - 1000
    array[1, 2, 3], array[0, 0, 1] = np.nan, np.inf
    with pytest.warns(RepairWarning, match="2 NaN or infinite voxels"):
        volume = read_volume(nifti(array))
    assert volume.array[1, 2, 3] == volume.array[0, 0, 1] == -1000


@pytest.mark.parametrize(("highest", "dtype"), [(200, np.uint8), (60_000, np.uint16)])
def test_whole_labels_stored_as_floats_are_cast(nifti, highest, dtype):
    array = np.zeros((4, 5, 6), np.float64)
    array[1] = highest
    with pytest.warns(RepairWarning, match="labels as float64; all are whole numbers"):
        labels = read_labels(nifti(array))
    assert labels.array.dtype == dtype
    assert labels.labels == (highest,)


def test_integer_labels_shrink_without_a_warning(nifti):
    labels = read_labels(nifti(np.full((4, 5, 6), 28, np.int32)))
    assert labels.array.dtype == np.uint8


def test_scaled_labels_are_scaled_back(nifti):
    with pytest.warns(RepairWarning) as caught:
        labels = read_labels(nifti(np.full((4, 5, 6), 10, np.int16), scl_slope=2.0, scl_inter=0.0))
    assert labels.labels == (20,)
    assert "scaled by 2 and 0" in str(caught[0].message)


def test_a_missing_offset_is_taken_as_right_after_the_header(nifti):
    with pytest.warns(RepairWarning, match="where its voxels begin"):
        np.testing.assert_array_equal(read_volume(nifti(vox_offset=0)).array, VOXELS)


# --- refused --------------------------------------------------------------------------------------------------

NAN_ROW = [np.nan, 0, 0, 0]
REFUSED = {
    "2D": ({"array": VOXELS[0]}, GeometryError, "single slice"),
    "one slice": ({"array": VOXELS[..., :1]}, GeometryError, "single slice"),
    "4D": ({"array": np.stack([VOXELS, VOXELS], -1)}, GeometryError, "4 dimensions"),
    "no dimensions": ({"dim": [0] * 8}, FileFormatError, "claims 0 dimensions"),
    "negative dimension": ({"dim": [3, 4, -5, 6, 1, 1, 1, 1]}, GeometryError, "size of 4 x -5 x 6"),
    "RGB": ({"datatype": 128}, FileFormatError, "RGB colours"),
    "complex": ({"datatype": 32}, FileFormatError, "complex64"),
    "unknown type": ({"datatype": 77}, FileFormatError, "unknown data type 77"),
    "NaN affine": ({"srow_x": NAN_ROW, "qform_code": 0}, GeometryError, "NaN or infinite"),
    "inf affine": ({"srow_x": [np.inf, 0, 0, 0], "qform_code": 0}, GeometryError, "NaN or infinite"),
    "NaN quaternion": ({"quatern_b": np.nan, "sform_code": 0}, GeometryError, "NaN|qform|rotation"),
    "zero pixdim": ({"pixdim": [1, 0.8, 0, 2, 0, 0, 0, 0]}, GeometryError, "voxel sizes 0.8 x 0 x 2"),
    "negative pixdim": ({"pixdim": [1, 0.8, -0.8, 2, 0, 0, 0, 0]}, GeometryError, "voxel sizes 0.8 x -0.8 x 2"),
    "shear": ({"srow_x": [0.8, 0.4, 0, 0], "qform_code": 0}, GeometryError, "not perpendicular"),
    "flat affine": ({"srow_z": [0, 0, 0, 0], "qform_code": 0}, GeometryError, "voxels of"),
    "metres": ({"xyzt_units": 1}, GeometryError, "voxels of 800 x 800 x 2000 mm"),
    "infinite slope": ({"scl_slope": np.inf}, FileFormatError, "scl_slope inf"),
    "Analyze": ({"magic": b""}, FileFormatError, "not a single-file NIfTI"),
    "offset": ({"vox_offset": np.nan}, FileFormatError, "begin at byte nan"),
    "hundreds of GB": ({"dim": [3, 8000, 8000, 8000, 1, 1, 1, 1]}, GeometryError, "claims .* 954 GiB"),
    "more than the file": ({"dim": [3, 400, 500, 600, 1, 1, 1, 1]}, FileFormatError, "more than the file can"),
}


@pytest.mark.filterwarnings("ignore::corduroy.errors.RepairWarning")
@pytest.mark.parametrize("packed", ["image.nii", "image.nii.gz"])
@pytest.mark.parametrize("defect", REFUSED)
def test_what_cannot_be_repaired_is_refused(nifti, defect, packed):
    fields, error, words = REFUSED[defect]
    path = nifti(name=packed, **fields)
    for read in (read_volume, read_labels, read_scan):
        with pytest.raises(error, match=words) as caught:
            read(path)
        assert caught.value.expected
        assert "\n" not in str(caught.value)


def test_a_huge_claim_is_refused_before_memory_is_asked_for(nifti, monkeypatch):
    def no_memory(*_args: Any, **_options: Any) -> None:
        raise AssertionError("memory was asked for")

    small = nifti(dim=[3, 1200, 1200, 700, 1, 1, 1, 1])
    packed = nifti(name="packed.nii.gz", dim=[3, 1200, 1200, 700, 1, 1, 1, 1])
    monkeypatch.setattr(np, "empty", no_memory)
    for path in (small, packed):
        with pytest.raises(FileFormatError, match="1200 x 1200 x 700 voxels"):
            read_volume(path)


@pytest.mark.parametrize("kept", [0.0, 0.005, 0.3, 0.59, 0.7, 0.999])
@pytest.mark.parametrize("name", ["image.nii", "image.nii.gz"])
def test_truncated_files_are_refused(nifti, kept, name):
    path = nifti(name=name)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(FileFormatError, match=r"empty|ends after|not a NIfTI|truncated|more than the file"):
        read_volume(path)


def test_a_damaged_gzip_stream_is_noticed_by_its_sum(nifti):
    path = nifti(name="image.nii.gz")
    content = bytearray(path.read_bytes())
    content[-6] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(FileFormatError, match="CRC"):
        read_volume(path)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n", b"plain text, no image at all" * 40])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "image.nii"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="not a NIfTI"):
        read_volume(path)


def test_missing_files_and_folders_are_refused(tmp_path):
    for read in (read_volume, read_labels, read_scan):
        with pytest.raises(FileFormatError, match="does not exist"):
            read(tmp_path / "nowhere.nii")
        with pytest.raises(FileFormatError, match="cannot be reached"):
            read(tmp_path / ("n" * 300))
    with pytest.raises(FileFormatError, match="is a folder"):
        read_labels(tmp_path)


@pytest.mark.parametrize(
    ("value", "words"),
    [(1.5, r"holds 1.5 among its labels"), (np.nan, "not a number"), (-3.0, "from -3"), (70_000.0, "to 70000")],
)
def test_labels_that_are_no_labels_are_refused(nifti, value, words):
    array = np.ones((4, 5, 6), np.float32)
    array[2, 2, 2] = value
    with pytest.raises(LabelError, match=words):
        read_labels(nifti(array))


def test_negative_integers_and_empty_maps_are_no_labels(nifti):
    with pytest.raises(LabelError, match="from -1"):
        read_labels(nifti(np.full((4, 5, 6), -1, np.int16)))
    with pytest.raises(LabelError, match="all voxels are 0"):
        read_labels(nifti(np.zeros((4, 5, 6), np.uint8)))


def test_an_image_of_nothing_but_nan_is_refused(nifti):
    with pytest.raises(FileFormatError, match="nothing but NaN"):
        read_volume(nifti(np.full((4, 5, 6), np.nan, np.float32)))


# --- written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.nii", "out.nii.gz"])
@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float32, np.int64])
def test_what_is_written_comes_back(tmp_path, name, dtype):
    volume = Volume(VOXELS.astype(dtype), AFFINE)
    write_volume(volume, tmp_path / name)
    found = read_volume(tmp_path / name)
    np.testing.assert_array_equal(found.array, VOXELS)
    assert found.same_grid_as(volume, tolerance_mm=1e-5)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_labels_come_back_as_labels(tmp_path):
    write_volume(LabelMap(VOXELS.astype(bool), AFFINE), tmp_path / "labels.nii.gz")
    assert read_labels(tmp_path / "labels.nii.gz").labels == (1,)


def test_the_same_image_gives_the_same_bytes(tmp_path):
    for name in ("a.nii.gz", "b.nii.gz"):
        write_volume(Volume(VOXELS, AFFINE), tmp_path / name)
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()


def test_nothing_half_written_stays_and_the_old_file_lives_on(tmp_path, monkeypatch):
    path = tmp_path / "out.nii.gz"
    path.write_bytes(b"the old file")

    def full_disk(_self: Any, stream: Any, **_options: Any) -> None:
        stream.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(nib.Nifti1Image, "to_stream", full_disk)
    with pytest.raises(FileFormatError, match="No space left"):
        write_volume(Volume(VOXELS, AFFINE), path)
    assert path.read_bytes() == b"the old file"
    assert list(tmp_path.iterdir()) == [path]


def test_what_must_not_be_written_is_refused(tmp_path):
    holes = Volume(np.full((3, 3, 3), np.nan, np.float32), AFFINE)
    for volume, name, error in [
        (holes, "out.nii", FileFormatError),
        (Volume(VOXELS, AFFINE), "out.png", FileFormatError),
        (Volume(VOXELS, AFFINE), "no/folder/out.nii", FileFormatError),
        (Volume(VOXELS[:1], AFFINE), "out.nii", GeometryError),
        (Volume(VOXELS.astype(np.int64) << 40, AFFINE), "out.nii", FileFormatError),
        (Volume(VOXELS.astype(complex), AFFINE), "out.nii", FileFormatError),
    ]:
        with pytest.raises(error):
            write_volume(volume, tmp_path / name)
    assert not list(tmp_path.iterdir())


# --- anything -------------------------------------------------------------------------------------------------


def _only_our_errors(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        for read in (read_volume, read_labels, read_scan):
            with contextlib.suppress(CorduroyError):
                read(path)


def _sound_bytes() -> bytes:
    image = nib.Nifti1Image(VOXELS, AFFINE)
    image.set_qform(AFFINE, code=1)
    image.header["vox_offset"] = 352
    return image.header.binaryblock + bytes(4) + VOXELS.tobytes(order="F")


@settings(max_examples=300, deadline=None)
@given(
    patches=st.lists(st.tuples(st.integers(0, 360), st.binary(min_size=1, max_size=8)), max_size=6),
    packed=st.booleans(),
    cut=st.integers(0, 700),
)
def test_no_header_leads_to_a_traceback(tmp_path_factory, patches, packed, cut):
    content = bytearray(_sound_bytes())
    for place, patch in patches:
        content[place : place + len(patch)] = patch
    whole = gzip.compress(bytes(content), 1) if packed else bytes(content)
    path = tmp_path_factory.getbasetemp() / "random.nii"
    path.write_bytes(whole[: len(whole) - max(0, cut - 600)])
    _only_our_errors(path)


@settings(max_examples=100, deadline=None)
@given(header=st.binary(min_size=348, max_size=348), name=st.sampled_from([348, 540]))
def test_no_random_header_leads_to_a_traceback(tmp_path_factory, header, name):
    path = tmp_path_factory.getbasetemp() / "random.nii"
    path.write_bytes(name.to_bytes(4, "little") + header[4:344] + b"n+1\0" + bytes(400))
    _only_our_errors(path)


@settings(max_examples=100, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.integers(-(2**62), 2**62), st.floats(allow_nan=True, width=32)), min_size=1, max_size=12
    ),
    dtype=st.sampled_from(["u1", "i1", "u2", "i2", "i4", "i8", "u8", "f4", "f8"]),
)
def test_labels_are_read_exactly_or_refused(tmp_path_factory, values, dtype):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        numbers = np.resize(np.array(values, dtype=np.float64).astype(dtype), (3, 4, 5))
    image = nib.Nifti1Image(numbers, AFFINE, dtype=numbers.dtype)
    image.header.set_xyzt_units("mm")
    path = tmp_path_factory.getbasetemp() / "labels.nii"
    nib.save(image, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        try:
            found = read_labels(path)
        except LabelError:
            legal = (numbers >= 0) & (numbers <= 65_535) & (numbers == np.floor(numbers))
            assert not legal.all() or not numbers.any()
        else:
            np.testing.assert_array_equal(found.array, numbers)
