"""Two threads against one, and how time and memory grow from one to fifty-one million unknowns."""

from __future__ import annotations

from rich.table import Table

from benchmarks.figures import Row, Target, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.mechanics_cases import continuum, trabecular
from benchmarks.mechanics_probe import in_fresh_process
from benchmarks.mechanics_speed import THREADS
from benchmarks.pool import Tick

_ROWS = (
    Row("continuum", "continuum 128³: two threads over one", "", at_least(1.8)),
    Row("trabecular", "trabecular 128³: two threads over one", "", at_least(1.8)),
    Row("waiting", "trabecular 128³: the same, waiting threads awake (GOMP_SPINCOUNT=300000)", "", at_least(1.8)),
    Row("seconds", "continuum 256³: set-up and solution", "s"),
    Row("unknowns", "continuum 256³: unknowns", ""),
    Row("gib", "continuum 256³: peak memory", "GiB", at_most(12)),
    Row("bytes", "continuum 256³: the same per unknown", "byte", at_most(150)),
    Row("growth", "time per unknown at 51 million over that at 1.1 million", "", Target(0, 1.3)),
)
_SMALL, _LARGE, _BOTH = 72, 256, 128
_AWAKE = {"GOMP_SPINCOUNT": "300000"}  # as GNU's OpenMP does by itself; for machines that do nothing else
_REPEATS = 3  # in turns, the fastest of each counts; author's choice


def measure(quick: bool, tick: Tick) -> Report:
    """Sizes by four if quick."""
    less = 4 if quick else 1
    runs: dict[tuple[str, int], dict[str, float]] = {}
    pairs = [
        ("continuum", continuum, _BOTH, 1),
        ("continuum", continuum, _BOTH, THREADS),
        ("trabecular", trabecular, _BOTH, 1),
        ("trabecular", trabecular, _BOTH, THREADS),
        ("awake", trabecular, _BOTH, THREADS),
        ("small", continuum, _SMALL, THREADS),
    ]
    jobs = [*pairs * _REPEATS, ("large", continuum, _LARGE, THREADS)]
    for done, (name, make, n, threads) in enumerate(jobs):
        tick(done, len(jobs))
        run = in_fresh_process(make(n // less), threads, _AWAKE if name == "awake" else None)
        runs[name, threads] = min(runs.get((name, threads), run), run, key=lambda one: one["seconds"])
    large, small = runs["large", THREADS], runs["small", THREADS]
    values: dict[str, float | None] = {
        "continuum": runs["continuum", 1]["seconds"] / runs["continuum", THREADS]["seconds"],
        "trabecular": runs["trabecular", 1]["seconds"] / runs["trabecular", THREADS]["seconds"],
        "waiting": runs["trabecular", 1]["seconds"] / runs["awake", THREADS]["seconds"],
        "seconds": large["seconds"],
        "unknowns": large["unknowns"],
        "gib": large["bytes"] / 2**30,
        "bytes": large["bytes"] / large["unknowns"],
        "growth": large["seconds"] / large["unknowns"] / (small["seconds"] / small["unknowns"]),
    }
    table = Table("run", "threads", "seconds", "set-up (s)", "iterations", title="particulars", box=None)
    for (name, threads), run in runs.items():
        table.add_row(name, str(threads), f"{run['seconds']:.2f}", f"{run['setup_s']:.2f}", f"{run['iterations']:.0f}")
    return Report(fill(_ROWS, values), (table,))
