"""Runs inside a fresh process, for `benchmarks.speed`: does one thing, and writes what it took.

``python -m benchmarks.probe NOTES cli ARGUMENT...`` runs the command line; ``start LABELS`` does no more of it than to
load the same parts and read the input; ``parts LABELS [CT]`` times reading and measuring apart.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path

_STATUS = Path("/proc/self/status")
_KIB = 1024


def main(arguments: list[str]) -> None:
    """Do what is asked and write the figures as JSON into the file NOTES."""
    notes, task, *rest = arguments
    tasks = {"cli": _command_line, "start": _start_only, "parts": _parts}
    found = tasks[task](rest)
    Path(notes).write_text(json.dumps({**found, "peak_bytes": peak_bytes()}))


def peak_bytes() -> int:
    """Largest resident memory of this process so far.

    Linux's own count: what `getrusage` tells there begins with the memory of the process that started this one.
    """
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * _KIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * _KIB


def _command_line(arguments: list[str]) -> dict[str, float]:
    from corduroy.cli.app import app

    try:
        app(arguments)
    except SystemExit as end:
        return {"exit_code": float(end.code or 0) if not isinstance(end.code, str) else 1.0}
    return {"exit_code": 0.0}


def _start_only(arguments: list[str]) -> dict[str, float]:
    """Load what ``corduroy measure`` loads, read what it reads."""
    for module in ("cli.app", "cli.progress", "cli.tables", "pipeline.batch", "pipeline.points"):
        importlib.import_module(f"corduroy.{module}")
    from corduroy.pipeline.case import find_cases
    from corduroy.pipeline.inputs import read_case
    from corduroy.pipeline.settings import CaseSettings

    (case,) = find_cases(Path(arguments[0]))
    read_case(case, CaseSettings())
    return {}


def _parts(arguments: list[str]) -> dict[str, float]:
    from corduroy.anatomy import build_spine
    from corduroy.imaging import read_labels, read_volume
    from corduroy.morphometry import measure_spine

    start = time.perf_counter()
    labels, *ct = (read(Path(path)) for read, path in zip((read_labels, read_volume), arguments, strict=False))
    read = time.perf_counter()
    spine = build_spine(labels, ct=ct[0] if ct else None)
    built = time.perf_counter()
    measured = measure_spine(spine)
    end = time.perf_counter()
    return {
        "read_s": read - start,
        "build_s": built - read,
        "measure_s": end - built,
        "vertebrae": float(len(measured.vertebrae)),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
