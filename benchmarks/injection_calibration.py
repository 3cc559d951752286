"""Group ``calibration``: do leaks happen as often as the ensemble says, where permeability is not known?

Bodies with random ways out. Each body's truth is one draw of the unknown that the ensemble never sees, injected on a
finer grid than the ensemble's. Every way out gives one pair of a stated probability and what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from statsmodels.stats.proportion import proportion_confint

from benchmarks.figures import Row, Target, at_least, at_most, fill
from benchmarks.groups import Report
from benchmarks.injection_drums import dose, drum, openings_of
from benchmarks.pool import Tick, map_in_pool
from corduroy.simulation.injection_study import Spread, Task, draws, run_member

_BODIES, _MEMBERS = 60, 16
_QUICK_BODIES, _QUICK_MEMBERS = 6, 4
_VOXEL_MM, _TRUE_VOXEL_MM = 3.0, 2.0
_SPREAD = Spread(permeability_m2=(1e-9, 6e-8))
_VOLUME_ML = 10.0
_BINS = (0.0, 1e-9, 0.2, 0.4, 0.6, 0.8, 1.0 - 1e-9, 1.0)


@dataclass(frozen=True)
class Trial:
    """One body by its seed, and the members of its ensemble."""

    seed: int
    members: int


def measure(quick: bool, tick: Tick) -> Report:
    """Stated and true leaks of every body."""
    bodies, members = (_QUICK_BODIES, _QUICK_MEMBERS) if quick else (_BODIES, _MEMBERS)
    pairs = map_in_pool(stated_and_true, [Trial(seed, members) for seed in range(bodies)], tick)
    stated = np.concatenate([pair[0] for pair in pairs])
    true = np.concatenate([pair[1] for pair in pairs]).astype(float)
    rate = float(true.mean())
    brier, always = float(((stated - true) ** 2).mean()), rate * (1 - rate)
    table, gap = reliability(stated, true)
    # Sampling: an ensemble of m members states p ± sqrt(p (1 - p) / m), which alone adds this to the Brier score.
    noise = float((stated * (1 - stated) / (members - 1)).mean())
    rows = (
        Row("pairs", f"{bodies} bodies, {members} members each: ways out", ""),
        Row("rate", "share of the ways out through which cement leaks", ""),
        Row("bias", "stated less observed, mean", "", Target(-0.05, 0.05)),
        Row("brier", "Brier score of the stated probabilities", ""),
        Row("noise", "of it, by the small number of members", ""),
        Row("skill", "Brier skill over the observed rate for all", "", at_least(0.0)),
        Row("gap", "reliability: mean gap between stated and observed, by bins", "", at_most(0.10)),
    )
    values = {
        "pairs": float(stated.size),
        "rate": rate,
        "bias": float((stated - true).mean()),
        "brier": brier,
        "noise": noise,
        "skill": 1 - brier / always if always > 0 else float("nan"),
        "gap": gap,
    }
    return Report(fill(rows, values), (table,))


def stated_and_true(trial: Trial) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Probabilities of a leak through each way out, and whether the true body leaks there."""
    openings, given = openings_of(1000 + trial.seed), dose(_VOLUME_ML)
    coarse, fine = drum(_VOXEL_MM, openings), drum(_TRUE_VOXEL_MM, openings)
    drawn = draws(_SPREAD, trial.members, np.random.default_rng((trial.seed, 1)))
    members = [run_member(coarse, Task(draw, given)) for draw in drawn]
    truth = run_member(fine, Task(draws(_SPREAD, 1, np.random.default_rng((trial.seed, 2)))[0], given))
    sites = range(len(openings))
    leaks = np.array([[member.volume_of_leak(site) is not None for site in sites] for member in members])
    return leaks.mean(axis=0), np.array([truth.volume_of_leak(site) is not None for site in sites])


def reliability(stated: NDArray[np.float64], true: NDArray[np.float64]) -> tuple[Table, float]:
    """The reliability curve as a table, and its mean distance from the diagonal, weighted by the pairs."""
    table = Table(title="reliability", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for title in ("stated", "pairs", "mean stated", "observed", "95 % interval"):
        table.add_column(title, justify="right", no_wrap=True)
    gaps: list[float] = []
    for number, (low, high) in enumerate(pairwise(_BINS)):
        last = number == len(_BINS) - 2
        inside = (stated >= low) & ((stated <= high) if last else (stated < high))
        if not inside.any():
            continue
        mean, seen = float(stated[inside].mean()), float(true[inside].mean())
        gaps += [abs(mean - seen)] * int(inside.sum())
        table.add_row(*_cells(low, high, mean, seen, true[inside]))
    return table, float(np.mean(gaps))


def _cells(low: float, high: float, mean: float, seen: float, true: Sequence[float] | NDArray[np.float64]) -> list[str]:
    count = int(np.sum(true))
    below, above = proportion_confint(count, len(true), method="wilson")
    name = f"{low:.1f} to {high:.1f}" if high - low > 1e-6 else f"{round(high)}"
    return [name, str(len(true)), f"{mean:.2f}", f"{seen:.2f}", f"{below:.2f} to {above:.2f}"]
