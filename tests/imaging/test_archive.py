"""Zip archives: unsafe ones are refused before a member is read; nothing is ever unpacked to disk."""

from __future__ import annotations

import contextlib
import io
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corduroy.errors import ArchiveError, CorduroyError, CorduroyWarning, DicomSeriesError, FileFormatError
from corduroy.imaging import Volume, list_series, read_dicom, read_scan, write_volume
from corduroy.imaging.archive import check_members


@pytest.fixture
def zipped(tmp_path: Path):
    def make(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
        path = tmp_path / "scan.zip"
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return make


def refused(path: Path, error: type[CorduroyError], words: str) -> None:
    for read in (read_dicom, read_scan, list_series):
        with pytest.raises(error, match=words):
            read(path)


def test_a_series_in_nested_folders_is_read_without_touching_the_disk(maker, stored, expected_ras, zipped):
    files = maker(stored)
    path = zipped({f"study/a{k % 2}/IM{9 - k}": file.read_bytes() for k, file in enumerate(files)})
    for file in files:
        file.unlink()
    before = sorted(path.parent.rglob("*"))
    np.testing.assert_array_equal(read_dicom(path).array, expected_ras(stored))
    assert sorted(path.parent.rglob("*")) == before


def test_remains_of_other_systems_in_an_archive_are_ignored(maker, stored, expected_ras, zipped):
    content = {f"s/{file.name}": file.read_bytes() for file in maker(stored)}
    path = zipped({**content, "__MACOSX/s/._slice000.dcm": b"x" * 300, "DICOMDIR": b"y", ".DS_Store": b"z"})
    np.testing.assert_array_equal(read_dicom(path).array, expected_ras(stored))


@pytest.mark.parametrize(
    "name", ["../up.dcm", "a/../../up.dcm", "/etc/passwd", "C:\\up.dcm", "..\\up.dcm", "\\\\host\\share\\x", "C:up"]
)
def test_names_that_lead_out_are_refused(zipped, name):
    refused(zipped({"fine.dcm": b"x", name: b"y"}), ArchiveError, "leads out of the archive")


def test_links_are_refused(tmp_path):
    path = tmp_path / "scan.zip"
    link = zipfile.ZipInfo("link.dcm")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(path, ArchiveError, "the link 'link.dcm'")


def test_a_zip_bomb_is_refused_without_being_unpacked(zipped, monkeypatch):
    bomb = zipped({"bomb.dcm": bytes(300 << 20)})
    assert bomb.stat().st_size < 1 << 20

    def no_reading(*_args: object, **_options: object) -> None:
        raise AssertionError("a member was opened")

    monkeypatch.setattr(zipfile.ZipFile, "open", no_reading)
    refused(bomb, ArchiveError, r"unpacks to 0\.3 GiB, 10\d\d times its size; expected at most 6 GiB and 100 times")


def _claiming(file_size: int, compress_size: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("slice.dcm")
    info.file_size, info.compress_size = file_size, compress_size
    return info


def test_limits_of_size_and_number():
    check_members([_claiming(500 << 10, 200 << 10)] * 8000, "scan.zip")
    with pytest.raises(ArchiveError, match="unpacks to 7"):
        check_members([_claiming(1 << 30, 1 << 29)] * 7, "scan.zip")
    with pytest.raises(ArchiveError, match="unpacks to 5"):
        check_members([_claiming(5 << 30, 3 << 30)], "scan.zip")
    with pytest.raises(ArchiveError, match="20001 members"):
        check_members([_claiming(1, 1)] * 20_001, "scan.zip")


def test_a_member_that_lies_about_its_size_is_not_unpacked_further(zipped):
    """The directory says 100 bytes; the stream would give 50 MB. Reading stops at what was promised and checked."""
    path = zipped({"a.dcm": bytes(50 << 20)})
    content = path.read_bytes()
    size = (50 << 20).to_bytes(4, "little")
    path.write_bytes(content.replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(DicomSeriesError, match=r"1 × damaged \(BadZipFile\)"):
        read_dicom(path)


def test_encrypted_archives_are_refused(zipped):
    path = zipped({"a.dcm": b"x" * 50})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(content))
    refused(path, ArchiveError, "is encrypted")


def test_truncated_and_empty_archives_are_refused(maker, stored, zipped):
    path = zipped({file.name: file.read_bytes() for file in maker(stored)})
    whole = path.read_bytes()
    for kept in (4, 500, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:kept])
        refused(path, FileFormatError, "truncated, damaged")
    zipped({})
    with pytest.raises(DicomSeriesError, match="no files"):
        read_dicom(path)


def test_a_damaged_member_is_refused_by_name(maker, stored, zipped):
    large = np.tile(stored, (1, 8, 8))
    path = zipped({file.name: file.read_bytes() for file in maker(large)}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(large[2].tobytes()) + 100_000] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(FileFormatError, match=r"pixels of slice002\.dcm cannot be read \(Bad CRC"):
        read_dicom(path)


def test_one_nifti_in_a_zip_is_read(tmp_path, patient, zipped):
    truth = patient()
    write_volume(truth, tmp_path / "x.nii.gz")
    content = (tmp_path / "x.nii.gz").read_bytes()
    volume = read_scan(zipped({"folder/scan_ct.nii.gz": content, "readme.txt": b"hello"}))
    np.testing.assert_array_equal(volume.array, truth.array)
    assert volume.meta["modality"] == "CT"
    with pytest.raises(FileFormatError, match="holds 2 NIfTI images"):
        read_scan(zipped({"a.nii.gz": content, "b.nii.gz": content}))
    with pytest.raises(FileFormatError, match="truncated or damaged"):
        read_scan(zipped({"a.nii.gz": content[:-20]}))


def test_zips_inside_zips_are_not_opened(zipped):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.dcm", b"x")
    with pytest.raises(DicomSeriesError, match="1 × file that is not DICOM"):
        read_scan(zipped({"inner.zip": inner.getvalue()}))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    patches=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=5),
    from_end=st.booleans(),
    nifti=st.booleans(),
)
def test_no_damaged_archive_leads_to_a_traceback(maker, stored, zipped, patient, patches, from_end, nifti):
    if nifti:
        write_volume(patient(), maker.folder / "a.nii")
        path = zipped({"a.nii": (maker.folder / "a.nii").read_bytes()})
    else:
        path = zipped({file.name: file.read_bytes() for file in maker(stored[:2])})
    content = bytearray(path.read_bytes())
    for place, patch in patches:
        start = int((1 - place**3 if from_end else place**3) * (len(content) - 1))  # more of them at either end
        content[start : start + len(patch)] = patch
    path.write_bytes(b"PK\x03\x04" + bytes(content[4:]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CorduroyWarning)
        with contextlib.suppress(CorduroyError):
            read_scan(path)


def test_an_archive_holds_the_same_patient_as_its_folder(maker, stored, zipped):
    files = maker(stored)
    folder: Volume = read_scan(maker.folder)
    archive = read_scan(zipped({file.name: file.read_bytes() for file in files}))
    assert folder.same_grid_as(archive)
    np.testing.assert_array_equal(folder.array, archive.array)
