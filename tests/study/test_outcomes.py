"""Whole analyses: paired outcomes, two groups, repeated times, families of end points, objections."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import scipy
from scipy import stats

from corduroy.errors import StatisticsError
from corduroy.study import (
    AnalysisFacts,
    MinimalChange,
    PValue,
    compare_two_groups,
    friedman_test,
    hedges_groups,
    hedges_paired,
    holm,
    mixed_model,
    objections,
    paired_family,
    paired_outcome,
    paired_t,
    primary_contrast,
    rank_biserial,
    rank_biserial_paired,
    two_group_t,
)

PAIN_BEFORE = [8, 7, 9, 6, 8, 7]
PAIN_AFTER = [2, 3, 1, 2, 4, 3]


def generator() -> np.random.Generator:
    return np.random.default_rng(3)


def test_a_paired_outcome_says_all_that_six_pairs_allow() -> None:
    found = paired_outcome("VAS back", PAIN_BEFORE, PAIN_AFTER, generator(), unit="points")
    assert (found.n, found.missing, found.improved.count, found.unchanged) == (6, 0, 6, 0)
    assert found.pairs is not None
    assert found.pairs[0] == (8.0, 2.0)
    words = found.words
    for phrase in (
        "exact by enumeration of all 2^6 sign patterns",
        "p = 2/64 = 0.03125; the smallest p these data could give is 2/64 = 0.03125",
        "no zero differences, n = 6, n_eff = 6",
        "96.9 % interval, Walsh averages",
        "Sensitivity analysis, paired t",
        f"SciPy {scipy.__version__}",
        "midranks for ties",
    ):
        assert phrase in words
    assert "*" not in words
    assert "minimal" not in words.lower()


def test_direction_of_better_turns_the_counts_not_the_test() -> None:
    lower = paired_outcome("x", PAIN_BEFORE, PAIN_AFTER, generator())
    higher = paired_outcome("x", PAIN_BEFORE, PAIN_AFTER, generator(), better="higher")
    assert (lower.improved.count, higher.improved.count) == (6, 0)
    assert lower.signed_rank == higher.signed_rank


def test_zeros_are_said_out_loud_by_either_rule() -> None:
    after = [*PAIN_AFTER[:5], 7]
    dropped = paired_outcome("x", PAIN_BEFORE, after, generator())
    ranked = paired_outcome("x", PAIN_BEFORE, after, generator(), zeros="pratt")
    assert "1 zero difference dropped before ranking (Wilcoxon), n = 6, n_eff = 5" in dropped.words
    assert "1 zero difference ranked and then dropped (Pratt), n = 6, n_eff = 5" in ranked.words
    assert dropped.signed_rank.smallest_p.value == ranked.signed_rank.smallest_p.value == 0.0625


def test_missing_values_leave_the_pair_out() -> None:
    found = paired_outcome("x", [1, np.nan, 3, 4], [2, 2, np.nan, 5], generator())
    assert (found.n, found.missing) == (2, 2)
    with pytest.raises(StatisticsError, match="no patient with x"):
        paired_outcome("x", [1, np.nan], [np.nan, 2], generator())


def test_a_minimal_change_needs_its_citation() -> None:
    with pytest.raises(StatisticsError, match="citation"):
        MinimalChange(2, " ")
    with pytest.raises(StatisticsError, match="positive"):
        MinimalChange(0, "somebody")
    change = MinimalChange(0.3, "PMC7053735")
    found = paired_outcome("x", [0.5, 0.6, 0.9], [0.2, 0.4, 0.3], generator(), minimal_change=change)
    assert found.reached_minimal_change is not None
    assert found.reached_minimal_change.count == 2  # 0.5 - 0.2 is 0.3, whatever floating point says
    assert "PMC7053735" in found.words


def test_no_change_at_all_still_makes_a_report() -> None:
    found = paired_outcome("x", [1, 2, 3], [1, 2, 3], generator())
    assert found.signed_rank.p.value == 1
    assert found.rank_biserial is found.hedges is found.t is None
    same = paired_outcome("x", [1, 2, 3], [2, 3, 4], generator())
    assert same.rank_biserial is not None
    assert same.hedges is None


def test_many_pairs_make_a_report_too() -> None:
    rng = generator()
    found = paired_outcome("x", rng.normal(5, 1, 6_000), rng.normal(4.9, 1, 6_000), rng)
    assert found.pairs is None
    assert found.signed_rank.p.origin == "approximate"
    assert found.sign_flip.p.origin == "Monte Carlo"


def test_holm_by_hand_and_its_wall() -> None:
    values = [0.01, 0.04, 0.03, 0.005]
    found = holm(list("abcd"), [PValue(value, "model") for value in values])
    assert [point.adjusted for point in found.end_points] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    outcomes = [paired_outcome(name, PAIN_BEFORE, PAIN_AFTER, generator()) for name in ("VAS", "kyphosis")]
    family = paired_family(outcomes)
    assert not family.reachable
    assert [point.adjusted for point in family.end_points] == [0.0625, 0.0625]
    assert "no result could have reached 0.05" in family.words
    assert paired_family(outcomes[:1]).reachable
    with pytest.raises(StatisticsError, match="twice"):
        paired_family([outcomes[0], outcomes[0]])


def test_t_agrees_with_scipy() -> None:
    change = np.subtract(PAIN_AFTER, PAIN_BEFORE)
    peer = stats.ttest_rel(PAIN_AFTER, PAIN_BEFORE)
    found = paired_t(change)
    assert (found.t, found.p.value) == pytest.approx((peer.statistic, peer.pvalue))
    limits = peer.confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((limits.low, limits.high))
    for equal in (True, False):
        peer = stats.ttest_ind(PAIN_BEFORE, PAIN_AFTER[:4], equal_var=equal)
        found = two_group_t(PAIN_BEFORE, PAIN_AFTER[:4], equal_spread=equal)
        assert (found.t, found.p.value, found.freedom) == pytest.approx((peer.statistic, peer.pvalue, peer.df))


def test_noncentral_interval_puts_the_observed_t_at_the_tails() -> None:
    change = np.array([3.0, 5.0, 1.0, 4.0, 6.0, -1.0])
    found = hedges_paired(change)
    root, t = np.sqrt(6), change.mean() / change.std(ddof=1) * np.sqrt(6)
    assert found.interval is not None
    assert stats.nct.sf(t, 5, found.interval.low * root) == pytest.approx(0.025)
    assert stats.nct.cdf(t, 5, found.interval.high * root) == pytest.approx(0.025)
    # Hedges's approximate correction 1 - 3 / (4 m - 1) is within 1 % of the exact one at five degrees of freedom.
    assert found.value == pytest.approx(t / root * (1 - 3 / 19), rel=0.01)
    assert hedges_groups((5, 1, 10), (5, 1, 10)).value == 0


def test_rank_biserial_by_hand() -> None:
    assert rank_biserial_paired([3, -1, 2, 4]).value == pytest.approx((9 - 1) / 10)
    assert rank_biserial([1, 2, 3], [2, 2, 0]).value == pytest.approx((5 - 2) / 9)


def test_two_groups_in_words() -> None:
    found = compare_two_groups("Blood loss (ml)", [300, 450, np.nan], [700, 600, 800], generator())
    assert (found.mann_whitney.p.extreme, found.permutation.p.extreme) == (2, 1)
    assert "exact by enumeration of all 10 divisions into groups" in found.words
    assert "1 and 0 patients" in found.words
    flat = compare_two_groups("x", [1.0, 1.0], [1.0, 1.0], generator())
    assert flat.welch is None
    assert flat.mann_whitney.p.value == 1


def test_friedman_agrees_with_scipy_and_with_coins_example() -> None:
    """Hollander & Wolfe's rounding times, coin's examples: chi-squared 11.1429 with 22 runners."""
    hundredths = (
        "540 550 555  585 570 575  520 560 550  555 550 540  590 585 570  545 555 560  540 540 535  545 550 535 "
        "525 515 500  585 580 570  525 520 510  565 555 545  560 535 545  505 500 495  550 550 540  545 555 550 "
        "555 555 535  545 550 555  550 545 525  565 560 540  570 565 555  630 630 625"
    )
    times = np.fromstring(hundredths, sep=" ").reshape(22, 3) / 100
    found = friedman_test(times, generator())
    peer = stats.friedmanchisquare(*times.T)
    assert found.statistic == pytest.approx(peer.statistic)
    assert f"{found.statistic:.4f}" == "11.1429"
    assert found.p.origin == "enumerated"
    assert found.p.value == pytest.approx(peer.pvalue, abs=0.002)


def test_friedman_of_two_times_is_the_sign_test() -> None:
    table = np.array([[8, 2], [7, 3], [9, 1], [6, 2], [8, 4], [7, 3]])
    assert str(friedman_test(table, generator()).p) == "p = 2/64 = 0.03125"


def test_friedman_by_values_and_by_draws() -> None:
    rng = generator()
    table = rng.normal(size=(30, 6)) + np.arange(6) * 0.2
    found = friedman_test(table, rng, draws=20_000)
    assert found.p.origin == "Monte Carlo"
    assert found.p.value == pytest.approx(stats.friedmanchisquare(*table.T).pvalue, abs=0.02)
    values = friedman_test(table[:6, :3].round(1), rng, "values")
    assert values.p.origin == "enumerated"
    assert "Permutation test of the values" in values.words


def test_the_primary_contrast_uses_its_own_pairs() -> None:
    table = [[8, 3, 2], [7, np.nan, 3], [9, 2, 1], [6, 3, 2]]
    found = primary_contrast("VAS", table, ["before", "discharge", "last"], ("before", "last"), generator())
    assert found.primary.n == 4
    assert found.overall is not None
    assert (found.overall.patients, found.overall.left_out) == (3, 1)
    assert "chosen beforehand: last against before" in found.words
    with pytest.raises(StatisticsError, match="the time 'first'"):
        primary_contrast("VAS", table, ["before", "discharge", "last"], ("first", "last"), generator())


def long_table(patients: int) -> tuple[list[str], list[str], np.ndarray]:
    rng = generator()
    names = [f"p{number}" for number in range(patients) for _ in range(3)]
    values = np.tile([8.0, 3.0, 2.0], patients) + np.repeat(rng.normal(0, 1, patients), 3)
    return names, ["before", "discharge", "last"] * patients, values + rng.normal(0, 0.5, 3 * patients)


def test_mixed_model_refuses_few_patients_and_finds_a_known_change() -> None:
    order = ["before", "discharge", "last"]
    with pytest.raises(StatisticsError, match="mixed model of 19 patients"):
        mixed_model(*long_table(19), order)
    found = mixed_model(*long_table(40), order)
    assert [effect.time for effect in found.effects] == ["discharge", "last"]
    assert -5.0 in found.effects[0].interval
    assert -6.0 in found.effects[1].interval
    # Complete and balanced: the change is the difference of means.
    values = long_table(40)[2].reshape(40, 3)
    assert found.effects[1].change == pytest.approx((values[:, 2] - values[:, 0]).mean())
    assert "statsmodels" in found.words


def test_objections_are_said_first() -> None:
    facts = AnalysisFacts(
        n=6,
        end_points=4,
        zero_events=("recurrence",),
        retrospective=True,
        controlled=False,
        readers=1,
        mixed_postures=("Wedge angle",),
        median_follow_up_months=49.8,
        at_ceiling=(("Frankel", 1),),
        selected_at_worst=True,
        interventions=4,
    )
    found = objections(facts)
    text = " ".join(objection.sentence for objection in found)
    for phrase in ("2/2^6 = 0.03125", "45.9 %", "retrospective", "no control group", "One reader", "6 and 13 years"):
        assert phrase in text
    for topic in ("multiplicity", "posture", "ceiling", "regression to the mean", "zero events", "follow-up"):
        assert topic in {objection.topic for objection in found}
    assert all(objection.source and objection.sentence.endswith(".") for objection in found)


def test_a_sound_analysis_raises_no_objection() -> None:
    assert objections(AnalysisFacts(n=200)) == ()


def test_the_example_of_the_page_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
    example = "\n".join(re.findall(r"^    (.+)$", page.split("## The manners")[0], re.MULTILINE))
    quoted = " ".join(re.findall(r"^> (.+)$", page, re.MULTILINE))
    exec(compile(example, "statistics.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[0] == quoted


def test_nothing_warns_and_nothing_is_starred() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        words = paired_outcome("x", PAIN_BEFORE, PAIN_AFTER, generator()).words
    assert not re.search(r"\*|significant", words)
