"""Export of the data as REDCap imports them, with the dictionary of the project that takes them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from corduroy.registry.exchange.folder import new_folder
from corduroy.registry.exchange.long import keyed_rows
from corduroy.registry.exchange.redcap_dictionary import write_dictionary
from corduroy.registry.exchange.redcap_names import (
    INSTANCE,
    INSTRUMENT,
    RECORD_ID,
    RedcapField,
    fields_of,
    is_repeating,
)
from corduroy.registry.exchange.rows import Row, as_cell
from corduroy.registry.record import BY_KIND, RECORDS, Record
from corduroy.registry.store import Registry
from corduroy.registry.values import SEPARATOR


def export_redcap(registry: Registry, folder: Path) -> int:
    """Write ``data_dictionary.csv``, ``repeating_instruments.csv`` and ``data.csv`` into a new folder.

    Returns
    -------
    int
        Rows of ``data.csv``.

    Raises
    ------
    InputError
        If the folder is there already or cannot be written.
    """
    with new_folder(folder) as place, registry.connected() as connection:
        write_dictionary(place)
        with (place / "data.csv").open("w", encoding="utf-8", newline="") as stream:
            data = _DataFile(stream)
            data.write_patients(connection)
            for record in RECORDS:
                if is_repeating(record):
                    data.write_entries(connection, record)
    return data.rows


class _DataFile:
    """``data.csv``: a row for each patient, then a row for each instance of a repeating instrument."""

    def __init__(self, stream: Any) -> None:
        self._writer = csv.writer(stream)
        self._encoders = {record.kind: [_encoder(field) for field in _own_fields(record)] for record in RECORDS}
        columns = {record.kind: _columns(record) for record in RECORDS}
        self._writer.writerow(
            [RECORD_ID, INSTRUMENT, INSTANCE, *(name for names in columns.values() for name in names)]
        )
        self._width = {kind: len(names) for kind, names in columns.items()}
        self.rows = 0

    def write_patients(self, connection: Connection) -> None:
        """The plain instruments, which share a row."""
        consents = iter(keyed_rows(connection, BY_KIND["consent"]))
        consent = next(consents, None)
        for key, values in keyed_rows(connection, BY_KIND["patient"]):
            cells = {"patient": self._cells("patient", values[1:])}
            if consent is not None and consent[0] == key:
                cells["consent"] = self._cells("consent", consent[1])
                consent = next(consents, None)
            self._write([str(key[0]), "", ""], cells)

    def write_entries(self, connection: Connection, record: type[Record]) -> None:
        """One repeating instrument; instances are numbered within the patient, over all cases."""
        numbers: dict[str, int] = {}
        for (pseudonym, case_no), values in keyed_rows(connection, record):
            numbers[pseudonym] = numbers.get(pseudonym, 0) + 1
            own = values if record.kind == "case" else (case_no, *values)
            self._write([pseudonym, record.kind, str(numbers[pseudonym])], {record.kind: self._cells(record.kind, own)})

    def _cells(self, kind: str, values: Row) -> list[str]:
        return [cell for encode, value in zip(self._encoders[kind], values, strict=True) for cell in encode(value)]

    def _write(self, head: list[str], cells: dict[str, list[str]]) -> None:
        for kind, width in self._width.items():
            head += cells.get(kind) or [""] * width
        self._writer.writerow(head)
        self.rows += 1


def _own_fields(record: type[Record]) -> list[RedcapField]:
    return [field for field in fields_of(record) if field.name != RECORD_ID]


def _columns(record: type[Record]) -> list[str]:
    return [column for field in _own_fields(record) for column in field.columns]


def _encoder(field: RedcapField) -> Callable[[Any], list[str]]:
    """Makes the cells of a field from a kept value."""
    item, codes = field.item, field.codes
    if item.kind in ("several choices", "levels"):
        places = {code: place for place, code in enumerate(codes)}

        def ticked(value: Any) -> list[str]:
            cells = ["0"] * len(codes)
            for code in str(value).split(SEPARATOR) if value else ():
                cells[places[code]] = "1"
            return cells

        return ticked
    if item.kind == "choice":
        return lambda value: ["" if value is None else codes[str(value)]]
    if item.kind == "yes/no":
        return lambda value: ["" if value is None else "1" if value else "0"]
    return lambda value: [as_cell(item, value)]
