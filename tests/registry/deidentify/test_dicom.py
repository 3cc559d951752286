"""DICOM by the basic profile: the person is gone, the image and the intervals are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset

from corduroy.errors import DicomSeriesError
from corduroy.imaging import read_dicom
from corduroy.registry.deidentify import DeidentificationKey, deidentify_dicom, find_leftovers, identifiers_in

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path, revealing: FileDataset) -> Written:
    """Write the revealing slice, changed, into a folder of originals."""
    folder = tmp_path / "originals"
    folder.mkdir()

    def write(name: str = "MUSTER_ANNA.dcm", **changes: str) -> Path:
        for keyword, value in changes.items():
            setattr(revealing, keyword, value)
        revealing.save_as(folder / name, enforce_file_format=True)
        return folder

    return write


@pytest.fixture
def stripped(written: Written, tmp_path: Path, key: DeidentificationKey) -> pydicom.Dataset:
    """The revealing slice after it was de-identified, with its bytes."""
    deidentify_dicom(written(), tmp_path / "out", "P7", key)
    return pydicom.dcmread(tmp_path / "out" / "IM00001.dcm")


@pytest.mark.usefixtures("stripped")
def test_nothing_of_the_person_is_left_in_the_bytes(tmp_path: Path) -> None:
    content = (tmp_path / "out" / "IM00001.dcm").read_bytes().lower()
    for text in (b"muster", b"anna", b"h4711234", b"acc998877", b"huber", b"neustadt", b"1922", b"20140305"):
        assert text not in content, text


def test_nested_datasets_are_stripped_too(stripped: pydicom.Dataset) -> None:
    nested = stripped.AnatomicRegionSequence[0]
    assert nested.CodeValue == "T-D1100"
    assert str(nested.get("InstitutionName", "")) in ("", "ANONYMIZED")
    assert str(nested.get("ReferringPhysicianName", "")) in ("", "ANONYMIZED")


def test_what_the_options_keep_is_kept(stripped: pydicom.Dataset) -> None:
    assert (stripped.PatientName, stripped.PatientID) == ("P7", "P7")
    assert (stripped.PatientSex, stripped.PatientWeight) == ("F", 61)
    assert stripped.PatientAge == "090Y"
    assert stripped.PatientBirthDate == ""
    assert stripped.StudyTime == "101112"
    assert np.array_equal(stripped.pixel_array.ravel(), np.arange(16))


def test_an_empty_attribute_is_not_filled(stripped: pydicom.Dataset) -> None:
    """A dummy for the contrast agent would say that contrast was given."""
    assert stripped.ContrastBolusAgent == ""


def test_the_file_says_what_was_done(stripped: pydicom.Dataset) -> None:
    assert stripped.PatientIdentityRemoved == "YES"
    assert stripped.LongitudinalTemporalInformationModified == "MODIFIED"
    assert [code.CodeValue for code in stripped.DeidentificationMethodCodeSequence] == ["113100", "113107", "113108"]
    assert stripped.file_meta.MediaStorageSOPInstanceUID == stripped.SOPInstanceUID
    assert stripped.preamble == b"\0" * 128


def test_dates_move_together_by_the_shift_of_the_patient(stripped: pydicom.Dataset, key: DeidentificationKey) -> None:
    moved = datetime(2014, 3, 5) + key.date_shift("P7")
    assert stripped.StudyDate == f"{moved:%Y%m%d}"
    assert stripped.AnatomicRegionSequence[0].StudyDate == f"{moved:%Y%m%d}"
    assert stripped.AcquisitionDateTime == f"{moved:%Y%m%d}101112.5+0100"


@pytest.mark.filterwarnings("ignore:Invalid value for VR")
@pytest.mark.parametrize("date", ["2014", "20141340", "garbage"])
def test_what_is_no_date_is_emptied(written: Written, tmp_path: Path, key: DeidentificationKey, date: str) -> None:
    deidentify_dicom(written(StudyDate=date), tmp_path / "out", "P7", key)
    assert pydicom.dcmread(tmp_path / "out" / "IM00001.dcm").StudyDate == ""


def test_uids_still_refer_to_each_other(written: Written, tmp_path: Path, key: DeidentificationKey) -> None:
    original = pydicom.dcmread(written() / "MUSTER_ANNA.dcm")
    deidentify_dicom(written("b.dcm", SOPInstanceUID="1.2.3"), tmp_path / "out", "P7", key)
    studies = {pydicom.dcmread(file).StudyInstanceUID for file in (tmp_path / "out").iterdir()}
    assert studies == {key.uid(str(original.StudyInstanceUID))}
    assert all(uid.is_valid and uid != original.StudyInstanceUID for uid in map(pydicom.uid.UID, studies))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"BurnedInAnnotation": "YES"}, "burned"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "screen"),
        ({"Modality": "SR"}, "no image"),
    ],
)
def test_files_that_may_show_text_are_left_out(
    written: Written, tmp_path: Path, key: DeidentificationKey, changes: dict[str, str], reason: str
) -> None:
    written("a.dcm")
    folder = written("b.dcm", **changes)
    result = deidentify_dicom(folder, tmp_path / "out", "P7", key)
    assert result.written == 1
    assert [why for why in result.skipped if reason in why]


def test_two_patients_are_refused_and_nothing_is_left(
    written: Written, tmp_path: Path, key: DeidentificationKey
) -> None:
    written("a.dcm")
    folder = written("b.dcm", PatientID="H99", PatientName="Other^Otto")
    with pytest.raises(DicomSeriesError, match="2 patients"):
        deidentify_dicom(folder, tmp_path / "out", "P7", key)
    assert [path.name for path in tmp_path.iterdir()] == ["originals"]


def test_no_image_is_an_error_that_says_what_there_was(tmp_path: Path, key: DeidentificationKey) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("Anna")
    with pytest.raises(DicomSeriesError, match="no DICOM file"):
        deidentify_dicom(tmp_path / "in", tmp_path / "out", "P7", key)
    assert not (tmp_path / "out").exists()


def test_the_check_finds_everything_in_the_original_and_nothing_in_the_copy(
    written: Written, tmp_path: Path, key: DeidentificationKey
) -> None:
    folder = written()
    known = identifiers_in(folder)
    assert {"Muster", "Anna", "H4711234", "ACC998877", "05.03.2014", "2014-03-05"} <= known
    found = {left.what for left in find_leftovers(folder, known)}
    assert {"known of a patient", "a private attribute", "an attribute that the profile removes", "a name"} <= found
    deidentify_dicom(folder, tmp_path / "out", "P7", key)
    assert find_leftovers(tmp_path / "out", known) == []


def test_a_real_scan_keeps_its_pixels_and_geometry(shared_data: Path, tmp_path: Path, key: DeidentificationKey) -> None:
    source = shared_data / "lidc0001" / "dicom.zip"
    deidentify_dicom(source, tmp_path / "out", "P7", key)
    before, after = read_dicom(source), read_dicom(tmp_path / "out")
    assert np.array_equal(before.array, after.array)
    assert np.array_equal(before.affine, after.affine)
    assert find_leftovers(tmp_path / "out", identifiers_in(source)) == []
