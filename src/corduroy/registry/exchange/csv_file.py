"""CSV: bytes to rows of texts. Encoding and delimiter are detected or stated, and always said."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from corduroy.errors import FileFormatError, SettingsError
from corduroy.registry.exchange.problems import Problem, shown
from corduroy.registry.exchange.sheets import MOST_CELLS, Cell, Sheet, SheetFile, whole_file

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
# In UTF-16 without a mark every second byte of western text is 0; author's choice of the share.
_ZERO_SHARE = 0.3
_FALLBACK = "cp1252"


def read_csv(path: Path, encoding: str | None = None, delimiter: str | None = None) -> SheetFile:
    """Read a CSV file as one sheet that bears the file's name.

    Raises
    ------
    FileFormatError
        If the bytes are no text of the encoding, or quotation marks do not close.
    SettingsError
        If the stated encoding or delimiter is none.
    """
    data = path.read_bytes()
    used = encoding or detected_encoding(data)
    text = _decoded(data, used, path)
    used_delimiter = delimiter or detected_delimiter(text)
    if len(used_delimiter) != 1 or used_delimiter in '"\r\n\0':
        raise SettingsError(f"delimiter {used_delimiter!r}", "one character such as ',' or ';'")
    rows = _rows(text, used_delimiter, path)
    named = _NAMES.get(used_delimiter, used_delimiter)
    how = "as stated" if encoding else "detected"
    file = SheetFile(
        {path.name: Sheet(path.name, rows, has_even_rows=True)},
        notes=[f"{path.name}: encoding {used} ({how}), cells separated by {named}"],
    )
    if used == _FALLBACK and not encoding:
        # Split at plain blanks only: the one sign that is no ASCII may be a blank that does not break the line.
        example = next((word for word in text.replace("\n", " ").split(" ") if not word.isascii()), "")
        got = f"no UTF-8; read as {_FALLBACK} (Western European), e.g. {shown(example)}"
        file.doubts.append(Problem(whole_file(path.name), "", got, "'encoding:' stated in the mapping"))
    return file


def detected_encoding(data: bytes) -> str:
    """By byte order mark; else UTF-8 if it is valid; else UTF-16 if every second byte is 0; else Windows-1252."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    head = data[:10_000]
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = head[offset::2]
        if half and half.count(0) > _ZERO_SHARE * len(half):
            return name
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _FALLBACK
    return "utf-8"


def detected_delimiter(text: str) -> str:
    """The one of comma, semicolon, tab and bar that the first filled line outside quotation marks has most of."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _decoded(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError as error:
        raise SettingsError(f"unknown encoding '{encoding}'", "a name such as utf-8, utf-16 or cp1252") from error
    except (UnicodeError, ValueError) as error:
        raise FileFormatError(
            f"{path} is no text in {encoding} ({error})", "one encoding throughout", "state 'encoding:' in the mapping"
        ) from error


def _rows(text: str, delimiter: str, path: Path) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            cells += len(row)
            if cells > MOST_CELLS:
                raise FileFormatError(f"{path} has more than {MOST_CELLS} cells", "fewer", "split it")
            rows.append(list(row))
    except csv.Error as error:
        raise FileFormatError(
            f"{path}, row {len(rows) + 1}: {error}", "quotation marks that open and close", "look at that row"
        ) from error
    return rows
