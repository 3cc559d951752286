"""What the fields of a claim take: numbers as they stand in print, counts, one line of text."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints

from corduroy.study.published.printed import Printed

_MOST = 10_000_000
_WHOLE = re.compile(r"\d{1,8}")


def _whole(value: Any) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not _WHOLE.fullmatch(text) or int(text) > _MOST:
        raise ValueError(f"a whole number from 0 to {_MOST}, got {shown(value)}")
    return int(text)


def _printed(value: Any) -> Printed:
    if isinstance(value, Printed):
        return value
    if not isinstance(value, str):
        raise ValueError(f"a number as printed, got {shown(value)}")
    return Printed.read(value)


def _value(value: Any) -> Printed:
    number = _printed(value)
    if not number.is_exact:
        raise ValueError(f"a value, not a bound, got {shown(number.text)}")
    return number


def _spread(value: Any) -> Printed:
    number = _value(value)
    if number.value < 0:
        raise ValueError(f"zero or more, got {shown(number.text)}")
    return number


def _probability(value: Any) -> Printed:
    number = _printed(value)
    if not 0 <= number.value <= 1:
        raise ValueError(f"a p value from 0 to 1, got {shown(number.text)}")
    return number


def _step(value: Any) -> Fraction:
    number = _value(value).value
    if number <= 0:
        raise ValueError(f"a step above zero, like 1, 0.5 or 50, got {shown(value)}")
    return number


def _visible(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one line of visible characters")
    return text


def _how_many(value: Any) -> int | Literal["all"]:
    if str(value).strip() == "all":
        return "all"
    try:
        return _whole(value)
    except ValueError as error:
        raise ValueError(f"`all` or {error}") from error


def shown(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 40 else text[:37] + "...")


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_visible)]
Count = Annotated[int, PlainValidator(_whole)]
Subjects = Annotated[Count, Field(ge=1)]
Value = Annotated[Printed, PlainValidator(_value)]
Spread = Annotated[Printed, PlainValidator(_spread)]
PValue = Annotated[Printed, PlainValidator(_probability)]
HowMany = Annotated[int | Literal["all"], PlainValidator(_how_many)]
Step = Annotated[Fraction, PlainValidator(_step)]
