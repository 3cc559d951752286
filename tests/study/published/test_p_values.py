from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from corduroy.study.published.printed import Printed
from corduroy.study.published.rank_tests import (
    Form,
    all_one_way_p,
    mann_whitney_p,
    sign_test_p,
    signed_rank_p,
    smallest_paired_p,
    smallest_two_group_p,
)
from corduroy.study.published.two_counts import CountTest, Proportion, count_test_p
from corduroy.study.published.two_means import Group, can_be_separate, difference, t_test_p


def group(n: int, mean: str, sd: str) -> Group:
    return Group(n, Printed.read(mean), Printed.read(sd))


@pytest.mark.parametrize(("n1", "n2"), [(2, 3), (5, 4), (7, 6), (1, 9)])
def test_mann_whitney_equals_scipy_for_every_order(n1: int, n2: int) -> None:
    found = {form: mann_whitney_p(n1, n2, form) for form in Form}
    seen = set()
    for first in itertools.combinations(range(n1 + n2), n1):
        second = [x for x in range(n1 + n2) if x not in first]
        u = round(stats.mannwhitneyu(first, second, method="exact").statistic)
        u = min(u, n1 * n2 - u)
        if u in seen:
            continue
        seen.add(u)
        wanted = {
            Form.EXACT: stats.mannwhitneyu(first, second, method="exact"),
            Form.NORMAL: stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=False),
            Form.CORRECTED: stats.mannwhitneyu(first, second, method="asymptotic"),
        }
        for form, result in wanted.items():
            ps = found[form]
            assert ps is not None
            assert ps[u] == pytest.approx(result.pvalue, rel=1e-9), (form, u)
    assert seen == set(range(n1 * n2 // 2 + 1))


def test_signed_rank_equals_enumeration() -> None:
    n = 6
    sums = [sum(r for r, sign in enumerate(signs, start=1) if sign) for signs in itertools.product((0, 1), repeat=n)]
    ps = signed_rank_p(n, Form.EXACT)
    assert ps is not None
    for t, p in enumerate(ps):
        assert p == pytest.approx(min(1, 2 * np.mean([s <= t for s in sums])))


def test_reference_values_of_six_pairs() -> None:
    """The floor and the approximations that papers print below it (n6_paired_reference_values.csv)."""
    assert smallest_paired_p(5) == 0.0625
    assert smallest_paired_p(6) == 0.03125
    assert [f"{p:.5f}" for p in (signed_rank_p(6, Form.EXACT) or ())[:4]] == [
        "0.03125",
        "0.06250",
        "0.09375",
        "0.15625",
    ]
    normal = [f"{p:.4f}" for p in all_one_way_p(6, Form.NORMAL)]
    assert normal[0] == "0.0277"
    assert normal[-1] == "0.0143"
    assert {"0.0273", "0.0260", "0.0269"} <= set(normal)
    assert f"{all_one_way_p(6, Form.CORRECTED)[0]:.3f}" == "0.036"
    assert sign_test_p(10, 10) == pytest.approx(2 / 1024)
    assert smallest_two_group_p(7, 6) == pytest.approx(2 / 1716)


@pytest.mark.parametrize("equal", [True, False])
def test_t_range_covers_what_unrounded_numbers_give(equal: bool) -> None:
    rng = np.random.default_rng(4)
    for _ in range(60):
        n1, n2 = (int(n) for n in rng.integers(2, 12, 2))
        m1, m2, s1, s2 = rng.uniform(0, 6, 2).tolist() + rng.uniform(0.3, 3, 2).tolist()
        found = t_test_p(
            group(n1, f"{m1:.1f}", f"{s1:.1f}"), group(n2, f"{m2:.1f}", f"{s2:.1f}"), equal_variances=equal
        )
        assert found is not None
        true = stats.ttest_ind_from_stats(m1, s1, n1, m2, s2, n2, equal_var=equal).pvalue
        assert found.low * (1 - 1e-6) <= true <= found.high * (1 + 1e-6)


def test_no_spread_has_no_t_test() -> None:
    assert difference(group(3, "1", "0"), group(3, "2", "0")) is None
    assert t_test_p(group(3, "1", "0.0"), group(3, "2", "1.0"), equal_variances=True) is not None


def test_separate_groups() -> None:
    assert can_be_separate(group(7, "707.1", "109.7"), group(6, "416.7", "103.3"))
    assert not can_be_separate(group(7, "5.0", "9.0"), group(6, "4.0", "9.0"))
    # The extreme sample itself: all but one at the border.
    sample = np.array([4.0, 4.0, 4.0, 0.0])
    assert sample.max() == pytest.approx(sample.mean() + sample.std(ddof=1) / np.sqrt(4))


def test_counts_without_any_event_have_no_chi_squared() -> None:
    assert count_test_p(Proportion(0, 5), Proportion(0, 6), CountTest.CHI2) is None
    assert count_test_p(Proportion(0, 5), Proportion(0, 6), CountTest.FISHER) == 1.0
