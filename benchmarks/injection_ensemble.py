"""Group ``ensemble``: how long 64 members at 1 mm take in two processes."""

from __future__ import annotations

import os
import time

import numpy as np

from benchmarks.figures import Row, at_most, fill
from benchmarks.groups import Report
from benchmarks.injection_drums import dose, drum, openings_of
from benchmarks.pool import Tick
from corduroy.pipeline.injection_members import member_runner
from corduroy.simulation.injection_study import BATCH, Spread, Task, draws

_MEMBERS, _QUICK = 64, 4
_CELLS = 120_000
_SPREAD = Spread(permeability_m2=(1e-9, 6e-8))
_PROCESSES = 2


def measure(quick: bool, tick: Tick) -> Report:
    """All members are computed: an early end would make the figure better than it is."""
    scale, voxel = _scale(), 3.0 if quick else 1.0
    vertebra = drum(voxel, openings_of(1, scale), scale)
    members = _QUICK if quick else _MEMBERS
    tasks = [Task(draw, dose(6.0)) for draw in draws(_SPREAD, members, np.random.default_rng(1))]
    first, rest = tasks[:2], tasks[2:]
    steps, done = [], 0
    with member_runner(None, _PROCESSES) as runner:
        list(runner(vertebra, first))  # loads what was compiled, or compiles it
        clock, processors = time.perf_counter(), os.times()
        for start in range(0, len(rest), BATCH):
            for member in runner(vertebra, rest[start : start + BATCH]):
                steps.append(len(member.times_s))
                done += 1
                tick(done, len(rest))
        seconds = time.perf_counter() - clock
    used = os.times()
    cells = int(vertebra.bone.sum())
    rows = (
        Row("wall", f"{members} members of {cells} voxels, 6 ml, two processes: by the clock", "s", at_most(240.0)),
        Row("cpu", "the same: processors' time of both", "s"),
        Row("steps", "the same: steps per member, mean", ""),
    )
    share = members / len(rest)
    cpu = (used.children_user + used.children_system) - (processors.children_user + processors.children_system)
    return Report(fill(rows, {"wall": share * seconds, "cpu": cpu, "steps": float(np.mean(steps))}))


def _scale() -> float:
    """By how much the drum is enlarged so that it has 120 000 voxels of 1 mm."""
    return float((_CELLS / drum(1.0, ()).bone.sum()) ** (1 / 3))
