"""The values of one outcome, and the pair that the primary contrast compares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from corduroy.registry.record.choices import Visit
from corduroy.registry.values import SEPARATOR
from corduroy.scales import PainUnit
from corduroy.study.analysis.outcomes import OUTCOMES, Outcome
from corduroy.study.cohort import READERS, Contrast
from corduroy.study.results import Pair
from corduroy.study.selection import Selection, months_since

PROGRAM = "corduroy"
_PAIN = ("pain_back", "pain_leg")


def values_of(selection: Selection, key: str, reader: str) -> pd.DataFrame:
    """All values of an outcome.

    Parameters
    ----------
    selection : Selection
    key : str
        Of `OUTCOMES`.
    reader : str
        Whose measurements; `READERS` for the mean of all persons.

    Returns
    -------
    DataFrame
        `case_id`, `visit`, `on`, `value` (of grades the place, counted from the worst), `entries` (ids joined by
        ``|``), `modality`, `posture`, `level`; in the order of time.
    """
    outcome = OUTCOMES[key]
    found = _assessed(selection, outcome) if outcome.kind == "assessment" else measured_values(selection, key, reader)
    return found.sort_values("on", kind="stable")


def _assessed(selection: Selection, outcome: Outcome) -> pd.DataFrame:
    frame = selection.frames["assessment"]
    frame = frame[frame[outcome.key].notna()]
    value = frame[outcome.key]
    if outcome.grades:
        value = value.astype(object).map({grade: float(place) for place, grade in enumerate(outcome.grades)})
    if outcome.key in _PAIN:
        value = value.mask(frame["pain_unit"] == PainUnit.MM_100.value, value / 10.0)
    return pd.DataFrame(
        {
            "case_id": frame["case_id"],
            "visit": frame["visit"],
            "on": frame["on"],
            "value": value.astype(np.float64),
            "entries": frame["entry_id"],
            "modality": None,
            "posture": None,
            "level": None,
        }
    )


def measured_values(selection: Selection, key: str, reader: str) -> pd.DataFrame:
    """A measured quantity: first readings at the case's first level; of several readers of one image the mean."""
    frame = first_readings(selection.frames["measurement"])
    frame = frame[
        (frame["quantity"] == key) & (frame["level"].astype(object) == index_levels(selection, frame["case_id"]))
    ]
    frame = frame[frame["reader"] != PROGRAM] if reader == READERS else frame[frame["reader"] == reader]
    image = ["case_id", "visit", "on", "level", "modality", "posture"]
    by_image = frame.groupby(image, sort=False, as_index=False, observed=True)
    found = by_image.agg(value=("value", "mean"), entries=("entry_id", SEPARATOR.join))
    # The mean of 15.6 and 15.8 is 15.7 on paper; no measurement has nine decimals.
    return found.assign(value=found["value"].round(9))


def first_readings(frame: pd.DataFrame) -> pd.DataFrame:
    """Of repeated readings by one reader only the first."""
    same = ["case_id", "visit", "on", "level", "quantity", "modality", "posture", "reader"]
    return frame.sort_values("reading_no", kind="stable").drop_duplicates(same).sort_index()


def index_levels(selection: Selection, case_ids: pd.Series[Any]) -> pd.Series[Any]:
    """The level that a case's measurements stand for: the first that is named."""
    first = selection.cases["levels"].str.split(SEPARATOR, regex=False).str[0]
    return case_ids.map(first)


def paired_values(selection: Selection, values: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """The two values of the primary contrast, one row for every case.

    Returns
    -------
    DataFrame
        Indexed by the case's entry id, in the order of the cases: `value`, `on`, `entries`, `modality`, `posture`, each
        with ``_before`` and ``_after``; NaN where there is none. Of several values at a visit the latest counts.
    """
    before = _latest(values[values["visit"] == contrast.before.value])
    if isinstance(contrast.after, Visit):
        after = _latest(values[values["visit"] == contrast.after.value])
    else:
        operated = values["case_id"].map(selection.cases["operated"])
        late = (values["on"] >= operated) & (values["visit"] != Visit.PREOPERATIVE.value)
        after = _latest(values[late])
    both = before.join(after, how="outer", lsuffix="_before", rsuffix="_after")
    return both.reindex(selection.cases.index)


def _latest(values: pd.DataFrame) -> pd.DataFrame:
    """Rows are in the order of time already."""
    last = values.drop_duplicates("case_id", keep="last").set_index("case_id")
    return last[["value", "on", "entries", "modality", "posture", "level"]]


def complete_pairs(selection: Selection, paired: pd.DataFrame) -> tuple[Pair, ...]:
    """The cases that have both values."""
    there = paired[paired["value_before"].notna() & paired["value_after"].notna()]
    cases = selection.cases.loc[there.index]
    months = months_since(cases["operated"], there["on_after"])
    return tuple(
        Pair(
            case=label,
            before=float(before),
            after=float(after),
            before_on=before_on.date(),
            after_on=after_on.date(),
            months=float(passed),
            before_entries=tuple(first.split(SEPARATOR)),
            after_entries=tuple(second.split(SEPARATOR)),
        )
        for label, before, after, before_on, after_on, passed, first, second in zip(
            cases["label"], there["value_before"], there["value_after"], there["on_before"], there["on_after"],
            months, there["entries_before"], there["entries_after"], strict=True,
        )
    )  # fmt: skip


def incomplete_pairs(selection: Selection, paired: pd.DataFrame, contrast: Contrast) -> tuple[str, ...]:
    """Who lacks which value."""
    found = []
    no_before, no_after = paired["value_before"].isna(), paired["value_after"].isna()
    for case_id in paired.index[no_before | no_after]:
        lacks = [
            f"no value '{name}'"
            for name, missing in ((contrast.before.label, no_before), (contrast.after_words, no_after))
            if missing[case_id]
        ]
        found.append(f"{selection.cases.at[case_id, 'label']}: {' and '.join(lacks)}")
    return tuple(found)
