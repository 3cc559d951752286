"""Import of CSV and XLSX tables by a mapping: every problem of every row in one go, with its cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from openpyxl.utils import column_index_from_string, get_column_letter

from corduroy.errors import SettingsError
from corduroy.registry.exchange.assemble import Key, assemble
from corduroy.registry.exchange.cells import CellError, cell_reader, stripped
from corduroy.registry.exchange.columns import KEYS, Column, calling_columns, taken_elsewhere
from corduroy.registry.exchange.drafts import Draft, Origin
from corduroy.registry.exchange.mapping import Mapping, RecordMap, Source, TableMap
from corduroy.registry.exchange.mapping_checks import require_consistent
from corduroy.registry.exchange.problems import Place, Problem, shown
from corduroy.registry.exchange.reading import LookUp, Reading, nobody_known
from corduroy.registry.exchange.sheets import Cell, Sheet, SheetFile, read_sheets
from corduroy.registry.record import BY_KIND, Item, Patient, TreatedCase

_MOST_LISTED = 20


def read_table(path: Path, mapping: Mapping, look_up: LookUp = nobody_known) -> Reading:
    """Read the cases that a CSV or XLSX file holds. Nothing is written.

    Parameters
    ----------
    path : Path
    mapping : Mapping
    look_up : callable
        Finds patients in the registry to which the file is to be added.

    Returns
    -------
    Reading
        With every problem of every row.

    Raises
    ------
    FileFormatError
        If the file cannot be opened.
    SettingsError
        If the mapping does not fit the record or the file; all mistakes are named.
    """
    require_consistent(mapping)
    file = read_sheets(path, mapping.encoding, mapping.delimiter)
    tables = _tables(file, mapping, path)
    reading = Reading(notes=list(file.notes), doubts=list(file.doubts))
    unread = sorted(set(file.sheets) - {table.sheet.name for table in tables})
    if unread:
        reading.notes.append(f"sheets not read: {', '.join(unread)}")
    drafts = [found for table in tables for found in table.drafts(reading)]
    for table in tables:
        table.finish(reading)
    assemble(drafts, reading, look_up)
    return reading


def _tables(file: SheetFile, mapping: Mapping, path: Path) -> list[_Table]:
    """The mapping's tables with their columns found; every column that is missing is named."""
    found: list[_Table] = []
    wrong: list[str] = []
    for table in mapping.tables:
        names = list(file.sheets)
        name = names[0] if table.sheet is None and len(names) == 1 else table.sheet
        if name in file.sheets:
            found.append(_Table(file.sheets[name], table, mapping, wrong))
        else:
            wrong.append(f"sheet {shown(table.sheet) if table.sheet else 'not named'}; there are {', '.join(names)}")
    if wrong:
        raise SettingsError(f"the mapping does not fit {path}: {'; '.join(wrong)}", "columns and sheets of this file")
    return found


class _Table:
    """One sheet with its mapping."""

    def __init__(self, sheet: Sheet, table: TableMap, mapping: Mapping, wrong: list[str]) -> None:
        self.sheet = sheet
        self._table = table
        self._mapping = mapping
        head = sheet.rows[table.header_row - 1] if table.header_row <= len(sheet.rows) else []
        self._headings = [stripped(str(cell)) if cell is not None else "" for cell in head]
        self._wrong = wrong
        self._patient = self._column(table.patient, Patient.items()["pseudonym"])
        self._case = self._column(table.case, TreatedCase.items()["case_no"])
        self._records = [(record, self._columns(record)) for record in table.records]
        self._used = {column.index for column in self._all_columns() if column.index is not None}
        self._calls = [calling_columns(record, columns, self._records) for record, columns in self._records]
        self._first_rows: dict[Key, int] = {}
        self._dates: dict[int, dict[type, int]] = {}
        self._blank = 0

    def drafts(self, reading: Reading) -> Iterator[tuple[Key, Draft]]:
        """The drafts of every row, in order."""
        self._report_merged(reading)
        for number in range(self._table.header_row + 1, len(self.sheet.rows) + 1):
            row = self.sheet.rows[number - 1]
            if all(_is_blank(cell) for cell in row):
                self._blank += 1
                continue
            reading.rows += 1
            yield from self._row(number, row, reading)

    def finish(self, reading: Reading) -> None:
        """What can be said only after the last row."""
        name = self.sheet.name
        if self._blank:
            reading.notes.append(f"{name}: {self._blank} blank rows left out")
        unused = [
            f"{get_column_letter(index + 1)} {shown(heading)}"
            for index, heading in enumerate(self._headings)
            if heading and index not in self._used
        ]
        if unused:
            more = f" and {len(unused) - _MOST_LISTED} more" if len(unused) > _MOST_LISTED else ""
            reading.notes.append(f"{name}: columns not read: {', '.join(unused[:_MOST_LISTED])}{more}")
        for index, rows in sorted(self._dates.items()):
            if len(rows) > 1:
                got = f"dates of the spreadsheet (row {rows[date]}) and dates as texts (row {rows[str]}) in one column"
                expected = "one kind: mixed columns are often half converted, day and month swapped; confirm it"
                reading.doubts.append(
                    Problem(Place(name, self._table.header_row, index + 1), self._headings[index], got, expected)
                )

    def _all_columns(self) -> Iterator[Column]:
        yield self._patient
        yield self._case
        for _, columns in self._records:
            yield from columns.values()

    def _columns(self, record: RecordMap) -> dict[str, Column]:
        items = BY_KIND[record.kind].items()
        return {name: self._column(source, items[name]) for name, source in record.fields.items()}

    def _column(self, source: Source, item: Item) -> Column:
        reader = cell_reader(item, source, self._mapping)
        if source.value is not None:
            return Column(None, "", reader, source.value)
        index = self._index(source)
        heading = self._headings[index] if 0 <= index < len(self._headings) else ""
        return Column(index, heading or (source.letter or ""), reader, None)

    def _index(self, source: Source) -> int:
        if source.letter is not None:
            return column_index_from_string(source.letter.upper()) - 1
        wanted = stripped(source.column or "")
        fitting = [index for index, heading in enumerate(self._headings) if heading == wanted]
        if len(fitting) == 1:
            return fitting[0]
        what = "there twice; name it by 'letter'" if fitting else "not there"
        where = f"row {self._table.header_row} of {self.sheet.name}"
        self._wrong.append(f"column {shown(wanted)} is {what} ({where})")
        return -1

    def _row(self, number: int, row: list[Cell], reading: Reading) -> Iterator[tuple[Key, Draft]]:
        if self.sheet.has_even_rows and len(row) != len(self._headings):
            got, expected = f"{len(row)} cells", f"{len(self._headings)}, as many as headings: cells may have shifted"
            reading.problems.append(Problem(Place(self.sheet.name, number), "", got, expected))
            return
        pseudonym = self._key(self._patient, number, row, reading)
        case_no = self._key(self._case, number, row, reading)
        key = (pseudonym, int(case_no)) if pseudonym and case_no else None
        is_single = key is not None and not self._is_twice(key, number, reading)
        for (record, columns), calls in zip(self._records, self._calls, strict=True):
            draft = self._draft(record, columns, calls, number, row, reading)
            if draft is None:
                continue
            if record.kind in KEYS and key:
                draft.values[KEYS[record.kind]] = key[0] if record.kind == "patient" else key[1]
            if key and is_single:
                yield key, draft
            elif key:
                # It goes nowhere, but what is wrong in it is told all the same.
                draft.build(reading.problems)

    def _key(self, column: Column, number: int, row: list[Cell], reading: Reading) -> str | None:
        """The pseudonym, or the number of the case."""
        origin = Origin(self._place(number, column), column.heading)
        try:
            value = column.reader.read(self._cell(column, row))
        except CellError as problem:
            reading.problems.append(Problem(origin.place, origin.heading, problem.got, problem.expected))
            return None
        if value is None:
            what = "a pseudonym in every row that is filled" if column is self._patient else "a number of the case"
            reading.problems.append(Problem(origin.place, origin.heading, "an empty cell", what))
        return None if value is None else str(value)

    def _is_twice(self, key: Key, number: int, reading: Reading) -> bool:
        if self._table.rows == "entry":
            return False
        first = self._first_rows.setdefault(key, number)
        if first == number:
            return False
        where = self._place(first, self._patient)
        reading.problems.append(
            Problem(
                self._place(number, self._patient),
                self._patient.heading,
                f"patient '{key[0]}', case {key[1]}, a second time (first in {where})",
                "one row per case; a second lesion needs its 'case:' number, a table of visits 'rows: entry'",
            )
        )
        return True

    def _draft(
        self,
        record: RecordMap,
        columns: dict[str, Column],
        calls: list[Column],
        number: int,
        row: list[Cell],
        reading: Reading,
    ) -> Draft | None:
        """A record of this row; None where no cell of its own is filled."""
        filled = [column for column in calls if not self._is_missing(column, row)]
        if calls and not filled:
            return None
        # What is wrong with the record as a whole is told beside the first cell that belongs to it alone.
        first = filled[0] if filled else self._patient
        draft = Draft(BY_KIND[record.kind], Origin(self._place(number, first), first.heading))
        for name, column in columns.items():
            origin = Origin(self._place(number, column), column.heading)
            draft.origins[name] = origin
            cell = self._cell(column, row)
            self._note_date(column, cell, number)
            try:
                draft.values[name] = column.reader.read(cell)
            except CellError as problem:
                expected = problem.expected + taken_elsewhere(self._records, f"{record.kind}.{name}", column, cell)
                reading.problems.append(Problem(origin.place, origin.heading, problem.got, expected))
                draft.refused.add(name)
        for name in [name for name, value in draft.values.items() if value is None]:
            # Not recorded; a field that must be there is then named as missing.
            del draft.values[name]
        return draft

    def _cell(self, column: Column, row: list[Cell]) -> Cell:
        if column.index is None:
            return column.constant
        return row[column.index] if 0 <= column.index < len(row) else None

    def _is_missing(self, column: Column, row: list[Cell]) -> bool:
        cell = self._cell(column, row)
        return _is_blank(cell) or (isinstance(cell, str) and stripped(cell).casefold() in column.reader.missing)

    def _place(self, number: int, column: Column) -> Place:
        return Place(self.sheet.name, number, 0 if column.index is None else column.index + 1)

    def _note_date(self, column: Column, cell: Cell, number: int) -> None:
        """Remember in which rows a column of dates holds true dates and in which it holds texts."""
        if column.reader.item.kind == "date" and column.index is not None and not _is_blank(cell):
            kind: type = date if isinstance(cell, date) else str
            if isinstance(cell, date | str):
                self._dates.setdefault(column.index, {}).setdefault(kind, number)

    def _report_merged(self, reading: Reading) -> None:
        for merged in self.sheet.merged:
            columns = range(merged.first_column - 1, merged.last_column)
            if merged.last_row > self._table.header_row and self._used & set(columns):
                place = Place(self.sheet.name, max(merged.first_row, self._table.header_row + 1), merged.first_column)
                got = f"merged cells {merged.name}"
                reading.problems.append(Problem(place, "", got, "one cell per value: unmerge and fill each"))


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and stripped(cell) == "")
