"""From a cell to the value of a field: the sheet's way of writing is undone, what does not fit is named."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from corduroy.anatomy import Level
from corduroy.errors import LabelError
from corduroy.registry.exchange.days import DateFormat, day_of
from corduroy.registry.exchange.formulas import is_formula_like, restored
from corduroy.registry.exchange.mapping import Manner, Source
from corduroy.registry.exchange.problems import shown
from corduroy.registry.exchange.sheets import Cell, Unusable
from corduroy.registry.exchange.units import conversion, converted
from corduroy.registry.record import Item

_YES = {"yes", "y", "true", "1"}
_NO = {"no", "n", "false", "0"}
_SEPARATORS = re.compile(r"[,;|/+&\n]")
_LEVEL_RANGE = re.compile(r"[A-Za-z]{1,2}\d{1,2}\s*[-–]\s*[A-Za-z]{0,2}\d{1,2}")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_ALL_LEVELS = {str(level) for level in Level}
_MOST_SHOWN = 12


class CellError(ValueError):
    """A cell that does not fit.

    Parameters
    ----------
    got, expected : str
    """

    def __init__(self, got: str, expected: str) -> None:
        super().__init__(got)
        self.got = got
        self.expected = expected


def stripped(text: str) -> str:
    """Without spaces around it, those that nobody sees included."""
    return text.strip().strip(_INVISIBLE).strip()


@dataclass(frozen=True)
class CellReader:
    """Reads the cells of one column for one field.

    Parameters
    ----------
    item : Item
    missing : frozenset of str
        Words for "not recorded", in lower case.
    words : dict of str to str
        The sheet's words, in lower case, and their codes.
    number : re.Pattern
    decimal, thousands : str
    factor : tuple of Decimal
    dates : DateFormat
    split : str or None
    """

    item: Item
    missing: frozenset[str]
    words: dict[str, str]
    number: re.Pattern[str]
    decimal: str
    thousands: str
    factor: tuple[Decimal, Decimal]
    dates: DateFormat
    split: str | None
    _seen: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def read(self, cell: Cell) -> Any:
        """The value; None where nothing was recorded.

        Raises
        ------
        CellError
        """
        if type(cell) is not str:
            return self._read(cell)
        # The same few texts fill most columns.
        if cell not in self._seen:
            self._seen[cell] = self._read(cell)
        return self._seen[cell]

    def takes(self, cell: Cell) -> bool:
        """Whether the cell can be read."""
        try:
            self.read(cell)
        except CellError:
            return False
        return True

    def _read(self, cell: Cell) -> Any:
        if isinstance(cell, Unusable):
            raise CellError(cell.got, cell.expected)
        if isinstance(cell, str):
            # In a text an invisible sign may be meant; anywhere else it is dirt.
            cell = cell.strip() if self.item.kind in ("text", "free text") else stripped(cell)
            if cell == "" or cell.casefold() in self.missing:
                return None
            cell = self.words.get(cell.casefold(), cell)
            if cell == "":
                return None
        return None if cell is None else self._typed(cell)

    def _typed(self, cell: str | float | bool | date | time | timedelta) -> Any:
        kind = self.item.kind
        if kind == "date":
            return self._day(cell)
        if isinstance(cell, date | time | timedelta):
            raise CellError(f"a date or time ({shown(cell)}), made by the spreadsheet", self.expected)
        if kind in ("number", "integer"):
            return self._number(cell)
        if kind == "yes/no":
            return self._truth(cell)
        text = _as_text(cell)
        if kind == "choice":
            return self._choice(text)
        if kind in ("several choices", "levels"):
            return tuple(dict.fromkeys(self._several(text)))
        return self._text(text)

    @property
    def expected(self) -> str:
        """What the field takes, for a message."""
        item = self.item
        if item.choices:
            codes = list(item.choices)
            told = ", ".join(codes[:_MOST_SHOWN]) + (" …" if len(codes) > _MOST_SHOWN else "")
            return f"one of {told}" if item.kind == "choice" else f"one or several of {told}"
        if item.kind == "yes/no":
            return "yes or no, or words translated under 'values:'"
        if item.kind == "date":
            return self.dates.expected
        if item.kind in ("number", "integer"):
            whole = "a whole number" if item.kind == "integer" else "a number"
            low, high = item.low, item.high
            range_ = f" from {low:g} to {high:g}" if low is not None and high is not None else ""
            return whole + range_ + (f" {item.unit}" if item.unit else "")
        return "a text"

    def _day(self, cell: str | float | bool | date | time | timedelta) -> date:
        if isinstance(cell, date):
            return day_of(cell)
        try:
            if isinstance(cell, bool | time | timedelta):
                raise ValueError(shown(cell))
            if isinstance(cell, int | float):
                return self.dates.read_serial(cell)
            return self._serial_text(cell) if _is_serial(cell, self.dates) else self.dates.read(cell)
        except ValueError as error:
            raise CellError(str(error), self.dates.expected) from None

    def _serial_text(self, text: str) -> date:
        return self.dates.read_serial(float(text))

    def _number(self, cell: str | float | bool) -> float | int:
        if isinstance(cell, bool):
            raise CellError(f"{cell} (a truth value)", self.expected)
        value = converted(self._plain_number(cell), self.factor)
        if self.item.kind == "integer":
            if not float(value).is_integer():
                raise CellError(f"{value:g}", self.expected)
            return int(value)
        return value

    def _plain_number(self, cell: str | float) -> float:
        if isinstance(cell, str):
            if not self.number.fullmatch(cell):
                raise CellError(shown(cell), self.expected + self._hint(cell))
            # A blank as thousands sign is often one that does not break the line.
            blanks = "\u00a0\u202f" if self.thousands == " " else ""
            cell = cell.translate(str.maketrans(self.decimal, ".", self.thousands + blanks))
        try:
            return float(cell)
        except OverflowError:
            raise CellError("a number beyond all bounds", self.expected) from None

    def _hint(self, text: str) -> str:
        """Why a text that looks like a number is none; nothing is guessed from it."""
        if re.fullmatch(r"[+-]?\d+[.,]\d+", text):
            sign = "," if "," in text else "."
            return f" with '{self.decimal}' as decimal sign (state 'decimal: \"{sign}\"' if '{sign}' is it)"
        if re.fullmatch(r"[+-]?\d{1,3}([., '\u00a0\u202f]\d{3})+([.,]\d+)?", text):
            return " without thousands signs (or state them: 'thousands:')"
        if re.match(r"[+-]?\d", text):
            return "; nothing else in the cell, units belong into the mapping"
        return "; if it means 'not recorded', list it under 'missing:'"

    def _truth(self, cell: str | float | bool) -> bool:
        if isinstance(cell, bool):
            return cell
        word = _as_text(cell).casefold()
        if word in _YES or word in _NO:
            return word in _YES
        raise CellError(shown(cell), self.expected)

    def _choice(self, text: str) -> str:
        choices = self.item.choices or {}
        wanted = text.casefold()
        for code, label in choices.items():
            if wanted in (code.casefold(), label.casefold()):
                return code
        if set(choices) == _ALL_LEVELS:
            return self._level(text)
        known = {label.casefold(): code for code, label in choices.items()} | {
            code.casefold(): code for code in choices
        }
        near = difflib.get_close_matches(wanted, known, n=1)
        hint = f"; is it '{known[near[0]]}'? Then translate it under 'values:'" if near else ""
        raise CellError(shown(text), self.expected + hint)

    def _several(self, text: str) -> list[str]:
        """One choice, or several with something between them."""
        try:
            return [self._choice(text)]
        except CellError:
            parts = text.split(self.split) if self.split else _SEPARATORS.split(text)
        words = [stripped(part) for part in parts if stripped(part)]
        if not words:
            raise CellError(shown(text), self.expected)
        return [self._choice(self.words.get(word.casefold(), word)) for word in words]

    def _level(self, text: str) -> str:
        if _LEVEL_RANGE.fullmatch(text):
            raise CellError(f"{shown(text)} (a range)", "each level by name, as T5, T6, T7")
        try:
            return str(Level.parse(text))
        except LabelError:
            raise CellError(shown(text), "a level: C1-C7, T1-T13, L1-L6, S1") from None

    def _text(self, text: str) -> str:
        if is_formula_like(text):
            raise CellError(
                f"{shown(text)}, which a spreadsheet runs as a formula", "a plain text (or an apostrophe before it)"
            )
        return restored(text)


def cell_reader(item: Item, source: Source, manner: Manner) -> CellReader:
    """The reader of one column.

    Raises
    ------
    SettingsError
        If the unit or the date format does not fit the field.
    """
    return CellReader(
        item=item,
        missing=frozenset(stripped(word).casefold() for word in manner.missing),
        words={stripped(word).casefold(): code for word, code in source.values.items()},
        number=_number_pattern(manner.decimal, manner.thousands or ""),
        decimal=manner.decimal,
        thousands=manner.thousands or "",
        factor=conversion(source.unit, item) if source.unit else (Decimal(1), Decimal(1)),
        dates=DateFormat(source.dates or manner.dates),
        split=source.split,
    )


def _number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    sign = "[ \u00a0\u202f]" if thousands == " " else re.escape(thousands)
    whole = rf"(?:\d+|\d{{1,3}}(?:{sign}\d{{3}})+)" if thousands else r"\d+"
    return re.compile(rf"[+-]?{whole}(?:{re.escape(decimal)}\d+)?(?:[eE][+-]?\d{{1,3}})?", re.ASCII)


def _as_text(cell: str | float | bool) -> str:
    """A number in a column of texts as people see it: 3, not 3.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _is_serial(text: str, dates: DateFormat) -> bool:
    return dates.stated is not None and dates.stated.startswith("excel") and bool(re.fullmatch(r"\d{1,5}", text))
