"""`Entry`: a record with its place in the registry, and the names by which people call it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import RowMapping

from corduroy.errors import InputError, RegistryError
from corduroy.registry.record import BY_KIND, RECORDS, Record, errors_of
from corduroy.registry.values import given_values

_KIND_BY_PREFIX = {record.prefix: record.kind for record in RECORDS}
_NAME = re.compile(r"([a-z]{2})-([1-9][0-9]{0,17})")


@dataclass(frozen=True)
class Entry:
    """One record as the registry keeps it.

    Parameters
    ----------
    id : str
        Two letters for the kind and a number that is used once in a registry: ``"as-12"``.
    kind : str
    parent_id : str or None
        The entry to which it belongs; None for a patient.
    version : int
        1 when added, one more with each change. Whoever changes the entry names the version that was seen.
    record : Record
    deleted : bool
        A deleted entry is kept and shown to nobody who does not ask for it.
    """

    id: str
    kind: str
    parent_id: str | None
    version: int
    record: Record
    deleted: bool

    @property
    def no(self) -> int:
        """The number in the id."""
        return number_of(self.id)[1]


def id_of(kind: str, number: int) -> str:
    """``("assessment", 12)`` is ``"as-12"``."""
    return f"{BY_KIND[kind].prefix}-{number}"


def number_of(entry_id: str) -> tuple[str, int]:
    """Kind and number of an entry from its id.

    Raises
    ------
    InputError
        If the text is no id.
    """
    match = _NAME.fullmatch(entry_id)
    if match is None or match[1] not in _KIND_BY_PREFIX:
        prefixes = ", ".join(f"{prefix} ({kind})" for prefix, kind in _KIND_BY_PREFIX.items())
        raise InputError(
            f"'{entry_id}' is no id of an entry", f"letters and a number such as as-12; letters: {prefixes}"
        )
    return _KIND_BY_PREFIX[match[1]], int(match[2])


def record_class(kind: str) -> type[Record]:
    """The class of a kind.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    if kind not in BY_KIND:
        raise InputError(f"'{kind}' is no kind of record", f"one of {', '.join(BY_KIND)}")
    return BY_KIND[kind]


def entry_from(kind: str, row: RowMapping) -> Entry:
    """The entry in a row of a kind's table.

    Raises
    ------
    RegistryError
        If the row holds what no record can hold: it was changed behind the store's back, or the rules became stricter.
    """
    record = BY_KIND[kind]
    name = id_of(kind, row["entry_no"])
    try:
        held = record.model_validate(given_values(record, dict(row)))
    except ValidationError as problem:
        told = "; ".join(finding.message for finding in errors_of(record, problem))
        raise RegistryError(
            f"entry {name} holds what no record can hold: {told}", do="run `corduroy registry verify`"
        ) from None
    parent = id_of(record.parent, row["parent_no"]) if record.parent else None
    return Entry(name, kind, parent, row["version"], held, bool(row["deleted"]))
