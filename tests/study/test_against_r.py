"""Values that R's exactRankTests and coin print in their own reference outputs.

exactRankTests: tests/exactRankTests-Ex.Rout.save, tests/reg-tests.Rout.save, tests/bugfix-tests.Rout.save (R 3.6.0);
coin: tests/regtest_2sample.Rout.save, tests/bugfixes.Rout.save, tests/comparisons.Rout.save.
"""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.study import (
    differences,
    hodges_lehmann,
    hodges_lehmann_shift,
    mann_whitney_test,
    mean_difference_test,
    sign_flip_test,
    signed_rank_test,
)

RNG = np.random.default_rng(0)

# Hollander & Wolfe 1973, p. 29: Hamilton depression factor at two visits.
DEPRESSION_FIRST = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
DEPRESSION_SECOND = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
# StatXact manual: change of serum antigen level, four patients without change.
ANTIGEN = [-149, 51, 0, 126, -106, -20, 0, -52, -292, 0, -103, 0, -84, -89, -159, -404, -500, -259, -14, -2600]
# Hollander & Wolfe 1973, p. 69: permeability of the human chorioamnion.
TERM = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
WEEKS_12_TO_26 = [1.15, 0.88, 0.90, 0.74, 1.21]
# Hollander & Wolfe 1999, example 4.2.
CONTROL = [1042, 1617, 1180, 973, 1552, 1251, 1151, 728, 1079, 951, 1319]
SST = [874, 389, 612, 798, 1152, 893, 541, 741, 1064, 862, 213]
# coin, tests/bugfixes.R: travel times with many ties.
ROUTE_A = [5.8, 5.8, 5.9, 6, 6, 6, 6.3, 6.3, 6.4, 6.5, 6.5]
ROUTE_B = [6.5, 6.8, 7.1, 7.3, 10.2]
# Bauer 1972, in coin's tests/regtest_2sample.R.
BAUER = [6, 20, 27, 38, 46, 51, 54, 57], [10, 12, 15, 21, 32, 40, 41, 45]
# coin, tests/regtest_2sample.R, "ties handling".
TIED_FIRST = [14, 18, 2, 4, -5, 14, -3, -1, 1, 6, 3, 3]
TIED_SECOND = [8, 26, -7, -1, 2, 9, 0, -4, 13, 3, 3, 4]


def four(value: float) -> float:
    """Four significant digits, as R prints a p value."""
    return float(f"{value:.4g}")


def test_depression() -> None:
    change, _ = differences(DEPRESSION_SECOND, DEPRESSION_FIRST)
    test = signed_rank_test(change, alternative="greater")
    assert (test.positive_sum, four(test.p.value)) == (40, 0.01953)
    assert four(signed_rank_test(change).p.value) == 0.03906
    estimate = hodges_lehmann(change)
    assert (round(estimate.value, 3), round(estimate.interval.low, 3), round(estimate.interval.high, 3)) == (
        0.46,
        0.01,
        0.786,
    )


def test_antigen_with_zeros() -> None:
    test = signed_rank_test(ANTIGEN)
    assert (test.n_nonzero, test.negative_sum, four(test.p.value)) == (16, 124, 0.002136)
    assert four(sign_flip_test(ANTIGEN, RNG).p.value) == 0.002136
    assert round(sign_flip_test(ANTIGEN, RNG, alternative="less").p.value, 4) == 0.0011
    # exactRankTests drops zeros from the estimate too; here they are data and stay.
    estimate = hodges_lehmann([change for change in ANTIGEN if change])
    assert (estimate.value, estimate.interval.low, estimate.interval.high) == (-137.75, -292, -54)


@pytest.mark.parametrize(("zeros", "p"), [("wilcox", 0.4741211), ("pratt", 0.4609375)])
def test_ties_and_a_zero_by_both_rules(zeros: str, p: float) -> None:
    change, _ = differences(TIED_SECOND, TIED_FIRST)
    assert round(signed_rank_test(change, zeros, "greater").p.value, 7) == p


@pytest.mark.parametrize(("values", "p"), [(range(1, 9), 0.0078125), ([*range(1, 8), 7], 0.0078125), ([1, 1, 1], 0.25)])
def test_small_samples(values: list[int], p: float) -> None:
    assert signed_rank_test(list(values)).p.value == p


def test_permeability() -> None:
    test = mann_whitney_test(TERM, WEEKS_12_TO_26, "greater")
    assert (test.u, four(test.p.value)) == (35, 0.1272)
    assert four(mann_whitney_test(WEEKS_12_TO_26, TERM).p.value) == 0.2544
    shift = hodges_lehmann_shift(WEEKS_12_TO_26, TERM)
    assert (round(shift.value, 3), round(shift.interval.low, 2), round(shift.interval.high, 2)) == (-0.305, -0.76, 0.15)


def test_hollander_and_wolfe_example_4_2() -> None:
    test = mann_whitney_test(CONTROL, SST)
    assert (test.u, four(test.p.value)) == (106, 0.00186)
    shift = hodges_lehmann_shift(CONTROL, SST)
    assert (shift.value, shift.interval.low, shift.interval.high) == (410, 168, 690)


def test_route_times_with_ties() -> None:
    assert four(mann_whitney_test(ROUTE_A, ROUTE_B).p.value) == 0.001374
    shift = hodges_lehmann_shift(ROUTE_A, ROUTE_B)
    assert (round(shift.value, 1), round(shift.interval.low, 1), round(shift.interval.high, 1)) == (-0.9, -3.7, -0.5)


def test_bauer() -> None:
    assert four(mann_whitney_test(*BAUER).p.value) == 0.2345
    shift = hodges_lehmann_shift(*BAUER)
    assert (shift.value, shift.interval.low, shift.interval.high) == (11.5, -7, 31)


def test_a_tied_sample_one_sided() -> None:
    """exactRankTests, dperm example."""
    p = mann_whitney_test([0.5, 0.5, 0.6, 0.6, 0.7, 0.8, 0.9], [0.5, 1.0, 1.2, 1.2, 1.4, 1.5, 1.9, 2.0], "less").p.value
    assert round(p, 9) == 0.004351204


def test_permutation_of_binary_outcomes() -> None:
    """Gardner & Altman 1989, p. 30, in exactRankTests' perm.test."""
    p = mean_difference_test([1] * 61 + [0] * 19, [1] * 45 + [0] * 35, RNG).p
    assert p.origin == "enumerated"
    assert four(p.value) == 0.0118


def test_permutation_of_means_of_three() -> None:
    """coin, tests/bugfixes.R, "precision problems"."""
    p = mean_difference_test([1, 2, 3.1], [4, 5, 6], RNG).p
    assert (p.extreme, p.total) == (2, 20)
