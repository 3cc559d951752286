"""Measurements: do readers agree, were the pairs obtained alike, and how much height came back."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from corduroy.errors import MeasurementError
from corduroy.morphometry.agreement import bland_altman, reader_agreement
from corduroy.morphometry.restoration import restoration_of
from corduroy.provenance import Measured
from corduroy.registry.record.choices import ImagingModality, ImagingPosture, Quantity, Visit
from corduroy.study.agreement import reader_words
from corduroy.study.analysis.outcomes import OUTCOMES
from corduroy.study.analysis.values import PROGRAM, first_readings, measured_values, paired_values, values_of
from corduroy.study.cohort import Cohort
from corduroy.study.results import AutomatedUse, MixedPair, NotComputed, ReaderResult, RestorationRow, Source
from corduroy.study.selection import Selection

_IMAGE = ["case_id", "visit", "on", "level", "modality", "posture"]
_COEFFICIENTS = (
    "icc_agreement",
    "icc_consistency",
    "icc_agreement_interval",
    "icc_consistency_interval",
    "sem",
    "detectable_difference",
)
_NONE: dict[str, Any] = dict.fromkeys(_COEFFICIENTS)
_POSTURE_WORDS = (
    "; from sitting to lying alone, without treatment, a fractured vertebra's wedge angle changes by about 5 degrees "
    "and its anterior height by about 3.4 mm (10.1186/s13018-023-03758-w)"
)


def agreement(selection: Selection, cohort: Cohort) -> tuple[ReaderResult, ...]:
    """Agreement of the readers, for every measured outcome.

    Parameters
    ----------
    selection : Selection
    cohort : Cohort
    """
    measured = [key for key in cohort.outcomes if OUTCOMES[key].kind == "measurement"]
    return tuple(_agreement(selection, key) for key in measured)


def mixed_pairs(selection: Selection, cohort: Cohort) -> tuple[MixedPair, ...]:
    """Pairs whose posture or modality differs, or is unknown."""
    found = []
    for key in cohort.outcomes:
        outcome = OUTCOMES[key]
        if outcome.kind != "measurement":
            continue
        paired = paired_values(selection, values_of(selection, key, cohort.reader), cohort.compare)
        paired = paired[paired["value_before"].notna() & paired["value_after"].notna()]
        for case_id, row in zip(paired.index, paired.to_dict("records"), strict=True):
            differs = _difference(row)
            if differs:
                label = str(selection.cases.at[case_id, "label"])
                found.append(MixedPair(label, outcome.label, differs, _in_words(row, differs)))
    return tuple(found)


def restorations(selection: Selection, cohort: Cohort) -> tuple[RestorationRow, ...]:
    """Restoration of the anterior height in the four forms, for each case with both values.

    Notes
    -----
    The referent is the neighbours' height recorded at the earlier visit, by the same reader.
    """
    key = Quantity.HEIGHT_ANTERIOR.value
    if key not in cohort.outcomes:
        return ()
    heights = paired_values(selection, values_of(selection, key, cohort.reader), cohort.compare)
    referents = _referents(selection, cohort)
    found = []
    for case_id, row in zip(heights.index, heights.to_dict("records"), strict=True):
        referent = referents.get(case_id)
        if pd.isna(row["value_before"]) or pd.isna(row["value_after"]):
            continue
        if min(row["value_before"], row["value_after"]) > 0:
            found.append(_restoration(str(selection.cases.at[case_id, "label"]), row, referent))
    return tuple(found)


def automated(selection: Selection, cohort: Cohort) -> tuple[AutomatedUse, ...]:
    """The values that a program measured, by method."""
    frame = selection.frames["measurement"]
    same = ["case_id", "visit", "level", "quantity"]
    read = frame.loc[frame["reader"] != PROGRAM, same].astype(object).drop_duplicates().assign(by_person=True)
    rests = cohort.reader == PROGRAM and any(OUTCOMES[key].kind == "measurement" for key in cohort.outcomes)
    found = []
    for method, group in frame[frame["reader"] == PROGRAM].groupby("method", observed=True):
        checked = group[same].astype(object).merge(read, on=same, how="inner")
        found.append(AutomatedUse(str(method), PROGRAM, len(group), len(checked), rests))
    return tuple(found)


def _agreement(selection: Selection, key: str) -> ReaderResult:
    outcome = OUTCOMES[key]
    frame = first_readings(selection.frames["measurement"])
    frame = frame[frame["quantity"] == key].astype({name: object for name in _IMAGE if name != "on"})
    table = frame.pivot_table(index=_IMAGE, columns="reader", values="value", aggfunc="first", sort=False)
    names = tuple(sorted(str(reader) for reader in table.columns))
    whole = table[list(names)].dropna() if len(names) else table
    ids = frame.merge(whole.reset_index()[_IMAGE], on=_IMAGE)
    labels = selection.cases["label"]
    images = tuple(
        f"{labels[case_id]}, {level}, {Visit(visit).label.lower()}" for case_id, visit, _, level, *_ in whole.index
    )
    ratings = whole.to_numpy(dtype=np.float64)
    source = Source(tuple(dict.fromkeys(ids["case_id"].map(labels))), tuple(ids["entry_id"]))
    common: dict[str, Any] = {
        "key": key, "label": outcome.label, "unit": outcome.unit, "readers": names, "images": images,
        "ratings": tuple(tuple(row) for row in ratings.tolist()), "biases": _biases(names, ratings), "source": source,
    }  # fmt: skip
    try:
        if len(names) < 2:
            raise MeasurementError("one reader only" if names else "no reader")
        found = reader_agreement(ratings)
    except MeasurementError as error:
        why = NotComputed(f"{outcome.label}: agreement of readers", str(error))
        return ReaderResult(**common, **_NONE, notes=(), not_computed=(why,))
    notes = [reader_words(found, outcome.unit)]
    if len(images) > len(source.cases):
        notes.append("Several images of one case are not independent: the intervals are then too narrow.")
    return ReaderResult(
        **common,
        icc_agreement=found.icc_agreement,
        icc_consistency=found.icc_consistency,
        icc_agreement_interval=found.icc_agreement_interval,
        icc_consistency_interval=found.icc_consistency_interval,
        sem=found.sem_agreement,
        detectable_difference=found.detectable_difference,
        notes=tuple(notes),
    )


def _biases(names: tuple[str, ...], ratings: np.ndarray[Any, Any]) -> tuple[tuple[str, str, float, float, float], ...]:
    if len(names) < 2 or len(ratings) < 2:
        return ()
    found = []
    for first, second in itertools.combinations(range(len(names)), 2):
        limits = bland_altman(ratings[:, first], ratings[:, second])
        found.append((names[first], names[second], limits.bias, limits.lower_limit, limits.upper_limit))
    return tuple(found)


def _difference(row: dict[Any, Any]) -> tuple[str, ...]:
    """What differs; a posture that nobody recorded may differ."""
    posture = row["posture_before"] != row["posture_after"] or row["posture_before"] == ImagingPosture.UNKNOWN.value
    modality = row["modality_before"] != row["modality_after"]
    return tuple(name for name, applies in (("posture", posture), ("modality", modality)) if applies)


def _in_words(row: dict[Any, Any], differs: tuple[str, ...]) -> str:
    before, after = (_image(row[f"posture_{when}"], row[f"modality_{when}"]) for when in ("before", "after"))
    return f"{before} before and {after} after{_POSTURE_WORDS if 'posture' in differs else ''}"


def _image(posture: str, modality: str) -> str:
    shown = "posture not recorded" if posture == ImagingPosture.UNKNOWN else ImagingPosture(posture).label.lower()
    return f"{shown}, {ImagingModality(modality).label}"


def _referents(selection: Selection, cohort: Cohort) -> dict[str, float]:
    values = measured_values(selection, Quantity.REFERENCE_HEIGHT.value, cohort.reader).sort_values("on", kind="stable")
    values = values[values["visit"] == cohort.compare.before.value].drop_duplicates("case_id", keep="last")
    return dict(zip(values["case_id"], values["value"], strict=True))


def _restoration(label: str, row: dict[Any, Any], referent: float | None) -> RestorationRow:
    before, after = (
        Measured(float(row[f"value_{when}"]), "mm", 0.0, "as recorded", version="") for when in ("before", "after")
    )
    reference = None if referent is None else Measured(float(referent), "mm", 0.0, "as recorded", version="")
    found = restoration_of(before, after, reference)
    return RestorationRow(
        case=label,
        level=str(row["level_before"]),
        before_mm=before.value,
        after_mm=after.value,
        referent_mm=None if reference is None else reference.value,
        gained_mm=found.absolute.value,
        of_fractured_percent=found.of_fractured.value,
        of_lost_percent=None if found.of_lost is None else found.of_lost.value,
        of_referent_percent=None if found.of_referent is None else found.of_referent.value,
        notes=found.notes,
    )
