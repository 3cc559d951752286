from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]

PAPER = "title: A series\nsource: 10.1000/x\nclaims:\n  - {kind: mean, what: age, n: 28, mean: 5.19}\n"


def test_the_example_can_be_checked(run: Run, tmp_path: Path) -> None:
    example = run("check-paper", "--example")
    assert example.exit_code == 0
    file = tmp_path / "paper.yaml"
    file.write_text(example.stdout, encoding="utf-8")
    result = run("check-paper", file, "--json", tmp_path / "out.json")
    assert result.exit_code == 0, result.output
    assert "GRIM-index-age" in result.stdout
    assert "total 314" in result.stdout
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert written["schema"] == "corduroy/check-paper/1"
    assert written["claims"][0]["values"]["total"] == 314
    assert {claim["verdict"] for claim in written["claims"]} >= {"fits", "fits only as", "does not fit"}


def test_a_mismatch_is_a_result_not_a_failure(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "paper.yaml"
    file.write_text(PAPER, encoding="utf-8")
    result = run("check-paper", file)
    assert result.exit_code == 0
    assert "does not fit" in result.stdout
    assert "possible reasons" in result.stdout
    assert "question to its authors" in " ".join(result.stdout.split())


@pytest.mark.parametrize("content", ["claims: [", "title: t", PAPER.replace("28", "some")])
def test_bad_input_ends_with_2_and_one_line(run: Run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "paper.yaml"
    file.write_text(content, encoding="utf-8")
    result = run("check-paper", file, "--json", tmp_path / "out.json")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "paper.yaml" in result.stderr
    assert not (tmp_path / "out.json").exists()


def test_no_file_ends_with_2(run: Run, tmp_path: Path) -> None:
    assert run("check-paper").exit_code == 2
    assert run("check-paper", tmp_path / "none.yaml").exit_code == 2
