"""As many invented patients as a benchmark wants: drawn column by column, so that 100,000 take seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from corduroy.registry.frames import Frames, frame, id_columns
from corduroy.registry.record import BY_KIND, CaseFile, Record
from corduroy.registry.synthetic import columns as drawn
from corduroy.registry.synthetic.columns import LUMBAR, THORACIC, Columns, chosen_of, nothing, same
from corduroy.registry.synthetic.mark import PREFIX
from corduroy.registry.values import given_values

_FIRST_DAY = np.datetime64("2005-01-01")
_DAYS_OF_RECRUITMENT = 5000


def random_frames(patients: int, rng: np.random.Generator, assessments: int = 10) -> Frames:
    """The records of many invented patients, one case each, as frames.

    Parameters
    ----------
    patients : int
    rng : numpy.random.Generator
        The same seed gives the same patients.
    assessments : int
        Per patient; the first at the planned visits, the others later.

    Returns
    -------
    dict of str to DataFrame
        As `corduroy.registry.frames` describes. About 3 in 100 values are not recorded; some patients are no aggressive
        case, have no deficit, die, are lost, have a leak, a complication or a recurrence.
    """
    ids = np.array([f"{PREFIX}{number:06d}" for number in range(1, patients + 1)], dtype=object)
    cases = np.array([f"{name}/1" for name in ids], dtype=object)
    operated = _FIRST_DAY + rng.integers(0, _DAYS_OF_RECRUITMENT, patients)
    level = chosen_of(rng, [*THORACIC, *LUMBAR], patients)
    columns: dict[str, Columns] = {
        "patient": drawn.patients(ids, operated, rng),
        "consent": {"entry_id": ids + "/consent", "parent_id": ids, "scope": same("registry", patients)},
        "case": drawn.cases(ids, cases, operated, level, rng),
        "assessment": drawn.assessments(cases, operated, assessments, rng),
        "imaging": drawn.imaging(cases, operated),
        "measurement": drawn.measurements(cases, operated, level, rng),
        "biopsy": drawn.biopsies(cases, operated, rng),
        "embolization": drawn.embolizations(cases, operated, rng),
        "operation": drawn.operations(cases, operated, level, rng),
        "complication": drawn.complications(cases, operated, rng),
        "leak": drawn.leaks(cases, operated, level, rng),
        "event": drawn.events(cases, operated, level, rng),
    }
    return {kind: _framed(BY_KIND[kind], own) for kind, own in columns.items()}


def random_case_files(patients: int, rng: np.random.Generator, assessments: int = 10) -> Iterator[CaseFile]:
    """The same patients as checked records: slower, for stores, exchanges and tests.

    Parameters
    ----------
    patients : int
    rng : numpy.random.Generator
    assessments : int
    """
    frames = random_frames(patients, rng, assessments)
    records = {kind: _records(BY_KIND[kind], table) for kind, table in frames.items()}
    several = {
        "assessments": "assessment", "imaging": "imaging", "measurements": "measurement", "biopsies": "biopsy",
        "embolizations": "embolization", "operations": "operation", "complications": "complication",
        "leaks": "leak", "events": "event",
    }  # fmt: skip
    for patient_id, (patient,) in records["patient"].items():
        (case,) = records["case"][patient_id]
        own = {name: tuple(records[kind].get(f"{patient_id}/1", ())) for name, kind in several.items()}
        (consent,) = records["consent"][patient_id]
        yield CaseFile(patient=patient, case=case, consent=consent, **own)  # type: ignore[arg-type]


def _records(record: type[Record], table: pd.DataFrame) -> dict[str, list[Record]]:
    """The records of a frame by their parent; patients by themselves."""
    names = list(record.items())
    plain = table[names].astype(object)
    plain[table[names].isna()] = None
    found: dict[str, list[Record]] = {}
    owners = table["parent_id" if record.parent else "entry_id"]
    for owner, row in zip(owners, plain.to_dict("records"), strict=True):
        values = {
            name: value.date() if isinstance(value, pd.Timestamp) else value
            for name, value in given_values(record, {str(name): value for name, value in row.items()}).items()
        }
        found.setdefault(owner, []).append(record.model_validate(values))
    return found


def _framed(record: type[Record], own: Columns) -> pd.DataFrame:
    length = len(own["entry_id"])
    if record.parent and f"{record.parent}_id" in id_columns(record):
        own = own | {f"{record.parent}_id": own["parent_id"]}
    columns = {name: own[name] if name in own else nothing(length) for name in (*id_columns(record), *record.items())}
    return frame(record, {name: _series(values) for name, values in columns.items()})


def _series(values: Any) -> pd.Series[Any]:
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        return pd.Series(values.astype("datetime64[ns]"))
    if isinstance(values, np.ndarray) and values.dtype.kind in "if":
        return pd.Series(values.astype(np.float64))
    return pd.Series(values)
