"""Group ``bad-input``: the command line refuses unusable files in one line and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.table import Table
from rich.text import Text

from benchmarks.bad_files import BAD_FILES, Arguments
from benchmarks.figures import Row, Target, fill
from benchmarks.groups import Report
from benchmarks.pool import Tick

_BAD_INPUT = 2
_LIMIT_S = 120
_COMMAND = (sys.executable, "-c", "from corduroy.cli import main; main()", "measure")


def measure(quick: bool, tick: Tick) -> Report:
    """Give every bad file to a fresh process; few enough that `quick` changes nothing."""
    del quick
    table = Table(title="answers to bad input", title_justify="left", box=None, pad_edge=False)
    for column in ("input", "fault", "said"):
        table.add_column(column)
    passed = 0
    for done, make in enumerate(BAD_FILES, 1):
        faults, said = _try(make)
        passed += not faults
        table.add_row(make.__name__.replace("_", " "), "; ".join(faults) or "none", Text(said))
        tick(done, len(BAD_FILES))
    count = len(BAD_FILES)
    row = Row(
        "passed", f"bad input: refused in one line, exit code 2, nothing left, of {count}", "", Target(count, count)
    )
    return Report(fill((row,), {"passed": passed}), (table,))


def _try(make: Callable[[Path], Arguments]) -> tuple[list[str], str]:
    """What was wrong with the answer to one bad input, and the answer."""
    with tempfile.TemporaryDirectory() as folder:
        # Two floors down, so that what climbs out of an archive is still seen.
        given, scratch, out = (Path(folder) / "ground" / "first" / name for name in ("given", "scratch", "out"))
        given.mkdir(parents=True)
        scratch.mkdir()
        arguments = [str(a) for a in make(given)]
        before = _contents(Path(folder))
        command = [*_COMMAND, *arguments, "--json", str(out / "m.json"), "--report", str(out / "report")]
        environment = {**os.environ, "TMPDIR": str(scratch)}
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, env=environment)
        except subprocess.TimeoutExpired:
            return [f"no answer in {_LIMIT_S} s"], ""
        faults = _faults(ended, [path.name for path in given.iterdir()])
        if _contents(Path(folder)) != before:
            faults.append("something was left behind or changed")
        return faults, ended.stderr.strip()


def _faults(ended: subprocess.CompletedProcess[str], names: list[str]) -> list[str]:
    errors = [line for line in ended.stderr.splitlines() if not line.startswith("warning: ")]
    found = {
        f"exit code {ended.returncode}": ended.returncode != _BAD_INPUT,
        f"{len(errors)} lines of error": len(errors) != 1,
        "the file is not named": not any(name in line for name in names for line in errors),
        "a traceback": "Traceback" in ended.stderr + ended.stdout,
        "output beside the error": bool(ended.stdout.strip()),
    }
    return [fault for fault, present in found.items() if present]


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}
