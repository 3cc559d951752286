"""The result of a scale: its value or class, how much of it was assessed, and where each item came from."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from corduroy.scales.definition import Scale
from corduroy.scales.items import Item, Proposed

T = TypeVar("T")

NOT_ASSESSED = "not assessed"
ALSO_ALLOWED = "the measurement also allows"
"""How a notice of `doubts` is known among others."""


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item as it entered the result; an item that was not assessed has no value and no points.

    Parameters
    ----------
    item : str
        The item's name for people.
    value : object
        The choice or number, or None.
    points : int or None
    origin : str
        ``"proposed from imaging"``, ``"confirmed by NAME"`` or ``"not assessed"``.
    basis : str
        What a proposal rests on.
    """

    item: str
    value: Any
    points: int | None
    origin: str
    basis: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, the label beside the code."""
        return {
            "item": self.item,
            "value": _plain(self.value),
            "label": getattr(self.value, "label", None),
            "points": self.points,
            "origin": self.origin,
            "basis": self.basis,
        }


@dataclass(frozen=True, slots=True)
class ScaleResult(Generic[T]):
    """What a scale says, and how firmly.

    Parameters
    ----------
    scale, version : str
    grade : T or None
        Grade or class. None while what is assessed leaves several possible.
    value : float or None
        The total or number; None if an item is missing or the scale has no number.
    lowest, highest : float or None
        The least and the greatest total still possible.
    items : tuple of ItemRecord
    notices : tuple of str
        What a reader must know, the scale's own notices included.
    source : str
    """

    scale: str
    version: str
    grade: T | None
    value: float | None
    lowest: float | None
    highest: float | None
    items: tuple[ItemRecord, ...]
    notices: tuple[str, ...]
    source: str

    @property
    def items_assessed(self) -> int:
        """How many items have a value."""
        return sum(record.origin != NOT_ASSESSED for record in self.items)

    @property
    def items_total(self) -> int:
        """How many items the scale has."""
        return len(self.items)

    @property
    def assessed(self) -> str:
        """``"4 of 6 items assessed"``."""
        return f"{self.items_assessed} of {self.items_total} items assessed"

    @property
    def is_confirmed(self) -> bool:
        """Whether every assessed item, and at least one, was confirmed by a person."""
        origins = {record.origin for record in self.items} - {NOT_ASSESSED}
        return bool(origins) and all(origin.startswith("confirmed by ") for origin in origins)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "scale": self.scale,
            "version": self.version,
            "grade": _plain(self.grade),
            "grade_label": getattr(self.grade, "label", None),
            "value": self.value,
            "lowest": self.lowest,
            "highest": self.highest,
            "items_assessed": self.items_assessed,
            "items_total": self.items_total,
            "is_confirmed": self.is_confirmed,
            "items": [record.to_dict() for record in self.items],
            "notices": list(self.notices),
            "source": self.source,
        }


def record_item(name: str, item: Item[Any] | None, points: int | None = None) -> ItemRecord:
    """The record of one item, or of its absence."""
    if item is None:
        return ItemRecord(name, None, None, NOT_ASSESSED, "")
    return ItemRecord(name, item.value, points, item.origin, item.basis)


def doubts(name: str, item: Item[Any] | None) -> tuple[str, ...]:
    """A notice where the measurement behind a proposal reaches other values too."""
    if not isinstance(item, Proposed) or not item.also_possible:
        return ()
    others = " or ".join(str(getattr(other, "label", other)) for other in item.also_possible)
    return (f"{name}: {ALSO_ALLOWED} '{others}'",)


def make_result(
    scale: Scale,
    records: tuple[ItemRecord, ...],
    *,
    grade: T | None = None,
    value: float | None = None,
    bounds: tuple[float | None, float | None] = (None, None),
    notices: tuple[str, ...] = (),
) -> ScaleResult[T]:
    """A result that carries its scale's name, version, source and notices."""
    return ScaleResult(
        scale=scale.name,
        version=scale.version,
        grade=grade,
        value=value,
        lowest=bounds[0],
        highest=bounds[1],
        items=records,
        notices=scale.notices + notices,
        source=scale.source,
    )


def _plain(value: Any) -> Any:
    """A value that JSON can hold: codes for choices, sorted lists for sets, names and values for records."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(_plain(member) for member in value)
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    if is_dataclass(value):
        return {name.name: _plain(getattr(value, name.name)) for name in fields(value)}
    return value
