from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

from corduroy.imaging import LabelMap, Volume, write_volume

Run = Callable[..., Result]

VERTEBRA_KEYS = {
    "level": None,
    "heights_mm": ["anterior", "middle", "posterior"],
    "reference_heights_mm": ["anterior", "middle", "posterior"],
    "height_loss_percent": ["anterior", "middle", "posterior"],
    "deformity": None,
    "genant_grade": None,
    "deformity_score_percent": None,
    "wedge_angle_deg": None,
    "regional_cobb_deg": None,
    "canal": ["area_mm2", "ap_mm", "transverse_mm", "compromise_percent"],
    "body": ["volume_ml", "depth_mm", "width_mm"],
    "trabecular_hu": None,
    "uncertainty": [
        "heights_mm", "reference_heights_mm", "height_loss_percent", "wedge_angle_deg", "regional_cobb_deg", "canal",
        "body", "trabecular_hu",
    ],
    "confidence": None,
    "flags": None,
}  # fmt: skip
DOCUMENT_KEYS = ["schema", "vertebrae", "alignment", "alignment_uncertainty", "warnings", "provenance"]
PROVENANCE_KEYS = ["software", "version", "method", "inputs", "settings", "python", "created"]


@pytest.fixture(scope="module")
def result(run: Run, files: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """Scan with labels, JSON and report."""
    out = tmp_path_factory.mktemp("out")
    ct, labels = files / "ct.nii.gz", files / "labels.nii.gz"
    return run("measure", ct, "--labels", labels, "--json", out / "m.json", "--report", out / "report"), out


def document_of(result: tuple[Result, Path]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((result[1] / "m.json").read_text(encoding="utf-8"))
    return document


def test_the_table_says_what_was_measured(result: tuple[Result, Path]) -> None:
    printed, out = result
    assert printed.exit_code == 0, printed.output
    rows = [line.split()[0] for line in printed.stdout.splitlines() if line[:2] in ("T1", "L1", "L2")]
    assert rows[:4] == ["T11", "T12", "L1", "L2"]
    assert "±" in printed.stdout
    assert str(out / "report" / "report.html") in printed.stdout
    assert "Traceback" not in printed.output


def test_a_finished_measurement_is_neither_read_nor_drawn_again(result: tuple[Result, Path], files: Path) -> None:
    """Not even what would draw it is loaded, which takes longer than all the rest of a second run."""
    report = result[1] / "report" / "report.html"
    made = report.stat().st_mtime_ns
    asked = ["measure", files / "ct.nii.gz", "--labels", files / "labels.nii.gz", "--report", report.parent]
    heavy = "{'matplotlib', 'typst', 'corduroy.imaging.density', 'corduroy.phantom'}"
    code = (
        "import sys; from corduroy.cli import app; import corduroy.pipeline.run as steps\n"
        "steps.read_case = steps.measure_spine = None\n"
        f"app({[str(part) for part in asked]}, standalone_mode=False)\n"
        f"print('loaded', sorted({heavy} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert printed.stdout.endswith("loaded []\n"), printed.stdout + printed.stderr
    assert report.stat().st_mtime_ns == made


def test_json_keeps_its_keys(result: tuple[Result, Path]) -> None:
    """The published form, schema corduroy/morphometry/1: a change of keys needs a new schema number."""
    document = document_of(result)
    assert document["schema"] == "corduroy/morphometry/1"
    assert list(document) == DOCUMENT_KEYS
    assert list(document["provenance"]) == PROVENANCE_KEYS
    for vertebra in document["vertebrae"]:
        assert list(vertebra) == list(VERTEBRA_KEYS)
        for key, inner in VERTEBRA_KEYS.items():
            if inner is not None:
                assert list(vertebra[key]) == inner


def test_json_values_are_what_they_may_be(result: tuple[Result, Path]) -> None:
    for vertebra in document_of(result)["vertebrae"]:
        assert vertebra["deformity"] in (None, "none", "wedge", "biconcave", "crush")
        assert vertebra["genant_grade"] in (None, 0, 1, 2, 3)
        assert 0 <= vertebra["confidence"] <= 1
        for name, height in vertebra["heights_mm"].items():
            assert (height is None) == (vertebra["uncertainty"]["heights_mm"][name] is None)


def test_inputs_are_named_by_their_hashes_not_by_their_paths(result: tuple[Result, Path], files: Path) -> None:
    provenance = document_of(result)["provenance"]
    assert sorted(provenance["inputs"]) == ["image", "labels"]
    assert str(files) not in json.dumps(provenance)


def test_the_report_is_there(result: tuple[Result, Path]) -> None:
    folder = result[1] / "report"
    assert (folder / "report.html").stat().st_size > 100_000
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_label_map_alone_agrees_within_both_intervals(run: Run, files: Path, tmp_path: Path, result: object) -> None:
    assert isinstance(result, tuple)
    assert run("measure", files / "labels.nii.gz", "--json", tmp_path / "m.json").exit_code == 0
    alone = json.loads((tmp_path / "m.json").read_text())["vertebrae"]
    for labels_only, with_ct in zip(alone, document_of(result)["vertebrae"], strict=True):
        for place, height in labels_only["heights_mm"].items():
            # Grey values place the endplates of this 2 mm scan anew; the two must not contradict each other.
            allowed = sum(v["uncertainty"]["heights_mm"][place] for v in (labels_only, with_ct))
            assert height == pytest.approx(with_ct["heights_mm"][place], abs=allowed), (labels_only["level"], place)
    assert alone[1]["trabecular_hu"] is None
    assert document_of(result)["vertebrae"][1]["trabecular_hu"] is not None


def test_warnings_are_plain_lines_and_go_into_the_json(run: Run, files: Path, tmp_path: Path) -> None:
    """Labels cropped to the vertebrae: another grid over the same place."""
    from corduroy.imaging import read_labels

    labels = read_labels(files / "labels.nii.gz")
    write_volume(labels.crop((slice(1, None), slice(1, None), slice(1, None))), tmp_path / "crop.nii.gz")
    ran = run("measure", files / "ct.nii.gz", "--labels", tmp_path / "crop.nii.gz", "--json", tmp_path / "m.json")
    assert ran.exit_code == 0, ran.output
    (warning,) = [text for text in json.loads((tmp_path / "m.json").read_text())["warnings"] if "grid" in text]
    assert f"warning: {warning}" in ran.stderr.splitlines()
    assert "Warning:" not in ran.stderr


def test_a_case_folder_receives_its_results(run: Run, patient: tuple[Volume, LabelMap], tmp_path: Path) -> None:
    ct, labels = patient
    root = tmp_path / "cohort"
    for session, array in (("ses-preop", labels.array), ("ses-void", np.zeros_like(labels.array))):
        folder = root / "sub-001" / session / "ct"
        folder.mkdir(parents=True)
        write_volume(ct, folder / f"sub-001_{session}_ct.nii.gz")
        mask = LabelMap(array, labels.affine, "labels")
        write_volume(mask, folder / f"sub-001_{session}_seg-vert_msk.nii.gz")
    ran = run("measure", root)
    assert ran.exit_code == 2
    assert "sub-001_ses-void: " in ran.stderr
    results = root / "derivatives" / "corduroy" / "sub-001" / "ses-preop"
    assert (results / "sub-001_ses-preop_morphometry.json").exists()
    assert (results / "sub-001_ses-preop_report" / "report.html").exists()
    assert not (root / "derivatives" / "corduroy" / "sub-001" / "ses-void").exists()
    refused = run("measure", root, "--json", tmp_path / "m.json")
    assert refused.exit_code == 2
    assert "2 cases" in refused.stderr


def test_points_give_the_same_form(run: Run, tmp_path: Path) -> None:
    corners = {"sup_ant": (0, 20), "sup_mid": (15, 19), "sup_post": (30, 20)}
    corners |= {"inf_ant": (0, 0), "inf_mid": (15, 1), "inf_post": (30, 0)}
    lines = ["level,point,x,y,magnification"]
    for index, level in enumerate(("T11", "T12", "L1")):
        drop = 6 if level == "T12" else 0
        for point, (x, y) in corners.items():
            lines.append(f"{level},{point},{x},{y - 30 * index - (drop if point == 'sup_ant' else 0)},1.0")
    points = tmp_path / "reading.csv"
    points.write_text("\n".join(lines))
    ran = run("measure", points, "--json", tmp_path / "m.json", "--report", tmp_path / "report")
    assert ran.exit_code == 0, ran.output
    document = json.loads((tmp_path / "m.json").read_text())
    assert [v["level"] for v in document["vertebrae"]] == ["T11", "T12", "L1"]
    assert document["vertebrae"][1]["deformity"] == "wedge"
    assert list(document["provenance"]["inputs"]) == ["points"]
    assert (tmp_path / "report" / "report.pdf").exists()
