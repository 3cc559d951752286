"""`Record`: what all records of the registry have in common."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from corduroy.registry.record.allowed import pattern_words
from corduroy.registry.record.findings import Finding, hard, soft, unusual_value
from corduroy.registry.record.items import Item, items_of

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Record(BaseModel):
    """One entry of the registry: flat, typed, immutable.

    A field holds a number, a text, a date, yes or no, one choice or several; never a nested structure. That is why a
    form, a table of a database, a column of a sheet and a field of REDCap can all be read off it. A field that was not
    recorded is None, never 0 and never an empty text.

    Attributes
    ----------
    kind : str
        Short name, as tables and files call it.
    prefix : str
        Two letters that make the names of its columns unique in a wide table.
    title : str
        What a form's heading says.
    parent : str or None
        The kind of the record to which it belongs.
    repeats : bool
        Whether a parent may have several.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)

    kind: ClassVar[str]
    prefix: ClassVar[str]
    title: ClassVar[str]
    parent: ClassVar[str | None]
    repeats: ClassVar[bool] = True

    @model_validator(mode="after")
    def _texts_can_be_kept(self) -> Self:
        """PostgreSQL keeps no NUL and a sheet no control character at all."""
        for name, value in self.__dict__.items():
            if type(value) is str and _CONTROL.search(value):
                raise ValueError(f"{self.items()[name].label}: a control character in the text; type it anew")
        return self

    @classmethod
    def items(cls) -> dict[str, Item]:
        """The fields by name."""
        return _items_of(cls)

    def doubts(self) -> list[Finding]:
        """What is possible but unusual in this record alone: a person should confirm it."""
        found = []
        for name, item in self.items().items():
            value = getattr(self, name)
            if item.usual and isinstance(value, int | float) and not item.usual[0] <= value <= item.usual[1]:
                found.append(unusual_value(self.kind, item, value))
        return found

    def as_plain(self) -> dict[str, Any]:
        """The fields as JSON can hold them: codes of choices, ISO dates, lists."""
        return self.model_dump(mode="json")

    def _doubt(self, field: str, message: str) -> Finding:
        return soft(self.kind, field, message)


@cache
def _items_of(record: type[Record]) -> dict[str, Item]:
    return items_of(record)


def errors_of(record: type[Record], problem: ValidationError) -> list[Finding]:
    """What pydantic refused, as findings that name the field by its label.

    Parameters
    ----------
    record : type of Record
    problem : ValidationError
        Raised by ``record(...)`` or ``record.model_validate(...)``.
    """
    known = record.items()
    found = []
    for error in problem.errors(include_url=False):
        field = str(error["loc"][0]) if error["loc"] else ""
        label = known[field].label if field in known else field
        message = pattern_words(error) or error["msg"].removeprefix("Value error, ")
        given = "" if error["type"] in ("missing", "extra_forbidden") or not field else f" (got {error['input']!r:.60})"
        found.append(hard(record.kind, field, f"{label}: {message}{given}" if label else message))
    return found
