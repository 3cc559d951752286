"""`corduroy deidentify`, as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from typer.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """One slice of Anna Muster."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, ExplicitVRLittleEndian
    meta.MediaStorageSOPInstanceUID = generate_uid()
    image = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    image.Modality, image.PatientName, image.PatientID = "CT", "Muster^Anna", "H4711234"
    image.Rows = image.Columns = 2
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation, image.SamplesPerPixel = 15, 1, 1
    image.PhotometricInterpretation, image.PixelData = "MONOCHROME2", np.zeros(4, np.int16).tobytes()
    (tmp_path / "scan").mkdir()
    image.save_as(tmp_path / "scan" / "a.dcm", enforce_file_format=True)
    return tmp_path / "scan"


def test_copies_are_made_and_found_clean(run: Run, scan: Path, tmp_path: Path) -> None:
    made = run("deidentify", "dicom", scan, tmp_path / "out", "--pseudonym", "P7", "--key", tmp_path / "key")
    assert made.exit_code == 0, made.output
    assert "1 images written" in made.stdout
    assert "look at the images" in made.stderr
    assert pydicom.dcmread(tmp_path / "out" / "IM00001.dcm").PatientName == "P7"
    checked = run("deidentify", "check", tmp_path / "out", "--original", scan)
    assert checked.exit_code == 0, checked.output
    assert "no proof" in checked.stdout


def test_what_is_left_is_listed_with_exit_code_2(run: Run, scan: Path) -> None:
    checked = run("deidentify", "check", scan, "--original", scan)
    assert checked.exit_code == 2
    assert "Muster" in checked.stdout


@pytest.mark.parametrize("pseudonym", ["Anna Muster", "../x", ""])
def test_a_name_is_no_pseudonym_and_nothing_is_made(run: Run, scan: Path, tmp_path: Path, pseudonym: str) -> None:
    result = run("deidentify", "dicom", scan, tmp_path / "out", "--pseudonym", pseudonym, "--key", tmp_path / "key")
    assert result.exit_code == 2
    assert "pseudonym" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["scan"]


def test_a_folder_that_exists_is_not_filled(run: Run, scan: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    result = run("deidentify", "dicom", scan, tmp_path / "out", "--pseudonym", "P7", "--key", tmp_path / "key")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"], result.output
    assert result.exit_code == 2
