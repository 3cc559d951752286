from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import graded_masks, speed, stability
from benchmarks.data import MissingDataError, graded_scans
from benchmarks.graded_masks import roc_area
from benchmarks.groups import Report


def test_roc_area_is_the_share_of_pairs_in_the_right_order() -> None:
    # Pairs (3 over 1), (3 over 2), (2 over 1), (2 ties 2): 3.5 of 4.
    assert roc_area([1.0, 2.0, 3.0, 2.0], [False, False, True, True]) == pytest.approx(3.5 / 4)
    assert roc_area([1.0, 2.0], [True, False]) == 0.0
    assert roc_area([1.0, 2.0], [False, False]) is None


def _no_tick(done: int, total: int) -> None:
    raise AssertionError(f"{done} of {total} measured without data")


@pytest.mark.parametrize("group", [graded_masks, stability, speed])
def test_missing_data_gives_empty_rows_that_say_so(
    group: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORDUROY_DATA", str(tmp_path))
    report: Report = group.measure(True, _no_tick)  # type: ignore[attr-defined]
    assert report.figures
    for figure in report.figures:
        assert figure.value is None
        assert figure.holds is None
        assert "not in the data folder" in figure.as_dict()["name"]


def test_graded_scans_are_added_by_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, extra = tmp_path / "data", tmp_path / "extra"
    for folder, scan in ((data / "verse-graded", "a"), (extra, "b")):
        folder.mkdir(parents=True)
        (folder / f"{scan}_seg.nii.gz").touch()
        rows = f"{scan}_seg.nii.gz,T4,0,True\n{scan}_seg.nii.gz,T5,3,False\n"
        (folder / "grades.csv").write_text("file,vertebra,genant_grade,label_in_mask\n" + rows)
    for name in ("verse004", "verse014"):
        (data / name).mkdir()
        (data / name / f"sub-{name}_seg-vert_msk.nii.gz").touch()
        (data / name / "genant_grades.json").write_text('{"L1": 2}')
    monkeypatch.setenv("CORDUROY_DATA", str(data))
    monkeypatch.setenv("CORDUROY_GRADED", str(extra))
    assert {scan.name: scan.grades for scan in graded_scans()} == {
        "a": {"T4": 0}, "verse004": {"L1": 2}, "verse014": {"L1": 2}, "b": {"T4": 0},
    }  # fmt: skip
    (extra / "b_seg.nii.gz").unlink()
    with pytest.raises(MissingDataError, match=r"b_seg\.nii\.gz"):
        graded_scans()
