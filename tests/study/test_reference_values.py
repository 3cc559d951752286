"""The reference tables, digit by digit: what six pairs can and cannot show, and published numbers recomputed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from benchmarks.study_reference import DERIVED, DERIVED_NOTES, PAIRED, Reference
from corduroy.study import clopper_pearson, hodges_lehmann, sign_flip_test, sign_test, signed_rank_test

TABLES = Path(__file__).parents[3] / "shared" / "reference"


def rows(table: str, key: str, value: str) -> dict[str, str]:
    path = TABLES / table
    if not path.exists():
        pytest.skip(f"{table} does not lie beside the project")
    with path.open(newline="", encoding="utf-8") as lines:
        return {row[key]: row[value] for row in csv.DictReader(lines)}


@pytest.mark.parametrize("reference", [*PAIRED, *DERIVED, *DERIVED_NOTES], ids=lambda reference: reference.row)
def test_reference_values_come_out_to_every_printed_digit(reference: Reference) -> None:
    assert reference.compute() == reference.printed


def test_the_table_of_paired_values_is_pinned_whole() -> None:
    printed = {reference.row: reference.printed for reference in PAIRED}
    assert printed == rows("n6_paired_reference_values.csv", "item", "value")


def test_the_derived_checks_that_are_statistics_are_pinned() -> None:
    found = rows("derived_checks.csv", "check_id", "computed")
    for reference in DERIVED:
        assert found[reference.row].endswith(reference.printed), reference.row
    left = set(found) - {reference.row for reference in DERIVED}
    assert {row.split("-")[0] for row in left} == {"GRIM", "Shamhoot", "Shabib", "Bhatia", "Kato"}


@pytest.mark.parametrize(("n", "floor"), [(5, 0.0625), (6, 0.03125), (7, 0.015625)])
def test_all_three_paired_tests_have_one_floor(n: int, floor: float) -> None:
    sizes = np.arange(1.0, n + 1)
    for test in (signed_rank_test(sizes), sign_test(sizes), sign_flip_test(sizes, np.random.default_rng(0))):
        assert test.smallest_p is not None
        assert test.p.value == test.smallest_p.value == floor
        assert f"p = 2/{2**n} = {floor:.4g}" in test.words
        assert str(test.p) == f"p = 2/{2**n} = {floor:.4g}"


def test_at_six_pairs_the_interval_is_least_to_largest_difference() -> None:
    estimate = hodges_lehmann([3.0, -1.0, 4.0, 1.5, 9.0, 2.6])
    assert (estimate.interval.low, estimate.interval.high) == (-1.0, 9.0)
    assert hodges_lehmann([3.0, -1.0, 4.0, 1.5, 9.0]).interval.reaches is False


def test_limits_for_no_event_among_thirteen_and_85() -> None:
    assert f"{100 * clopper_pearson(0, 13).interval.high:.1f}" == "24.7"
    # Section 4.3 of the clinical reference prints 4.3; 1 - 0.025 ** (1 / 85) is 4.247 %.
    assert f"{100 * clopper_pearson(0, 85).interval.high:.1f}" == "4.2"
