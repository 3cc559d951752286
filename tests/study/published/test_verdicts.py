"""The verdict and the words of single claims, one kind after the other."""

from __future__ import annotations

import pytest

from corduroy.study.published import Finding, Verdict, check_claim, parse_paper


def check(fields: str) -> Finding:
    (claim,) = parse_paper(f"title: t\nclaims:\n  - {{what: w, {fields}}}\n").claims
    return check_claim(claim)


VERDICTS = [
    ("kind: mean, n: 28, mean: 5.19", "does not fit"),
    ("kind: mean, n: 40, mean: 3.82", "fits"),
    ("kind: mean, n: 28, mean: 5.21, sd: 1.6", "fits"),
    ("kind: mean, n: 18, mean: 3.44, sd: 2.47", "fits only as SD cut off instead of rounded"),
    ("kind: mean, n: 9, mean: 1.44, sd: 0.17", "does not fit"),
    ("kind: mean, n: 2, mean: 2.5, sd: 0.50", "fits only as SD divided by n"),
    ("kind: mean, n: 3, mean: 2.66", "fits only as cut off instead of rounded"),
    ("kind: mean, n: 1, mean: 3, sd: 0", "cannot be checked"),
    ("kind: mean, n: 10, mean: 2.0, sd: 5.0, low: 1, high: 3", "does not fit"),
    ("kind: mean, n: 6, mean: 416.7, unit: 50", "fits"),
    ("kind: mean, n: 6, mean: 414.7, unit: 50", "does not fit"),
    # Nobody above 0, a mean of -4: at most one patient has all of it.
    ("kind: mean, n: 51, mean: -4, sd: 876.0, high: 0", "does not fit"),
    # A share of yes and no with the SD of its 0s and 100s: 8 of 20.
    ("kind: mean, n: 20, mean: 40.0, sd: 50.26, unit: 100, low: 0, high: 100", "fits"),
    ("kind: mean, n: 20, mean: 40.0, sd: 45.26, unit: 100, low: 0, high: 100", "does not fit"),
    ("kind: percent, percent: 26, of: 50", "fits"),
    ("kind: percent, percent: 25.5, of: 50", "does not fit"),
    ("kind: percent, percent: 24, count: 13, of: 50", "does not fit"),
    ("kind: percent, percent: 21.4, count: 3", "fits"),
    ("kind: percent, percent: 0, count: 0", "cannot be checked"),
    ("kind: percent, percent: 12.5, count: 1, of: 8", "fits"),
    ("kind: percent, percent: 12, count: 1, of: 8", "fits"),
    ("kind: percent, percent: 13, count: 1, of: 8", "fits"),
    ("kind: percent, percent: 66.6, count: 2, of: 3", "fits only as cut off instead of rounded"),
    ("kind: sum, parts: [4, 8, 1], total: 13, of: 50, percent: 26", "fits"),
    ("kind: versions, versions: [{source: a, value: 6.7}, {source: b, value: 7}]", "fits"),
    ("kind: versions, versions: [{source: a, value: 6.4}, {source: b, value: 7}]", "does not fit"),
    ("kind: recovery, before: 5.3, after: 9.8, full: 11, percent: 78.9", "fits"),
    ("kind: recovery, before: 5.3, after: 9.8, full: 11, percent: 79.9", "fits only as the rate of unrounded means"),
    ("kind: recovery, before: 5.3, after: 9.8, full: 11, percent: 70", "does not fit"),
    ("kind: recovery, before: 11, after: 11, full: 11", "cannot be checked"),
    ("kind: proportion, count: 5, of: 6, percent: 83.3, low: 35.9, high: 99.6", "fits"),
    ("kind: proportion, count: 5, of: 6, low: 53.5, high: 100", "does not fit"),
    ("kind: rate, events: 0, person_years: 24.9, high: 0.148", "fits"),
    ("kind: rate, events: 3, person_years: 24.9, high: 0.148", "does not fit"),
    ("kind: two counts, a: {count: 0, of: 5}, b: {count: 0, of: 6}, p: 1.0, tests: [chi2]", "cannot be checked"),
    ("kind: two counts, a: {count: 0, of: 18}, b: {count: 10, of: 34}, p: 0.010, tests: [fisher]", "fits"),
    ("kind: paired, n: 6, p: 0.031, test: signed-rank", "fits"),
    ("kind: paired, n: 6, p: <0.05", "fits"),
    ("kind: paired, n: 6, p: <0.01, test: signed-rank", "does not fit"),
    ("kind: paired, n: 6, p: 0.01, test: t", "cannot be checked"),
    ("kind: paired, n: 6, p: <0.001, test: t, mean_change: 4.2, sd_change: 1.0", "fits"),
    ("kind: paired, n: 6, p: <0.001, test: t, mean_change: 1.2, sd_change: 1.0", "does not fit"),
    ("kind: paired, n: 6, unchanged: 1, p: 0.031, test: sign", "does not fit"),
    ("kind: paired, n: 965, p: 1.0, test: signed-rank", "fits"),
    ("kind: paired, n: 965, p: 0.5, test: sign", "fits"),
    ("kind: paired, n: 6, unchanged: 6, p: 0.5", "cannot be checked"),
    ("kind: grades, grades: [A, B, C], before: {A: 2, B: 1}, after: {B: 2, C: 1}, improved: all", "fits"),
    ("kind: grades, grades: [A, B, C], before: {A: 2, C: 1}, after: {B: 2, C: 1}, improved: all", "does not fit"),
    ("kind: grades, grades: [A, B], before: {A: 2}, after: {B: 1}", "cannot be checked"),
    ("kind: grades, grades: [A, B], before: {A: 2}, after: {B: 2}, p: 0.50", "fits"),
    ("kind: grades, grades: [A, B], before: {A: 2}, after: {B: 2}, p: 0.03", "does not fit"),
]


@pytest.mark.parametrize(("fields", "headline"), VERDICTS)
def test_verdict(fields: str, headline: str) -> None:
    found = check(fields)
    assert found.headline == headline
    assert found.explanation


def test_what_would_fit_is_named() -> None:
    assert "13 of 50" in check("kind: percent, percent: 26, count: 12, of: 50").explanation
    assert "12 of 47, 46" in check("kind: percent, percent: 26, count: 12, of: 50").explanation
    assert "n = 27 or 26" in check("kind: mean, n: 28, mean: 5.19").explanation
    assert (
        "11/50 v 13/50"
        in check("kind: two counts, a: {count: 11, of: 50}, b: {count: 12, of: 50}, p: 0.64").explanation
    )


def test_a_p_below_the_exact_floor_reveals_the_approximation() -> None:
    found = check("kind: paired, n: 6, p: 0.027, test: signed-rank")
    assert found.verdict == Verdict.FITS_ONLY_AS
    assert "normal approximation" in found.only_as
    assert "2/2^6 = 0.03125" in found.explanation
    assert "paired t-test" in check("kind: paired, n: 6, p: <0.01").only_as


def test_without_u_every_u_is_tried() -> None:
    xu = "a: {n: 7, mean: 222, sd: 47.8}, b: {n: 6, mean: 162, sd: 30.2}"
    found = check(f"kind: two means, {xu}, p: 0.022, tests: [mann-whitney]")
    assert found.only_as == "Mann-Whitney, normal approximation at U = 5 or exact at U = 5"
    big = "a: {n: 16, mean: 368.33, sd: 191.15}, b: {n: 16, mean: 178.33, sd: 66.76}"
    assert "says little" in check(f"kind: two means, {big}, p: 0.01, tests: [mann-whitney]").explanation
    none = check(f"kind: two means, {xu}, p: 0.0001, tests: [mann-whitney]")
    assert none.verdict == Verdict.DOES_NOT_FIT
    assert "exact floor is 0.00117" in none.explanation


def test_a_claim_that_is_possible_but_does_not_follow() -> None:
    """IGIMS Patna: a strict matching of all 19 exists, the pairs cannot be recovered."""
    margins = "before: {A: 9, B: 5, C: 3, D: 2}, after: {B: 3, C: 2, D: 5, E: 9}"
    found = check(f"kind: grades, grades: [A, B, C, D, E], {margins}, improved: all")
    assert found.verdict == Verdict.FITS
    assert "does not follow" in found.explanation
    assert found.values["least improved"] == 12


@pytest.mark.parametrize("fields", [fields for fields, headline in VERDICTS if headline == "does not fit"])
def test_words_accuse_nobody(fields: str) -> None:
    words = check(fields).explanation.lower()
    assert not any(word in words for word in ("fraud", "fabricat", "manipulat", "wrong", "false", "error of the"))
