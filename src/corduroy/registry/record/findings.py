"""What a check of a record found: what is impossible, and what is only unusual."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from corduroy.registry.record.items import Item

if TYPE_CHECKING:
    from corduroy.registry.record.base import Record


class Severity(StrEnum):
    """A hard error is refused; a soft warning asks a person to confirm."""

    HARD = "error"
    SOFT = "confirm"


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Parameters
    ----------
    severity : Severity
    kind : str
        The record's kind.
    field : str
        The record's field; empty where the record as a whole is meant.
    message : str
        What was got, what is expected, for a person.
    about : Record, optional
        The record itself, where one of several of its kind is meant.
    """

    severity: Severity
    kind: str
    field: str
    message: str
    about: Record | None = dataclasses.field(default=None, compare=False, repr=False)

    @property
    def is_hard(self) -> bool:
        """Whether the record has to be refused."""
        return self.severity is Severity.HARD

    def __str__(self) -> str:
        return f"{self.severity}: {self.message}"


def hard(kind: str, name: str, message: str, about: Record | None = None) -> Finding:
    """Something impossible in the field `name`."""
    return Finding(Severity.HARD, kind, name, message, about)


def soft(kind: str, name: str, message: str, about: Record | None = None) -> Finding:
    """Something unusual in the field `name`."""
    return Finding(Severity.SOFT, kind, name, message, about)


def unusual_value(kind: str, item: Item, value: float) -> Finding:
    """A number outside its usual range."""
    low, high = item.usual or (item.low, item.high)
    unit = f" {item.unit}" if item.unit else ""
    message = f"{item.label}: {value:g}{unit} is unusual, {low:g} to {high:g} is usual; confirm it"
    return soft(kind, item.name, message)
