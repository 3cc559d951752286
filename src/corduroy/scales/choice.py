"""What every list of allowed values is made of: an enum that carries a label and stays within its own scale."""

from __future__ import annotations

from enum import Enum, EnumType, IntEnum, StrEnum
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from corduroy.errors import ScaleError


class _OneScale(EnumType):
    """Refuses a value of another scale: ``AisGrade(FrankelGrade.A)`` is an error, not ``AisGrade.A``."""

    def __call__(cls, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().__call__(cls.own_or_plain(value), *args, **kwargs)

    def own_or_plain(cls, value: Any) -> Any:
        """The value as it came, unless it belongs to another enum; pydantic runs this before its own look-up."""
        if isinstance(value, Enum) and not isinstance(value, cls):
            raise ScaleError(
                f"{type(value).__name__} '{value}' given where {cls.__name__} is wanted",
                cls._allowed(),
                "no value is mapped between scales; record the scale that was used",
            )
        return value

    def _allowed(cls) -> str:
        return f"one of {', '.join(str(code) for code in cls._value2member_map_)}"

    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(cls.own_or_plain, handler(source))


class LabelledStr(StrEnum, metaclass=_OneScale):
    """A string value with a human label; accepts the string in any case, equals no value of another scale."""

    _value_: str
    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        wanted = str(value).strip().casefold()
        for member in cls:
            if member.value.casefold() == wanted:
                return member
        raise ScaleError(f"'{value}' is no {cls.__name__}", cls._allowed())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Enum):
            return self is other
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


class LabelledInt(IntEnum, metaclass=_OneScale):
    """A whole number with a human label; accepts the number written as text, equals no value of another scale."""

    _value_: int
    label: str

    def __new__(cls, value: int | str, label: str = "") -> Self:
        member = int.__new__(cls, value)
        member._value_ = int(value)
        member.label = label
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        for member in cls:
            if isinstance(value, str) and str(member.value) == value.strip():
                return member
        raise ScaleError(f"'{value}' is no {cls.__name__}", cls._allowed())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Enum):
            return self is other
        return int.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


Choice = LabelledStr | LabelledInt
