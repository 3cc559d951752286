"""Dates in texts: read by the format that the mapping states, never guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from corduroy.errors import SettingsError

EXCEL = {"excel": date(1899, 12, 30), "excel-1904": date(1904, 1, 1)}
"""Serial numbers: days since. Serial 60 of the first system is the 29 February 1900, which never was; all dates that
a record may hold lie after it, so that the count from 1899-12-30 is right for them."""

_TOKENS = {"YYYY": r"(?P<year>\d{4})", "MMM": r"(?P<name>[A-Za-z]{3})", "MM": r"(?P<month>\d{1,2})"}
_TOKENS["DD"] = r"(?P<day>\d{1,2})"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_LARGEST_SERIAL = 80_000


class DateFormat:
    """A stated format: ``DD.MM.YYYY``, ``MM/DD/YYYY``, ``DD-MMM-YYYY`` (English months), ``excel``, ``excel-1904``.

    Parameters
    ----------
    stated : str or None
        Without one only ISO dates (``2014-03-05``) are read, which cannot be misread.

    Raises
    ------
    SettingsError
        If year (four digits), month or day are missing.
    """

    def __init__(self, stated: str | None) -> None:
        self.stated = stated
        self._pattern = _ISO
        if stated is not None and stated not in EXCEL:
            self._pattern = _compiled(stated)

    @property
    def expected(self) -> str:
        """For a message."""
        if self.stated is None:
            return "a date YYYY-MM-DD, or the format stated in the mapping ('dates: DD/MM/YYYY')"
        return f"a date {self.stated}" if self.stated not in EXCEL else "a serial number of a day"

    def read(self, text: str) -> date:
        """The day.

        Raises
        ------
        ValueError
            Saying why the text is none.
        """
        match = self._pattern.fullmatch(text)
        if match is None:
            raise ValueError(f"'{text[:40]}' is no date of the form {self.stated or 'YYYY-MM-DD'}")
        parts = match.groupdict()
        month = parts.get("month") or str(_month(parts["name"]))
        try:
            return date(int(parts["year"]), int(month), int(parts["day"]))
        except ValueError:
            swapped = _is_day(parts["year"], parts["day"], month)
            hint = "; day and month the other way round would be one, so look at the whole column" if swapped else ""
            raise ValueError(f"'{text}' is no day of the calendar{hint}") from None

    def read_serial(self, value: float) -> date:
        """The day of a serial number.

        Raises
        ------
        ValueError
            If no serial system is stated, or the number is none of a day.
        """
        if not 1 <= value <= _LARGEST_SERIAL:
            raise ValueError(f"the number {value:g} is no date")
        if self.stated not in EXCEL:
            day = EXCEL["excel"] + timedelta(days=int(value))
            raise ValueError(f"the number {value:g} (as a serial number it would be {day}; then state 'dates: excel')")
        return EXCEL[self.stated] + timedelta(days=int(value))


def day_of(moment: date | datetime) -> date:
    """A cell that holds a date, perhaps with a time."""
    return moment.date() if isinstance(moment, datetime) else moment


def _compiled(stated: str) -> re.Pattern[str]:
    left = stated
    pattern = ""
    used: set[str] = set()
    while left:
        token = next((token for token in _TOKENS if left.startswith(token)), None)
        used.add("MM" if token == "MMM" else token or "")
        if token and _TOKENS[token] in pattern:
            raise SettingsError(f"date format '{stated}' names {token} twice", "each once")
        pattern += _TOKENS[token] if token else re.escape(left[0])
        left = left[len(token) :] if token else left[1:]
    if used - {""} != {"YYYY", "MM", "DD"} or re.search(r"[A-Za-z0-9]", re.sub("YYYY|MMM|MM|DD", "", stated)):
        raise SettingsError(
            f"date format '{stated}'", "YYYY (four digits), MM or MMM, and DD, as DD.MM.YYYY", "or 'excel' for serials"
        )
    return re.compile(pattern, re.ASCII)


def _month(name: str) -> int:
    try:
        return _MONTHS.index(name.lower()) + 1
    except ValueError:
        raise ValueError(f"'{name}' is no English month") from None


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
