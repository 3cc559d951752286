"""Import of a REDCap data export (CSV, raw codes) of the project that `write_dictionary` describes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from corduroy.errors import FileFormatError
from corduroy.registry.exchange.assemble import Key, assemble
from corduroy.registry.exchange.cells import CellError, CellReader, cell_reader, stripped
from corduroy.registry.exchange.drafts import Draft, Origin
from corduroy.registry.exchange.formulas import restored
from corduroy.registry.exchange.mapping import Manner, Source
from corduroy.registry.exchange.problems import Place, Problem, shown
from corduroy.registry.exchange.reading import LookUp, Reading, nobody_known
from corduroy.registry.exchange.redcap_names import (
    INSTANCE,
    INSTRUMENT,
    RECORD_ID,
    RedcapField,
    fields_of,
    is_repeating,
)
from corduroy.registry.exchange.sheets import Cell, Sheet, read_sheets
from corduroy.registry.record import BY_KIND, RECORDS, Record

_NOT_OURS = ("redcap_event_name", "redcap_survey_identifier", "redcap_data_access_group")
_STATUS = ("_complete", "_timestamp")
_PLAIN = tuple(record for record in RECORDS if not is_repeating(record))
_EMPTY = ("", "0", None)


def read_redcap(path: Path, look_up: LookUp = nobody_known) -> Reading:
    """Read the cases of a REDCap export. Nothing is written.

    Parameters
    ----------
    path : Path
        CSV with raw codes, not labels.
    look_up : callable
        Finds patients in the registry to which the file is to be added.

    Returns
    -------
    Reading
        With every problem of every row.

    Raises
    ------
    FileFormatError
        If the file is no REDCap export of this project.
    """
    file = read_sheets(path)
    sheet = next(iter(file.sheets.values()), None)
    if sheet is None or not sheet.has_even_rows:
        raise FileFormatError(f"{path} is a workbook", "a REDCap export as CSV, raw data")
    reading = Reading(notes=list(file.notes), doubts=list(file.doubts))
    table = _Export(sheet, reading)
    assemble(list(table.drafts()), reading, look_up)
    return reading


class _Export:
    """The rows of an export."""

    def __init__(self, sheet: Sheet, reading: Reading) -> None:
        self._sheet = sheet
        self._reading = reading
        headings = [stripped(str(cell or "")) for cell in (sheet.rows[0] if sheet.rows else [])]
        self._index = {heading: index for index, heading in enumerate(headings)}
        self._headings = headings
        if RECORD_ID not in self._index:
            known = ", ".join(headings[:8])
            raise FileFormatError(
                f"{sheet.name} has no column {RECORD_ID} (but {known})", "a REDCap export of our project"
            )
        self._readers = {field.name: _reader(field) for record in RECORDS for field in fields_of(record)}
        self._columns = {record.kind: self._columns_of(record) for record in RECORDS}
        self._check_headings()

    def drafts(self) -> Iterator[tuple[Key, Draft]]:
        """The drafts of every row, in order."""
        for number, row in enumerate(self._sheet.rows[1:], start=2):
            if all(cell in ("", None) for cell in row):
                continue
            self._reading.rows += 1
            if len(row) != len(self._headings):
                self._problem(number, "", f"{len(row)} cells", f"{len(self._headings)}, as many as headings")
                continue
            yield from self._row(number, row)

    def _row(self, number: int, row: list[Cell]) -> Iterator[tuple[Key, Draft]]:
        pseudonym = restored(self._text(row, RECORD_ID))
        instrument = self._text(row, INSTRUMENT)
        if not pseudonym:
            self._problem(number, RECORD_ID, "an empty cell", "the pseudonym")
            return
        if instrument and (instrument not in BY_KIND or BY_KIND[instrument] in _PLAIN):
            names = ", ".join(record.kind for record in RECORDS if is_repeating(record))
            self._problem(number, INSTRUMENT, shown(instrument), f"one of {names}")
            return
        records = (BY_KIND[instrument],) if instrument else _PLAIN
        self._refuse_strays(number, row, records)
        for record in records:
            draft = self._draft(record, number, row, pseudonym)
            if draft is None:
                continue
            # Patient and consent belong to no case; 0 is the number of none.
            key = 0 if record in _PLAIN else draft.values.pop("_case_no", draft.values.get("case_no"))
            if key is not None:
                yield (pseudonym, int(key)), draft

    def _draft(self, record: type[Record], number: int, row: list[Cell], pseudonym: str) -> Draft | None:
        columns = self._columns[record.kind]
        if record.kind == "consent" and all(row[index] in _EMPTY for index in columns):
            return None
        draft = Draft(record, Origin(Place(self._sheet.name, number, self._index[RECORD_ID] + 1), RECORD_ID))
        for field in fields_of(record):
            first = self._index.get(field.columns[0])
            if field.name == RECORD_ID:
                draft.values[field.item.name] = pseudonym
            elif first is not None:
                self._fill(draft, field, number, row, Origin(Place(self._sheet.name, number, first + 1), field.name))
        return draft

    def _fill(self, draft: Draft, field: RedcapField, number: int, row: list[Cell], origin: Origin) -> None:
        name = "_case_no" if field.is_case_no else field.item.name
        try:
            value = self._several(field, row) if len(field.columns) > 1 else self._single(field, row)
        except CellError as problem:
            self._problem(number, field.name, problem.got, f"{problem.expected} (raw data, not labels)")
            draft.refused.add(field.item.name)
            return
        if value is not None:
            draft.values[name] = value
            draft.origins[name] = origin
        elif field.is_case_no:
            self._problem(number, field.name, "an empty cell", "the number of the case")

    def _single(self, field: RedcapField, row: list[Cell]) -> object:
        return self._readers[field.name].read(row[self._index[field.name]])

    def _several(self, field: RedcapField, row: list[Cell]) -> tuple[str, ...] | None:
        """The boxes that are ticked; None where none is."""
        ticked = []
        for code, column in zip(field.codes, field.columns, strict=True):
            cell = row[self._index[column]] if column in self._index else None
            if cell not in (*_EMPTY, "1"):
                raise CellError(f"{shown(cell)} in {column}", "0 or 1")
            if cell == "1":
                ticked.append(code)
        return tuple(ticked) or None

    def _refuse_strays(self, number: int, row: list[Cell], records: tuple[type[Record], ...]) -> None:
        """A value on another instrument than the row's would be lost."""
        for kind, columns in self._columns.items():
            if BY_KIND[kind] in records:
                continue
            stray = next((index for index in columns if row[index] not in _EMPTY), None)
            if stray is not None:
                heading, got = self._headings[stray], shown(row[stray])
                self._problem(number, heading, f"{got} in a row of {records[-1].kind}", f"a row of '{kind}'")

    def _columns_of(self, record: type[Record]) -> list[int]:
        names = [column for field in fields_of(record) for column in field.columns if field.name != RECORD_ID]
        return [self._index[name] for name in names if name in self._index]

    def _check_headings(self) -> None:
        ours = {column for record in RECORDS for field in fields_of(record) for column in field.columns}
        ours |= {RECORD_ID, INSTRUMENT, INSTANCE}
        for index, heading in enumerate(self._headings):
            place = Place(self._sheet.name, 1, index + 1)
            if self._headings.index(heading) != index:
                self._reading.problems.append(Problem(place, "", f"column {shown(heading)} twice", "each column once"))
            elif heading in _NOT_OURS or (heading not in ours and heading.endswith(_STATUS)):
                self._reading.notes.append(f"{self._sheet.name}: column {heading} is not read")
            elif heading not in ours:
                expected = "a field of our data dictionary; take other columns out of the export"
                self._reading.problems.append(Problem(place, "", f"column {shown(heading)}", expected))

    def _text(self, row: list[Cell], heading: str) -> str:
        index = self._index.get(heading)
        return "" if index is None else str(row[index] or "").strip()

    def _problem(self, number: int, heading: str, got: str, expected: str) -> None:
        place = Place(self._sheet.name, number, self._index.get(heading, -1) + 1)
        self._reading.problems.append(Problem(place, heading, got, expected))


def _reader(field: RedcapField) -> CellReader:
    codes = {redcap: code for code, redcap in field.codes.items()} if field.item.kind == "choice" else {}
    return cell_reader(field.item, Source(value="", values=codes), Manner())
