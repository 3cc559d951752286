"""Exact tests equal the long way round; what they do with ties, zeros, rounding and many patients."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from benchmarks import study_brute_force as brute
from corduroy.errors import StatisticsError
from corduroy.study import (
    PValue,
    differences,
    fisher_exact,
    friedman_test,
    hodges_lehmann,
    hodges_lehmann_shift,
    mann_whitney_from_u,
    mann_whitney_test,
    mean_difference_test,
    median_interval,
    sign_flip_test,
    sign_test,
    signed_rank_test,
)

SAMPLES = 200  # the benchmark takes 1,000


def test_paired_tests_equal_enumeration_by_brute_force() -> None:
    rng = np.random.default_rng(11)
    for _ in range(SAMPLES):
        sample = brute.small_sample(rng)
        for zeros in ("wilcox", "pratt"):
            assert signed_rank_test(sample, zeros).p.fraction == brute.signed_rank_p(sample, zeros)
        assert sign_flip_test(sample, rng).p.fraction == brute.sign_flip_p(sample)
        assert sign_test(sample).p.fraction == brute.sign_flip_p(np.sign(sample))


def test_group_tests_equal_enumeration_by_brute_force() -> None:
    rng = np.random.default_rng(12)
    for _ in range(SAMPLES):
        first, second = brute.two_small_groups(rng)
        assert mann_whitney_test(first, second).p.fraction == brute.rank_sum_p(first, second)
        assert mean_difference_test(first, second, rng).p.fraction == brute.mean_difference_p(first, second)


def test_friedman_equals_enumeration_by_brute_force() -> None:
    rng = np.random.default_rng(13)
    for _ in range(60):
        table = brute.small_table(rng)
        assert friedman_test(table, rng).p.fraction == brute.friedman_p(table)


def test_fisher_equals_enumeration_by_brute_force() -> None:
    rng = np.random.default_rng(14)
    for _ in range(60):
        sizes = rng.integers(2, 8, size=2)
        a, c = (int(rng.integers(0, size + 1)) for size in sizes)
        first, second = (a, int(sizes[0])), (c, int(sizes[1]))
        found = fisher_exact(((a, first[1] - a), (c, second[1] - c)))
        assert found.fraction == brute.fisher_p(first, second)


@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_one_sided_tails_share_the_observed_value(alternative: str) -> None:
    rng = np.random.default_rng(15)
    for _ in range(20):
        sample = brute.small_sample(rng)
        other = "less" if alternative == "greater" else "greater"
        one, two = (signed_rank_test(sample, alternative=side).p.value for side in (alternative, other))
        assert one + two > 1
        assert signed_rank_test(-sample, alternative=other).p.value == one


def test_without_ties_scipy_agrees() -> None:
    rng = np.random.default_rng(16)
    for n in (4, 7, 12, 25):
        sample = rng.normal(0.4, 1, n)
        assert signed_rank_test(sample).p.value == pytest.approx(stats.wilcoxon(sample, method="exact").pvalue)
        other = rng.normal(0, 1, n + 2)
        peer = stats.mannwhitneyu(sample, other, method="exact")
        found = mann_whitney_test(sample, other)
        assert (found.u, found.p.value) == pytest.approx((peer.statistic, peer.pvalue))
        assert mann_whitney_from_u(found.u, n, n + 2).exact.value == pytest.approx(peer.pvalue)


def test_with_ties_scipys_permutation_test_agrees() -> None:
    rng = np.random.default_rng(17)
    sample = brute.small_sample(rng)
    peer = stats.permutation_test((sample,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert sign_flip_test(sample, rng).p.value == pytest.approx(peer.pvalue)


def test_counts_beyond_64_bits_stay_right() -> None:
    """70 pairs have 2^70 sign patterns: SciPy's exact tables are the judge."""
    sample = np.random.default_rng(18).normal(0.2, 1, 70)
    assert signed_rank_test(sample).p.value == pytest.approx(stats.wilcoxon(sample, method="exact").pvalue, rel=1e-9)


def test_many_patients_get_the_labelled_approximation() -> None:
    sample = np.random.default_rng(19).normal(0.02, 1, 5_000)
    test = signed_rank_test(sample)
    assert test.p.origin == "approximate"
    assert "normal approximation" in test.words
    assert test.p.value == pytest.approx(stats.wilcoxon(sample, method="asymptotic").pvalue)
    other = np.random.default_rng(20).normal(0, 1, 4_000)
    peer = stats.mannwhitneyu(sample, other, method="asymptotic", use_continuity=False)
    assert mann_whitney_test(sample, other).p.value == pytest.approx(peer.pvalue)


def test_rounding_errors_break_no_tie_and_make_no_change() -> None:
    """7.1 - 3.1 and 6.2 - 2.2 differ in floating point, 0.3 - 0.1 - 0.2 is not zero."""
    change, missing = differences([3.1, 2.2, 0.1, 5.0, np.nan], [7.1, 6.2, 0.3, 5.0, 1.0])
    assert missing == 1
    assert change.values.tolist() == pytest.approx([4.0, 4.0, 0.2, 0.0])
    test = signed_rank_test(change)
    assert (test.n, test.n_nonzero, test.tied) == (4, 3, True)


def test_scale_and_sign_do_not_matter() -> None:
    rng = np.random.default_rng(21)
    for _ in range(20):
        sample = brute.small_sample(rng)
        p = signed_rank_test(sample).p.fraction
        assert signed_rank_test(sample * 0.1).p.fraction == p
        assert signed_rank_test(-sample).p.fraction == p
        assert sign_flip_test(sample * 0.037, rng).p.fraction == sign_flip_test(sample, rng).p.fraction


def test_real_valued_differences_are_enumerated_up_to_twenty() -> None:
    rng = np.random.default_rng(22)
    sample = rng.normal(0.5, 1, 12)
    patterns = np.array([[1 - 2 * (number >> bit & 1) for bit in range(12)] for number in range(2**12)])
    extreme = int((np.abs(patterns @ np.abs(sample)) >= abs(sample.sum()) - 1e-9).sum())
    assert sign_flip_test(sample, rng).p.fraction == Fraction(extreme, 2**12)
    assert sign_flip_test(rng.normal(size=20), rng).p.origin == "enumerated"


def test_monte_carlo_says_so_counts_the_observed_and_is_seeded() -> None:
    sample = np.random.default_rng(23).normal(0.35, 1, 40)
    first, second = (sign_flip_test(sample, np.random.default_rng(5), draws=20_000) for _ in range(2))
    assert first == second
    assert first.p.origin == "Monte Carlo"
    assert "standard error" in str(first.p)
    assert "20,000 random sign patterns" in first.words
    t = stats.ttest_1samp(sample, 0).pvalue
    assert abs(first.p.value - t) < 0.01 + 5 * first.p.standard_error
    far = sign_flip_test(np.full(40, 1.0) + np.random.default_rng(1).normal(0, 1e-3, 40), np.random.default_rng(5))
    assert far.p.value == pytest.approx(1 / 100_001)


def test_monte_carlo_of_groups_agrees_with_enumeration() -> None:
    rng = np.random.default_rng(24)
    first, second = rng.normal(0, 1, 40), rng.normal(0.5, 1, 45)
    found = mean_difference_test(first, second, rng, draws=20_000)
    assert found.p.origin == "Monte Carlo"
    assert abs(found.p.value - stats.ttest_ind(first, second).pvalue) < 0.01 + 5 * found.p.standard_error


def test_exact_fractions_in_print() -> None:
    assert str(PValue(0.03125, "enumerated", 2, 64)) == "p = 2/64 = 0.03125"
    assert str(PValue(1e-9, "model")) == "p < 0.0001"
    assert str(PValue(0.0479, "approximate")) == "p = 0.048"
    assert str(PValue(1e-5, "Monte Carlo", 0, 99_999, 1e-5)) == "p = 0.00001 (Monte Carlo, standard error 0.00001)"
    assert str(PValue(2 / 2**21, "enumerated", 2, 2**21)) == "p = 9.537e-07"
    assert str(PValue(0.012, "Monte Carlo", 1199, 99_999, 0.0003)) == "p = 0.012 (Monte Carlo, standard error 0.0003)"
    assert "*" not in str(PValue(0.03125, "enumerated", 2, 64))


def test_all_zero_differences_say_nothing() -> None:
    rng = np.random.default_rng(0)
    for test in (signed_rank_test([0, 0, 0]), sign_test([0, 0]), sign_flip_test([0.0], rng)):
        assert test.p.value == 1.0


def test_what_cannot_be_tested_is_refused() -> None:
    rng = np.random.default_rng(0)
    for bad in ([], [np.nan], [np.inf, 1], ["a"], [[1.0]]):
        with pytest.raises(StatisticsError):
            signed_rank_test(bad)
    with pytest.raises(StatisticsError, match="one of each for every patient"):
        differences([1, 2], [1])
    with pytest.raises(StatisticsError, match="wilcox or pratt"):
        signed_rank_test([1.0], "zsplit")  # type: ignore[arg-type]
    with pytest.raises(StatisticsError):
        mean_difference_test([1.0], [], rng)
    with pytest.raises(StatisticsError, match="whole number from 0 to 42"):
        mann_whitney_from_u(43, 7, 6)


def walsh(values: np.ndarray) -> np.ndarray:
    i, j = np.triu_indices(values.size)
    return np.sort((values[i] + values[j]) / 2)


def test_hodges_lehmann_equals_the_table_of_all_averages() -> None:
    rng = np.random.default_rng(30)
    for n in (6, 9, 13, 30):
        values = np.round(rng.normal(2, 3, n), 1)
        averages = walsh(values)
        found = hodges_lehmann(values)
        assert found.value == pytest.approx(np.median(averages))
        depth = next(k for k in range(averages.size) if averages[k] == pytest.approx(found.interval.low)) + 1
        assert averages[-depth] == pytest.approx(found.interval.high)
        assert found.interval.attained is not None
        assert found.interval.attained >= 0.95
        assert found.narrower is not None
        assert found.narrower.attained is not None
        assert found.narrower.attained < 0.95


def test_the_interval_holds_what_the_test_does_not_reject() -> None:
    rng = np.random.default_rng(31)
    values = rng.normal(1, 1, 9)
    interval = hodges_lehmann(values).interval
    averages = walsh(values)
    for shift in (averages[:-1] + averages[1:]) / 2:
        kept = signed_rank_test(values - shift).p.value > 1 - interval.attained + 1e-12
        assert kept == (shift in interval)


def test_shift_equals_the_table_of_all_differences() -> None:
    rng = np.random.default_rng(32)
    first, second = np.round(rng.normal(2, 3, 7), 1), np.round(rng.normal(0, 3, 9), 1)
    table = np.sort((first[:, None] - second[None, :]).ravel())
    found = hodges_lehmann_shift(first, second)
    assert found.value == pytest.approx(np.median(table))
    for shift in (table[:-1] + table[1:]) / 2:
        kept = mann_whitney_test(first - shift, second).p.value > 1 - found.interval.attained + 1e-12
        assert kept == (shift in found.interval)


def test_median_interval_coverage_is_binomial() -> None:
    for n in (6, 13, 30):
        found = median_interval(np.arange(1.0, n + 1))
        depth = int(found.interval.low)
        assert found.interval.attained == pytest.approx(1 - 2 * stats.binom.cdf(depth - 1, n, 0.5))
        assert found.interval.high == n + 1 - depth


def test_thousands_of_differences_have_a_labelled_interval() -> None:
    values = np.random.default_rng(33).normal(0.5, 1, 6_000)
    found = hodges_lehmann(values)
    assert found.interval.kind == "approximate"
    assert found.interval.attained is None
    margin = 1.96 * math.sqrt(math.pi / 3 / 6_000)
    assert found.interval.high - found.interval.low == pytest.approx(2 * margin, rel=0.1)
