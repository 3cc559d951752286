"""`corduroy mechanics` as a user runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

from corduroy.anatomy import Level, build_spine
from corduroy.cli.simulated import named_outputs
from corduroy.imaging import LabelMap, Volume, read_labels, read_volume, write_volume
from corduroy.pipeline.case import Case
from corduroy.pipeline.plan_outputs import PlanOutputs
from corduroy.planning.simulated import SimulatedKind

Run = Callable[..., Result]
QUICK = ("--voxel", "3", "--samples", "4", "--calibration", "0", "0.8")
FACTS = "confirmed_by: A. Surgeon\nlevel: T12\nbody_mass_kg: 60\n"


@pytest.fixture(scope="module")
def lesion(patient: tuple[Volume, LabelMap], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ball painted into the right of T12."""
    return _painted(patient[1], [8.0, 0.0, 0.0], tmp_path_factory.mktemp("lesion") / "lesion.nii.gz")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("facts") / "case.yaml"
    path.write_text(FACTS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def asked(files: Path, lesion: Path, facts: Path) -> tuple[str | Path, ...]:
    return (
        "mechanics", files / "ct.nii.gz", "--labels", files / "labels.nii.gz",
        "--lesion", lesion, "--facts", facts, *QUICK,
    )  # fmt: skip


@pytest.fixture(scope="module")
def result(
    run: Run, asked: tuple[str | Path, ...], patient: tuple[Volume, LabelMap], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Result, Path]:
    """All five states, filled by a mask, with JSON and report."""
    out = tmp_path_factory.mktemp("out")
    fill = _painted(patient[1], [2.0, 0.0, 0.0], out / "cement.nii.gz", 8.0)
    return run(*asked, "--fill", fill, "--json", out / "mechanics.json", "--report", out / "plan"), out


def _painted(labels: LabelMap, centre: list[float], path: Path, radius: float = 10.0) -> Path:
    """A ball about a point in T12's own axes, as far as it is bone."""
    vertebra = build_spine(labels).vertebrae[Level.T12]
    index = np.argwhere(labels.array > 0)
    away = np.linalg.norm(vertebra.frame.local(labels.world_from_voxel(index)) - centre, axis=1)
    mask = np.zeros(labels.shape, np.uint8)
    mask[tuple(index[away < radius].T)] = 1
    write_volume(LabelMap(mask, labels.affine), path)
    return path


def _document(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "mechanics.json").read_text(encoding="utf-8"))
    return found


def test_the_table_names_states_loads_and_neighbours(result: tuple[Result, Path]) -> None:
    printed, _ = result
    assert printed.exit_code == 0, printed.output
    for words in ("intact-like reference", "filled and decompressed", "load/strength", "T11 inferior", "4 drawn"):
        assert words in printed.stdout, printed.stdout
    assert "body mass 60 kg (case.yaml)" in printed.stdout


def test_the_json_is_the_published_form(result: tuple[Result, Path]) -> None:
    document = _document(result[1])
    assert document["schema"] == "corduroy/mechanics/1"
    assert [s["state"] for s in document["states"]] == [
        "intact", "as_is", "filled", "decompressed", "filled_decompressed"
    ]  # fmt: skip
    states = {state["state"]: state for state in document["states"]}
    assert states["filled"]["stiffness"]["value"] > states["as_is"]["stiffness"]["value"]
    assert states["as_is"]["change_percent"] == {"stiffness": None, "strength": None}
    for state in document["states"]:
        low, high = state["strength"]["interval"]
        assert 0 < low < high
        ratio = state["load_to_strength"]["standing"]["value"]
        assert ratio == pytest.approx(document["loads"]["standing"]["value"] / state["strength"]["value"], rel=1e-3)
        assert set(state["segment"]["facet_share_percent"]) == {"T11-T12", "T12-L1"}
    assert sorted(document["provenance"]["inputs"]) == ["facts", "fill", "image", "labels", "lesion"]
    assert document["fill_source"] == "mask from a file"
    assert str(result[1]) not in json.dumps(document)


def test_fields_lie_on_the_bone_and_the_report_is_there(result: tuple[Result, Path], files: Path) -> None:
    folder, labels = result[1] / "plan", read_labels(files / "labels.nii.gz")
    ratio = read_volume(folder / "mechanics_as_is_yield_ratio.nii.gz")
    strained = ratio.world_from_voxel(np.argwhere(ratio.array > 0))
    assert (labels.sample(strained, order=0) == 19).mean() > 0.8
    assert read_volume(folder / "mechanics_filled_energy.nii.gz").array.max() > 0
    assert read_volume(folder / "mechanics_intact_plastic_strain.nii.gz").array.max() > 0.001
    page = (folder / "mechanics.html").read_text(encoding="utf-8")
    assert (folder / "mechanics.pdf").read_bytes().startswith(b"%PDF")
    assert "not a medical device" in page
    assert "Where it fails first" in page
    for key in ("strength", "sagittal", "axial", "neighbours"):
        assert (folder / f"mechanics_{key}.png").stat().st_size > 10_000


def test_the_next_plan_takes_it_up(
    run: Run, result: tuple[Result, Path], asked: tuple[str | Path, ...], tmp_path: Path
) -> None:
    folder = result[1] / "plan"
    planned = run("plan", *asked[1:8], "--json", tmp_path / "plan.json", "--report", folder)
    assert planned.exit_code == 0, planned.output
    document = json.loads((tmp_path / "plan.json").read_text())
    assert document["mechanics"]["details"]["schema"] == "corduroy/mechanics/1"
    assert document["mechanics"]["details"]["states"] == _document(result[1])["states"]
    assert any("carries" in sentence for sentence in document["mechanics"]["summary"])


def test_a_second_run_takes_what_is_stored(
    run: Run, asked: tuple[str | Path, ...], result: tuple[Result, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from corduroy.pipeline import mechanics_case, planned_run

    def fail(*_: object) -> None:
        raise AssertionError("computed again")

    out = result[1]
    for module, name in ((mechanics_case, "assess"), (planned_run, "plan_case")):
        monkeypatch.setattr(module, name, fail)
    again = run(*asked, "--fill", out / "cement.nii.gz", "--json", out / "again.json", "--report", out / "plan")
    assert again.exit_code == 0, again.output
    assert (out / "again.json").read_bytes() == (out / "mechanics.json").read_bytes()


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (("--level", "L5"), "L5 is not in view"),
        (("--fill", "none.nii.gz"), "no file none.nii.gz"),
        (("--voxel", "9"), "voxel_mm"),
        (("--body-mass", "3"), "body_mass_kg"),
        (("--calibration", "0", "80"), "a slope of"),
        (("--samples", "2"), "2 samples"),
    ],
)
def test_bad_input_is_one_line_exit_2_and_no_result(
    run: Run, asked: tuple[str | Path, ...], tmp_path: Path, extra: tuple[str, ...], told: str
) -> None:
    ran = run(*asked, *extra, "--json", tmp_path / "out" / "m.json")
    assert ran.exit_code == 2, ran.output
    assert told in ran.stderr
    assert "Traceback" not in ran.output
    assert not (tmp_path / "out").exists()


def test_a_fill_that_cannot_be_is_refused_and_the_result_before_stays(
    run: Run,
    asked: tuple[str | Path, ...],
    patient: tuple[Volume, LabelMap],
    result: tuple[Result, Path],
    tmp_path: Path,
) -> None:
    folder = result[1] / "plan"
    before = (folder / "mechanics.json").read_bytes()
    labels = patient[1]
    away = np.zeros(labels.shape, np.uint8)
    away[:6, :6, :6] = 1
    write_volume(LabelMap(away, labels.affine), tmp_path / "away.nii.gz")
    cases = {"lies outside T12": ("--fill", tmp_path / "away.nii.gz"), "at most the marrow space": ("--volume", "39")}
    for told, extra in cases.items():
        ran = run(*asked, *extra, "--report", folder)
        assert ran.exit_code == 2, ran.output
        assert told in ran.stderr
    assert (folder / "mechanics.json").read_bytes() == before


def test_labels_alone_are_refused(run: Run, files: Path) -> None:
    ran = run("mechanics", files / "labels.nii.gz", "--level", "T12", *QUICK)
    assert ran.exit_code == 2, ran.output
    assert "labels without a CT" in ran.stderr


def test_a_case_folder_gets_its_result_beside_its_plan(tmp_path: Path) -> None:
    case = Case("sub-001_ses-preop", tmp_path / "ct.nii.gz", None, tmp_path / "derivatives")
    places = named_outputs(PlanOutputs.for_case(case), SimulatedKind.MECHANICS, case.name, None)
    assert places.json == tmp_path / "derivatives" / "sub-001_ses-preop_mechanics.json"
    assert places.report == PlanOutputs.for_case(case).report
    asked = PlanOutputs.for_case(case, tmp_path / "own.json")
    assert named_outputs(asked, SimulatedKind.MECHANICS, case.name, tmp_path / "own.json").json == tmp_path / "own.json"
