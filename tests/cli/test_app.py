from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from corduroy import __version__

Run = Callable[..., Result]

COMMAND = [sys.executable, "-c", "from corduroy.cli import main; main()"]


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"corduroy {__version__}\n"


@pytest.mark.parametrize("arguments", [("measure",), ("measure", "a", "--nonsense"), ("nonsense",)])
def test_usage_errors_end_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_help_needs_nothing_heavy() -> None:
    """The commands' own imports are left for when they run."""
    heavy = ["numpy", "scipy", "nibabel", "pydicom", "matplotlib", "SimpleITK", "typst", "pydantic"]
    code = f"import sys; import corduroy.cli; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_package_can_be_run_as_a_module() -> None:
    command = [sys.executable, "-m", "corduroy", "--version"]
    assert subprocess.check_output(command, text=True).startswith("corduroy ")


def test_a_fault_of_the_program_is_one_line_with_a_hint(run: Run, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corduroy.pipeline.run.measure_spine", lambda _: {}["no such key"])
    monkeypatch.delenv("CORDUROY_DEBUG", raising=False)
    result = run("measure", files / "labels.nii.gz")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "KeyError" in result.stderr
    assert "CORDUROY_DEBUG=1" in result.stderr
    monkeypatch.setenv("CORDUROY_DEBUG", "1")
    assert "Traceback" in run("measure", files / "labels.nii.gz").stderr


def test_interrupting_ends_with_130_and_nothing_half_written(files: Path, tmp_path: Path) -> None:
    command = [*COMMAND, "measure", str(files / "labels.nii.gz"), "--report", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    # A shell starts what it puts into the background deaf to Ctrl-C, and children inherit that.
    listen = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=listen)
    while not (tmp_path / "out" / "steps" / "measure.json").exists():
        assert process.poll() is None, "ended before it could be interrupted"
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert not list(tmp_path.rglob(".partial-*"))
    assert not (tmp_path / "out" / "report.html").exists()
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert (tmp_path / "out" / "report.html").exists()


def test_demo_measures_and_says_where_the_report_is(run: Run, tmp_path: Path) -> None:
    result = run("demo", tmp_path / "demo")
    assert result.exit_code == 0, result.output
    assert "measured against truth" in result.stdout
    assert str(tmp_path / "demo" / "report" / "report.html") in result.stdout
    assert (tmp_path / "demo" / "report" / "report.pdf").exists()
    row = next(line for line in result.stdout.splitlines() if line.startswith("T12"))
    assert "wedge" in row
    assert "plan for T12" in result.stdout
    assert (tmp_path / "demo" / "plan" / "plan.pdf").exists()
    plan = json.loads((tmp_path / "demo" / "plan.json").read_text(encoding="utf-8"))
    assert plan["lesion"]["epidural"]["side"] == "right"
    assert 1 not in plan["corridors_through_air"]["cement"]


def test_validate_prints_the_errors_by_quantity(run: Run) -> None:
    result = run("validate", "--patients", "1", "--spacing", "2")
    assert result.exit_code == 0, result.output
    assert "anterior height" in result.stdout
    assert "Genant grade exact in" in result.stdout
