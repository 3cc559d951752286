"""The names that REDCap knows our fields by; dictionary, export and import read them off the record alike.

One REDCap record is one patient: ``record_id`` is the pseudonym. Patient and consent are plain instruments; the case
and everything that belongs to a case are repeating instruments, with the number of the case as their first field. The
visit is a field of its instrument, as it is in the record: an unplanned visit may happen twice, and a field that exists
once has one label, whatever the visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from corduroy.registry.record import BY_KIND, RECORDS, Item, Record
from corduroy.registry.record.items import Kind

RECORD_ID = "record_id"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
LONGEST = 26
"""REDCap's own limit for a variable's name; older versions dropped longer ones from exports without a word."""

_KEY = "pseudonym"
_CASE_NO = "case_no"
_SEVERAL: tuple[Kind, ...] = ("several choices", "levels")


@dataclass(frozen=True)
class RedcapField:
    """A field of a REDCap instrument.

    Parameters
    ----------
    name : str
        Its variable name.
    record : type of Record
        Whose instrument it is on.
    item : Item
    is_case_no : bool
        Whether it says to which case an entry belongs, and is not of the entry itself.
    """

    name: str
    record: type[Record]
    item: Item
    is_case_no: bool = False

    @property
    def label(self) -> str:
        """Unique in the project: no two export columns read alike."""
        return "Pseudonym (record ID)" if self.name == RECORD_ID else f"{self.record.title}: {self.item.label}"

    @property
    def codes(self) -> dict[str, str]:
        """REDCap's code of each of our codes."""
        return redcap_codes(tuple(self.item.choices or {}))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in a data file: one, or one for each box that can be ticked."""
        if self.item.kind not in _SEVERAL:
            return (self.name,)
        return tuple(f"{self.name}___{code.lower()}" for code in self.codes.values())


@cache
def redcap_codes(codes: tuple[str, ...]) -> dict[str, str]:
    """REDCap takes letters, digits and underscores as codes: ``0-100 mm`` becomes ``0_100_mm``."""
    return {code: re.sub(r"[^A-Za-z0-9_]", "_", code) for code in codes}


@cache
def fields_of(record: type[Record]) -> tuple[RedcapField, ...]:
    """The fields of a record's instrument, in their order; the pseudonym is the record ID."""
    found = []
    if record.parent == "case":
        case_no = BY_KIND["case"].items()[_CASE_NO]
        found.append(RedcapField(f"{record.prefix}_{_CASE_NO}", record, case_no, is_case_no=True))
    for item in record.items().values():
        is_id = record.kind == "patient" and item.name == _KEY
        found.append(RedcapField(RECORD_ID if is_id else f"{record.prefix}_{item.name}", record, item))
    return tuple(found)


def all_fields() -> Iterator[RedcapField]:
    """The fields of the whole project, the record ID first."""
    for record in RECORDS:
        yield from fields_of(record)


def is_repeating(record: type[Record]) -> bool:
    """Whether the instrument repeats within a patient."""
    return record.kind == "case" or record.parent == "case"
