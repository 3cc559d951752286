"""The primary contrast of every outcome: estimates, exact tests, and Holm over all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from corduroy.registry.values import SEPARATOR
from corduroy.study.analysis.describe import MOST_LISTED, numeric
from corduroy.study.analysis.outcomes import OUTCOMES, Outcome
from corduroy.study.analysis.parts import effect, line_of, location, mean_with_t, proportion
from corduroy.study.analysis.values import complete_pairs, incomplete_pairs, paired_values, values_of
from corduroy.study.cohort import Cohort
from corduroy.study.multiplicity import Holm, holm
from corduroy.study.ordinal import OrdinalChange, ordinal_change
from corduroy.study.paired import MinimalChange, paired_outcome
from corduroy.study.paired import PairedOutcome as PairedStatistics
from corduroy.study.results import (
    Estimate,
    Mcid,
    NotComputed,
    NumericVariable,
    OrdinalOutcome,
    Pair,
    PairedOutcome,
    Proportion,
    TestLine,
)
from corduroy.study.selection import Selection

_NO_PAIR = "no case has both values"


@dataclass(frozen=True)
class Comparisons:
    """All paired outcomes, adjusted together.

    Parameters
    ----------
    paired : tuple of PairedOutcome
    ordinal : tuple of OrdinalOutcome
    family : Holm or None
        None where nothing could be line_of.
    """

    paired: tuple[PairedOutcome, ...]
    ordinal: tuple[OrdinalOutcome, ...]
    family: Holm | None

    @property
    def every(self) -> tuple[PairedOutcome | OrdinalOutcome, ...]:
        """Numbers first, then grades."""
        return (*self.paired, *self.ordinal)


def compare(selection: Selection, cohort: Cohort, rng: np.random.Generator) -> Comparisons:
    """Compare every outcome of a cohort at the two times of its primary contrast.

    Parameters
    ----------
    selection : Selection
    cohort : Cohort
    rng : numpy.random.Generator
        Used only where a test cannot be enumerated.
    """
    found: dict[str, PairedOutcome | OrdinalOutcome] = {}
    for key in cohort.outcomes:
        outcome = OUTCOMES[key]
        paired = paired_values(selection, values_of(selection, key, cohort.reader), cohort.compare)
        if outcome.grades:
            found[key] = _ordinal(selection, cohort, outcome, paired)
        else:
            found[key] = _numeric(selection, cohort, outcome, paired, rng)
    family = _family(found)
    adjusted = {point.name: point for point in family.end_points} if family else {}
    for key, result in found.items():
        if result.label in adjusted:
            point = adjusted[result.label]
            found[key] = replace(result, p_holm=point.adjusted, holm_smallest=point.smallest_adjusted)
    return Comparisons(
        tuple(result for result in found.values() if isinstance(result, PairedOutcome)),
        tuple(result for result in found.values() if isinstance(result, OrdinalOutcome)),
        family,
    )


def _family(found: dict[str, PairedOutcome | OrdinalOutcome]) -> Holm | None:
    primary = {key: test for key, result in found.items() for test in result.tests if test.primary}
    if not primary:
        return None
    names = [OUTCOMES[key].label for key in primary]
    return holm(names, [test.p for test in primary.values()], [test.smallest_p for test in primary.values()])


def _numeric(
    selection: Selection, cohort: Cohort, outcome: Outcome, paired: pd.DataFrame, rng: np.random.Generator
) -> PairedOutcome:
    pairs = complete_pairs(selection, paired)
    minimal = cohort.minimal_changes.get(outcome.key)
    statistics = None
    if pairs:
        statistics = paired_outcome(
            outcome.label,
            [pair.before for pair in pairs],
            [pair.after for pair in pairs],
            rng,
            unit=outcome.unit,
            better="lower" if outcome.better == "lower" else "higher",
            minimal_change=MinimalChange(minimal.value, minimal.citation) if minimal else None,
        )
    before, after, change = _three(outcome, pairs)
    contrast = cohort.compare
    return PairedOutcome(
        key=outcome.key,
        label=outcome.label,
        unit=outcome.unit,
        better=outcome.better,
        before_name=contrast.before.label,
        after_name=contrast.after_words,
        pairs=pairs,
        incomplete=incomplete_pairs(selection, paired, contrast),
        before=before,
        after=after,
        change=change,
        estimates=_estimates(outcome, statistics),
        effects=_effects(statistics),
        tests=_tests(statistics),
        p_holm=None,
        holm_smallest=None,
        improved=_moved("Improved by any amount", statistics, pairs, outcome, 1) if statistics else None,
        worsened=_moved("Worse by any amount", statistics, pairs, outcome, -1) if statistics else None,
        mcid=_minimal(statistics, pairs, outcome),
        notes=_notes(outcome, cohort, pairs),
        not_computed=_left_out(outcome, statistics),
    )


def _three(outcome: Outcome, pairs: tuple[Pair, ...]) -> tuple[NumericVariable, ...]:
    """Before, after and change of the complete pairs, each with its entries."""
    labels = [pair.case for pair in pairs]
    columns = (
        ("before", [pair.before for pair in pairs], [pair.before_entries for pair in pairs]),
        ("after", [pair.after for pair in pairs], [pair.after_entries for pair in pairs]),
        ("change", [pair.change for pair in pairs], [pair.entries for pair in pairs]),
    )
    return tuple(
        numeric(
            f"{outcome.key}.{name}",
            f"{outcome.label}, {name}",
            outcome.unit,
            labels,
            np.array(column, dtype=np.float64),
            [SEPARATOR.join(ids) for ids in entries],
        )
        for name, column, entries in columns
    )


def _estimates(outcome: Outcome, statistics: PairedStatistics | None) -> tuple[Estimate, ...]:
    if statistics is None:
        return ()
    found = [
        location(statistics.shift, "Hodges-Lehmann estimate of the change", outcome.unit, primary=True),
        location(statistics.median_change, "Median change", outcome.unit),
    ]
    if statistics.t is not None:
        found.append(mean_with_t(statistics.t, "Mean change (sensitivity, Student's t)", outcome.unit))
    return tuple(found)


def _effects(statistics: PairedStatistics | None) -> tuple[Estimate, ...]:
    if statistics is None:
        return ()
    return tuple(effect(size) for size in (statistics.rank_biserial, statistics.hedges) if size is not None)


def _tests(statistics: PairedStatistics | None) -> tuple[TestLine, ...]:
    if statistics is None:
        return ()
    return (
        line_of("Wilcoxon signed-rank", statistics.signed_rank, primary=True),
        line_of("Sign test", statistics.sign),
        line_of("Sign-flip permutation", statistics.sign_flip),
    )


def _moved(
    name: str, statistics: PairedStatistics, pairs: tuple[Pair, ...], outcome: Outcome, direction: int
) -> Proportion:
    counted = statistics.improved if direction > 0 else statistics.worsened
    sign = direction if outcome.better == "higher" else -direction
    who = [pair for pair in pairs if pair.change * sign > 0]
    return proportion(name, counted, who)


def _minimal(statistics: PairedStatistics | None, pairs: tuple[Pair, ...], outcome: Outcome) -> Mcid | None:
    if statistics is None or statistics.minimal_change is None or statistics.reached_minimal_change is None:
        return None
    least, reached = statistics.minimal_change, statistics.reached_minimal_change
    sign = 1 if outcome.better == "higher" else -1
    gains = sorted(pairs, key=lambda pair: pair.change * sign, reverse=True)
    name = f"Better by at least {least.value:g} {outcome.unit}".rstrip()
    return Mcid(least.value, least.citation, proportion(name, reached, gains[: reached.count]))


def _notes(outcome: Outcome, cohort: Cohort, pairs: tuple[Pair, ...]) -> tuple[str, ...]:
    notes = []
    if pairs and cohort.compare.after == "last":
        months = [pair.months for pair in pairs]
        notes.append(f"The last values are from {min(months):.1f} to {max(months):.1f} months after the operation.")
    if outcome.kind == "measurement":
        notes.append(f"Measured by: {cohort.reader}; at the first level of each case.")
    return tuple(notes)


def _left_out(outcome: Outcome, statistics: PairedStatistics | None) -> tuple[NotComputed, ...]:
    if statistics is None:
        return (NotComputed(f"{outcome.label}, before and after", _NO_PAIR),)
    if statistics.t is None:
        why = "one pair only" if statistics.n == 1 else "all differences are equal"
        return (NotComputed(f"{outcome.label}: SD, t interval and Hedges' g", why),)
    return ()


def _ordinal(selection: Selection, cohort: Cohort, outcome: Outcome, paired: pd.DataFrame) -> OrdinalOutcome:
    pairs = complete_pairs(selection, paired)
    grades = outcome.grades
    statistics = None
    if pairs:
        before, after = ([grades[int(place)] for place in column] for column in zip(*_places(pairs), strict=True))
        statistics = ordinal_change(before, after, grades, outcome.label)
    size = range(len(grades))
    return OrdinalOutcome(
        key=outcome.key,
        label=outcome.label,
        grades=grades,
        grade_labels=outcome.grade_labels,
        before_name=cohort.compare.before.label,
        after_name=cohort.compare.after_words,
        pairs=pairs,
        incomplete=incomplete_pairs(selection, paired, cohort.compare),
        matrix=statistics.matrix if statistics else tuple((0,) * len(grades) for _ in size),
        matrix_cases=tuple(
            tuple(tuple(pair.case for pair in pairs if (pair.before, pair.after) == (row, column)) for column in size)
            for row in size
        )
        if len(pairs) <= MOST_LISTED
        else (),
        **_grade_counts(statistics, pairs),
        at_ceiling=tuple(pair.case for pair in pairs if pair.before == len(grades) - 1),
        tests=(line_of("Sign test", statistics.sign, primary=True),) if statistics else (),
        p_holm=None,
        holm_smallest=None,
        notes=_notes(outcome, cohort, pairs),
        not_computed=() if statistics else (NotComputed(f"{outcome.label}, before and after", _NO_PAIR),),
    )


def _places(pairs: tuple[Pair, ...]) -> list[tuple[float, float]]:
    return [(pair.before, pair.after) for pair in pairs]


def _grade_counts(statistics: OrdinalChange | None, pairs: tuple[Pair, ...]) -> dict[str, Any]:
    if statistics is None:
        return dict.fromkeys(("improved", "improved_two", "unchanged", "worsened"))
    return {
        "improved": proportion(
            "Better by at least one grade", statistics.improved, [pair for pair in pairs if pair.change >= 1]
        ),
        "improved_two": proportion(
            "Better by at least two grades", statistics.improved_by_two, [pair for pair in pairs if pair.change >= 2]
        ),
        "unchanged": proportion("Unchanged", None, [pair for pair in pairs if pair.change == 0], len(pairs)),
        "worsened": proportion(
            "Worse by at least one grade", statistics.worsened, [pair for pair in pairs if pair.change <= -1]
        ),
    }
