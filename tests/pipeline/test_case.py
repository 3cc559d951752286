from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from corduroy.errors import CaseError, CorduroyError, DoubtWarning, FileFormatError
from corduroy.imaging import read_scan
from corduroy.pipeline.case import Case, find_cases
from corduroy.pipeline.run import Outputs
from corduroy.provenance import content_hash


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_a_file_is_a_loose_case_named_without_its_endings(tmp_path: Path) -> None:
    scan, mask = touch(tmp_path / "patient.v2.nii.gz"), touch(tmp_path / "sub-1_seg-vert_msk.nii.gz")
    assert find_cases(scan) == [Case("patient.v2", scan)]
    assert find_cases(mask) == [Case("sub-1", mask)]


def test_a_name_that_says_nothing_gives_way_to_its_folders(tmp_path: Path) -> None:
    scans = [touch(tmp_path / "patient 7" / name) for name in ("dicom.zip", "CT.nii.gz", "ct/image.nii", "seen.zip")]
    assert [find_cases(scan)[0].name for scan in scans] == ["patient 7", "patient 7", "patient 7", "seen"]


def test_a_folder_of_dicom_files_is_a_loose_case(tmp_path: Path) -> None:
    touch(tmp_path / "series" / "IM0001")
    assert find_cases(tmp_path / "series") == [Case("series", tmp_path / "series")]


def test_every_session_of_a_cohort_is_found_with_its_mask(tmp_path: Path) -> None:
    base = tmp_path / "sub-001" / "ses-preop"
    ct = touch(base / "ct" / "sub-001_ses-preop_ct.nii.gz")
    mask = touch(base / "ct" / "sub-001_ses-preop_seg-vert_msk.nii.gz")
    touch(tmp_path / "sub-001" / "ses-postop" / "dicom" / "IM1")
    postop, preop = find_cases(tmp_path)
    assert (preop.name, preop.image, preop.labels) == ("sub-001_ses-preop", ct, mask)
    assert (postop.name, postop.image) == ("sub-001_ses-postop", tmp_path / "sub-001" / "ses-postop" / "dicom")
    assert preop.results == tmp_path / "derivatives" / "corduroy" / "sub-001" / "ses-preop"


def test_a_session_folder_gives_its_results_to_the_cohort_above_it(tmp_path: Path) -> None:
    touch(tmp_path / "sub-7" / "ses-a" / "ct" / "sub-7_ses-a_seg-vert_msk.nii.gz")
    (case,) = find_cases(tmp_path / "sub-7" / "ses-a")
    assert case.results == tmp_path / "derivatives" / "corduroy" / "sub-7" / "ses-a"


def test_raw_data_and_derivatives_apart_as_public_sets_have_them(tmp_path: Path) -> None:
    ct = touch(tmp_path / "rawdata" / "sub-v1" / "sub-v1_dir-iso_ct.nii.gz")
    mask = touch(tmp_path / "derivatives" / "sub-v1" / "sub-v1_dir-iso_seg-vert_msk.nii.gz")
    assert [(c.image, c.labels) for c in find_cases(tmp_path)] == [(ct, mask)]


def test_own_results_are_no_inputs(tmp_path: Path) -> None:
    touch(tmp_path / "sub-1" / "sub-1_ct.nii.gz")
    touch(tmp_path / "derivatives" / "corduroy" / "sub-1" / "sub-9_seg-vert_msk.nii.gz")
    assert [case.name for case in find_cases(tmp_path)] == ["sub-1"]


def test_labels_for_several_cases_are_refused(tmp_path: Path) -> None:
    touch(tmp_path / "sub-1" / "sub-1_ct.nii.gz")
    touch(tmp_path / "sub-2" / "sub-2_ct.nii.gz")
    with pytest.raises(CaseError, match="2 cases"):
        find_cases(tmp_path, labels=touch(tmp_path / "labels.nii.gz"))


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="absent"):
        find_cases(tmp_path / "absent.nii.gz")


def test_outputs_of_a_case_folder_go_to_derivatives_unless_named(tmp_path: Path) -> None:
    case = Case("sub-1", tmp_path / "a.nii.gz", results=tmp_path / "derivatives" / "corduroy" / "sub-1")
    assert Outputs.for_case(case).json == case.results / "sub-1_morphometry.json"  # type: ignore[operator]
    named = Outputs.for_case(case, report=tmp_path / "here")
    assert (named.json, named.report, named.steps) == (None, tmp_path / "here", tmp_path / "here" / "steps")


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders named ``closed`` and links named ``locked`` must not be looked into, whoever runs the tests."""
    scan, look = os.scandir, Path.is_file

    def scandir(path: Any) -> Any:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    def is_file(self: Path) -> bool:
        if self.name == "locked":
            raise PermissionError(13, "Permission denied", str(self))
        return look(self)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(Path, "is_file", is_file)


def test_what_must_not_be_read_is_named_and_left_out(tmp_path: Path, forbidden: None) -> None:
    del forbidden
    place = tmp_path / "sub-001" / "ses-preop" / "ct"
    place.mkdir(parents=True)
    for name in ("sub-001_ses-preop_ct.nii.gz", "locked"):
        (place / name).write_bytes(b"x")
    (tmp_path / "closed").mkdir()
    with pytest.warns(DoubtWarning, match="closed, sub-001/ses-preop/ct/locked"):
        (case,) = find_cases(tmp_path)
    assert case.name == "sub-001_ses-preop"
    assert content_hash(tmp_path) != content_hash(place)


def test_a_scan_beside_a_closed_folder_is_looked_for_and_the_folder_named(tmp_path: Path, forbidden: None) -> None:
    del forbidden
    (tmp_path / "closed").mkdir()
    (tmp_path / "locked").write_bytes(b"x")
    (tmp_path / "notes.txt").write_text("no scan", encoding="utf-8")
    (case,) = find_cases(tmp_path)
    assert case.image is not None
    with pytest.warns(DoubtWarning, match="closed, locked"), pytest.raises(CorduroyError):
        read_scan(case.image)
