"""Do SciPy, statsmodels and lifelines agree where they compute the same."""

from __future__ import annotations

from collections.abc import Callable

import lifelines
import numpy as np
import scipy
import statsmodels
from lifelines import KaplanMeierFitter
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from benchmarks.figures import Figure, at_most
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.study import (
    PValue,
    clopper_pearson,
    event_free,
    fisher_exact,
    friedman_test,
    hodges_lehmann_shift,
    holm,
    mann_whitney_test,
    paired_t,
    poisson_rate,
    sign_flip_test,
    signed_rank_test,
    two_group_t,
)

_SAMPLES, _QUICK = 200, 10
_SEED = 66

SCIPY = f"SciPy {scipy.__version__}"
STATSMODELS = f"statsmodels {statsmodels.__version__}"
LIFELINES = f"lifelines {lifelines.__version__}"

Compare = Callable[[np.random.Generator], float]


def _signed_rank(rng: np.random.Generator) -> float:
    sample = rng.normal(0.3, 1, int(rng.integers(4, 30)))
    return abs(signed_rank_test(sample).p.value - stats.wilcoxon(sample, method="exact").pvalue)


def _signed_rank_tied(rng: np.random.Generator) -> float:
    sample = rng.integers(1, 4, int(rng.integers(4, 9))) * rng.choice([-1, 1], 1)
    sample[0] *= -1
    peer = stats.wilcoxon(sample, method=stats.PermutationMethod(n_resamples=np.inf)).pvalue
    return abs(signed_rank_test(sample).p.value - peer)


def _sign_flip(rng: np.random.Generator) -> float:
    sample = rng.integers(-5, 6, int(rng.integers(4, 9)))
    peer = stats.permutation_test((sample,), np.mean, permutation_type="samples", n_resamples=np.inf)
    return abs(sign_flip_test(sample, rng).p.value - peer.pvalue)


def _mann_whitney(rng: np.random.Generator) -> float:
    first, second = rng.normal(0.5, 1, int(rng.integers(3, 15))), rng.normal(0, 1, int(rng.integers(3, 15)))
    return abs(mann_whitney_test(first, second).p.value - stats.mannwhitneyu(first, second, method="exact").pvalue)


def _fisher(rng: np.random.Generator) -> float:
    (a, b), (c, d) = rng.integers(0, 15, (2, 2)).tolist()
    return abs(fisher_exact(((a, b), (c, d))).value - stats.fisher_exact([[a, b], [c, d]]).pvalue)


def _friedman(rng: np.random.Generator) -> float:
    table = rng.integers(0, 6, (12, 3))
    table[0] = (0, 1, 2)
    return abs(friedman_test(table, rng).statistic - stats.friedmanchisquare(*table.T).statistic)


def _paired_t(rng: np.random.Generator) -> float:
    sample = rng.normal(0.3, 1, 6)
    found, peer = paired_t(sample), stats.ttest_1samp(sample, 0)
    limits = peer.confidence_interval()
    return max(abs(found.p.value - peer.pvalue), abs(found.interval.low - limits.low))


def _welch(rng: np.random.Generator) -> float:
    first, second = rng.normal(0.5, 1, 6), rng.normal(0, 3, 7)
    return abs(two_group_t(first, second).p.value - stats.ttest_ind(first, second, equal_var=False).pvalue)


def _shift(rng: np.random.Generator) -> float:
    first, second = rng.normal(0.5, 1, 6), rng.normal(0, 3, 7)
    return abs(hodges_lehmann_shift(first, second).value - float(np.median(first[:, None] - second[None, :])))


def _binomial(rng: np.random.Generator) -> float:
    n = int(rng.integers(1, 60))
    count = int(rng.integers(0, n + 1))
    found, peer = clopper_pearson(count, n).interval, proportion_confint(count, n, method="beta")
    return max(abs(found.low - peer[0]), abs(found.high - peer[1]))


def _poisson(rng: np.random.Generator) -> float:
    events = int(rng.integers(0, 20))
    high = stats.chi2.ppf(0.975, 2 * events + 2) / 2
    return abs(poisson_rate(events, 1.0).interval.high - high)


def _holm(rng: np.random.Generator) -> float:
    values = rng.uniform(0, 0.2, 5)
    found = holm([str(place) for place in range(5)], [PValue(float(value), "model") for value in values])
    peer = multipletests(values, method="holm")[1]
    return float(np.abs(np.array([point.adjusted for point in found.end_points]) - peer).max())


def _kaplan_meier(rng: np.random.Generator) -> float:
    times, happened = np.round(rng.exponential(30, 20)) + 1, rng.random(20) < 0.5
    found = event_free("event", times, happened, []).shares
    peer = KaplanMeierFitter().fit(times, happened).survival_function_.iloc[:, 0].to_numpy()
    return float(np.abs(np.array(found) - peer).max())


_COMPARISONS: dict[str, tuple[Compare, str]] = {
    "exact signed rank, no ties": (_signed_rank, SCIPY),
    "exact signed rank, ties": (_signed_rank_tied, f"{SCIPY}, PermutationMethod"),
    "sign flips, ties and zeros": (_sign_flip, f"{SCIPY}, permutation_test"),
    "exact Mann-Whitney, no ties": (_mann_whitney, SCIPY),
    "Fisher": (_fisher, SCIPY),
    "Friedman's statistic, ties": (_friedman, SCIPY),
    "paired t, p and limit": (_paired_t, SCIPY),
    "Welch's t": (_welch, SCIPY),
    "Hodges-Lehmann shift": (_shift, "NumPy, median of all differences"),
    "Clopper-Pearson": (_binomial, STATSMODELS),
    "Poisson upper limit": (_poisson, f"{SCIPY}, chi-squared quantile"),
    "Holm": (_holm, STATSMODELS),
    "Kaplan-Meier": (_kaplan_meier, LIFELINES),
}
_TOLERANCE = 1e-9


def measure(quick: bool, tick: Tick) -> Report:
    """The largest difference of each comparison.

    Parameters
    ----------
    quick : bool
    tick : callable
    """
    samples, figures = _QUICK if quick else _SAMPLES, []
    for done, (name, (compare, peer)) in enumerate(_COMPARISONS.items(), start=1):
        rng = np.random.default_rng(_SEED + done)
        largest = float(max(compare(rng) for _ in range(samples)))
        title = f"{name}: largest difference in {samples} random samples"
        figures.append(Figure(title, largest, "", at_most(_TOLERANCE), peer))
        tick(done, len(_COMPARISONS))
    return Report(figures)
