"""Two groups, where the cohort file asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from corduroy.errors import StatisticsError
from corduroy.registry.record import Operation
from corduroy.study.analysis.baseline import described_records
from corduroy.study.analysis.comparisons import Comparisons
from corduroy.study.analysis.describe import YES_NO, categorical, numeric, yes_no
from corduroy.study.analysis.parts import effect, line_of, location, mean_with_t
from corduroy.study.cohort import Cohort, Groups
from corduroy.study.proportions import TwoByTwo, compare_proportions
from corduroy.study.results import Estimate, GroupComparison, NotComputed, NumericVariable, Source, TestLine, Variable
from corduroy.study.selection import Selection
from corduroy.study.two_groups import compare_two_groups

_Column = tuple[str, str, str, "pd.Series[Any]"]
"""Key, label, unit, and a number for each case."""

_OPERATION = ("duration_min", "blood_loss_ml", "transfusion_u", "cement_ml")


def group_comparisons(
    selection: Selection, cohort: Cohort, comparisons: Comparisons, rng: np.random.Generator
) -> tuple[GroupComparison, ...]:
    """Age, operation, follow-up, the change of every outcome, and complications, in the two groups.

    Parameters
    ----------
    selection : Selection
    cohort : Cohort
    comparisons : Comparisons
    rng : numpy.random.Generator
    """
    if cohort.groups is None:
        return ()
    member = membership(selection, cohort.groups)
    groups = cohort.groups
    compared = [_numbers(selection, member, groups, column, rng) for column in _columns(selection, comparisons)]
    having = selection.cases.index.isin(selection.frames["complication"]["case_id"])
    happened = pd.Series(having, index=selection.cases.index)
    compared.append(_counts(selection, member, groups, "complication", "Any complication recorded", happened))
    for outcome in comparisons.ordinal:
        gained = pd.Series({pair.case: pair.change >= 1 for pair in outcome.pairs}, dtype=object)
        column = selection.cases["label"].map(gained)
        label = f"{outcome.label}: better by at least one grade"
        compared.append(_counts(selection, member, groups, f"{outcome.key}.improved", label, column))
    return tuple(compared)


def membership(selection: Selection, groups: Groups) -> pd.Series[Any]:
    """The code of the field by which the cases are split, one per case."""
    kind, _, field = groups.by.partition(".")
    if kind in ("patient", "case"):
        codes = selection.cases[field]
    else:
        rows, _ = described_records(selection, kind)
        codes = rows.set_index("case_id")[field].reindex(selection.cases.index)
    return yes_no(codes) if groups.item.kind == "yes/no" else codes.astype(object)


def _columns(selection: Selection, comparisons: Comparisons) -> list[_Column]:
    cases = selection.cases
    rows = described_records(selection, "operation")[0].set_index("case_id").reindex(cases.index)
    found: list[_Column] = [("age", "Age at surgery", "years", cases["age"])]
    items = Operation.items()
    found += [(f"operation.{name}", items[name].label, items[name].unit, rows[name]) for name in _OPERATION]
    found.append(("follow_up", "Follow-up", "months", cases["months"]))
    for outcome in comparisons.paired:
        change = pd.Series({pair.case: pair.change for pair in outcome.pairs}, dtype=np.float64)
        column = cases["label"].map(change)
        found.append((f"{outcome.key}.change", f"{outcome.label}, change", outcome.unit, column))
    return found


def _numbers(
    selection: Selection,
    member: pd.Series[Any],
    groups: Groups,
    column: _Column,
    rng: np.random.Generator,
) -> GroupComparison:
    key, label, unit, values = column
    parts = [_part(selection, member == code, column) for code in (groups.first, groups.second)]
    first, second = (values[member == code].to_numpy(np.float64, na_value=np.nan) for code in _codes(groups))
    estimates: tuple[Estimate, ...] = ()
    tests: tuple[TestLine, ...] = ()
    reasons: tuple[NotComputed, ...] = ()
    try:
        found = compare_two_groups(label, first, second, rng)
    except StatisticsError as error:
        reasons = (NotComputed(f"{label} in two groups", str(error)),)
    else:
        estimates = (location(found.shift, "Hodges-Lehmann shift", unit, primary=True), effect(found.rank_biserial))
        if found.welch is not None:
            estimates += (mean_with_t(found.welch, "Difference of means (sensitivity, Welch's t)", unit),)
        tests = (
            line_of("Mann-Whitney", found.mann_whitney, primary=True),
            line_of("Permutation of the means", found.permutation),
        )
    return GroupComparison(key, label, _names(groups), parts[0], parts[1], estimates, tests, _together(parts), reasons)


def _counts(
    selection: Selection, member: pd.Series[Any], groups: Groups, key: str, label: str, happened: pd.Series[Any]
) -> GroupComparison:
    codes = yes_no(happened)
    parts, counts = [], []
    for code in _codes(groups):
        chosen = (member == code).to_numpy(dtype=bool)
        ids = list(selection.cases.index[chosen])
        parts.append(categorical(key, label, YES_NO, list(selection.cases["label"][chosen]), codes[chosen], ids))
        counts.append((int((codes[chosen] == "yes").sum()), int(codes[chosen].notna().sum())))
    estimates: tuple[Estimate, ...] = ()
    tests: tuple[TestLine, ...] = ()
    reasons: tuple[NotComputed, ...] = ()
    try:
        found = compare_proportions(counts[0], counts[1])
    except StatisticsError as error:
        reasons = (NotComputed(f"{label} in two groups", str(error)),)
    else:
        estimates, tests = _of_table(found)
    return GroupComparison(key, label, _names(groups), parts[0], parts[1], estimates, tests, _together(parts), reasons)


def _of_table(found: TwoByTwo) -> tuple[tuple[Estimate, ...], tuple[TestLine, ...]]:
    difference = Estimate(
        "Risk difference", found.risk_difference, "", found.risk_difference_interval, found.words, primary=True
    )
    odds = Estimate("Odds ratio", found.odds_ratio, "", found.odds_ratio_interval, found.words)
    return (difference, odds), (TestLine("Fisher's exact test", found.words, found.fisher, None, primary=True),)


def _part(selection: Selection, chosen: pd.Series[Any], column: _Column) -> NumericVariable:
    key, label, unit, values = column
    cases = selection.cases[chosen.to_numpy(dtype=bool)]
    return numeric(key, label, unit, list(cases["label"]), values.loc[cases.index], list(cases.index))


def _codes(groups: Groups) -> tuple[str, str]:
    return groups.first, groups.second


def _names(groups: Groups) -> tuple[str, str]:
    return groups.label(groups.first), groups.label(groups.second)


def _together(parts: Sequence[Variable]) -> Source:
    return Source(
        tuple(case for part in parts for case in part.source.cases),
        tuple(entry for part in parts for entry in part.source.entries),
    )
