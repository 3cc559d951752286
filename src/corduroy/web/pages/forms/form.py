"""`RecordForm`: the component that draws a form from the fields' descriptions, and what it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from corduroy.registry.record import Finding, Record
from corduroy.registry.record.items import Item
from corduroy.web.texts import text

_WORDS = (
    "restored",
    "discard",
    "offline",
    "problems",
    "doubts",
    "confirm",
    "not_recorded",
    "why",
    "why_hint",
    "save",
)


@dataclass(frozen=True)
class Filled:
    """What somebody typed.

    Parameters
    ----------
    values : dict
        By field, as text or list of codes; empty where nothing was entered.
    why : str
    confirm : bool
        Whether the doubts were looked at.
    version : int
        Of the entry that was seen when typing began; 0 for a new one.
    """

    values: dict[str, Any]
    why: str
    confirm: bool
    version: int

    def as_record(self, record: type[Record]) -> Record:
        """The record; what was left empty is not recorded.

        Raises
        ------
        pydantic.ValidationError
        """
        items = record.items()
        given = {name: _plain(items[name], value) for name, value in self.values.items() if name in items}
        return record.model_validate({name: value for name, value in given.items() if value not in ("", [])})


class RecordForm(ui.element, component="record_form.js"):
    """A form with labels, units, ranges and sources; problems and doubts are shown apart.

    Parameters
    ----------
    record : type of Record
    values : mapping
        As the record's ``as_plain()`` gives them.
    place : str
        Under which name unsaved work is kept in the browser.
    version : int
        Of the entry that is shown; 0 for a new one. Unsaved work keeps the one that it stood on.
    reason : str
        What stands in the field for the reason at first.
    """

    def __init__(self, record: type[Record], values: Mapping[str, Any], place: str, version: int, reason: str) -> None:
        super().__init__()
        self._props["fields"] = [_described(item) for item in record.items().values()]
        self._props["values"] = _typed_values(values)
        self._props["place"] = f"corduroy {place}"
        self._props["version"] = version
        self._props["reason"] = reason
        yes_no = {"true": text("form.yes"), "false": text("form.no")}
        self._props["words"] = {name: text(f"form.{name}") for name in _WORDS} | {"yes_no": yes_no}
        self.tell()

    def tell(self, problems: Iterable[Finding | str] = (), doubts: Iterable[Finding | str] = ()) -> None:
        """Show what cannot be, and what is unusual."""
        self._props["problems"] = [_told(one) for one in problems]
        self._props["doubts"] = [_told(one) for one in doubts]
        self.update()

    def stand_on(self, version: int) -> None:
        """Somebody was quicker, and what they wrote was looked at: the next saving changes that."""
        self.run_method("stand_on", version)

    def forget(self) -> None:
        """Unsaved work is saved."""
        self.run_method("forget")

    def on_save(self, handler: Callable[[Filled], Awaitable[None]]) -> None:
        """Have a function called with what was typed."""
        self.on("save", lambda event: handler(Filled(**event.args)))


def hint(item: Item) -> str:
    """Range, usual range, note and source of a field, in words."""
    parts = []
    if item.low is not None and item.high is not None:
        parts.append(text("form.range", low=item.low, high=item.high))
    if item.usual is not None:
        parts.append(text("form.usual", low=item.usual[0], high=item.usual[1]))
    parts += [item.note] if item.note else []
    parts += [text("form.source", source=item.source)] if item.source else []
    return " · ".join(parts)


def typed(record: Record) -> dict[str, Any]:
    """A record as its form holds it, without what was not recorded."""
    return _typed_values(record.as_plain())


def _typed_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _as_typed(value) for name, value in values.items() if value is not None}


def _described(item: Item) -> dict[str, Any]:
    told = {name: getattr(item, name) for name in ("name", "label", "kind", "required", "unit", "choices")}
    return {**told, "hint": hint(item)}


def _as_typed(value: Any) -> Any:
    """A value as the fields of a page hold it: texts and lists of codes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return [str(one) for one in value] if isinstance(value, list | tuple) else str(value)


def _plain(item: Item, value: Any) -> Any:
    """What was typed as pydantic can read it; a decimal comma is one where there can be no other comma."""
    if isinstance(value, str):
        value = value.strip()
        if item.kind == "number" and value.count(",") == 1 and "." not in value:
            return value.replace(",", ".")
    return value


def _told(one: Finding | str) -> dict[str, str]:
    return {"field": "", "message": one} if isinstance(one, str) else {"field": one.field, "message": one.message}
