"""Descriptions, counts, grades and agreement: what is printed of few patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from corduroy.errors import StatisticsError
from corduroy.morphometry import reader_agreement
from corduroy.study import (
    bootstrap_interval,
    clopper_pearson,
    compare_proportions,
    none_seen,
    ordinal_change,
    poisson_rate,
    reader_words,
    summarize,
    summarize_categories,
    weighted_kappa,
)

LOSS_ML = [500.0, 700.0, 800.0, 950.0, 1100.0, 1400.0]  # sums to the published 5450 ml; made up otherwise


def test_few_values_are_all_listed() -> None:
    found = summarize([*LOSS_ML, None], "Blood loss", "ml")
    assert (found.n, found.missing, found.total) == (6, 1, 5450.0)
    assert found.values == tuple(LOSS_ML)
    assert "all values: 500, 700, 800, 950, 1100, 1400" in found.words
    assert f"{found.mean:.1f}" == "908.3"
    assert found.median_with_interval is not None
    assert (found.median_with_interval.interval.low, found.median_with_interval.interval.high) == (500, 1400)


def test_many_values_are_not_listed_and_agree_with_pandas() -> None:
    values = pd.Series(np.random.default_rng(1).lognormal(6, 0.8, 101))
    found = summarize(values, "Blood loss", "ml")
    assert found.values is None
    described = values.describe()
    for mine, theirs in (
        (found.mean, "mean"),
        (found.sd, "std"),
        (found.first_quartile, "25%"),
        (found.median, "50%"),
        (found.third_quartile, "75%"),
        (found.minimum, "min"),
        (found.maximum, "max"),
    ):
        assert mine == pytest.approx(described[theirs])


def test_one_value_has_no_spread_and_none_has_nothing() -> None:
    assert summarize([4.0], "Age").sd is None
    empty = summarize([np.nan, np.nan], "Age", "years")
    assert (empty.n, empty.missing, empty.mean, empty.values) == (0, 2, None, None)
    assert empty.words == "Age (years): n = 0, missing 2."


def test_categories_keep_their_order_and_show_what_nobody_has() -> None:
    found = summarize_categories(["F", "M", None, "F"], "Sex", ["M", "F", "unknown"])
    assert [(category.label, category.proportion.count) for category in found.categories] == [
        ("M", 1),
        ("F", 2),
        ("unknown", 0),
    ]
    assert (found.n, found.missing) == (3, 1)
    with pytest.raises(StatisticsError, match="value 'X'"):
        summarize_categories(["X"], "Sex", ["M", "F"])
    assert summarize_categories([None], "Sex").categories == ()


@pytest.mark.parametrize("n", [1, 5, 6, 13, 30, 200])
def test_clopper_pearson_agrees_with_statsmodels(n: int) -> None:
    for count in range(0, n + 1, max(1, n // 6)):
        peer = proportion_confint(count, n, method="beta")
        found = clopper_pearson(count, n).interval
        assert (found.low, found.high) == pytest.approx(tuple(float(limit) for limit in peer))


def test_clopper_pearson_covers_for_every_share_exactly() -> None:
    """Not simulated: the coverage is a sum of binomial probabilities."""
    for n in (6, 13, 30):
        limits = [clopper_pearson(count, n).interval for count in range(n + 1)]
        one_sided = [clopper_pearson(count, n, side="upper").interval.high for count in range(n + 1)]
        for share in np.linspace(0.001, 0.999, 199):
            weights = stats.binom.pmf(np.arange(n + 1), n, share)
            assert weights[[share in interval for interval in limits]].sum() >= 0.95
            assert weights[[share <= high for high in one_sided]].sum() >= 0.95


def test_poisson_agrees_with_chi_squared_quantiles() -> None:
    for events in (0, 1, 3, 20):
        found = poisson_rate(events, 10.0).interval
        low = stats.chi2.ppf(0.025, 2 * events) / 20 if events else 0.0
        assert (found.low, found.high) == pytest.approx((low, stats.chi2.ppf(0.975, 2 * events + 2) / 20))
    assert poisson_rate(2, 4.0, side="upper").interval.low == 0.0


def test_two_counts_agree_with_scipy() -> None:
    found = compare_proportions((5, 6), (1, 5))
    peer = stats.fisher_exact([[5, 1], [1, 4]])
    assert found.fisher.value == pytest.approx(peer.pvalue)
    assert found.risk_difference == pytest.approx(5 / 6 - 1 / 5)
    # R 4: fisher.test(matrix(c(5, 1, 1, 4), 2)) maximizes the same likelihood; its definition is checked here.
    table = np.array([[5, 1], [1, 4]])
    hypergeometric = stats.nchypergeom_fisher(table.sum(), table[:, 0].sum(), table[0].sum(), found.odds_ratio)
    assert hypergeometric.mean() == pytest.approx(5, abs=1e-4)
    assert found.odds_ratio in found.odds_ratio_interval
    assert "approximate" in found.words
    assert "SciPy" in found.words


def test_an_empty_cell_has_no_finite_odds_ratio() -> None:
    found = compare_proportions((6, 6), (0, 5))
    assert found.odds_ratio == np.inf
    assert np.isinf(found.odds_ratio_interval.high)
    assert "no limit" in found.words


def test_frankel_matrix_and_ceiling() -> None:
    found = ordinal_change("CDCBED", "EEDDEE", "ABCDE", "Frankel")
    assert found.matrix[2] == (0, 0, 0, 1, 1)
    assert sum(map(sum, found.matrix)) == found.n == 6
    assert (found.improved.count, found.improved_by_two.count, found.worsened.count) == (5, 2, 0)
    assert (found.unchanged, found.at_ceiling) == (1, 1)
    assert found.improved_of_those_who_could is not None
    assert found.improved_of_those_who_could.n == 5
    assert found.sign.smallest_p.value == 0.0625
    assert "1 of 6 started at E and could not improve" in found.words


def test_grades_that_are_missing_or_unknown() -> None:
    found = ordinal_change(["C", None, "E"], ["D", "E", None], "ABCDE", "Frankel")
    assert (found.n, found.missing) == (1, 2)
    with pytest.raises(StatisticsError, match="grade 'F'"):
        ordinal_change(["F"], ["E"], "ABCDE", "Frankel")
    with pytest.raises(StatisticsError, match="no patient"):
        ordinal_change([None], ["E"], "ABCDE", "Frankel")


def test_kappa_of_cohens_example() -> None:
    """Cohen 1968's weights by hand: 1 - observed / expected weighted disagreement."""
    first, second = list("AABBCCDDAB"), list("ABBBCCDCAA")
    table = pd.crosstab(pd.Series(first), pd.Series(second)).to_numpy() / 10
    places = np.arange(4)
    for weights, power in (("linear", 1), ("quadratic", 2)):
        away = np.abs(places[:, None] - places[None, :]) ** power
        by_hand = 1 - (away * table).sum() / (away * np.outer(table.sum(1), table.sum(0))).sum()
        found = weighted_kappa(first, second, "ABCD", weights)
        assert found.kappa == pytest.approx(by_hand)
        assert found.interval is not None
        assert found.interval.kind == "approximate"
    assert (found.agreed.count, found.agreed.n) == (7, 10)


def test_perfect_agreement_claims_no_certainty() -> None:
    found = weighted_kappa("ABCABC", "ABCABC", "ABC")
    assert (found.kappa, found.interval) == (1.0, None)
    assert "no interval, as all were graded alike" in found.words
    assert "54.1 % to 100 %" in found.words


def test_kappa_without_spread_is_refused() -> None:
    with pytest.raises(StatisticsError, match="one grade throughout"):
        weighted_kappa(["A", "A"], ["A", "A"], "AB")


def test_reader_words_name_the_forms() -> None:
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    words = reader_words(reader_agreement(ratings), "mm")
    assert "ICC(2,1) 0.29" in words  # Shrout & Fleiss 1979
    assert "ICC(3,1) 0.71" in words


def test_no_bootstrap_below_ten() -> None:
    rng = np.random.default_rng(2)
    with pytest.raises(StatisticsError, match="462 distinct resamples"):
        bootstrap_interval(LOSS_ML, np.mean, rng)
    values = rng.normal(3, 1, 40)
    found = bootstrap_interval(values, np.mean, rng)
    assert values.mean() in found
    assert found.kind == "approximate"


def test_nothing_seen_is_not_nothing_there() -> None:
    assert [f"{seen.probability:.2g}" for seen in none_seen(299 / 12)] == ["0.78", "0.61", "0.29", "0.083"]
    assert "if 5 % of patients a year" in none_seen(299 / 12)[2].words


@pytest.mark.parametrize(("count", "n"), [(7, 6), (-1, 6), (0, 0)])
def test_impossible_counts_are_refused(count: int, n: int) -> None:
    with pytest.raises(StatisticsError):
        clopper_pearson(count, n)
    with pytest.raises(StatisticsError):
        compare_proportions((count, n), (1, 2))


def test_tableone_prints_the_same() -> None:
    """tableone 0.9.6, run once on these nine made-up patients; it prints Fisher's p for sex."""
    others = [420.0, 380.0, 510.0]
    overall, first, second = (summarize(values, "loss") for values in ([*LOSS_ML, *others], LOSS_ML, others))
    assert f"{overall.mean:.4f} ({overall.sd:.4f})" == "751.1111 (345.6676)"
    printed = [f"{found.median} [{found.first_quartile},{found.third_quartile}]" for found in (overall, first, second)]
    assert printed == ["700.0 [500.0,950.0]", "875.0 [725.0,1062.5]", "420.0 [400.0,465.0]"]
    sex = summarize_categories("FFFMFFMMF", "sex")
    counts = [f"{category.proportion.count} ({100 * category.proportion.share:.1f})" for category in sex.categories]
    assert counts == ["6 (66.7)", "3 (33.3)"]
    assert f"{compare_proportions((5, 6), (1, 3)).fisher.value:.3f}" == "0.226"
