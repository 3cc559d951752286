"""How long the statistics take, for six patients and for six thousand."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy import stats

from benchmarks.figures import Figure, at_most
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.study import (
    event_free,
    friedman_test,
    mann_whitney_test,
    paired_outcome,
    signed_rank_test,
    summarize,
    summarize_categories,
)

_REPEATS = 5


def measure(quick: bool, tick: Tick) -> Report:
    """The best of a few runs of each.

    Parameters
    ----------
    quick : bool
    tick : callable
    """
    rng = np.random.default_rng(8)
    six, many = rng.integers(0, 11, (2, 6)), rng.normal(5, 2, (2, 6_000))
    cohort = rng.lognormal(6, 1, 100_000)
    grades = rng.choice(list("ABCDE"), 100_000).tolist()
    table = rng.integers(0, 11, (6, 3))
    tied = np.round(rng.normal(1, 3, 30))
    work: dict[str, tuple[Callable[[], object], float, float | None]] = {
        "whole paired analysis, 6 patients": (lambda: paired_outcome("x", *six, rng), 100, None),
        "whole paired analysis, 6,000 patients": (lambda: paired_outcome("x", *many, rng), 10_000, None),
        "exact signed rank with ties, 30 patients (peer: SciPy's permutation by 9,999 draws)": (
            lambda: signed_rank_test(tied),
            20,
            _milliseconds(lambda: stats.wilcoxon(tied, method=stats.PermutationMethod()), 1),
        ),
        "exact signed rank, 500 patients": (lambda: signed_rank_test(many[0, :500] - 5), 1_000, None),
        "exact Mann-Whitney with ties, 30 and 30 patients": (
            lambda: mann_whitney_test(tied, np.round(many[0, :30])),
            200,
            None,
        ),
        "exact Friedman, 6 patients at 3 times": (lambda: friedman_test(table, rng), 100, None),
        "Kaplan-Meier with limits, 6,000 patients": (
            lambda: event_free("x", np.round(many[0] ** 2, 1), many[1] > 5, [12.0]),
            2_000,
            None,
        ),
        "description of a measurement and a grade, 100,000 patients": (
            lambda: (summarize(cohort, "x"), summarize_categories(grades, "grade")),
            1_000,
            None,
        ),
    }
    figures = []
    for done, (name, (run, most, peer)) in enumerate(work.items(), start=1):
        figures.append(Figure(name, _milliseconds(run, 1 if quick else _REPEATS), "ms", at_most(most), peer))
        tick(done, len(work))
    return Report(figures)


def _milliseconds(run: Callable[[], object], repeats: int) -> float:
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        found.append(1000 * (time.perf_counter() - start))
    return min(found)
