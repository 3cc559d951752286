"""The cases of a cohort out of a registry's frames, and who fell out where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corduroy.anatomy import Level
from corduroy.registry.frames import Frames, HeldRecords, Records
from corduroy.registry.record import TreatedCase
from corduroy.registry.record.choices import ConsentScope, EventType
from corduroy.registry.values import SEPARATOR
from corduroy.study.cohort import Cohort, Criteria
from corduroy.study.results import Criterion, Flow, FlowStep

DAYS_PER_MONTH = 365.25 / 12

# What choosing the cases takes of everybody; the rest is read of the chosen alone.
_TO_CHOOSE = {
    "patient": ("pseudonym", "sex", "birth_year"),
    "consent": ("scope", "withdrawn_on"),
    "case": tuple(TreatedCase.items()),
    "operation": ("on",),
    "assessment": ("on",),
    "imaging": ("on",),
    "event": ("type", "on"),
}
_Truth = NDArray[np.bool_]
_CONSENT = Criterion("consent", "Consent neither refused nor withdrawn")
_OPERATED = Criterion("operation", "An operation is recorded")


@dataclass(frozen=True)
class Selection:
    """The cases analysed.

    Parameters
    ----------
    cases : DataFrame
        One row per case, indexed by its entry id: the case's and the patient's items (`sex`, `birth_year`), and
        `label`, `patient_id`, `operated`, `operation_id`, `last_seen`, `days`, `months` (completed), `died_on`,
        `lost_on`, `age`. In the order of the operations.
    frames : dict of str to DataFrame
        The records of these cases only, by kind.
    flow : Flow
    """

    cases: pd.DataFrame
    frames: Frames
    flow: Flow


def select(records: Records | Frames, cohort: Cohort) -> Selection:
    """The cases that fulfil a cohort's criteria.

    Parameters
    ----------
    records : Records or dict of str to DataFrame
        Of a store (`Registry.records`), or all frames, as `corduroy.registry.frames` describes.
    cohort : Cohort

    Returns
    -------
    Selection

    Notes
    -----
    Patients who refused or withdrew consent are left out before anything else, then cases without an operation: time is
    counted from it. A case of which a criterion is not recorded is left out too, and counted apart: "not recorded" is
    not "no".
    """
    source = HeldRecords(records) if isinstance(records, dict) else records
    frames = source.frames(_TO_CHOOSE)
    cases = case_table(frames)
    left = cases
    steps = []
    for criterion, met in _checks(cohort, frames, cases):
        truth = met.reindex(left.index)
        unknown = truth.isna().to_numpy(dtype=bool)
        holds = truth.fillna(False).to_numpy(dtype=bool)
        labels = left["label"].to_numpy(dtype=object)
        kept = left[holds]
        steps.append(
            FlowStep(criterion, len(left), len(kept), tuple(labels[~holds & ~unknown]), tuple(labels[unknown]))
        )
        left = kept
    left = left.sort_values(["operated", "label"], kind="stable")
    flow = Flow(
        registry_cases=len(cases),
        registry_patients=int(frames["patient"].shape[0]),
        steps=tuple(steps),
        cases=tuple(left["label"]),
        patients=int(left["patient_id"].nunique()),
    )
    return Selection(left, source.frames(cases=list(left.index)), flow)


def case_table(frames: Frames) -> pd.DataFrame:
    """One row per case with what selection and time need; see `Selection`."""
    table = frames["case"].drop(columns=["parent_id", "case_id"], errors="ignore").set_index("entry_id")
    patients = frames["patient"].set_index("entry_id")[["pseudonym", "sex", "birth_year"]]
    table = table.join(patients, on="patient_id")
    further = np.where(table["case_no"] == 1, "", "/" + table["case_no"].astype("Int64").astype(str))
    table["label"] = table["pseudonym"] + further
    first = frames["operation"].sort_values("on", kind="stable").drop_duplicates("case_id").set_index("case_id")
    table["operated"] = first["on"].reindex(table.index)
    table["operation_id"] = first["entry_id"].reindex(table.index)
    table["last_seen"] = _last_seen(frames).reindex(table.index)
    table["days"] = (table["last_seen"] - table["operated"]).dt.days.astype(np.float64).clip(lower=0)
    table["months"] = completed_months(table["operated"], table["last_seen"]).clip(lower=0)
    table["age"] = table["operated"].dt.year - table["birth_year"].astype("Float64")
    for name, type_ in (("died_on", EventType.DEATH), ("lost_on", EventType.LOST)):
        table[name] = first_event(frames["event"], type_)["on"].reindex(table.index)
    return table


def first_event(events: pd.DataFrame, type_: EventType) -> pd.DataFrame:
    """The first event of a type, by case."""
    chosen = events[events["type"] == type_.value].sort_values("on", kind="stable")
    return chosen.drop_duplicates("case_id").set_index("case_id")


def completed_months(since: pd.Series[Any], until: pd.Series[Any]) -> pd.Series[Any]:
    """Whole calendar months between two days, as float; NaN where one is missing.

    From 14 July to 13 August is none, to 14 August one.
    """
    months = (until.dt.year - since.dt.year) * 12 + (until.dt.month - since.dt.month)
    whole = np.asarray(months - (until.dt.day < since.dt.day), dtype=np.float64)
    return pd.Series(whole, index=since.index).where(since.notna() & until.notna())


def months_since(operated: pd.Series[Any], days: pd.Series[Any]) -> NDArray[np.float64]:
    """Calendar months from the operation to some day, with the share of the month begun; negative before it.

    The same day three years later is 36 months exactly, not 1095 days / 30.44: who was followed "for 36 months" counts
    as under observation at 36 months.
    """
    whole = completed_months(operated, days).to_numpy()
    month_before = (days.dt.to_period("M") - 1).dt.days_in_month
    passed = (days.dt.day - operated.dt.day).to_numpy(dtype=np.float64)
    length = np.where(passed >= 0, days.dt.days_in_month, month_before)
    passed = np.where(passed >= 0, passed, np.maximum(length + passed, 0.0))
    found: NDArray[np.float64] = whole + passed / length
    return found


def _last_seen(frames: Frames) -> pd.Series[Any]:
    """As `CaseFile.last_seen`: the last assessment, image or follow-up event."""
    latest = [frames[kind].groupby("case_id", sort=False)["on"].max() for kind in ("assessment", "imaging", "event")]
    together: pd.Series[Any] = pd.concat(latest).groupby(level=0).max()
    return together


def _checks(cohort: Cohort, frames: Frames, cases: pd.DataFrame) -> list[tuple[Criterion, pd.Series[Any]]]:
    """Each criterion with yes, no or not recorded (NA) per case."""
    criteria = cohort.criteria
    found = [
        (_CONSENT, _consented(frames, cases)),
        (_OPERATED, cases["operated"].notna().astype("boolean")),
    ]
    for criterion in cohort.criteria_in_words():
        if criterion.key in ("aggressive", "fracture", "deficit"):
            met = cases[criterion.key] == getattr(criteria, criterion.key)
        elif criterion.key in ("levels", "region"):
            met = _at_levels(cases["levels"], _wanted_levels(criteria, criterion.key))
        elif criterion.key == "operated":
            met = _between(cases["operated"], criteria)
        else:
            enough = cases["months"] >= float(criteria.min_follow_up_months or 0)
            met = enough.astype("boolean").mask(cases["months"].isna())
        found.append((criterion, met))
    return found


def _consented(frames: Frames, cases: pd.DataFrame) -> pd.Series[Any]:
    """No record of consent does not exclude: it is told among the objections."""
    consent = frames["consent"]
    against = (consent["scope"] == ConsentScope.REFUSED.value) | consent["withdrawn_on"].notna()
    refused = consent.loc[against, "patient_id"]
    return (~cases["patient_id"].isin(refused)).astype("boolean")


def _wanted_levels(criteria: Criteria, key: str) -> set[str]:
    if key == "levels":
        return {str(level) for level in criteria.levels or ()}
    return {level.value for level in Level if level.region == criteria.region}


def _at_levels(levels: pd.Series[Any], wanted: set[str]) -> pd.Series[Any]:
    """Whether any of the levels is wanted; each different text is looked at once."""
    known = {text: bool(wanted & set(text.split(SEPARATOR))) for text in levels.dropna().unique()}
    return levels.map(known).astype("boolean")


def _between(operated: pd.Series[Any], criteria: Criteria) -> pd.Series[Any]:
    days = criteria.operated
    assert days is not None
    met = pd.Series(True, index=operated.index)
    if days.since:
        met &= operated >= pd.Timestamp(days.since)
    if days.until:
        met &= operated <= pd.Timestamp(days.until)
    return met.astype("boolean")
