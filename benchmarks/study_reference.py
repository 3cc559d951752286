"""Printed reference values and how they are computed: `n6_paired_reference_values.csv`, `derived_checks.csv`.

The tests compare every one; the benchmark counts them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from corduroy.study import (
    chi_squared,
    clopper_pearson,
    fisher_exact,
    hedges_groups,
    hodges_lehmann,
    holm,
    mann_whitney_from_u,
    median_interval,
    none_seen,
    ordinal_change,
    poisson_rate,
    signed_rank_approximation,
    signed_rank_test,
    t_from_summaries,
)

Table = tuple[tuple[int, int], tuple[int, int]]
Summary = tuple[float, float, int]

_UP = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
_LOSS: tuple[Summary, Summary] = (707.1, 109.7, 7), (416.7, 103.3, 6)
_DURATION: tuple[Summary, Summary] = (222.0, 47.8, 7), (162.0, 30.2, 6)
_PERSON_YEARS = 299 / 12  # the index series' follow-up in months, over twelve


@dataclass(frozen=True)
class Reference:
    """One row of a reference table.

    Parameters
    ----------
    row : str
        What the table calls it.
    printed : str
        Digit by digit.
    compute : callable
        Gives the same text from the study room.
    """

    row: str
    printed: str
    compute: Callable[[], str]


def _smallest(n: int) -> str:
    return f"{signed_rank_test(np.arange(1.0, n + 1)).smallest_p.value}"


def _with_t(total: int) -> str:
    """Six differences whose negative ranks sum to T <= 6."""
    return f"{signed_rank_test([-rank if rank == total else rank for rank in _UP]).p.value}"


def _tied(*sizes: int, named: bool = False) -> str:
    found = signed_rank_approximation([-size for size in sizes])
    return f"{found.p.value:.4f} ({'Z=' if named else ''}{found.z:.3f})"


def _coverage(value: float | None) -> str:
    return f"{100 * (value or 0):g}%"


def _inner(estimate_inner: object) -> str:
    return _coverage(getattr(estimate_inner, "attained", None))


def _limits(count: int, n: int) -> str:
    interval = clopper_pearson(count, n).interval
    low, high = (f"{100 * limit:.3g}" for limit in (interval.low, interval.high))
    return f"0-{high}%" if count == 0 else f"{low}%-{high}%"


def _two_end_points() -> str:
    floor = signed_rank_test(_UP).smallest_p
    return f"{'can' if holm(['VAS', 'Frankel'], [floor] * 2, [floor] * 2).reachable else 'cannot'} reach 0.05"


PAIRED = (
    Reference("two-sided minimum p, n=5", "0.0625", lambda: _smallest(5)),
    Reference("two-sided minimum p, n=6", "0.03125", lambda: _smallest(6)),
    Reference("two-sided minimum p, n=7", "0.015625", lambda: _smallest(7)),
    Reference("signed-rank n=6, T=0", "0.03125", lambda: _with_t(0)),
    Reference("signed-rank n=6, T=1", "0.0625", lambda: _with_t(1)),
    Reference("signed-rank n=6, T=2", "0.09375", lambda: _with_t(2)),
    Reference("signed-rank n=6, T=3", "0.15625", lambda: _with_t(3)),
    Reference(
        "normal approximation n=6 all improve, no ties, no cc",
        "0.0277 (Z=-2.201)",
        lambda: _tied(1, 2, 3, 4, 5, 6, named=True),
    ),
    Reference("same with cc", "0.036", lambda: f"{signed_rank_approximation(_UP).p_corrected.value:.3f}"),
    Reference(
        "same with one tie pair / triple / two pairs / all six tied",
        "0.0273 (Z=-2.207) / 0.0260 (-2.226) / 0.0269 (-2.214) / 0.0143 (Z=-2.449)",
        lambda: " / ".join(
            [
                _tied(1, 1, 3, 4, 5, 6, named=True),
                _tied(1, 1, 1, 4, 5, 6),
                _tied(1, 1, 3, 3, 5, 6),
                _tied(1, 1, 1, 1, 1, 1, named=True),
            ]
        ),
    ),
    Reference("one zero difference, five improve", "0.0625", lambda: f"{signed_rank_test([0.0, *_UP[:5]]).p.value}"),
    Reference(
        "Hodges-Lehmann CI from Walsh averages, k=1",
        "96.875% coverage",
        lambda: f"{_coverage(hodges_lehmann(_UP).interval.attained)} coverage",
    ),
    Reference("k=2", "93.75%", lambda: _inner(hodges_lehmann(_UP).narrower)),
    Reference("median CI X(1)-X(6)", "96.875%", lambda: _coverage(median_interval(_UP).interval.attained)),
    Reference("median CI X(2)-X(5)", "78.125%", lambda: _inner(median_interval(_UP).narrower)),
    Reference("distinct bootstrap samples n=6", "462", lambda: f"{math.comb(11, 6)}"),
    Reference("Holm/Bonferroni with 2 co-primary end points", "cannot reach 0.05", _two_end_points),
    Reference("95% CP 6/6", "54.1%-100%", lambda: _limits(6, 6)),
    Reference("95% CP 0/6", "0-45.9%", lambda: _limits(0, 6)),
    Reference("95% CP 5/6", "35.9%-99.6%", lambda: _limits(5, 6)),
    Reference(
        "P(0 recurrences in 24.9 py) if true yearly rate 1/2/5/10%",
        "0.78 / 0.61 / 0.29 / 0.083",
        lambda: " / ".join(f"{seen.probability:.2g}" for seen in none_seen(_PERSON_YEARS)),
    ),
)


def _both_t(groups: tuple[Summary, Summary], digits: int) -> str:
    found = (t_from_summaries(*groups, equal_spread=equal).p.value for equal in (True, False))
    return " / ".join(f"{value:.{digits}f}" for value in found)


def _difference(groups: tuple[Summary, Summary], unit: str, digits: int) -> str:
    found, g = t_from_summaries(*groups, equal_spread=True), hedges_groups(*groups).value
    low, high = found.interval.low, found.interval.high
    return f"{found.difference:.{digits}f} {unit} ({low:.1f} to {high:.1f}), g {g:.2f}"


def _rank_sums(u: int) -> str:
    found = mann_whitney_from_u(u, 7, 6)
    middle = f" / {found.approximate_corrected.value:.5f}" if u == 0 else ""
    return f"{found.approximate.value:.5f}{middle} / {found.exact.value:.5f}"


def _singh() -> str:
    change = ordinal_change("AAABCCCCCC", "DDDDDEEEEE", "ABCDE", "ASIA")
    places = {grade: place for place, grade in enumerate("ABCDE")}
    gain = (sum(places[grade] for grade in "DDDDDEEEEE") - sum(places[grade] for grade in "AAABCCCCCC")) / 10
    return f"p={change.sign.p.value:.5f}; mean gain {gain:.1f} grades"


def _fisher(digits: int, *tables: Table) -> str:
    return "; ".join(f"{fisher_exact(table).value:.{digits}f}" for table in tables)


def _percent_interval(count: int, n: int, digits: int = 1) -> str:
    interval = clopper_pearson(count, n).interval
    share = f"{100 * count / n:.{digits}f}".removesuffix(".0")
    return f"{share}% ({100 * interval.low:.1f}-{100 * interval.high:.1f})"


def _zero_six() -> str:
    both, upper = clopper_pearson(0, 6).interval, clopper_pearson(0, 6, side="upper").interval
    return f"0-{100 * both.high:.1f}% / <={100 * upper.high:.1f}% / {100 * 3 / 6:.0f}%"


def _zero_rate() -> str:
    limits = (poisson_rate(0, _PERSON_YEARS, side=side).interval.high for side in ("two-sided", "upper"))
    return " / ".join(f"{limit:.3f}" for limit in limits) + " per person-year"


def _chi(digits: int, table: Table, *, corrected: bool = False) -> str:
    return f"{chi_squared(table, corrected=corrected).value:.{digits}f}"


_EQUAL_SPREAD_DRAINAGE: tuple[Summary, Summary] = (368.33, 191.15, 16), (178.33, 66.76, 16)

# The rows of derived_checks.csv that are statistics; those about totals, percentages and versions of a paper are
# checked with the published numbers.
DERIVED = (
    Reference("Xu-EBL-t", "0.00048 / 0.00048", lambda: _both_t(_LOSS, 5)),
    Reference("Xu-EBL-MWU", "0.00270 / 0.00341 / 0.00117", lambda: _rank_sums(0)),
    Reference("Xu-op-t", "0.0227 / 0.0203", lambda: _both_t(_DURATION, 4)),
    Reference("Xu-op-MWU", "0.02227 / 0.02214", lambda: _rank_sums(5)),
    Reference("Xu-EBL-CI", "290.4 ml (159.6 to 421.2), g 2.53", lambda: _difference(_LOSS, "ml", 1)),
    Reference("Xu-op-CI", "60 min (10.1 to 109.9), g 1.37", lambda: _difference(_DURATION, "min", 0)),
    Reference("Singh-sign", "p=0.00195; mean gain 2.2 grades", _singh),
    Reference("XuD-drain", "0.00075 / 0.00139", lambda: _both_t(_EQUAL_SPREAD_DRAINAGE, 5)),
    Reference(
        "Oh-RCT",
        "12: 0.812; 13: 0.640",
        lambda: "; ".join(f"{n}: {_chi(3, ((11, 39), (n, 50 - n)))}" for n in (12, 13)),
    ),
    Reference(
        "Ahn-canal",
        "0.091; 0.151; 0.046",
        lambda: _fisher(3, ((11, 70), (3, 62)), ((11, 63), (3, 50)), ((11, 11), (3, 16))),
    ),
    Reference(
        "Ahn-all",
        "0.782 / 0.927",
        lambda: f"{_chi(3, ((22, 59), (19, 46)))} / {_chi(3, ((22, 59), (19, 46)), corrected=True)}",
    ),
    Reference("IVC-B", "0.0409", lambda: _chi(4, ((29, 110), (44, 95)))),
    Reference(
        "MSCC-bleed", "0.0099 / 0.0105", lambda: f"{_fisher(4, ((0, 18), (10, 24)))} / {_chi(4, ((0, 18), (10, 24)))}"
    ),
    Reference("biopsy-index series", "83.3% (35.9-99.6)", lambda: _percent_interval(5, 6)),
    Reference("biopsy-Jiang", "20% (0.5-71.6)", lambda: _percent_interval(1, 5)),
    Reference("zero-6", "0-45.9% / <=39.3% / 50%", _zero_six),
    Reference("zero-rate", "0.148 / 0.120 per person-year", _zero_rate),
)

# What derived_checks.csv says in its column "meaning".
DERIVED_NOTES = (
    Reference("Bhatia: osteoporotic v malignant Fisher p", "0.27", lambda: _fisher(2, ((11, 38), (5, 7)))),
    Reference("biopsy: Fisher index series v Jiang p", "0.080", lambda: _fisher(3, ((5, 1), (1, 4)))),
    Reference("biopsy: pooled 6/11", "54.5% (23.4-83.3)", lambda: _percent_interval(6, 11)),
)
