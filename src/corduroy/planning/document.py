"""A tree of frozen results as plain values for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np
from pydantic import BaseModel

from corduroy.provenance import Measured
from corduroy.scales.result import ScaleResult

NOT_IN_DOCUMENT: dict[str, Any] = {"document": False}
"""Metadata of a dataclass field that is an image and has a file of its own."""

_DIGITS = 3


def document_of(value: Any) -> Any:
    """Plain numbers, lists and strings; names of fields become keys, a `Measured` keeps its uncertainty and unit.

    Raises
    ------
    TypeError
        If a value has no plain form.
    """
    if value is None or (isinstance(value, bool | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float | np.floating):
        return round(float(value), _DIGITS)
    if isinstance(value, Measured):
        return _measured(value)
    if isinstance(value, ScaleResult):
        return value.to_dict()
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(document_of(key)): document_of(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(document_of(item) for item in value)
    if isinstance(value, tuple | list | np.ndarray):
        return [document_of(item) for item in value]
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if is_dataclass(value):
        return {field.name: document_of(getattr(value, field.name)) for field in fields(value) if _shown(field)}
    raise TypeError(f"{type(value).__name__} has no plain form")


def _shown(field: Field[Any]) -> bool:
    return bool(field.metadata.get("document", True))


def _measured(value: Measured) -> dict[str, Any]:
    return {
        "value": round(value.value, _DIGITS),
        "uncertainty": round(value.uncertainty, _DIGITS),
        "unit": value.unit,
        "method": value.method,
    }
