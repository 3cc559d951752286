"""From a hundred thousand invented patients to a described cohort; and the report's numbers for six."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.figures import Figure, at_least, at_most
from benchmarks.groups import Report
from benchmarks.pool import Tick
from corduroy.registry.frames import Frames, frames_of
from corduroy.registry.synthetic import random_frames, six_patients
from corduroy.study.analysis.baseline import baseline, treatment
from corduroy.study.cohort import Cohort
from corduroy.study.cohort_file import cohort_from
from corduroy.study.results import NumericVariable, SeriesResult, Variable
from corduroy.study.selection import Selection, select
from corduroy.study.series import analyse

_PATIENTS = 100_000
_ASSESSMENTS = 10
_OUTCOMES = ["pain_back", "odi", "frankel", "height_ant", "wedge"]


def measure(quick: bool, tick: Tick) -> Report:
    """Selection and descriptives on many patients and on a tenth of them; the synthetic six; the whole analysis.

    Parameters
    ----------
    quick : bool
        A hundredth of the patients.
    tick : callable
    """
    many = _PATIENTS // 100 if quick else _PATIENTS
    cohort, everybody = _cohort(aggressive=True, fracture=True, deficit=True), _cohort()
    few = _described(random_frames(many // 10, np.random.default_rng(1), _ASSESSMENTS), everybody)[0]
    tick(1, 5)
    frames = random_frames(many, np.random.default_rng(1), _ASSESSMENTS)
    tick(2, 5)
    chosen, selection = _described(frames, cohort)
    whole, _ = _described(frames, everybody)
    tick(3, 5)
    people = f"{many:,} patients, {_ASSESSMENTS} assessments each, frames in memory"
    figures = [
        Figure(f"cohort by three criteria, and its descriptives, of {people}", chosen, "s", at_most(10)),
        Figure("cases that the criteria left", len(selection.cases), "cases"),
        Figure(f"the same without criteria, all of {people}", whole, "s", at_most(10)),
        Figure("time for ten times the patients, over the time for the tenth", whole / few, "x", at_most(15)),
        Figure(
            "cases in the flow that are neither kept nor accounted for", _unaccounted(selection), "cases", at_most(0)
        ),
    ]
    seconds, result = _timed(lambda: analyse(frames_of(six_patients()), everybody))
    tick(4, 5)
    figures.append(Figure("whole analysis of the six invented patients", seconds, "s", at_most(15)))
    figures.append(Figure("of the index series' four printed means, reproduced", _means(result), "means", at_least(4)))
    figures.append(Figure("largest memory of this benchmark", _peak_gb(), "GB"))
    tick(5, 5)
    return Report(figures)


def _cohort(**criteria: bool) -> Cohort:
    content = {"title": "benchmark", "registry": "synthetic", "outcomes": _OUTCOMES, "criteria": criteria}
    return cohort_from(content, "benchmark")


def _described(frames: Frames, cohort: Cohort) -> tuple[float, Selection]:
    def work() -> Selection:
        selection = select(frames, cohort)
        baseline(selection)
        treatment(selection)
        return selection

    return _timed(work)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def _unaccounted(selection: Selection) -> int:
    flow = selection.flow
    out = sum(len(step.not_met) + len(step.not_recorded) for step in flow.steps)
    return flow.registry_cases - out - len(flow.cases)


def _means(result: SeriesResult) -> int:
    """Age, operation, blood loss and follow-up as the index series prints them."""
    variables: tuple[Variable, ...] = (*result.baseline, *result.treatment, result.follow_up.months)
    by_key = {variable.key: variable.mean for variable in variables if isinstance(variable, NumericVariable)}
    printed = {"age": 52.3, "operation.duration_min": 182.2, "operation.blood_loss_ml": 908.3, "follow_up": 49.8}
    return sum(round(by_key[key] or 0.0, 1) == mean for key, mean in printed.items())


def _peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
