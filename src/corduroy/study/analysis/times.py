"""Outcomes at all their visits: described, tested once for all, lines for the figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corduroy.errors import StatisticsError
from corduroy.registry.record.choices import Visit
from corduroy.study.analysis.describe import numeric
from corduroy.study.analysis.outcomes import OUTCOMES, Outcome
from corduroy.study.analysis.parts import line_of
from corduroy.study.analysis.values import values_of
from corduroy.study.cohort import Cohort
from corduroy.study.mixed import mixed_model
from corduroy.study.repeated import friedman_test
from corduroy.study.results import (
    Estimate,
    NotComputed,
    RepeatedOutcome,
    TestLine,
    Trajectory,
    TrajectoryLine,
    TrajectoryPoint,
    VisitSummary,
)
from corduroy.study.selection import Selection, months_since

MOST_LINES = 200
"""Lines of a figure; more cannot be told apart (author's choice)."""

_FEWEST_AT_A_VISIT = 2
_MOST_SHUFFLED = 200
"""Complete cases up to which the overall test is run, in a few seconds (author's choice)."""

_VISITS: list[Visit] = [visit for visit in Visit if visit != Visit.UNPLANNED]


def over_time(selection: Selection, cohort: Cohort, rng: np.random.Generator) -> tuple[RepeatedOutcome, ...]:
    """Every numeric outcome at all planned visits.

    Parameters
    ----------
    selection : Selection
    cohort : Cohort
    rng : numpy.random.Generator
        Used only where the test cannot be enumerated.
    """
    return tuple(
        _over_time(selection, cohort, OUTCOMES[key], rng) for key in cohort.outcomes if not OUTCOMES[key].grades
    )


def trajectories(selection: Selection, cohort: Cohort) -> tuple[Trajectory, ...]:
    """Every numeric outcome as one line per case."""
    return tuple(_trajectory(selection, cohort, OUTCOMES[key]) for key in cohort.outcomes if not OUTCOMES[key].grades)


def _over_time(selection: Selection, cohort: Cohort, outcome: Outcome, rng: np.random.Generator) -> RepeatedOutcome:
    values = values_of(selection, outcome.key, cohort.reader).drop_duplicates(["case_id", "visit"], keep="last")
    names, entries = (
        values.pivot(index="case_id", columns="visit", values=column).reindex(selection.cases.index)
        for column in ("value", "entries")
    )
    attended: list[Visit] = [visit for visit in _VISITS if visit.value in names.columns]
    labels = list(selection.cases["label"])
    summaries = tuple(
        VisitSummary(
            visit.value,
            visit.label,
            numeric(
                f"{outcome.key}.{visit.value}",
                f"{outcome.label}, {visit.label.lower()}",
                outcome.unit,
                labels,
                names[visit.value],
                list(entries[visit.value].fillna("")),
            ),
        )
        for visit in attended
    )
    tests, complete, why = _overall(selection, names, attended, rng)
    model, why_not = _model(values, [visit for visit in attended if names[visit.value].count() >= _FEWEST_AT_A_VISIT])
    return RepeatedOutcome(
        key=outcome.key,
        label=outcome.label,
        unit=outcome.unit,
        visits=summaries,
        contrast=cohort.compare.words,
        tests=tests,
        complete=complete,
        model=model,
        not_computed=tuple(
            NotComputed(f"{outcome.label}, {what}", reason)
            for what, reason in (("all times together", why), ("mixed model", why_not))
            if reason
        ),
    )


def _overall(
    selection: Selection, table: pd.DataFrame, attended: list[Visit], rng: np.random.Generator
) -> tuple[tuple[TestLine, ...], tuple[str, ...], str]:
    """Friedman's test over the visits from surgery to 36 months: a visit "later" is not one time."""
    timed = [visit.value for visit in attended if visit is not Visit.LATER]
    numbers = table[timed].to_numpy(dtype=np.float64)
    whole = ~np.isnan(numbers).any(axis=1)
    if whole.sum() > _MOST_SHUFFLED:
        return (), (), f"{whole.sum()} complete cases are too many to shuffle; the mixed model stands for it"
    try:
        test = friedman_test(numbers, rng)
    except StatisticsError as error:
        return (), (), str(error)
    return (line_of(f"Friedman over {len(timed)} visits", test),), tuple(selection.cases["label"][whole]), ""


def _model(values: pd.DataFrame, attended: list[Visit]) -> tuple[tuple[Estimate, ...], str]:
    order = [visit.value for visit in attended]
    used = values[values["visit"].isin(order)]
    if len(order) < 2:
        return (), "fewer than two visits with two values"
    try:
        model = mixed_model(list(used["case_id"]), list(used["visit"]), used["value"].to_numpy(), order)
    except StatisticsError as error:
        return (), str(error)
    return tuple(
        Estimate(f"{Visit(found.time).label}: change", found.change, "", found.interval, model.words)
        for found in model.effects
    ), ""


def _trajectory(selection: Selection, cohort: Cohort, outcome: Outcome) -> Trajectory:
    cases = selection.cases.iloc[:MOST_LINES]
    values = values_of(selection, outcome.key, cohort.reader)
    values = values[values["case_id"].isin(cases.index)]
    passed = months_since(values["case_id"].map(cases["operated"]), values["on"])
    points: dict[str, list[TrajectoryPoint]] = {}
    for case_id, visit, months, value, entries in zip(
        values["case_id"], values["visit"], passed, values["value"], values["entries"], strict=True
    ):
        points.setdefault(case_id, []).append(TrajectoryPoint(str(visit), float(months), float(value), entries))
    lines = tuple(
        TrajectoryLine(label, tuple(points[case_id])) for case_id, label in cases["label"].items() if case_id in points
    )
    return Trajectory(outcome.key, outcome.label, outcome.unit, outcome.low, outcome.high, lines)
