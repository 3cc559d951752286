"""Dates of things that happened: never in the future, never before computed tomography existed."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator

# The first clinical CT was made in 1971; a retrospective registry holds nothing older.
_EARLIEST = date(1971, 1, 1)


def _happened(value: date) -> date:
    if value > date.today():
        raise ValueError(f"{value} lies in the future; a date of something that happened is expected")
    if value < _EARLIEST:
        raise ValueError(f"{value} lies before {_EARLIEST}; is the year right?")
    return value


EventDate = Annotated[date, AfterValidator(_happened)]
"""A calendar day on which something happened."""
