"""Reference values reproduced digit by digit, and exact tests equal to brute force."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from rich.table import Table

from benchmarks import study_brute_force as brute
from benchmarks.figures import Figure, at_most
from benchmarks.groups import Report
from benchmarks.pool import Tick
from benchmarks.study_reference import DERIVED, DERIVED_NOTES, PAIRED, Reference
from corduroy.study import (
    fisher_exact,
    friedman_test,
    mann_whitney_test,
    mean_difference_test,
    sign_flip_test,
    sign_test,
    signed_rank_test,
)

_SAMPLES = 1_000
_QUICK = 30
_BRUTE = "written-out enumeration, fractions compared without rounding"
_SEED = 6

Compare = Callable[[np.random.Generator], tuple[Fraction | None, Fraction]]


def _signed_rank(zeros: str) -> Compare:
    def compare(rng: np.random.Generator) -> tuple[Fraction | None, Fraction]:
        sample = brute.small_sample(rng)
        return signed_rank_test(sample, zeros).p.fraction, brute.signed_rank_p(sample, zeros)  # type: ignore[arg-type]

    return compare


def _sign(rng: np.random.Generator) -> tuple[Fraction | None, Fraction]:
    sample = brute.small_sample(rng)
    return sign_test(sample).p.fraction, brute.sign_flip_p(np.sign(sample))


def _sign_flip(rng: np.random.Generator) -> tuple[Fraction | None, Fraction]:
    sample = brute.small_sample(rng)
    return sign_flip_test(sample, rng).p.fraction, brute.sign_flip_p(sample)


def _mann_whitney(rng: np.random.Generator) -> tuple[Fraction | None, Fraction]:
    first, second = brute.two_small_groups(rng)
    return mann_whitney_test(first, second).p.fraction, brute.rank_sum_p(first, second)


def _mean_difference(rng: np.random.Generator) -> tuple[Fraction | None, Fraction]:
    first, second = brute.two_small_groups(rng)
    return mean_difference_test(first, second, rng).p.fraction, brute.mean_difference_p(first, second)


def _friedman(rng: np.random.Generator) -> tuple[Fraction | None, Fraction]:
    table = brute.small_table(rng)
    return friedman_test(table, rng).p.fraction, brute.friedman_p(table)


def _fisher(rng: np.random.Generator) -> tuple[Fraction | None, Fraction]:
    n, m = (int(size) for size in rng.integers(2, 8, size=2))
    a, c = int(rng.integers(0, n + 1)), int(rng.integers(0, m + 1))
    return fisher_exact(((a, n - a), (c, m - c))).fraction, brute.fisher_p((a, n), (c, m))


_TESTS: dict[str, Compare] = {
    "signed rank, zeros dropped": _signed_rank("wilcox"),
    "signed rank, Pratt": _signed_rank("pratt"),
    "sign test": _sign,
    "sign flips of the mean": _sign_flip,
    "Mann-Whitney": _mann_whitney,
    "permutation of the mean difference": _mean_difference,
    "Friedman, 3 times": _friedman,
    "Fisher": _fisher,
}


def measure(quick: bool, tick: Tick) -> Report:
    """Count what does not come out.

    Parameters
    ----------
    quick : bool
    tick : callable
    """
    samples = _QUICK if quick else _SAMPLES
    tables = {
        "n6_paired_reference_values.csv": PAIRED,
        "derived_checks.csv (rows that are statistics)": DERIVED,
        "derived_checks.csv (p values in its remarks)": DERIVED_NOTES,
    }
    wrong = Table(title="reference values that do not come out", title_justify="left", box=None, pad_edge=False)
    for column in ("row", "printed", "computed"):
        wrong.add_column(column)
    figures = [_reference(name, rows, wrong) for name, rows in tables.items()]
    for done, (name, compare) in enumerate(_TESTS.items(), start=1):
        rng = np.random.default_rng(_SEED + done)
        pairs = [compare(rng) for _ in range(samples)]
        unequal = sum(found != expected for found, expected in pairs)
        title = f"{name}: p values unequal to brute force, of {samples:,} random samples with ties and zeros"
        figures.append(Figure(title, unequal, "", at_most(0), _BRUTE))
        tick(done, len(_TESTS))
    return Report(figures, (wrong,))


def _reference(name: str, rows: tuple[Reference, ...], wrong: Table) -> Figure:
    missed = [(row.row, row.printed, found) for row in rows if (found := row.compute()) != row.printed]
    for cells in missed:
        wrong.add_row(*cells)
    return Figure(f"{name}: rows not reproduced to every printed digit, of {len(rows)}", len(missed), "", at_most(0))
