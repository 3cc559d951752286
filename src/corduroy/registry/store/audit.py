"""The audit trail: what a row says, and the chain of hashes that ties each row to all before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Literal

from corduroy.registry.record import Record

Action = Literal["add", "update", "delete", "confirm"]

FIRST_HASH = "0" * 64
"""What stands for the hash before the first row."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One change of one entry.

    Parameters
    ----------
    seq : int
        Place in the trail, from 1 without gaps. The number of an entry is the place of the row that added it.
    at : str
        When, UTC, ISO 8601.
    who, why : str
    action : {"add", "update", "delete", "confirm"}
        ``"confirm"``: a person looked at unusual values of this entry or of its case, and stands by them.
    kind : str
    entry_no, parent_no : int
    version : int
        Of the entry after the change.
    before, after : str or None
        The state as canonical JSON, without what was not recorded. None before adding and after deleting.
    """

    seq: int
    at: str
    who: str
    why: str
    action: Action
    kind: str
    entry_no: int
    parent_no: int | None
    version: int
    before: str | None
    after: str | None

    def hash_after(self, previous: str) -> str:
        """SHA-256, in hexadecimal, over the previous row's hash and this row as a canonical JSON list."""
        return hashlib.sha256(canonical([previous, *self.values()]).encode()).hexdigest()

    def values(self) -> tuple[Any, ...]:
        """The columns in their order, the hash left out."""
        held: tuple[Any, ...] = _VALUES(self)
        return held

    @property
    def state(self) -> dict[str, Any]:
        """The values that the entry's row must hold after this change; those of a deleted entry stay."""
        held: dict[str, Any] = json.loads(self.after or self.before or "{}")
        return held


COLUMNS = tuple(column.name for column in fields(AuditRow))
_VALUES = attrgetter(*COLUMNS)


def canonical(value: Any) -> str:
    """JSON in one form only: keys sorted, no blanks, no escapes but those that JSON demands."""
    return _ENCODER.encode(value)


def state_of(record: Record) -> dict[str, Any]:
    """The record as the trail keeps it: what was not recorded is left out, so that a new field changes no old row."""
    return record.model_dump(mode="json", exclude_none=True)


# Made once: json.dumps with these options would make one for each row.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
