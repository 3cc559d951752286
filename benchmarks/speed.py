"""Group ``speed``: time per vertebra and memory of the whole process, on the 18 vertebrae of ``lidc0001``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import MissingDataError, lidc_ct, lidc_labels, spine_of
from benchmarks.figures import Row, at_most, fill
from benchmarks.groups import Report
from benchmarks.peer_totalsegmentator import NOT_INSTALLED, installed_peer
from benchmarks.pool import Tick

REPEATS = 5
_QUICK_REPEATS = 2
_PER_VERTEBRA_S = at_most(0.10)
_PEAK_GIB = at_most(1.5)
_GIB = 1 << 30
_PEER_EARLIER = "TotalSegmentator: {}; 0.09 earlier"
_PROJECT = Path(__file__).resolve().parents[1]

_ROWS = (
    Row("process", "speed: whole process less start-up and reading, per vertebra", "s", _PER_VERTEBRA_S),
    Row("inside", "speed: anatomy and measuring inside the process, per vertebra", "s", _PER_VERTEBRA_S),
    Row("build", "speed: of this, anatomy", "s"),
    Row("measure", "speed: of this, measuring", "s"),
    Row("with_ct", "speed: anatomy and measuring inside the process, with the CT, per vertebra", "s", _PER_VERTEBRA_S),
    Row("whole", "speed: whole process", "s"),
    Row("start", "speed: start-up and reading", "s"),
    Row("peak", "speed: peak memory of the whole process", "GiB", _PEAK_GIB),
    Row("vertebrae", "speed: vertebrae", ""),
)


@dataclass(frozen=True)
class Probed:
    """One run of `benchmarks.probe`: its wall time as seen from outside, and its own notes."""

    seconds: float
    notes: dict[str, float]


def measure(quick: bool, tick: Tick) -> Report:
    """Time fresh processes; of each kind the fastest run counts, the others were held up by something else."""
    try:
        labels = lidc_labels()
    except MissingDataError as error:
        return Report(fill(_ROWS, {}, str(error)))
    repeats = _QUICK_REPEATS if quick else REPEATS
    runs: dict[str, list[Probed]] = {"cli": [], "start": [], "parts": [], "parts with CT": []}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        jobs = {
            "cli": ["measure", str(labels), "--json", str(out / "m.json")],
            "start": [str(labels)],
            "parts": [str(labels)],
            "parts with CT": [str(labels), str(lidc_ct())],
        }
        for done in range(repeats):
            for task, arguments in jobs.items():
                runs[task].append(_probe(out / "notes.json", task.split()[0], arguments))
            tick(done + 1, repeats + 1)
    values = _values(runs)
    peer = _peer_cell(labels, repeats, values["vertebrae"])
    tick(repeats + 1, repeats + 1)
    return Report(fill(_ROWS, values, peers={"inside": peer}))


def _probe(notes: Path, task: str, arguments: list[str]) -> Probed:
    command = [sys.executable, "-m", "benchmarks.probe", str(notes), task, *arguments]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=_PROJECT)
    seconds = time.perf_counter() - start
    return Probed(seconds, json.loads(notes.read_text()))


def _values(runs: dict[str, list[Probed]]) -> dict[str, float]:
    if any(run.notes["exit_code"] for run in runs["cli"]):
        raise RuntimeError("`corduroy measure` failed on the benchmark's own scan")
    whole, start = (min(run.seconds for run in runs[task]) for task in ("cli", "start"))
    inside, with_ct = (
        min((run.notes for run in runs[task]), key=lambda notes: notes["build_s"] + notes["measure_s"])
        for task in ("parts", "parts with CT")
    )
    count = inside["vertebrae"]
    return {
        "process": (whole - start) / count,
        "inside": (inside["build_s"] + inside["measure_s"]) / count,
        "with_ct": (with_ct["build_s"] + with_ct["measure_s"]) / count,
        "build": inside["build_s"] / count,
        "measure": inside["measure_s"] / count,
        "whole": whole,
        "start": start,
        "peak": max(run.notes["peak_bytes"] for run in runs["cli"]) / _GIB,
        "vertebrae": count,
    }


def _peer_cell(labels: Path, repeats: int, count: float) -> str:
    """The peer's time for the same vertebrae, bodies given, images in memory, no pictures."""
    peer = installed_peer()
    if peer is None:
        return _PEER_EARLIER.format(NOT_INSTALLED)
    fastest = min(peer.measure(spine_of(labels)).seconds for _ in range(repeats))
    return f"TotalSegmentator {peer.version}: {fastest / count:.3g}, heights only"
