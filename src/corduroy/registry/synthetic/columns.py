"""The columns of many invented patients, drawn all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from corduroy.registry.record.choices import EventType, Quantity, Visit
from corduroy.registry.values import SEPARATOR

# All shares, means and spreads below are invented (author's choice); only their ranges are the record's.
_NOT_RECORDED = 0.03
_VISIT_DAYS = {
    Visit.PREOPERATIVE: -3,
    Visit.DISCHARGE: 9,
    Visit.WEEK_6: 42,
    Visit.MONTH_3: 92,
    Visit.MONTH_6: 183,
    Visit.MONTH_12: 366,
    Visit.MONTH_24: 731,
    Visit.MONTH_36: 1096,
    Visit.LATER: 1500,
}
THORACIC = [f"T{number}" for number in range(3, 13)]
LUMBAR = [f"L{number}" for number in range(1, 6)]

Array = NDArray[Any]
Columns = dict[str, Any]


def nothing(length: int) -> Array:
    return np.full(length, None, dtype=object)


def same(code: str, length: int) -> Array:
    return np.full(length, code, dtype=object)


def numbered(owners: Array, kind: str) -> Array:
    """One entry of this kind per owner."""
    return np.array([f"{owner}/{kind}/1" for owner in owners], dtype=object)


def chosen_of(
    rng: np.random.Generator, codes: Sequence[str], size: int, shares: Sequence[float] | None = None
) -> Array:
    return np.array(codes, dtype=object)[rng.choice(len(codes), size, p=shares)]


def _some_missing(rng: np.random.Generator, values: Array) -> Array:
    gone = rng.random(values.size) < _NOT_RECORDED
    if values.dtype == object:
        return _only(~gone, values)
    return np.where(gone, np.nan, values.astype(np.float64))


def _only(there: NDArray[np.bool_], values: Array) -> Array:
    """The values where they are there, None elsewhere."""
    kept = values.copy()
    kept[~there] = None
    return kept


def _yes(rng: np.random.Generator, share: float, size: int) -> pd.Series[Any]:
    """Yes with this share; now and then not recorded."""
    return pd.Series(pd.arrays.BooleanArray(rng.random(size) < share, rng.random(size) < _NOT_RECORDED))


def patients(ids: Array, operated: Array, rng: np.random.Generator) -> Columns:
    years = operated.astype("datetime64[Y]").astype(np.int64) + 1970
    return {
        "entry_id": ids,
        "parent_id": nothing(ids.size),
        "pseudonym": ids,
        "sex": _some_missing(rng, chosen_of(rng, ["female", "male"], ids.size, [0.6, 0.4])),
        "birth_year": _some_missing(rng, years - rng.integers(18, 85, ids.size)),
    }


def cases(ids: Array, cases: Array, operated: Array, level: Array, rng: np.random.Generator) -> Columns:
    size = ids.size
    return {
        "entry_id": cases,
        "parent_id": ids,
        "case_no": np.ones(size),
        "levels": level,
        "aggressive": _yes(rng, 0.8, size),
        "fracture": _yes(rng, 0.5, size),
        "deficit": _yes(rng, 0.6, size),
        "presentation": chosen_of(rng, ["pain", f"pain{SEPARATOR}myelopathy", f"pain{SEPARATOR}fracture"], size),
        "onset": _some_missing(rng, chosen_of(rng, ["acute", "subacute", "chronic"], size)),
        "symptoms_since": operated - rng.integers(5, 700, size),
        "enneking": _some_missing(rng, chosen_of(rng, ["S2", "S3"], size)),
        "sins": _some_missing(rng, rng.integers(4, 15, size)),
        "consecutive": _yes(rng, 0.9, size),
    }


def assessments(cases: Array, operated: Array, each: int, rng: np.random.Generator) -> Columns:
    """Pain falls and grades rise after surgery; every patient has a line of its own."""
    visits = [*_VISIT_DAYS.items()][:each]
    later = [(Visit.LATER, 1500 + 365 * (place + 1)) for place in range(each - len(visits))]
    planned = visits + later
    size, count = cases.size, len(planned)
    start, grade = rng.uniform(4, 10, size), rng.integers(1, 4, size)
    after = np.array([0.0 if visit is Visit.PREOPERATIVE else 1.0 - np.exp(-day / 90.0) for visit, day in planned])
    pain = np.clip(start[:, None] * (1 - 0.85 * after) + rng.normal(0, 0.6, (size, count)), 0, 10).round()
    frankel = np.clip(grade[:, None] + np.rint(1.6 * after + rng.normal(0, 0.3, (size, count))), 0, 4).astype(np.int64)
    days = operated[:, None] + np.array([day for _, day in planned])
    return {
        "entry_id": _counted(cases, "assessment", count),
        "parent_id": np.repeat(cases, count),
        "visit": np.tile(np.array([visit.value for visit, _ in planned], dtype=object), size),
        "on": days.ravel(),
        "pain_back": _some_missing(rng, pain.ravel()),
        "pain_unit": same("0-10", size * count),
        "pain_instrument": same("NRS", size * count),
        "frankel": _some_missing(rng, np.array(list("ABCDE"), dtype=object)[frankel.ravel()]),
        "odi": _some_missing(rng, np.clip(8 * pain.ravel() + rng.normal(0, 5, size * count), 0, 100).round()),
        "ambulation": np.array(["bed", "wheelchair", "help", "aid", "independent"], dtype=object)[frankel.ravel()],
    }


def imaging(cases: Array, operated: Array) -> Columns:
    visits = (Visit.PREOPERATIVE, Visit.MONTH_12)
    return {
        "entry_id": _counted(cases, "imaging", len(visits)),
        "parent_id": np.repeat(cases, len(visits)),
        "visit": np.tile(np.array([visit.value for visit in visits], dtype=object), cases.size),
        "on": (operated[:, None] + np.array([_VISIT_DAYS[visit] for visit in visits])).ravel(),
        "modality": same("CT", cases.size * len(visits)),
        "posture": same("supine", cases.size * len(visits)),
    }


def measurements(cases: Array, operated: Array, level: Array, rng: np.random.Generator) -> Columns:
    """Anterior height and wedge angle before surgery and after a year."""
    visits = (Visit.PREOPERATIVE, Visit.MONTH_12)
    quantities = (Quantity.HEIGHT_ANTERIOR, Quantity.WEDGE_ANGLE)
    size, count = cases.size, len(visits) * len(quantities)
    height, angle = rng.uniform(12, 18, size), rng.uniform(5, 18, size)
    gain = rng.uniform(0.5, 5, size)
    values = np.stack([height, angle, height + gain, angle - 1.8 * gain], axis=1)
    return {
        "entry_id": _counted(cases, "measurement", count),
        "parent_id": np.repeat(cases, count),
        "visit": np.tile(np.array([visit.value for visit in visits for _ in quantities], dtype=object), size),
        "on": (operated[:, None] + np.array([_VISIT_DAYS[visit] for visit in visits for _ in quantities])).ravel(),
        "level": np.repeat(level, count),
        "quantity": np.tile(np.array([quantity.value for quantity in quantities] * len(visits), dtype=object), size),
        "value": values.round(1).ravel(),
        "modality": same("CT", size * count),
        "posture": same("supine", size * count),
        "method": same("synthetic", size * count),
        "reader": same("corduroy", size * count),
        "reading_no": np.ones(size * count),
    }


def biopsies(cases: Array, operated: Array, rng: np.random.Generator) -> Columns:
    chosen = rng.random(cases.size) < 0.8
    size = int(chosen.sum())
    results = ["definitive", "compatible", "inadequate", "discordant"]
    return {
        "entry_id": numbered(cases[chosen], "biopsy"),
        "parent_id": cases[chosen],
        "on": operated[chosen] - rng.integers(3, 30, size),
        "guidance": chosen_of(rng, ["ct", "fluoro"], size, [0.9, 0.1]),
        "gauge": _some_missing(rng, rng.integers(11, 18, size)),
        "result": _some_missing(rng, chosen_of(rng, results, size, [0.6, 0.2, 0.15, 0.05])),
    }


def embolizations(cases: Array, operated: Array, rng: np.random.Generator) -> Columns:
    chosen = rng.random(cases.size) < 0.7
    size = int(chosen.sum())
    return {
        "entry_id": numbered(cases[chosen], "embolization"),
        "parent_id": cases[chosen],
        "on": operated[chosen] - 1,
        "agents": chosen_of(rng, ["pva", f"pva{SEPARATOR}coils", "spheres"], size),
        "vascularity": _some_missing(rng, chosen_of(rng, ["0", "1", "2", "3"], size)),
        "completeness": _some_missing(rng, chosen_of(rng, ["complete", "near-complete", "partial"], size)),
        "hours_to_surgery": rng.integers(12, 36, size),
    }


def operations(cases: Array, operated: Array, level: Array, rng: np.random.Generator) -> Columns:
    size = cases.size
    return {
        "entry_id": numbered(cases, "operation"),
        "parent_id": cases,
        "on": operated,
        "duration_min": _some_missing(rng, rng.normal(180, 40, size).clip(60, 500).round()),
        "blood_loss_ml": _some_missing(rng, (rng.lognormal(6.4, 0.6, size).clip(50, 3500) / 50).round() * 50),
        "blood_loss_how": same("suction", size),
        "cement_ml": _some_missing(rng, rng.uniform(1, 8, size).round(1)),
        "gelatin_use": chosen_of(rng, ["none", "before", "mixed"], size),
        "laminectomy": level,
        "fixation": _yes(rng, 0.5, size),
    }


def complications(cases: Array, operated: Array, rng: np.random.Generator) -> Columns:
    chosen = rng.random(cases.size) < 0.1
    size = int(chosen.sum())
    return {
        "entry_id": numbered(cases[chosen], "complication"),
        "parent_id": cases[chosen],
        "on": operated[chosen] + rng.integers(0, 30, size),
        "after": same("operation", size),
        "type": chosen_of(rng, ["dural_tear", "infection", "haematoma", "medical"], size),
        "clavien": _some_missing(rng, chosen_of(rng, ["I", "II", "IIIb"], size)),
        "window_days": np.full(size, 30),
    }


def leaks(cases: Array, operated: Array, level: Array, rng: np.random.Generator) -> Columns:
    chosen = rng.random(cases.size) < 0.95
    size = int(chosen.sum())
    leaked = rng.random(size) < 0.15
    return {
        "entry_id": numbered(cases[chosen], "leak"),
        "parent_id": cases[chosen],
        "on": operated[chosen] + 2,
        "level": level[chosen],
        "leaked": pd.Series(leaked).astype("boolean"),
        "types": _only(leaked, chosen_of(rng, ["B", "S", f"B{SEPARATOR}C"], size)),
        "modality": chosen_of(rng, ["ct", "radiograph"], size, [0.8, 0.2]),
    }


def events(cases: Array, operated: Array, level: Array, rng: np.random.Generator) -> Columns:
    """One event per patient, long after all assessments: seen, recurrence, death, or lost."""
    types = [EventType.FOLLOW_UP, EventType.RECURRENCE, EventType.DEATH, EventType.LOST]
    chosen = chosen_of(rng, [type_.value for type_ in types], cases.size, [0.88, 0.03, 0.04, 0.05])
    recurred = chosen == EventType.RECURRENCE.value
    return {
        "entry_id": numbered(cases, "event"),
        "parent_id": cases,
        "on": operated + rng.integers(2000, 2400, cases.size),
        "type": chosen,
        "level": _only(recurred, level),
        "definition": _only(recurred, same("imaging", cases.size)),
    }


def _counted(owners: Array, kind: str, count: int) -> Array:
    ends = [f"/{kind}/{number}" for number in range(1, count + 1)]
    return np.array([owner + end for owner in owners for end in ends], dtype=object)
