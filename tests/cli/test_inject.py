"""`corduroy inject` as a user runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

from corduroy.anatomy import Level, build_spine
from corduroy.imaging import LabelMap, Volume, read_labels, read_volume, write_volume
from corduroy.planning.markups import MarkedLine, line_markups
from corduroy.planning.simulated import SimulatedPart

Run = Callable[..., Result]
QUICK = ("--voxel", "3", "--members", "4", "--what-if", "0", "--processes", "1", "--calibration", "0", "0.8")


@pytest.fixture(scope="module")
def injected(
    files: Path, patient: tuple[Volume, LabelMap], run: Run, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Result, Path, tuple[str | Path, ...]]:
    """T12 with a ball painted into the right of its body."""
    out = tmp_path_factory.mktemp("inject")
    labels = patient[1]
    index = np.argwhere(labels.array > 0)
    x, y, z = build_spine(labels).vertebrae[Level.T12].frame.local(labels.world_from_voxel(index)).T
    mask = np.zeros(labels.shape, np.uint8)
    mask[tuple(index[(x - 6.0) ** 2 + y**2 + z**2 < 80.0].T)] = 1
    write_volume(LabelMap(mask, labels.affine), out / "lesion.nii.gz")
    asked: tuple[str | Path, ...] = (
        "inject", files / "ct.nii.gz", "--labels", files / "labels.nii.gz", "--level", "T12",
        "--lesion", out / "lesion.nii.gz", *QUICK, "--volume", "1.5",
        "--json", out / "injection.json", "--report", out / "plan",
    )  # fmt: skip
    return run(*asked), out, asked


@pytest.fixture(scope="module")
def document(injected: tuple[Result, Path, tuple[str | Path, ...]]) -> dict[str, Any]:
    result, out, _ = injected
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads((out / "injection.json").read_text(encoding="utf-8"))
    return found


def test_document_answers_what_was_asked(document: dict[str, Any]) -> None:
    assert document["schema"] == "corduroy/injection/1"
    assert document["level"] == "T12"
    found = document["planned"]
    assert 0 < found["injected_ml"] <= 1.5 + 1e-6
    assert 0 < found["of_lesion"] <= 1
    assert found["worst_balance"] <= 1e-8
    assert {row["yeom"] for row in document["leaks"]} >= {"B", "S"}
    assert document["ensemble"]["members"] == 4
    for row in document["leaks"]:
        low, high = row["probability"]["interval"]
        assert 0 <= low <= row["probability"]["value"] <= high <= 1
        assert row["probability_if_stopped"]["count"] <= row["probability"]["count"]
    assert found["right_share"] > 0.5  # the lesion and the cannula's tip lie on the right


def test_terminal_names_sites_and_says_what_it_is(injected: tuple[Result, Path, Any], document: dict[str, Any]) -> None:
    text = injected[0].stdout
    assert "not a medical device" in text
    for row in document["leaks"]:
        assert row["site"].split(",")[0].split()[0] in text
    assert "Traceback" not in injected[0].output


def test_plan_folder_holds_masks_report_and_the_part(
    injected: tuple[Result, Path, Any], document: dict[str, Any]
) -> None:
    folder = injected[1] / "plan"
    fill = read_labels(folder / "injection_fill.nii.gz")
    ml = fill.array.sum() * fill.voxel_volume_mm3 / 1000
    assert 0.3 < ml < 6
    arrival, chance = (read_volume(folder / f"injection_{n}.nii.gz").array for n in ("arrival", "fill_probability"))
    assert arrival.min() == -1.0
    assert 0 < arrival.max() <= document["planned"]["duration_s"] + 1e-3
    assert 0 < chance.max() <= 1
    part = SimulatedPart.model_validate_json((folder / "injection.json").read_text(encoding="utf-8"))
    assert part.details == document
    assert all((folder / figure.file).is_file() for figure in part.figures)
    assert (folder / "injection.pdf").read_bytes().startswith(b"%PDF")
    assert "Ways out" in (folder / "injection.html").read_text(encoding="utf-8")


def test_mechanics_takes_the_fill_as_it_is(
    injected: tuple[Result, Path, Any], patient: tuple[Volume, LabelMap]
) -> None:
    from corduroy.pipeline.mechanics_masks import _given_fill

    vertebra = build_spine(patient[1]).vertebrae[Level.T12]
    mask = _given_fill(injected[1] / "plan" / "injection_fill.nii.gz", vertebra)
    assert mask.array.any()


def test_own_cannula_comes_from_where_it_is_held(
    injected: tuple[Result, Path, tuple[str | Path, ...]], document: dict[str, Any], run: Run, tmp_path: Path
) -> None:
    """From the other side to the same tip: the direction turns, the tip stays, and the user is told."""
    planned = document["dose"]["cannulas"][0]
    tip, along = np.array(planned["tip_ras_mm"]), np.array(planned["direction_ras"])
    assert along[0] < 0  # from the patient's right
    entry = tip - 60 * along * (-1, 1, 1)
    line = tmp_path / "own.mrk.json"
    line.write_text(json.dumps(line_markups([MarkedLine("own", tuple(entry), tuple(tip))])), encoding="utf-8")
    asked = [str(each) for each in injected[2][:-4]]
    result = run(*asked, "--members", "0", "--cannula", line, "--gauge", "13", "--json", tmp_path / "own.json")
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "own.json").read_text(encoding="utf-8"))
    own = found["dose"]["cannulas"][0]
    np.testing.assert_allclose(own["tip_ras_mm"], tip, atol=1e-2)
    np.testing.assert_allclose(own["direction_ras"], along * (-1, 1, 1), atol=1e-3)
    assert own["bore_mm"] < planned["bore_mm"]
    assert any("user's own" in told for told in found["warnings"])


@pytest.mark.parametrize(
    ("lines", "options", "words"),
    [
        (1, (), "outside the bone"),
        (0, (), "0 lines"),
        (2, (), "2 lines (a, a)"),
        (1, ("--gauge", "3"), "8 to 22 G"),
        (None, ("--gauge", "11"), "--cannula as well"),
        (None, ("--cannula", "missing.mrk.json"), "missing.mrk.json"),
    ],
)
def test_a_cannula_that_cannot_be_is_refused(
    files: Path, run: Run, tmp_path: Path, lines: int | None, options: tuple[str, ...], words: str
) -> None:
    if lines is not None:
        marks = [MarkedLine("a", (0.0, -90.0, 0.0), (0.0, -80.0, 0.0))] * lines
        (tmp_path / "line.mrk.json").write_text(json.dumps(line_markups(marks)), encoding="utf-8")
        options = ("--cannula", str(tmp_path / "line.mrk.json"), *options)
    result = run("inject", files / "ct.nii.gz", "--labels", files / "labels.nii.gz", "--level", "T12", *options)
    assert result.exit_code == 2, result.output
    assert words in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_the_same_command_again_computes_nothing_and_writes_the_same(
    injected: tuple[Result, Path, tuple[str | Path, ...]], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corduroy.pipeline import injection_compute

    _, out, asked = injected
    before = (out / "injection.json").read_bytes()
    monkeypatch.setattr(injection_compute, "run_planned", None)
    result = run(*asked)
    assert result.exit_code == 0, result.output
    assert (out / "injection.json").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--volume", "-1"), "volume_ml"),
        (("--rate", "0"), "rate_ml_s"),
        (("--cement", "chewing gum"), "chewing gum"),
        (("--cement", "missing.csv"), "missing.csv"),
        (("--pedicles", "3"), "pedicles"),
        (("--stop-at", "B,X"), "stop_at"),
        (("--weights", "1,2"), "weights"),
        (("--members", "2"), "members"),
        (("--gelatin", "80"), "gelatin_percent"),
        (("--processes", "0"), "processes"),
        (("--target", "150"), "target_share"),
    ],
)
def test_bad_options_end_with_one_line_and_leave_nothing(
    files: Path, run: Run, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    result = run(
        "inject", files / "ct.nii.gz", "--labels", files / "labels.nii.gz", "--level", "T12", *options,
        "--report", tmp_path / "out",
    )  # fmt: skip
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_labels_alone_cannot_be_injected(files: Path, run: Run) -> None:
    result = run("inject", files / "labels.nii.gz", "--level", "T12")
    assert result.exit_code == 2
    assert "CT" in result.output


def test_a_curve_without_a_column_is_refused(files: Path, run: Run, tmp_path: Path) -> None:
    curve = tmp_path / "mine.csv"
    curve.write_text("time_s,index\n0,1\n10,1\n", encoding="utf-8")
    result = run("inject", files / "ct.nii.gz", "--labels", files / "labels.nii.gz", "--cement", curve)
    assert result.exit_code == 2
    assert "consistency_pa_sn" in result.output


def test_a_line_in_the_other_convention_is_refused_before_anything_is_planned(
    patient: tuple[Volume, LabelMap], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def planning(*_: Any) -> None:
        raise AssertionError("planned for a cannula that cannot be")

    monkeypatch.setattr("corduroy.pipeline.planned_run.plan_case", planning)
    shift = np.eye(4)
    shift[:3, 3] = (90.0, -70.0, 240.0)
    for image, name in zip(patient, ("ct", "labels"), strict=True):
        write_volume(type(image)(image.array, shift @ image.affine), tmp_path / f"{name}.nii.gz")
    frame = build_spine(read_labels(tmp_path / "labels.nii.gz")).vertebrae[Level.T12].frame
    tip, entry = (frame.world(np.array([place]))[0] for place in ([5.0, 0.0, 0.0], [30.0, -60.0, 0.0]))
    for turn, told in (([-1, -1, 1], "LPS"), ([1, 1, -1], "look at the line")):
        line = tmp_path / "line.mrk.json"
        turned = line_markups([MarkedLine("own", tuple(entry * turn), tuple(tip * turn))])
        line.write_text(json.dumps(turned), encoding="utf-8")
        given = ("inject", tmp_path / "ct.nii.gz", "--labels", tmp_path / "labels.nii.gz", "--level", "T12")
        result = run(*given, "--cannula", line)
        assert result.exit_code == 2, result.output
        assert "outside the bone" in result.stderr
        assert told in result.stderr
