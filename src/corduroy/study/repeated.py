"""More than two times: one contrast chosen beforehand, and one test of all times together."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from corduroy.errors import StatisticsError
from corduroy.study.enumeration import Distribution
from corduroy.study.p_value import PValue, counted, drawn
from corduroy.study.paired import Better, MinimalChange, PairedOutcome, paired_outcome
from corduroy.study.scaled import Integers, scale

Scores = Literal["ranks", "values"]

_DRAWS = 100_000  # author's choice: a standard error of 0.0007 at p = 0.05
_BATCH = 2_000_000  # author's choice: values shuffled at once, so that memory does not grow with the patients
_MOST_STATES = 2_000_000  # author's choice: a few seconds
_LARGEST_INTEGER = 2**62


@dataclass(frozen=True)
class FriedmanTest:
    """Friedman's test, or the same permutation test on the values themselves.

    Parameters
    ----------
    patients, times : int
    left_out : int
        Patients without a value at every time.
    scores : {"ranks", "values"}
    statistic : float
        Friedman's chi-squared, corrected for ties; for values the same formula with values in place of ranks.
    p : PValue
    smallest_p : PValue or None
        None for Monte Carlo.
    """

    patients: int
    times: int
    left_out: int
    scores: Scores
    statistic: float
    p: PValue
    smallest_p: PValue | None

    @property
    def words(self) -> str:
        """The test as it was run."""
        name = "Friedman's test" if self.scores == "ranks" else "Permutation test of the values over times"
        how = (
            "exact by enumeration of all orders within patients"
            if self.smallest_p
            else f"{self.p.total:,} random orders within patients"
        )
        floor = (
            f"; the smallest p these data could give is {str(self.smallest_p).removeprefix('p = ')}"
            if self.smallest_p
            else ""
        )
        gone = f", {self.left_out} without a value at every time left out" if self.left_out else ""
        return (
            f"{name}, {how}, {self.patients} patients{gone}, {self.times} times: chi-squared {self.statistic:.4g}, "
            f"{self.p}{floor}."
        )


@dataclass(frozen=True)
class RepeatedContrast:
    """A measurement at several times: the contrast chosen beforehand, and all times together.

    Parameters
    ----------
    times : tuple of str
    contrast : tuple of (str, str)
    primary : PairedOutcome
    overall : FriedmanTest or None
        None where fewer than two patients have a value at every time.
    """

    times: tuple[str, ...]
    contrast: tuple[str, str]
    primary: PairedOutcome
    overall: FriedmanTest | None

    @property
    def words(self) -> str:
        """What was chosen, and what came out."""
        overall = f" All times together: {self.overall.words}" if self.overall else ""
        return (
            f"Primary contrast, chosen beforehand: {self.contrast[1]} against {self.contrast[0]}; the other times "
            f"({len(self.times) - 2}) are described and not tested one by one. {self.primary.words}{overall}"
        )


def primary_contrast(
    name: str,
    values: ArrayLike,
    times: Sequence[str],
    contrast: tuple[str, str],
    rng: np.random.Generator,
    *,
    unit: str = "",
    better: Better = "lower",
    minimal_change: MinimalChange | None = None,
) -> RepeatedContrast:
    """Analyse a measurement at several times by one contrast, chosen beforehand.

    Parameters
    ----------
    name : str
    values : array_like, shape (patients, times)
        NaN where missing. The contrast uses all patients who have its two times.
    times : sequence of str
    contrast : tuple of (str, str)
        Earlier and later time.
    rng : numpy.random.Generator
    unit, better, minimal_change
        As in `paired_outcome`.

    Raises
    ------
    StatisticsError
        If a time of the contrast is unknown or no patient has both.

    Notes
    -----
    Three pairwise tests of three times would be three chances to be wrong. When this number misleads: if the contrast
    is chosen after looking, nothing here protects.
    """
    table = _table(values, len(times))
    if unknown := [time for time in contrast if time not in times]:
        raise StatisticsError(f"the time '{unknown[0]}' in the contrast", ", ".join(times))
    first, second = (table[:, list(times).index(time)] for time in contrast)
    complete = int((~np.isnan(table).any(axis=1)).sum())
    return RepeatedContrast(
        times=tuple(times),
        contrast=contrast,
        primary=paired_outcome(name, first, second, rng, unit=unit, better=better, minimal_change=minimal_change),
        overall=friedman_test(table, rng) if complete >= 2 else None,
    )


def friedman_test(
    values: ArrayLike, rng: np.random.Generator, scores: Scores = "ranks", draws: int = _DRAWS
) -> FriedmanTest:
    """Whether any time differs: Friedman's test, exact with ties for few patients.

    Parameters
    ----------
    values : array_like, shape (patients, times)
        Patients with a missing value are left out.
    rng : numpy.random.Generator
        Used only where the orders cannot be enumerated.
    scores : {"ranks", "values"}
        ``"values"``: the permutation test of the values, with patients as strata.
    draws : int

    Raises
    ------
    StatisticsError
        If fewer than two patients or two times are complete.

    Notes
    -----
    Friedman 1937 (10.1080/01621459.1937.10503522). Within each patient every order of the values is equally likely
    under the null hypothesis; all are counted by dynamic programming over the column sums.

    When this number misleads: it says that some time differs, not which.
    """
    table = _table(values, np.shape(values)[1] if np.ndim(values) == 2 else 0)
    whole = table[~np.isnan(table).any(axis=1)]
    if whole.shape[0] < 2 or whole.shape[1] < 2:
        raise StatisticsError(f"{whole.shape[0]} complete patients at {whole.shape[1]} times", "two of each")
    if scores not in ("ranks", "values"):
        raise StatisticsError(f"scores '{scores}'", "ranks or values")
    numbers = scale(whole.ravel())[0].numbers.reshape(whole.shape)
    rows = np.rint(2 * stats.rankdata(numbers, axis=1)).astype(np.int64) if scores == "ranks" else numbers
    rows = rows - rows.min(axis=1, keepdims=True)
    observed = _spread(rows.sum(axis=0))
    table_of_sums = _column_sums(rows)
    if table_of_sums is None:
        p: PValue = _shuffle(rows, observed, rng, draws)
        smallest = None
    else:
        p, smallest = table_of_sums.p(observed, "greater"), table_of_sums.smallest_p("greater")
    return FriedmanTest(
        patients=whole.shape[0],
        times=whole.shape[1],
        left_out=int(table.shape[0] - whole.shape[0]),
        scores=scores,
        statistic=_chi_squared(rows),
        p=p,
        smallest_p=smallest,
    )


def _table(values: ArrayLike, columns: int) -> NDArray[np.float64]:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != columns or np.isinf(table).any():
        raise StatisticsError(f"values of shape {table.shape}", "one finite row per patient, one column per time")
    return table


def _spread(sums: Integers) -> int:
    """Grows with Friedman's statistic, in whole numbers."""
    return int((sums**2).sum())


def _chi_squared(rows: Integers) -> float:
    """Friedman's statistic with the correction for ties."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    within = float((centred**2).sum())
    if within == 0:
        return 0.0
    return float((rows.shape[1] - 1) * (centred.sum(axis=0) ** 2).sum() / within)


def _column_sums(rows: Integers) -> Distribution | None:
    """Distribution of the squared column sums over all orders within rows; None where there are too many."""
    base = int(rows.max(axis=1).sum()) + 1
    if base ** (rows.shape[1] - 1) >= _LARGEST_INTEGER:
        return None
    weights = base ** np.arange(rows.shape[1] - 1, dtype=np.int64)
    codes, counts = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
    total = 1
    for row in rows:
        # All different orders of a row with ties are equally likely.
        orders = np.array(sorted(set(itertools.permutations(row.tolist()))), dtype=np.int64)
        total *= len(orders)
        if codes.size * len(orders) > _MOST_STATES or total >= _LARGEST_INTEGER:
            return None
        steps = orders[:, :-1] @ weights
        codes, places = np.unique((codes[:, None] + steps[None, :]).ravel(), return_inverse=True)
        merged = np.zeros(codes.size, dtype=np.int64)
        np.add.at(merged, places, np.repeat(counts, len(orders)))
        counts = merged
    sums = (codes[:, None] // weights[None, :]) % base
    last = int(rows.sum()) - sums.sum(axis=1)
    spreads, places = np.unique((sums**2).sum(axis=1) + last**2, return_inverse=True)
    merged = np.zeros(spreads.size, dtype=np.int64)
    np.add.at(merged, places, counts)
    return Distribution(spreads, merged, (0, 1))


def _shuffle(rows: Integers, observed: int, rng: np.random.Generator, draws: int) -> PValue:
    extreme = 0
    most = max(1, _BATCH // rows.size)
    for start in range(0, draws, most):
        batch = min(most, draws - start)
        sums = rng.permuted(np.broadcast_to(rows, (batch, *rows.shape)), axis=2).sum(axis=1)
        extreme += int(((sums**2).sum(axis=1) >= observed).sum())
    return drawn(extreme, draws) if np.ptp(rows, axis=1).any() else counted(1, 1)
