"""Variables from columns: every number with the cases and entries it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from corduroy.registry.record import Item
from corduroy.registry.values import SEPARATOR
from corduroy.study.descriptives import summarize
from corduroy.study.proportions import clopper_pearson
from corduroy.study.results import CategoricalVariable, Category, NumericVariable, Source, Value, Variable

MOST_LISTED = 10
"""Up to so many cases every value is printed."""

YES_NO = {"yes": "Yes", "no": "No"}


def numeric(
    key: str,
    label: str,
    unit: str,
    cases: Sequence[str],
    values: pd.Series[Any] | np.ndarray[Any, Any],
    entries: Sequence[str],
    note: str = "",
) -> NumericVariable:
    """Describe numbers.

    Parameters
    ----------
    cases, entries : sequence of str
        One for each value: label of the case, and id of the entry or several of them joined by ``|``.
    values : Series or ndarray of float
        NaN where missing.
    """
    column = pd.Series(values).to_numpy(dtype=np.float64, na_value=np.nan)
    there = np.flatnonzero(~np.isnan(column))
    found = summarize(column, label, unit)
    few = found.n <= MOST_LISTED
    return NumericVariable(
        key=key,
        label=label,
        unit=unit,
        n=found.n,
        missing=found.missing,
        total=found.total,
        mean=found.mean,
        sd=found.sd,
        median=found.median,
        q1=found.first_quartile,
        q3=found.third_quartile,
        minimum=found.minimum,
        maximum=found.maximum,
        every=tuple(Value(cases[i], float(column[i]), entries[i]) for i in there.tolist()) if few else (),
        source=source(cases, entries, there),
        note=note,
    )


def categorical(
    key: str,
    label: str,
    choices: Mapping[str, str],
    cases: Sequence[str],
    codes: pd.Series[Any],
    entries: Sequence[str],
    *,
    several: bool = False,
    note: str = "",
) -> CategoricalVariable:
    """Count codes; of `several` a case's codes are joined by ``|`` and each is counted.

    Parameters
    ----------
    choices : mapping of str to str
        Labels by code, in the order of the scale.
    """
    column = pd.Series(codes.to_numpy(dtype=object))
    there = column.notna().to_numpy(dtype=bool)
    told = column[there]
    parts = told.str.split(SEPARATOR, regex=False).explode() if several and len(told) else told
    counts = parts.value_counts()
    n = int(there.sum())
    few = n <= MOST_LISTED
    named = np.asarray(cases, dtype=object)
    lines = []
    for code, text in choices.items():
        count = int(counts.get(code, 0))
        if count == 0:
            continue
        found = clopper_pearson(count, n)
        who = tuple(named[np.unique(parts.index[parts == code])]) if few else ()
        lines.append(Category(code, text, count, found.share, found.interval, who))
    return CategoricalVariable(
        key, label, n, int((~there).sum()), several, tuple(lines), source(cases, entries, np.flatnonzero(there)), note
    )


def described(
    kind: str, item: Item, cases: Sequence[str], column: pd.Series[Any], entries: Sequence[str], note: str = ""
) -> Variable | None:
    """A field of a record as a variable; None of texts and dates, which are no variables."""
    key = f"{kind}.{item.name}"
    if item.kind in ("number", "integer"):
        return numeric(key, item.label, item.unit, cases, column, entries, note)
    if item.kind == "yes/no":
        return categorical(key, item.label, YES_NO, cases, yes_no(column), entries, note=note)
    if item.kind in ("choice", "several choices", "levels"):
        several = item.kind != "choice"
        return categorical(key, item.label, item.choices or {}, cases, column, entries, several=several, note=note)
    return None


def yes_no(column: pd.Series[Any]) -> pd.Series[Any]:
    """Truth values as codes."""
    return column.astype("boolean").map({True: "yes", False: "no"}).astype(object)


def source(cases: Sequence[str], entries: Sequence[str], places: np.ndarray[Any, Any]) -> Source:
    """The cases and entries at these places; joined entries are told one by one, each once."""
    who = tuple(np.asarray(cases, dtype=object)[places])
    ids = np.asarray(entries, dtype=object)[places]
    if any(SEPARATOR in text for text in ids):
        ids = np.array([part for text in ids for part in text.split(SEPARATOR)], dtype=object)
    return Source(who, tuple(dict.fromkeys(ids)))
