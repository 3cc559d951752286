"""`corduroy registry import`, `draft-mapping`, `export` and `check`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.testing import Result

from corduroy.registry.record import CaseFile
from corduroy.registry.store import Registry

from .conftest import everything, fill
from .test_adding import MASTER, MASTER_ROWS

Run = Callable[..., Result]


@pytest.fixture
def sheet(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A sheet, its mapping, and an empty registry."""
    (tmp_path / "sheet.csv").write_text(MASTER_ROWS, encoding="utf-8")
    (tmp_path / "m.yaml").write_text(yaml.safe_dump(MASTER), encoding="utf-8")
    Registry.create(tmp_path / "r.sqlite").close()
    return tmp_path / "sheet.csv", tmp_path / "m.yaml", tmp_path / "r.sqlite"


def cases(place: Path) -> int:
    with Registry.open(place) as registry:
        return len(everything(registry))


def test_a_dry_run_writes_nothing_and_then_it_is_written(run: Run, sheet: tuple[Path, Path, Path]) -> None:
    file, mapping, place = sheet
    dry = run("registry", "import", file, "--mapping", mapping, "--registry", place)
    assert dry.exit_code == 0, dry.output
    assert "3 rows: 0 problems, 0 doubts; 2 patient, 3 case, 3 operation" in dry.output
    assert "Dry run" in dry.output
    assert cases(place) == 0
    done = run("registry", "import", file, "--mapping", mapping, "--registry", place, "--write", "--who", "R1")
    assert done.exit_code == 0, done.output
    assert "8 records written" in done.output
    # A patient of two cases is told in both files.
    assert cases(place) == 9


def test_problems_end_with_2_and_stand_in_the_json(run: Run, sheet: tuple[Path, Path, Path], tmp_path: Path) -> None:
    file, mapping, place = sheet
    file.write_text(MASTER_ROWS.replace("T7", "T77").replace("male,T8", "man,T8"), encoding="utf-8")
    out = tmp_path / "report.json"
    target = ("--registry", place, "--write", "--who", "R1", "--confirm")
    result = run("registry", "import", file, "--mapping", mapping, "--json", out, *target)
    assert result.exit_code == 2
    assert "problem: sheet.csv!D2 (Level)" in result.output
    assert "Nothing was written" in result.output
    report = json.loads(out.read_text(encoding="utf-8"))
    assert [problem["place"] for problem in report["problems"]] == ["sheet.csv!D2", "sheet.csv!C4"]
    assert cases(place) == 0


def test_doubts_need_a_confirmation(run: Run, sheet: tuple[Path, Path, Path]) -> None:
    file, mapping, place = sheet
    file.write_text(MASTER_ROWS.replace(",300", ",3"), encoding="utf-8")
    command = ("registry", "import", file, "--mapping", mapping, "--registry", place, "--write", "--who", "R1")
    refused = run(*command)
    assert refused.exit_code == 2
    assert "doubt: sheet.csv!F2 (Loss)" in refused.output
    assert cases(place) == 0
    assert run(*command, "--confirm").exit_code == 0
    assert cases(place) == 9


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "sheet.csv"), "no --mapping"),
        (("import", "sheet.csv", "--mapping", "m.yaml", "--write"), "registry.sqlite"),
        (("import", "none.csv", "--mapping", "m.yaml"), "cannot read"),
        (("import", "sheet.csv", "--mapping", "none.yaml"), "cannot read"),
        (("import", "sheet.csv", "--mapping", "m.yaml", "--registry", "none.sqlite"), "none.sqlite"),
        (("import", "sheet.csv", "--as", "redcap"), "record_id"),
        (("export", "out", "--registry", "none.sqlite", "--as", "long"), "none.sqlite"),
        (("draft-mapping", "none.csv"), "cannot read"),
        (("draft-mapping", "sheet.csv", "--out", "m.yaml"), "already"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    run: Run,
    sheet: tuple[Path, Path, Path],
    arguments: tuple[str, ...],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(sheet[0].parent)
    monkeypatch.delenv("CORDUROY_REGISTRY", raising=False)
    result = run("registry", *arguments)
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert "Traceback" not in result.output
    assert not Path("out").exists()


def test_a_draft_is_written_and_not_overwritten(run: Run, sheet: tuple[Path, Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    assert run("registry", "draft-mapping", sheet[0], "--out", out).exit_code == 0
    assert out.read_text(encoding="utf-8") == run("registry", "draft-mapping", sheet[0]).stdout


@pytest.mark.parametrize("form", ["wide", "long", "redcap", "fhir-r4", "fhir-r5"])
def test_every_form_is_exported(run: Run, filled: Registry, tmp_path: Path, form: str) -> None:
    result = run("registry", "export", tmp_path / "out", "--registry", filled.place, "--as", form)
    assert result.exit_code == 0, result.output
    assert any((tmp_path / "out").iterdir())


def test_a_redcap_export_comes_back_by_command(
    run: Run, filled: Registry, empty_file: Path, tmp_path: Path, six: list[CaseFile]
) -> None:
    run("registry", "export", tmp_path / "out", "--registry", filled.place, "--as", "redcap")
    place = tmp_path / "second.sqlite"
    place.write_bytes(empty_file.read_bytes())
    target = ("--registry", place, "--write", "--confirm", "--who", "R1")
    result = run("registry", "import", tmp_path / "out" / "data.csv", "--as", "redcap", *target)
    assert result.exit_code == 0, result.output
    with Registry.open(place) as second:
        assert list(second.case_files()) == six


def test_the_check_lists_and_counts(run: Run, registry: Registry, six: list[CaseFile], tmp_path: Path) -> None:
    fill(registry, six)
    result = run("registry", "check", "--registry", registry.place, "--json", tmp_path / "check.json")
    assert result.exit_code == 0, result.output
    assert "6 cases: 0 errors" in result.output
    assert json.loads((tmp_path / "check.json").read_text(encoding="utf-8"))["cases"] == 6


def test_json_on_standard_output_is_nothing_but_json(
    run: Run, sheet: tuple[Path, Path, Path], filled: Registry
) -> None:
    told = run("registry", "import", sheet[0], "--mapping", sheet[1], "--registry", sheet[2], "--json", "-")
    assert json.loads(told.stdout)["rows"] == 3
    assert json.loads(run("registry", "check", "--registry", filled.place, "--json", "-").stdout)["cases"] == 6
