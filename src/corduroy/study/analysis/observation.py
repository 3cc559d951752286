"""How long the cases were observed, and each patient's line in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from corduroy.registry.record import BY_KIND
from corduroy.registry.record.choices import EventType, Visit
from corduroy.study.analysis.curves import curve_of, reached
from corduroy.study.analysis.describe import numeric
from corduroy.study.analysis.times import MOST_LINES
from corduroy.study.results import Estimate, FollowUp, Period, Timeline, TimelineMark
from corduroy.study.selection import Selection, months_since
from corduroy.study.survival import event_free, follow_up

_MARKED = ("biopsy", "embolization", "operation", "assessment", "imaging", "complication", "leak", "event")
_MONTHS_NOTE = "completed months from the first operation to the day on which the case was last seen"


def observation(selection: Selection) -> FollowUp:
    """Length of follow-up: completed months, person-years, reverse Kaplan-Meier.

    Parameters
    ----------
    selection : Selection
    """
    cases = selection.cases
    labels = list(cases["label"])
    months = numeric("follow_up", "Follow-up", "months", labels, cases["months"], list(cases.index), _MONTHS_NOTE)
    died = cases["died_on"].notna().to_numpy(dtype=bool)
    exact = months_since(cases["operated"], cases["last_seen"])
    known = ~np.isnan(exact)
    exact, dead = np.maximum(exact[known], 0.0), died[known]
    years = float(cases["days"].sum()) / 365.25
    curve, median, words = None, None, "Nobody was followed up."
    if known.any():
        found = follow_up(exact, dead)
        curve = curve_of(event_free("end of observation (deaths censored)", exact, ~dead, reached(selection)))
        words = f"{found.words} In all {years:.2f} person-years (days / 365.25)."
        if found.median is not None:
            median = Estimate("Median follow-up, reverse Kaplan-Meier", found.median, "months", None, found.words)
    return FollowUp(
        months=months,
        person_years=years,
        reverse=curve,
        median=median,
        died=tuple(cases["label"][died]),
        lost=tuple(cases["label"][cases["lost_on"].notna()]),
        words=words,
    )


def period(selection: Selection) -> Period:
    """From the first operation to the last day on which anybody was seen."""
    cases = selection.cases
    days = (cases["operated"].min(), cases["operated"].max(), cases["last_seen"].max())
    first, last, seen = (None if pd.isna(day) else day.date() for day in days)
    return Period(first, last, seen)


def timelines(selection: Selection) -> tuple[Timeline, ...]:
    """The lines of the swimmer plot.

    Parameters
    ----------
    selection : Selection
    """
    cases = selection.cases[selection.cases["last_seen"].notna()].iloc[:MOST_LINES]
    marks = _marks(selection, cases)
    exact = months_since(cases["operated"], cases["last_seen"])
    return tuple(
        Timeline(
            case=row["label"],
            operated_on=row["operated"].date(),
            last_seen=row["last_seen"].date(),
            months=float(months),
            ended="death" if pd.notna(row["died_on"]) else "lost" if pd.notna(row["lost_on"]) else "end of observation",
            marks=tuple(sorted(marks.get(case_id, ()), key=lambda mark: (mark.months, mark.kind, mark.entry))),
        )
        for case_id, row, months in zip(cases.index, cases.to_dict("records"), exact, strict=True)
    )


def _marks(selection: Selection, cases: pd.DataFrame) -> dict[str, list[TimelineMark]]:
    found: dict[str, list[TimelineMark]] = {}
    for kind in _MARKED:
        frame = selection.frames[kind]
        frame = frame[frame["case_id"].isin(cases.index)]
        months = months_since(frame["case_id"].map(cases["operated"]), frame["on"])
        for passed, row in zip(months, frame.to_dict("records"), strict=True):
            name, label = _named(kind, row)
            mark = TimelineMark(name, label, float(passed), row["on"].date(), row["entry_id"])
            found.setdefault(row["case_id"], []).append(mark)
    return found


def _named(kind: str, row: dict[Any, Any]) -> tuple[str, str]:
    """An event of follow-up is called by its type, everything else by its kind."""
    if kind == "event":
        type_ = EventType(row["type"])
        return type_.value, type_.label
    if kind == "leak" and not row["leaked"]:
        return "leak check", "Looked for a cement leak: none"
    if kind in ("assessment", "imaging"):
        return kind, f"{BY_KIND[kind].title}, {Visit(row['visit']).label.lower()}"
    return kind, BY_KIND[kind].title
