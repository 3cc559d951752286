from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from typer.testing import Result

from corduroy.anatomy import Level, build_spine
from corduroy.imaging import LabelMap, Volume, read_labels, write_volume
from corduroy.pipeline.simulated import write_simulated
from corduroy.planning.simulated import SimulatedFigure, SimulatedKind, SimulatedPart, SimulatedValue

Run = Callable[..., Result]

FACTS = """
confirmed_by: A. Surgeon
frankel: C
symptoms: present
sins: {pain: mechanical, bone_lesion: lytic}
"""


@pytest.fixture(scope="module")
def lesion(patient: tuple[Volume, LabelMap], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ball painted into the right of T12."""
    labels = patient[1]
    vertebra = build_spine(labels).vertebrae[Level.T12]
    index = np.argwhere(labels.array > 0)
    x, y, z = vertebra.frame.local(labels.world_from_voxel(index)).T
    mask = np.zeros(labels.shape, np.uint8)
    mask[tuple(index[(x - 8.0) ** 2 + y**2 + z**2 < 100.0].T)] = 1
    path = tmp_path_factory.mktemp("lesion") / "lesion.nii.gz"
    write_volume(LabelMap(mask, labels.affine), path)
    return path


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("facts") / "case.yaml"
    path.write_text(FACTS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def result(
    run: Run, files: Path, lesion: Path, facts: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Result, Path]:
    """A plan from labels, with JSON and report, and a simulation's part in its folder."""
    out = tmp_path_factory.mktemp("out")
    leave_mechanics(out / "plan")
    asked = ("plan", files / "labels.nii.gz", "--lesion", lesion, "--facts", facts, "--level", "T12")
    return run(*asked, "--json", out / "plan.json", "--report", out / "plan"), out


def leave_mechanics(folder: Path) -> None:
    """What a simulation leaves: one file and one picture."""
    folder.mkdir()
    Figure(figsize=(1, 1)).savefig(folder / "mechanics_bend.png")
    part = SimulatedPart(
        kind=SimulatedKind.MECHANICS,
        case="labels",
        level=Level.T12,
        summary=("It carries twice the load.",),
        values=(SimulatedValue(name="strength", state="filled", value=4.2, uncertainty=0.9, unit="kN", method="law"),),
        figures=(SimulatedFigure(file="mechanics_bend.png", alt="a bend", caption="How it bends."),),
        warnings=("Bone at the border was left out.",),
    )
    write_simulated(part, folder)


def test_what_a_simulation_left_is_in_every_form(result: tuple[Result, Path]) -> None:
    printed, out = result
    document = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert document["mechanics"]["schema"] == "corduroy/plan-part/1"
    assert document["mechanics"]["values"][0]["value"] == 4.2
    assert "mechanics" not in document["missing"]
    assert "Mechanics: Bone at the border was left out." in document["warnings"]
    assert "It carries twice the load." in printed.stdout
    page = (out / "plan" / "plan.html").read_text(encoding="utf-8")
    for words in ("It carries twice the load.", "4.2 ± 0.9 kN", "How it bends.", 'alt="a bend"'):
        assert words in page


def test_the_table_says_what_was_planned(result: tuple[Result, Path]) -> None:
    printed, _ = result
    assert printed.exit_code == 0, printed.output
    assert "Traceback" not in printed.output
    for words in ("items assessed", "transpedicular", "Laminectomy", "not computed", "not asked for by the rule"):
        assert words in printed.stdout, printed.stdout


def test_the_json_is_the_published_form(result: tuple[Result, Path]) -> None:
    document: dict[str, Any] = json.loads((result[1] / "plan.json").read_text(encoding="utf-8"))
    assert document["schema"] == "corduroy/plan/1"
    assert document["level"] == "T12"
    assert sorted(document["provenance"]["inputs"]) == ["facts", "labels", "lesion"] or sorted(
        document["provenance"]["inputs"]
    ) == ["facts", "image", "lesion"]
    assert str(result[1]) not in json.dumps(document)
    assert document["lesion"]["in_bone"]["value"] > 2.0


def test_masks_and_markups_lie_where_the_scan_lies(result: tuple[Result, Path], files: Path, lesion: Path) -> None:
    folder, labels = result[1] / "plan", read_labels(files / "labels.nii.gz")
    painted, written = read_labels(lesion), read_labels(folder / "lesion.nii.gz")
    assert written.same_grid_as(labels)
    assert np.array_equal(written.array > 0, painted.array > 0)
    resected = read_labels(folder / "resected.nii.gz")
    assert (labels.array[resected.array > 0] > 0).all()
    document = json.loads((result[1] / "plan.json").read_text())
    lines = json.loads((folder / "corridors.mrk.json").read_text())["markups"]
    first = document["biopsy_corridors"]["corridors"][0]
    target = lines[0]["controlPoints"][1]["position"]
    assert lines[0]["coordinateSystem"] == "LPS"
    assert np.allclose(np.array(target) * [-1, -1, 1], first["target_ras_mm"], atol=0.02)
    assert labels.sample(np.array(target) * [-1, -1, 1], order=0) > 0


def test_the_report_is_there(result: tuple[Result, Path]) -> None:
    folder = result[1] / "plan"
    page = (folder / "plan.html").read_text(encoding="utf-8")
    assert (folder / "plan.pdf").read_bytes().startswith(b"%PDF")
    assert "not a medical device" in page
    for key in ("biopsy_axial", "cement_sagittal", "laminectomy_axial"):
        assert (folder / f"{key}.png").stat().st_size > 10_000
    assert "http://" not in page.replace("http://www.w3.org", "")
    heading, rule = page.index("Do not biopsy if"), page.index("Infection on the needle")
    assert heading < rule < page.index("Embolization</h2>")
    assert "consider an open biopsy" not in page


def test_a_second_run_takes_what_is_stored(
    run: Run, files: Path, lesion: Path, result: tuple[Result, Path], monkeypatch: pytest.MonkeyPatch, facts: Path
) -> None:
    from corduroy.pipeline import plan_case

    def fail(*_: object) -> None:
        raise AssertionError("planned again")

    monkeypatch.setattr(plan_case, "make_plan", fail)
    out = result[1]
    asked = ("plan", files / "labels.nii.gz", "--lesion", lesion, "--facts", facts, "--level", "T12")
    again = run(*asked, "--json", out / "again.json", "--report", out / "plan")
    assert again.exit_code == 0, again.output
    assert (out / "again.json").read_text() == (out / "plan.json").read_text()


def test_a_lesion_that_was_edited_where_it_lies_is_not_written_over(
    run: Run, files: Path, lesion: Path, result: tuple[Result, Path], facts: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(result[1] / "plan", folder)
    written = read_labels(folder / "lesion.nii.gz")
    edited = written.array.copy()
    edited[tuple(np.argwhere(edited)[0])] = 0
    write_volume(LabelMap(edited, written.affine), folder / "lesion.nii.gz")
    before = (folder / "lesion.nii.gz").read_bytes()
    asked = ("plan", files / "labels.nii.gz", "--facts", facts, "--level", "T12", "--report", folder)
    refused = run(*asked, "--lesion", lesion)
    assert refused.exit_code == 2
    assert "was edited" in refused.stderr
    assert (folder / "lesion.nii.gz").read_bytes() == before
    taken = run(*asked, "--lesion", folder / "lesion.nii.gz")
    assert taken.exit_code == 0, taken.output
    assert np.array_equal(read_labels(folder / "lesion.nii.gz").array > 0, edited > 0)


def test_without_a_lesion_the_plan_says_what_it_lacks(run: Run, files: Path, tmp_path: Path) -> None:
    ran = run("plan", files / "labels.nii.gz", "--level", "Th12", "--json", tmp_path / "plan.json")
    assert ran.exit_code == 0, ran.output
    document = json.loads((tmp_path / "plan.json").read_text())
    assert document["lesion"] is None
    assert document["missing"]["lesion"] == "not computed: no lesion mask, and no CT to find the lesion in"
    assert "no CT to find the lesion in" in " ".join(ran.stdout.split())


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (("--level", "L5"), "L5 is not in view"),
        (("--level", "X9"), "no vertebral level"),
        (("--level", "T12", "--facts", "none.yaml"), "no file none.yaml"),
        (("--level", "T12", "--lesion", "none.nii.gz"), "no file none.nii.gz"),
        (("--level", "T12", "--contrast", "none.nii.gz"), "no file none.nii.gz"),
        (("--level", "T12", "--seed", "1,2"), "--seed 1,2"),
        (("--level", "T12", "--seed", "1,2,nan"), "--seed 1,2,nan"),
        (("--level", "T12", "--settings", "none.yaml"), "none.yaml cannot be read"),
    ],
)
def test_bad_input_is_one_line_exit_2_and_nothing_written(
    run: Run, files: Path, tmp_path: Path, extra: tuple[str, ...], told: str
) -> None:
    out = tmp_path / "out"
    ran = run("plan", files / "labels.nii.gz", *extra, "--json", out / "plan.json", "--report", out / "plan")
    assert ran.exit_code == 2, ran.output
    assert told in ran.stderr
    assert "Traceback" not in ran.output
    assert not out.exists()


def test_a_lesion_of_another_vertebra_is_refused(run: Run, files: Path, lesion: Path, tmp_path: Path) -> None:
    ran = run("plan", files / "labels.nii.gz", "--level", "L1", "--lesion", lesion, "--report", tmp_path / "plan")
    assert ran.exit_code == 2
    assert "does not meet L1" in ran.stderr
    assert not (tmp_path / "plan").exists()


def test_settings_reach_the_plan_and_mistakes_in_them_are_named(run: Run, files: Path, tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("biopsy: {gauge: 8, entry_step_mm: 6, target_step_mm: 8}\ncement: {gauge: 99}", encoding="utf-8")
    asked = ("plan", files / "labels.nii.gz", "--level", "T12", "--settings", path, "--json", tmp_path / "plan.json")
    ran = run(*asked)
    assert ran.exit_code == 2
    assert "cement.gauge" in ran.stderr
    path.write_text(
        "biopsy: {gauge: 8, entry_step_mm: 6, target_step_mm: 8}\ncement: {entry_step_mm: 6}", encoding="utf-8"
    )
    assert run(*asked).exit_code == 0
    document = json.loads((tmp_path / "plan.json").read_text())
    assert document["settings"]["biopsy"]["gauge"] == 8
    assert document["settings"]["cement"]["gauge"] == 11
    assert document["biopsy_corridors"]["settings"]["gauge"] == 8


def test_facts_that_contradict_are_refused(run: Run, files: Path, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("confirmed_by: X\nlevel: T12\ndeficit: false\nfrankel: C", encoding="utf-8")
    ran = run("plan", files / "labels.nii.gz", "--facts", path)
    assert ran.exit_code == 2
    assert "Frankel C" in ran.stderr
