"""How the value of a field is kept: the one rule that the store's columns and the frames of the study share.

=================  =====================================================================
kind of field      kept as
=================  =====================================================================
text, free text    text
number             floating point, double
integer            integer
yes/no             true or false
date               date
choice             the code, as text (``"preop"``; grade 3 of Nurick is ``"3"``)
several choices    the codes, in the order given, joined by ``|`` (``"pain|myelopathy"``)
levels             the same (``"T5|T7"``)
=================  =====================================================================

What was not recorded is null; several choices of which none was ticked are the empty text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from corduroy.registry.record import Record
from corduroy.registry.record.items import Kind

SEPARATOR = "|"
SEVERAL: frozenset[Kind] = frozenset({"several choices", "levels"})

Kept = str | int | float | bool | date | None


def kept_values(record: type[Record], plain: Mapping[str, Any]) -> dict[str, Kept]:
    """The values as they are kept, from those that JSON holds.

    Parameters
    ----------
    record : type of Record
    plain : mapping of str to value
        As ``Record.as_plain`` gives them; a name that is missing counts as not recorded.
    """
    return {
        name: None if (value := plain.get(name)) is None else convert(value)
        for name, convert in _converters(record).items()
    }


def given_values(record: type[Record], kept: Mapping[str, Any]) -> dict[str, Any]:
    """What ``record.model_validate`` takes, from values as they are kept; what was not recorded is left out."""
    several = _several(record)
    return {
        name: (value.split(SEPARATOR) if value else []) if name in several else value
        for name in record.items()
        if (value := kept[name]) is not None
    }


@cache
def _converters(record: type[Record]) -> dict[str, Callable[[Any], Kept]]:
    special: dict[Kind, Callable[[Any], Kept]] = {
        "date": date.fromisoformat,
        "choice": str,
        "several choices": _joined,
        "levels": _joined,
        "number": float,
    }
    return {name: special.get(item.kind, _as_it_is) for name, item in record.items().items()}


@cache
def _several(record: type[Record]) -> frozenset[str]:
    return frozenset(name for name, item in record.items().items() if item.kind in SEVERAL)


def _joined(codes: list[Any]) -> str:
    return SEPARATOR.join(str(code) for code in codes)


def _as_it_is(value: Kept) -> Kept:
    return value
