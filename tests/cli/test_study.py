"""`corduroy study`: a report from a cohort file, and one plain line where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import corduroy.study
from corduroy.cli.app import app

EXAMPLE = Path(corduroy.study.__file__).parent / "examples" / "synthetic-series.yaml"


def test_writes_the_whole_report_and_says_what_it_found(tmp_path: Path) -> None:
    out = tmp_path / "series"
    done = CliRunner().invoke(app, ["study", str(EXAMPLE), "--out", str(out)])
    assert done.exit_code == 0, done.output
    names = {path.name for path in out.iterdir()}
    assert {"series.html", "series.pdf", "series.docx", "series.json", "flow.csv", "paired-tests.csv"} <= names
    assert not [name for name in names if name.startswith(".")]
    assert done.stdout.startswith("SYNTHETIC DATA")
    assert "6 cases analysed" in done.stdout
    assert "96.9 % interval" in done.stdout
    written = json.loads((out / "series.json").read_text(encoding="utf-8"))
    assert written["n"] == 6
    assert written["paired"][0]["tests"][0]["p"]["words"] == "p = 2/64 = 0.03125"


def test_nobody_eligible_is_said_in_one_sentence(tmp_path: Path) -> None:
    cohort = tmp_path / "cohort.yaml"
    cohort.write_text(
        "title: A series\nregistry: synthetic\noutcomes: [odi]\ncriteria: {min_follow_up_months: 400}",
        encoding="utf-8",
    )
    done = CliRunner().invoke(app, ["study", str(cohort), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "Followed up for at least 400 months: 6 do not, 0 not recorded; 0 left" in done.stdout
    assert "None of the 6 cases in the registry fulfils the criteria" in done.stdout
    assert "Primary contrast" not in done.stdout


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("title: [", "line 1"),
        ("title: A series\nregistry: nix.sqlite\noutcomes: [odi]", "nix.sqlite"),
        ("title: A series\nregistry: synthetic\noutcomes: [vas]", "no outcome 'vas'"),
        ("", "holds nothing"),
    ],
)
def test_bad_files_are_one_line_and_leave_nothing(tmp_path: Path, content: str, told: str) -> None:
    cohort, out = tmp_path / "cohort.yaml", tmp_path / "series"
    cohort.write_text(content, encoding="utf-8")
    done = CliRunner().invoke(app, ["study", str(cohort), "--out", str(out)])
    assert done.exit_code == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists()
