"""What is known about a field of a record: the label, the unit, the range that is possible and the one that is usual.

Forms, the codebook, the import check and the REDCap dictionary are all read off these descriptions, so that they
cannot disagree.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import AfterValidator, BaseModel, Field
from pydantic.fields import FieldInfo

from corduroy.anatomy import Level

Kind = Literal["text", "free text", "number", "integer", "yes/no", "date", "choice", "several choices", "levels"]

_OWN_KEY = "corduroy"
_Choice = TypeVar("_Choice", bound=Enum)


def _in_order(chosen: tuple[_Choice, ...]) -> tuple[_Choice, ...] | None:
    """The order in which things were ticked means nothing; nothing ticked is not recorded."""
    order = list(type(chosen[0])) if chosen else []
    return tuple(sorted(chosen, key=order.index)) or None


Several = Annotated[tuple[_Choice, ...], AfterValidator(_in_order)]
"""Several choices, kept in the order in which the scale lists them, so that equal choices are equal records."""


def item(
    label: str,
    *,
    source: str,
    unit: str | None = None,
    low: float | None = None,
    high: float | None = None,
    usual: tuple[float, float] | None = None,
    required: bool = False,
    free_text: bool = False,
    pattern: str | None = None,
    note: str = "",
) -> Any:
    """A field of a record.

    Parameters
    ----------
    label : str
        What a form prints beside it.
    source : str
        Where the field or its bounds come from: a DOI, a registry, "definition" or "author's choice".
    unit : str, optional
        UCUM-like, as printed: ``"ml"``, ``"min"``.
    low, high : float, optional
        The possible range, ends included: outside it a value is an error.
    usual : tuple of float, optional
        The usual range: outside it a person is asked to confirm.
    required : bool
        A record without it is refused.
    free_text : bool
        Anything may be typed in, names and dates too: de-identification flags it.
    pattern : str, optional
        A regular expression for the whole text.
    note : str
        What the person who fills it in should know.
    """
    own: dict[str, Any] = {"source": source, "unit": unit, "usual": usual, "free_text": free_text, "note": note}
    # A text that is not there is None, never an empty one.
    constraints = {"ge": low, "le": high, "pattern": pattern, "min_length": 1 if free_text else None}
    given: dict[str, Any] = {name: value for name, value in constraints.items() if value is not None}
    if not required:
        given["default"] = None
    return Field(title=label, json_schema_extra={_OWN_KEY: own}, **given)


@dataclass(frozen=True)
class Item:
    """The description of one field.

    Parameters
    ----------
    name : str
        Attribute of the record.
    label, unit, source, note : str
        `unit` is empty where there is none.
    kind : str
        What may be entered.
    required : bool
    low, high : float or None
        The possible range.
    usual : tuple of float or None
        The usual range.
    choices : dict of str to str
        Code and label of each choice.
    """

    name: str
    label: str
    kind: Kind
    required: bool
    source: str
    unit: str = ""
    note: str = ""
    low: float | None = None
    high: float | None = None
    usual: tuple[float, float] | None = None
    choices: dict[str, str] | None = None


def items_of(record: type[BaseModel]) -> dict[str, Item]:
    """The fields of a record by name, in the order in which a form shows them."""
    return {name: _described(name, field) for name, field in record.model_fields.items()}


def _described(name: str, field: FieldInfo) -> Item:
    extra = field.json_schema_extra
    own: dict[str, Any] = dict(extra[_OWN_KEY]) if isinstance(extra, dict) and _OWN_KEY in extra else {}  # type: ignore[arg-type]
    usual = own.get("usual")
    kind, choices = _kind(field.annotation, bool(own.get("free_text")))
    return Item(
        name=name,
        label=field.title or name,
        kind=kind,
        required=field.is_required(),
        source=own.get("source", ""),
        unit=own.get("unit") or "",
        note=own.get("note") or "",
        low=next((float(str(bound.ge)) for bound in field.metadata if isinstance(bound, Ge)), None),
        high=next((float(str(bound.le)) for bound in field.metadata if isinstance(bound, Le)), None),
        usual=(float(usual[0]), float(usual[1])) if usual else None,
        choices=choices,
    )


def _kind(annotation: Any, free_text: bool) -> tuple[Kind, dict[str, str] | None]:
    """The kind of a field and its choices, from the type it is annotated with."""
    bare = _bare(annotation)
    if get_origin(bare) is tuple:
        member = get_args(bare)[0]
        return ("levels" if member is Level else "several choices"), _labels(member)
    if isinstance(bare, type) and issubclass(bare, Enum):
        return "choice", _labels(bare)
    simple: dict[Any, Kind] = {bool: "yes/no", int: "integer", float: "number", date: "date"}
    return simple.get(bare, "free text" if free_text else "text"), None


def _bare(annotation: Any) -> Any:
    """The type itself, without "or None" and without its validators."""
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _labels(choices: type[Enum]) -> dict[str, str]:
    return {str(choice.value): getattr(choice, "label", str(choice.value)) for choice in choices}
