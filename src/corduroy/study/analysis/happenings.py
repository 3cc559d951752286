"""What went wrong and what came back: counts, rates per person-year, curves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from corduroy.registry.record.choices import ComplicationType, EventType, Procedure, RecurrenceDefinition
from corduroy.registry.values import SEPARATOR
from corduroy.scales import LeakModality, YeomType
from corduroy.study.analysis.absence import absence, without_complication, without_event
from corduroy.study.analysis.curves import curve_of, reached
from corduroy.study.analysis.describe import source
from corduroy.study.analysis.parts import counted_of, rate_of
from corduroy.study.competing_death import incidence
from corduroy.study.rates import none_seen
from corduroy.study.results import (
    Absence,
    EventResult,
    LeakRow,
    NotComputed,
    Occurrence,
    RiskRow,
    Source,
)
from corduroy.study.selection import Selection, first_event, months_since
from corduroy.study.survival import event_free

_TIMED = (
    EventType.RECURRENCE,
    EventType.REFRACTURE,
    EventType.ADJACENT_FRACTURE,
    EventType.REOPERATION,
    EventType.DEATH,
)
_MOST_LISTED = 200
_ENTRY = ["case_id", "entry_id"]
_SILENCE = (
    "A case of which none is recorded counts as one without it, and where nobody looked that may be wrong: the limits "
    "hold only if it was looked for."
)
_MODALITY = (
    "Only computed tomography can show that there is none: it found 1.5 times as many leaks as radiographs "
    "(10.1302/0301-620x.85b1.13026)."
)
_LATE = "Recurrences after 6 and after 13 years are published: a shorter follow-up cannot exclude them."


def happenings(selection: Selection) -> tuple[EventResult, ...]:
    """Leak, the events of follow-up, and complications of each procedure.

    Parameters
    ----------
    selection : Selection
    """
    return (
        _leak(selection),
        *(_timed(selection, type_) for type_ in _TIMED),
        *(_complications(selection, procedure) for procedure in Procedure),
    )


def _timed(selection: Selection, type_: EventType) -> EventResult:
    cases = selection.cases
    events = selection.frames["event"]
    events = events[events["type"] == type_.value]
    first = first_event(events, type_).reindex(cases.index)
    happened = first["on"].notna().to_numpy(dtype=bool)
    until = first["on"].where(happened, cases["last_seen"])
    # Who was last seen before surgery was not under observation for less than no time.
    days = np.maximum((until - cases["operated"]).dt.days.to_numpy(dtype=np.float64, na_value=np.nan), 0.0)
    known = ~np.isnan(days)
    label = type_.label
    if not known.any():
        return EventResult(
            type_.value, label, None, None, None, (), not_computed=(NotComputed(label, "no case was followed up"),)
        )
    who = source(list(cases["label"]), list(first["entry_id"].fillna("")), np.flatnonzero(happened & known))
    years = float(days[known].sum()) / 365.25
    months = np.maximum(months_since(cases["operated"], until)[known], 0.0)
    shares, words = _competing(selection, type_, label, months, happened[known], known)
    lacking = without_event(selection, type_, happened | ~known)
    count = int((happened & known).sum())
    return EventResult(
        key=type_.value,
        label=label,
        proportion=counted_of(label, count, int(known.sum()), who, lacking.words),
        rate=rate_of(label, count, years, lacking.words) if years > 0 else None,
        curve=curve_of(event_free(label.lower(), months, happened[known], reached(selection))),
        occurrences=_occurrences(selection, events),
        incidence=shares,
        incidence_words=words,
        absence=lacking,
        notes=_notes(type_, count, years, lacking),
    )


def _notes(type_: EventType, events: int, years: float, lacking: Absence) -> tuple[str, ...]:
    notes = _on_absence(lacking)
    if events == 0 and years > 0:
        chances = "; ".join(chance.words for chance in none_seen(years))
        looked = (
            "recorded does not mean none, even if all were looked at" if lacking.silent else "seen does not mean none"
        )
        notes.append(f"None {looked}: {chances}.")
    if type_ is EventType.RECURRENCE:
        notes.append(_LATE)
    return tuple(notes)


def _on_absence(lacking: Absence) -> list[str]:
    """What "none" means here, and what follows from it where nobody says that it was looked for."""
    return [sentence for sentence in (lacking.sentence, _SILENCE if lacking.silent else "") if sentence]


def _competing(
    selection: Selection, type_: EventType, label: str, months: np.ndarray, happened: np.ndarray, known: np.ndarray
) -> tuple[tuple[RiskRow, ...], str]:
    """Cumulative incidence where somebody died without the event."""
    died = selection.cases["died_on"].notna().to_numpy(dtype=bool)[known] & ~happened
    positive = months > 0
    if type_ is EventType.DEATH or not died.any() or not reached(selection):
        return (), ""
    endings = np.where(happened, "event", np.where(died, "death", "censored"))
    found = incidence(label.lower(), months[positive], list(endings[positive]), reached(selection))
    return tuple(RiskRow(mark.time, mark.at_risk, mark.share, mark.interval) for mark in found.landmarks), found.words


def _occurrences(selection: Selection, events: pd.DataFrame) -> tuple[Occurrence, ...]:
    rows = events.sort_values("on", kind="stable").iloc[:_MOST_LISTED]
    months = months_since(rows["case_id"].map(selection.cases["operated"]), rows["on"])
    found = []
    for passed, row in zip(months, rows.to_dict("records"), strict=True):
        parts = [EventType(row["type"]).label, _text(row["level"])]
        if _text(row["definition"]):
            parts.append(RecurrenceDefinition(row["definition"]).label)
        if _text(row["treatment"]):
            parts.append(f"treatment: {row['treatment']}")
        label = str(selection.cases.at[row["case_id"], "label"])
        found.append(Occurrence(label, row["on"].date(), float(passed), _joined(parts), row["entry_id"]))
    return tuple(found)


def _leak(selection: Selection) -> EventResult:
    """By modality, the case being the unit: any leak at any level."""
    frame = selection.frames["leak"]
    title = "Cement leak"
    if frame.empty:
        why = "no record says that anybody looked for one"
        return EventResult("leak", title, None, None, None, (), not_computed=(NotComputed(title, why),))
    rows = tuple(
        _leak_row(selection, modality, frame[frame["modality"] == modality.value])
        for modality in LeakModality
        if (frame["modality"] == modality.value).any()
    )
    looked = frame.groupby("case_id", observed=True)["leaked"].any()
    silent = [label for case, label in selection.cases["label"].items() if case not in looked.index]
    notes = [_MODALITY]
    if silent:
        notes.append(f"Not looked for, or not recorded, in {len(silent)} of {len(selection.cases)} cases.")
    leaked = frame[frame["leaked"]]
    return EventResult(
        key="leak",
        label=title,
        proportion=counted_of(
            f"{title}, any modality", int(looked.sum()), len(looked), _frame_source(selection, leaked)
        ),
        rate=None,
        curve=None,
        occurrences=_leaks(selection, leaked),
        leaks=rows,
        absence=absence(list(selection.cases["label"].reindex(looked.index[~looked])), []),
        notes=tuple(notes),
    )


def _leak_row(selection: Selection, modality: LeakModality, frame: pd.DataFrame) -> LeakRow:
    by_case = frame.groupby("case_id", observed=True)["leaked"].any()
    leaked = frame[frame["leaked"]]
    shown = leaked["types"].dropna().astype(object)
    types = [
        (
            kind.label,
            int(leaked.loc[shown.index[[kind.value in text.split(SEPARATOR) for text in shown]]]["case_id"].nunique()),
        )
        for kind in YeomType
    ]
    name = f"Cement leak on {modality.label.lower()}"
    return LeakRow(
        modality.label,
        counted_of(name, int(by_case.sum()), len(by_case), _frame_source(selection, leaked)),
        tuple((kind, count) for kind, count in types if count),
    )


def _leaks(selection: Selection, leaked: pd.DataFrame) -> tuple[Occurrence, ...]:
    rows = leaked.sort_values("on", kind="stable").iloc[:_MOST_LISTED]
    months = months_since(rows["case_id"].map(selection.cases["operated"]), rows["on"])
    found = []
    for passed, row in zip(months, rows.to_dict("records"), strict=True):
        types = [YeomType(code).label for code in (_text(row["types"]) or "").split(SEPARATOR) if code]
        parts = ["Cement leak", row["level"], LeakModality(row["modality"]).label, *types]
        label = str(selection.cases.at[row["case_id"], "label"])
        found.append(Occurrence(label, row["on"].date(), float(passed), _joined(parts), row["entry_id"]))
    return tuple(found)


def _complications(selection: Selection, procedure: Procedure) -> EventResult:
    """Embolization, biopsy and operation are graded apart and therefore counted apart."""
    frame = selection.frames["complication"]
    frame = frame[frame["after"] == procedure.value]
    having = selection.frames[procedure.value]["case_id"].unique()
    title = f"Complication of {procedure.label.lower()}"
    if len(having) == 0:
        why = f"no {procedure.label.lower()} is recorded"
        return EventResult(
            f"complication_{procedure.value}", title, None, None, None, (), not_computed=(NotComputed(title, why),)
        )
    touched = frame[frame["case_id"].isin(having)]
    counted = touched[_ENTRY]
    if procedure is Procedure.BIOPSY:
        # Its own record may say so without an entry of the complication.
        biopsies = selection.frames["biopsy"]
        counted = pd.concat([counted, biopsies.loc[biopsies["complication"].fillna(False).astype(bool), _ENTRY]])
    lacking = without_complication(selection, procedure, counted)
    windows = sorted({int(days) for days in touched["window_days"].dropna()})
    notes = _on_absence(lacking)
    if len(touched):
        told = ", ".join(f"{days} days" for days in windows) if windows else "not recorded"
        notes.append(f"Window of observation: {told}.")
    return EventResult(
        key=f"complication_{procedure.value}",
        label=title,
        proportion=counted_of(
            title, counted["case_id"].nunique(), len(having), _frame_source(selection, counted), lacking.words
        ),
        rate=None,
        curve=None,
        occurrences=_complication_list(selection, touched),
        absence=lacking,
        notes=tuple(notes),
    )


def _complication_list(selection: Selection, frame: pd.DataFrame) -> tuple[Occurrence, ...]:
    rows = frame.sort_values("on", kind="stable").iloc[:_MOST_LISTED]
    months = months_since(rows["case_id"].map(selection.cases["operated"]), rows["on"])
    found = []
    for passed, row in zip(months, rows.to_dict("records"), strict=True):
        grades = [
            f"{name} {_text(row[field])}"
            for name, field in (("Clavien-Dindo", "clavien"), ("SIR (old)", "sir_old"), ("SIR 2017", "sir_2017"))
            if _text(row[field])
        ]
        parts = [ComplicationType(row["type"]).label, *grades]
        if not grades:
            parts.append("not graded")
        label = str(selection.cases.at[row["case_id"], "label"])
        found.append(Occurrence(label, row["on"].date(), float(passed), _joined(parts), row["entry_id"]))
    return tuple(found)


def _frame_source(selection: Selection, frame: pd.DataFrame) -> Source:
    labels = frame["case_id"].map(selection.cases["label"])
    return Source(tuple(dict.fromkeys(labels)), tuple(frame["entry_id"]))


def _text(value: object) -> str:
    """The text, empty where nothing is recorded."""
    return "" if value is None or value is pd.NA or value != value else str(value)


def _joined(parts: list[str]) -> str:
    return ", ".join(part for part in parts if part)
