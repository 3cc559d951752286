"""What a check of a record found: what is impossible, and what is only unusual."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from corduroy.registry.record.items import Item


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
    """

    severity: Severity
    kind: str
    field: str
    message: str

    @property
    def is_hard(self) -> bool:
        """Whether the record has to be refused."""
        return self.severity is Severity.HARD

    def __str__(self) -> str:
        return f"{self.severity}: {self.message}"


def hard(kind: str, field: str, message: str) -> Finding:
    """Something impossible."""
    return Finding(Severity.HARD, kind, field, message)


def soft(kind: str, field: str, message: str) -> Finding:
    """Something unusual."""
    return Finding(Severity.SOFT, kind, field, message)


def unusual_value(kind: str, item: Item, value: float) -> Finding:
    """A number outside its usual range."""
    low, high = item.usual or (item.low, item.high)
    unit = f" {item.unit}" if item.unit else ""
    message = f"{item.label}: {value:g}{unit} is unusual, {low:g} to {high:g} is usual; confirm it"
    return soft(kind, item.name, message)
