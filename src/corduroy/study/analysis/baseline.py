"""Who the patients were, and what was done: each field of the record described."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from corduroy.anatomy import Level
from corduroy.registry.record import BY_KIND, Patient, TreatedCase
from corduroy.registry.values import SEPARATOR
from corduroy.study.analysis.describe import YES_NO, Texts, categorical, described, numeric
from corduroy.study.results import Variable
from corduroy.study.selection import DAYS_PER_MONTH, Selection

_REGIONS = {"cervical": "Cervical", "thoracic": "Thoracic", "lumbar": "Lumbar", "sacral": "Sacral"}
_PROCEDURES = ("biopsy", "embolization", "operation")
CONDITIONAL = {"embolization.sir_old", "embolization.sir_2017", "operation.fixation_levels"}
"""Fields that are filled only where something happened: nothing recorded there is no missing value."""

_AGE_NOTE = "year of the first operation minus year of birth: right to within one year"


def baseline(selection: Selection) -> tuple[Variable, ...]:
    """Patient and lesion before treatment.

    Parameters
    ----------
    selection : Selection
    """
    cases = selection.cases
    labels, ids = cases["label"].to_numpy(), cases.index.to_numpy()
    patients = cases["patient_id"].to_numpy()
    found: list[Variable | None] = [
        numeric("age", "Age at surgery", "years", labels, cases["age"], patients, _AGE_NOTE),
        described("patient", Patient.items()["sex"], labels, cases["sex"], patients),
        categorical("region", "Region", _REGIONS, labels, _regions(cases["levels"]), ids, several=True),
        numeric("level_count", "Levels of the lesion, number", "", labels, _count(cases["levels"]), ids),
        _symptoms(cases, labels, ids),
    ]
    for name, item in TreatedCase.items().items():
        if name != "case_no":
            found.append(described("case", item, labels, cases[name], ids))
    return tuple(variable for variable in found if variable is not None)


def treatment(selection: Selection) -> tuple[Variable, ...]:
    """Biopsy, embolization and operation: whether there is a record of them, and what it says.

    Parameters
    ----------
    selection : Selection
    """
    found: list[Variable] = []
    for kind in _PROCEDURES:
        rows, note = described_records(selection, kind)
        labels, ids = selection.cases["label"].to_numpy(), selection.cases.index.to_numpy()
        recorded = pd.Series(np.where(selection.cases.index.isin(rows["case_id"]), "yes", "no"), dtype=object)
        title = f"{BY_KIND[kind].title}: a record exists"
        found.append(categorical(f"{kind}.recorded", title, YES_NO, labels, recorded, ids, note=note))
        if rows.empty:
            continue
        mine, entries = rows["label"].to_numpy(), rows["entry_id"].to_numpy()
        of = f"of {len(rows)} cases with this record"
        for item in BY_KIND[kind].items().values():
            variable = described(kind, item, mine, rows[item.name], entries, of)
            if variable is not None and (variable.n or variable.key not in CONDITIONAL):
                found.append(variable)
    return tuple(found)


def described_records(selection: Selection, kind: str) -> tuple[pd.DataFrame, str]:
    """One record per case with the case's `label`, and how many cases have more than one.

    Of operations the first, of biopsies and embolizations the last that is not later than it.
    """
    frame = selection.frames[kind].sort_values("on", kind="stable")
    repeated = int((frame["case_id"].value_counts() > 1).sum())
    if kind == "operation":
        chosen, which = frame.drop_duplicates("case_id"), "the first"
    else:
        operated = frame["case_id"].map(selection.cases["operated"])
        chosen = frame[frame["on"] <= operated].drop_duplicates("case_id", keep="last")
        which = "the last before the first operation"
    rows = chosen.set_index("case_id").reindex(selection.cases.index).dropna(subset="entry_id")
    # Without reindexing, a frame of no rows would take over every case: all would have a record.
    rows["label"] = selection.cases["label"].reindex(rows.index)
    rows = rows.rename_axis("case_id").reset_index()
    return rows, f"{repeated} cases have several; {which} is described" if repeated else ""


def _regions(levels: pd.Series[Any]) -> pd.Series[Any]:
    known = {
        text: SEPARATOR.join(dict.fromkeys(Level(level).region for level in text.split(SEPARATOR)))
        for text in levels.dropna().unique()
    }
    return levels.map(known).astype(object)


def _count(levels: pd.Series[Any]) -> pd.Series[Any]:
    known = {text: float(text.count(SEPARATOR) + 1) for text in levels.dropna().unique()}
    return levels.map(known).astype(np.float64)


def _symptoms(cases: pd.DataFrame, labels: Texts, ids: Texts) -> Variable:
    months = (cases["operated"] - cases["symptoms_since"]).dt.days / DAYS_PER_MONTH
    return numeric("symptoms", "Symptoms before surgery", "months", labels, months, ids)
