"""How often each variable is not recorded."""

from __future__ import annotations

from collections.abc import Sequence

from corduroy.registry.record.choices import Visit
from corduroy.study.analysis.baseline import CONDITIONAL
from corduroy.study.analysis.outcomes import OUTCOMES
from corduroy.study.analysis.values import values_of
from corduroy.study.cohort import Cohort
from corduroy.study.results import Missing, Variable
from corduroy.study.selection import Selection

_MOST_NAMED = 10
_PLANNED_MONTHS = {
    Visit.PREOPERATIVE: 0.0,
    Visit.DISCHARGE: 0.0,
    Visit.WEEK_6: 1.4,
    Visit.MONTH_3: 3.0,
    Visit.MONTH_6: 6.0,
    Visit.MONTH_12: 12.0,
    Visit.MONTH_24: 24.0,
    Visit.MONTH_36: 36.0,
}


def gaps(selection: Selection, cohort: Cohort, described: Sequence[Variable]) -> tuple[Missing, ...]:
    """Missing values of every described variable, and of every outcome at each visit that the series uses.

    Parameters
    ----------
    selection : Selection
    cohort : Cohort
    described : sequence of Variable

    Notes
    -----
    A visit counts as used where anybody attended it. Of a visit, only the cases whose follow-up reached it can miss it.
    """
    found = [
        Missing(
            variable.key, variable.label, variable.missing, variable.n + variable.missing, _without(selection, variable)
        )
        for variable in described
        if variable.key not in CONDITIONAL
    ]
    visits = set(selection.frames["assessment"]["visit"].dropna().unique())
    for key in cohort.outcomes:
        measured = OUTCOMES[key].kind == "measurement"
        used = set(selection.frames["measurement"]["visit"].dropna().unique()) if measured else visits
        found += _of_outcome(selection, cohort, key, used)
    return tuple(found)


def _without(selection: Selection, variable: Variable) -> tuple[str, ...]:
    """Who has no value, where a value could have been: at most ten."""
    kind = variable.key.partition(".")[0]
    frame = selection.frames.get(kind)
    possible = selection.cases
    if kind in ("biopsy", "embolization", "operation") and frame is not None:
        possible = possible[possible.index.isin(frame["case_id"])]
    if not variable.missing:
        return ()
    has = set(variable.source.cases)
    return tuple(label for label in possible["label"] if label not in has)[:_MOST_NAMED]


def _of_outcome(selection: Selection, cohort: Cohort, key: str, used: set[str]) -> list[Missing]:
    values = values_of(selection, key, cohort.reader)
    found = []
    for visit, months in _PLANNED_MONTHS.items():
        if visit.value not in used:
            continue
        due = selection.cases[selection.cases["months"].fillna(0.0) >= months]
        there = set(values.loc[values["visit"] == visit.value, "case_id"])
        lacking = [label for case_id, label in due["label"].items() if case_id not in there]
        label = f"{OUTCOMES[key].label}, {visit.label.lower()}"
        found.append(Missing(f"{key}.{visit.value}", label, len(lacking), len(due), tuple(lacking[:_MOST_NAMED])))
    return found
