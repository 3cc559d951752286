from __future__ import annotations

import gzip
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from typer.testing import Result

Run = Callable[..., Result]
Make = Callable[[Path], Path]

RNG = np.random.default_rng(1)


def nifti(path: Path, array: np.ndarray, affine: np.ndarray | None = None) -> Path:
    nib.save(nib.Nifti1Image(array, np.eye(4) if affine is None else affine), path)
    return path


def empty(folder: Path) -> Path:
    path = folder / "scan.nii.gz"
    path.write_bytes(b"")
    return path


def truncated(folder: Path) -> Path:
    path = nifti(folder / "scan.nii.gz", RNG.integers(0, 25, (30, 30, 30)).astype(np.uint8))
    path.write_bytes(path.read_bytes()[:-4000])
    return path


def two_dimensional(folder: Path) -> Path:
    return nifti(folder / "scan.nii.gz", np.ones((30, 30), np.uint8))


def four_dimensional(folder: Path) -> Path:
    return nifti(folder / "scan.nii.gz", np.ones((8, 8, 8, 5), np.uint8))


def not_a_number(folder: Path) -> Path:
    return nifti(folder / "scan.nii.gz", np.full((9, 9, 9), np.nan, np.float32))


def some_not_a_number(folder: Path) -> Path:
    array = np.zeros((9, 9, 9), np.float32)
    array[2:7, 2:7, 2:7] = 20
    array[4, 4, 4] = np.nan
    return nifti(folder / "scan.nii.gz", array)


def fractional_labels(folder: Path) -> Path:
    return nifti(folder / "labels.nii.gz", RNG.choice([0.0, 19.5, 20.25], (9, 9, 9)).astype(np.float32))


def all_zero(folder: Path) -> Path:
    return nifti(folder / "labels.nii.gz", np.zeros((9, 9, 9), np.uint8))


def negative_labels(folder: Path) -> Path:
    return nifti(folder / "labels.nii.gz", np.full((9, 9, 9), -3, np.int16))


def huge_header(folder: Path) -> Path:
    """A header of 352 bytes that promises 2 · 10^13 voxels."""
    header = nib.Nifti1Header()
    header.set_data_shape((30_000, 30_000, 30_000))
    header.set_data_dtype(np.int16)
    header["magic"] = b"n+1"
    header["vox_offset"] = 352
    path = folder / "scan.nii"
    path.write_bytes(header.binaryblock + b"\0" * 100)
    return path


def gzip_bomb(folder: Path) -> Path:
    """A label map of 8 x 8 x 8 whose file goes on with half a gigabyte of zeros."""
    path = nifti(folder / "scan.nii", np.ones((8, 8, 8), np.uint8))
    with gzip.open(folder / "scan.nii.gz", "wb", compresslevel=1) as stream:
        stream.write(path.read_bytes()[:600])
        for _ in range(64):
            stream.write(b"\0" * (8 << 20))
    path.unlink()
    return folder / "scan.nii.gz"


def text_file(folder: Path) -> Path:
    path = folder / "scan.nii.gz"
    path.write_text("this is a letter to the radiologist\n" * 50)
    return path


def singular_affine(folder: Path) -> Path:
    header = nib.Nifti1Image(np.ones((9, 9, 9), np.uint8), np.eye(4)).header
    header["srow_x"], header["srow_y"], header["srow_z"] = [0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]
    header["sform_code"], header["qform_code"], header["vox_offset"], header["magic"] = 1, 0, 352, b"n+1"
    path = folder / "scan.nii"
    path.write_bytes(header.binaryblock + b"\0" * 4 + b"\1" * 729)
    return path


def zip_that_climbs(folder: Path) -> Path:
    path = folder / "scan.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../escaped.dcm", b"x" * 200)
    return path


def zip_bomb(folder: Path) -> Path:
    path = folder / "scan.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("IM1", "w") as member:
        for _ in range(80):
            member.write(b"\0" * (8 << 20))
    return path


def damaged_zip(folder: Path) -> Path:
    path = folder / "scan.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("IM1", b"x" * 20_000)
    path.write_bytes(path.read_bytes()[:9_000])
    return path


def empty_folder(folder: Path) -> Path:
    (folder / "dicom").mkdir()
    return folder / "dicom"


def folder_of_text(folder: Path) -> Path:
    (folder / "dicom").mkdir()
    (folder / "dicom" / "notes.txt").write_text("no images here")
    return folder / "dicom"


def truncated_dicom(folder: Path) -> Path:
    (folder / "dicom").mkdir()
    preamble = b"\0" * 128 + b"DICM" + struct.pack("<HH2sHL", 2, 0, b"UL", 4, 9999)
    (folder / "dicom" / "IM1.dcm").write_bytes(preamble)
    return folder / "dicom"


def absent(folder: Path) -> Path:
    return folder / "absent.nii.gz"


def damaged_points(folder: Path) -> Path:
    path = folder / "reading.csv"
    path.write_text("level,point,x,y\nT12,sup_ant,1,nonsense\n")
    return path


def damaged_markups(folder: Path) -> Path:
    path = folder / "reading.mrk.json"
    path.write_text('{"markups": [')
    return path


BAD = [
    empty, truncated, two_dimensional, four_dimensional, not_a_number, some_not_a_number, fractional_labels, all_zero,
    negative_labels, huge_header, gzip_bomb, text_file, singular_affine, zip_that_climbs, zip_bomb, damaged_zip,
    empty_folder, folder_of_text, truncated_dicom, absent, damaged_points, damaged_markups,
]  # fmt: skip


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_bad_input_is_one_line_and_leaves_nothing(
    make: Make, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, given = tmp_path / "scratch", tmp_path / "given"
    scratch.mkdir()
    given.mkdir()
    source = make(given)
    before = contents(given)
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    result = run("measure", source, "--json", tmp_path / "out" / "m.json", "--report", tmp_path / "out" / "report")
    assert_refused(result)
    assert not (tmp_path / "out").exists()
    assert not list(scratch.iterdir())
    assert contents(given) == before
    assert not list(tmp_path.rglob("escaped*"))


def contents(folder: Path) -> dict[str, int]:
    return {str(p): p.stat().st_size for p in folder.rglob("*")}


def assert_refused(result: Result) -> None:
    """Exit code 2, one line that says what was got, no traceback."""
    assert result.exit_code == 2, result.output
    errors = [line for line in result.stderr.splitlines() if not line.startswith("warning: ")]
    assert len(errors) == 1, result.stderr
    assert errors[0].startswith("corduroy: ")
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_an_existing_output_folder_stays_as_it_was(run: Run, files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("measure", files / "labels.nii.gz", "--json", out / "m.json", "--report", out).exit_code == 0
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert_refused(run("measure", all_zero(tmp_path), "--json", out / "m.json", "--report", out))
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


def test_labels_of_another_scan_are_refused(run: Run, files: Path, tmp_path: Path) -> None:
    image = nib.load(files / "labels.nii.gz")
    affine = image.affine.copy()
    affine[:3, 3] += [0.0, 90.0, 0.0]
    other = nifti(tmp_path / "other.nii.gz", np.asarray(image.dataobj), affine)
    result = run("measure", files / "ct.nii.gz", "--labels", other, "--report", tmp_path / "out")
    assert_refused(result)
    assert "lie outside" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_scan_given_as_labels_is_refused(run: Run, files: Path) -> None:
    assert_refused(run("measure", files / "ct.nii.gz", "--labels", files / "ct.nii.gz"))


def test_a_scan_without_labels_names_the_missing_part(run: Run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corduroy.anatomy.segmenter.util.find_spec", lambda _: None)
    result = run("measure", files / "ct.nii.gz")
    assert_refused(result)
    assert "--labels" in result.stderr


def test_an_unknown_scheme_is_refused(run: Run, files: Path) -> None:
    result = run("measure", files / "labels.nii.gz", "--scheme", "homemade")
    assert_refused(result)
    assert "homemade" in result.stderr


def test_a_place_that_cannot_be_written_to_is_refused(run: Run, files: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert_refused(run("measure", files / "labels.nii.gz", "--json", tmp_path / "file" / "m.json"))
