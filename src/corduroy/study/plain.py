"""A result as JSON can hold it."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from corduroy.provenance import Provenance
from corduroy.study.interval import Interval
from corduroy.study.p_value import PValue


def as_plain(value: Any) -> Any:
    """Dataclasses as dictionaries, dates as ISO text, no NaN and no infinity.

    Parameters
    ----------
    value : Any
        A `SeriesResult` or any part of it.
    """
    if isinstance(value, Provenance):
        return value.as_dict()
    if isinstance(value, PValue):
        return {"value": value.value, "origin": value.origin, "words": str(value)}
    if isinstance(value, Interval):
        return _of_fields(value) | {"words": str(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return _of_fields(value)
    if isinstance(value, tuple | list):
        return [as_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): as_plain(part) for key, part in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _of_fields(value: Any) -> dict[str, Any]:
    return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
