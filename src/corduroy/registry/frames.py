"""Records as one pandas frame per kind: the form that statistics and exports read.

The rule, the same whether the records come from a store or from memory:

* `entry_id`, `parent_id`; besides these `patient_id` for a case and a consent, `case_id` for what belongs to a case;
* then one column per item, by its name:

  ================  =======================================================================================
  integer, number   float64, NaN where not recorded
  yes/no            boolean (nullable), NA where not recorded
  date              datetime64[ns], NaT where not recorded
  choice            object: the code as text (grade 3 of Nurick is "3"), None where not recorded
  several, levels   object: the codes as text, joined by ``|``, None where not recorded
  text              object, None where not recorded
  ================  =======================================================================================

Not recorded is never 0, "" or False.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Protocol

import numpy as np
import pandas as pd

from corduroy.registry.record import BY_KIND, RECORDS, CaseFile, Item, Record
from corduroy.registry.record.items import Kind
from corduroy.registry.values import SEPARATOR

Frames = dict[str, pd.DataFrame]
Columns = Mapping[str, Collection[str]]
"""Names of items by kind of record."""

_DTYPES: dict[Kind, str] = {
    "integer": "float64",
    "number": "float64",
    "yes/no": "boolean",
    "date": "datetime64[ns]",
}


class Records(Protocol):
    """Where frames are read from: a store, or records in memory."""

    def frames(self, columns: Columns | None = None, cases: Collection[str] | None = None) -> Frames:
        """One frame for each kind, in the order of entering.

        Parameters
        ----------
        columns : mapping of str to collection of str, optional
            The kinds to read, and of each the items; the ids come with them, and so do the ids of the kinds above.
            All, if left out.
        cases : collection of str, optional
            Entry ids of cases: these only, what belongs to them, their patients and the patients' consents.
        """
        ...


class HeldRecords:
    """Records that are in memory already.

    Parameters
    ----------
    held : dict of str to DataFrame
        All kinds with all their columns.
    """

    def __init__(self, held: Frames) -> None:
        self._held = held

    def frames(self, columns: Columns | None = None, cases: Collection[str] | None = None) -> Frames:
        """As `Records.frames` says."""
        found: Frames = {}
        patients = self._patients_of(cases)
        for kind, names in wanted_columns(columns).items():
            record, whole = BY_KIND[kind], self._held[kind]
            if cases is not None:
                key = "entry_id" if kind in ("patient", "case") else id_columns(record)[-1]
                of_patient = kind == "patient" or (record.parent == "patient" and kind != "case")
                whole = whole[whole[key].isin(patients if of_patient else cases)]
            found[kind] = whole[[*id_columns(record), *names]]
        return found

    def _patients_of(self, cases: Collection[str] | None) -> Collection[str]:
        table = self._held["case"]
        return () if cases is None else list(table.loc[table["entry_id"].isin(cases), "patient_id"])


def wanted_columns(columns: Columns | None) -> dict[str, tuple[str, ...]]:
    """The items to read of each kind, parents before children; without a word all of all.

    Parameters
    ----------
    columns : mapping of str to collection of str or None
        A kind above one that is named, and not named itself, has its ids alone.
    """
    if columns is None:
        return {record.kind: tuple(record.items()) for record in RECORDS}
    needed = set(columns)
    for kind in columns:
        while (above := BY_KIND[kind].parent) is not None:
            needed.add(above)
            kind = above
    return {record.kind: tuple(columns.get(record.kind, ())) for record in RECORDS if record.kind in needed}


def id_columns(record: type[Record]) -> tuple[str, ...]:
    """The columns before the items."""
    if record.parent is None:
        return ("entry_id", "parent_id")
    return ("entry_id", "parent_id", f"{record.parent}_id")


def column(item: Item, values: Sequence[Any] | pd.Series[Any]) -> pd.Series[Any]:
    """Values of one item as the rule wants them.

    Parameters
    ----------
    item : Item
    values : sequence or Series
        As records, JSON or a store hold them: enums or codes, dates or ISO texts, tuples, lists or joined text. A
        Series that has the rule's dtype already is taken as it is: of objects it must hold codes as text, or None.
    """
    if isinstance(values, pd.Series) and str(values.dtype) == _DTYPES.get(item.kind, "object"):
        return values.reset_index(drop=True)
    if item.kind in ("integer", "number"):
        return pd.Series(pd.to_numeric(pd.Series(list(values), dtype=object)), dtype=np.float64)
    if item.kind == "yes/no":
        return pd.Series(list(values), dtype=object).map(_truth).astype("boolean")
    if item.kind == "date":
        return pd.Series(pd.to_datetime(pd.Series(list(values), dtype=object)), dtype="datetime64[ns]")
    if item.kind in ("several choices", "levels"):
        return pd.Series([_joined(value) for value in values], dtype=object)
    return pd.Series([_code(value) for value in values], dtype=object)


def frame(record: type[Record], columns: Mapping[str, Sequence[Any] | pd.Series[Any]]) -> pd.DataFrame:
    """A frame of one kind from its columns.

    Parameters
    ----------
    record : type of Record
    columns : mapping of str to sequence
        `id_columns` and the items that the frame shall have, all of one length.
    """
    ids = {name: pd.Series(np.asarray(columns[name], dtype=object), dtype=object) for name in id_columns(record)}
    # Not copied into one block for each type: the columns of a large registry are gigabytes.
    fields = {name: column(item, columns[name]) for name, item in record.items().items() if name in columns}
    return pd.DataFrame(ids | fields, copy=False)


def frames_of(case_files: Iterable[CaseFile]) -> Frames:
    """Records that are in no store, in the form in which a store hands them out.

    Parameters
    ----------
    case_files : iterable of CaseFile
        Several cases of one patient carry the same pseudonym; the patient's row and consent are taken once.

    Returns
    -------
    dict of str to DataFrame
        By kind. Ids are made from the pseudonym: ``SYN-01``, ``SYN-01/1``, ``SYN-01/1/assessment/2``.
    """
    columns: dict[str, dict[str, list[Any]]] = {
        record.kind: {name: [] for name in (*id_columns(record), *record.items())} for record in RECORDS
    }
    known: set[str] = set()
    for file in case_files:
        patient_id = file.patient.pseudonym
        case_id = f"{patient_id}/{file.case.case_no}"
        counts: dict[str, int] = {}
        for record in file.records():
            if record.parent is None or (record.parent == "patient" and record.kind != "case"):
                entry_id = patient_id if record.parent is None else f"{patient_id}/{record.kind}"
                if entry_id in known:
                    continue
                known.add(entry_id)
            elif record.kind == "case":
                entry_id = case_id
            else:
                counts[record.kind] = counts.get(record.kind, 0) + 1
                entry_id = f"{case_id}/{record.kind}/{counts[record.kind]}"
            parent_id = {None: None, "patient": patient_id, "case": case_id}[record.parent]
            _append(columns[record.kind], record, entry_id, parent_id)
    return {kind: frame(BY_KIND[kind], own) for kind, own in columns.items()}


def _append(columns: dict[str, list[Any]], record: Record, entry_id: str, parent_id: str | None) -> None:
    for name in id_columns(type(record)):
        columns[name].append(entry_id if name == "entry_id" else parent_id)
    for name in type(record).model_fields:
        columns[name].append(getattr(record, name))


def _truth(value: Any) -> Any:
    """SQLite keeps yes and no as 1 and 0."""
    return pd.NA if value is None or value is pd.NA or value != value else bool(value)


def _code(value: Any) -> str | None:
    if value is None:
        return None
    return str(value.value if isinstance(value, Enum) else value)


def _joined(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return SEPARATOR.join(str(part.value if isinstance(part, Enum) else part) for part in value)
