"""Variables from columns: every number with the cases and entries it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corduroy.registry.record import Item
from corduroy.registry.values import SEPARATOR
from corduroy.study.descriptives import summarize
from corduroy.study.proportions import clopper_pearson
from corduroy.study.results import CategoricalVariable, Category, NumericVariable, Source, Value, Variable

Texts = Sequence[str] | NDArray[np.object_]
"""One text per case; an array where there may be many."""

MOST_LISTED = 10
"""Up to so many cases every value is printed."""

YES_NO = {"yes": "Yes", "no": "No"}


def numeric(
    key: str,
    label: str,
    unit: str,
    cases: Texts,
    values: pd.Series[Any] | NDArray[np.float64],
    entries: Texts,
    note: str = "",
) -> NumericVariable:
    """Describe numbers.

    Parameters
    ----------
    cases, entries : sequence or ndarray of str
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
    cases: Texts,
    codes: pd.Series[Any],
    entries: Texts,
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
    column = codes.to_numpy(dtype=object)
    there = np.flatnonzero(~pd.isna(column))
    told = pd.Series(column[there]).value_counts()
    counts = _parts(told) if several else told
    few = there.size <= MOST_LISTED
    lines = []
    for code, text in choices.items():
        count = int(counts.get(code, 0))
        if count == 0:
            continue
        found = clopper_pearson(count, int(there.size))
        who = tuple(cases[i] for i in there.tolist() if code in _codes(column[i], several)) if few else ()
        lines.append(Category(code, text, count, found.share, found.interval, who))
    missing = column.size - there.size
    lines_source = source(cases, entries, there)
    return CategoricalVariable(key, label, int(there.size), missing, several, tuple(lines), lines_source, note)


def _parts(told: pd.Series[Any]) -> pd.Series[Any]:
    """Counts of the single codes, from the counts of their combinations."""
    single = [(code, count) for text, count in told.items() for code in _codes(str(text), True)]
    return pd.Series([count for _, count in single], index=[code for code, _ in single]).groupby(level=0).sum()


def _codes(text: str, several: bool) -> list[str]:
    return text.split(SEPARATOR) if several else [text]


def described(
    kind: str, item: Item, cases: Texts, column: pd.Series[Any], entries: Texts, note: str = ""
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


def source(cases: Texts, entries: Texts, places: NDArray[np.int64]) -> Source:
    """The cases and entries at these places.

    Entries that are joined by ``|`` are told one by one, each once.
    """
    who = tuple(np.asarray(cases, dtype=object)[places])
    ids = tuple(np.asarray(entries, dtype=object)[places])
    if ids and SEPARATOR in "".join(ids):
        ids = tuple(dict.fromkeys(part for text in ids for part in text.split(SEPARATOR)))
    return Source(who, ids)
