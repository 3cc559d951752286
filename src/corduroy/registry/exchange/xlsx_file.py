"""XLSX: values only. Formulas, errors and merged cells are kept as what they are, hidden parts are said."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from corduroy.errors import FileFormatError
from corduroy.registry.exchange.problems import shown
from corduroy.registry.exchange.sheets import MOST_CELLS, Cell, Merged, Sheet, SheetFile, Unusable

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as OpenpyxlCell
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

# Author's choice: a sheet of MOST_CELLS cells needs about 250 MB of XML; real workbooks shrink by 10 to 20 when zipped.
_MOST_UNPACKED = 300 * 2**20
_MOST_RATIO = 150
_RATIO_FROM = 2**20
_MOST_PARTS = 2000
_VALUE = "a value: copy the cells and paste them as values"


def read_xlsx(path: Path) -> SheetFile:
    """Read all sheets of a workbook.

    Raises
    ------
    FileFormatError
        If it is no workbook, or one that unpacks to more than a workbook can hold.
    """
    from openpyxl import load_workbook
    from openpyxl.worksheet.worksheet import Worksheet

    _require_safe(path)
    try:
        with warnings.catch_warnings():
            # Features that openpyxl does not know (data validation, themes) hold no cells.
            warnings.simplefilter("ignore")
            # From memory: of a damaged file openpyxl would leave the handle open.
            book = load_workbook(io.BytesIO(path.read_bytes()), data_only=False, keep_links=False)
            sheets: list[Worksheet] = [sheet for sheet in book.worksheets if isinstance(sheet, Worksheet)]
            _require_size(path, sheets)
            read = {sheet.title: _sheet(sheet) for sheet in sheets}
    except FileFormatError:
        raise
    except Exception as error:
        # A damaged workbook can raise anything from within the XML and the styles.
        reason = f"{type(error).__name__}: {error}"
        raise FileFormatError(f"cannot read {path} ({reason:.120})", "a workbook", "save it anew as .xlsx") from error
    return SheetFile(read, notes=[note for sheet in sheets for note in _hidden(sheet)])


def _require_safe(path: Path) -> None:
    """Look at the archive's list of contents before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and part.file_size < _MOST_UNPACKED:
                    _require_no_doctype(archive, part, path)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise FileFormatError(f"{path} is a damaged archive ({error})", "a workbook (.xlsx)") from error
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    too_dense = unpacked > _RATIO_FROM and unpacked > _MOST_RATIO * packed
    if unpacked > _MOST_UNPACKED or too_dense or len(parts) > _MOST_PARTS:
        raise FileFormatError(
            f"{path} unpacks from {packed / 2**20:.1f} to {unpacked / 2**20:.0f} MB in {len(parts)} parts",
            f"a workbook of at most {_MOST_UNPACKED // 2**20} MB",
            "split it, or save it as CSV",
        )


def _require_no_doctype(archive: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path) -> None:
    """No workbook declares entities; one that does wants to blow up, or to read our files."""
    with archive.open(part) as stream:
        if b"<!DOCTYPE" in stream.read(4096).upper():
            raise FileFormatError(f"{path} declares XML entities in {part.filename}", "a workbook as Excel saves it")


def _require_size(path: Path, sheets: list[Worksheet]) -> None:
    for sheet in sheets:
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            raise FileFormatError(
                f"sheet {shown(sheet.title)} of {path} reaches to row {sheet.max_row}, column {sheet.max_column}",
                f"at most {MOST_CELLS} cells",
                "delete stray cells far outside the table",
            )


def _sheet(sheet: Worksheet) -> Sheet:
    rows = [[_cell(cell) for cell in row] for row in sheet.iter_rows()]
    ranges = sorted(sheet.merged_cells.ranges, key=lambda r: (r.min_row, r.min_col))
    merged = tuple(Merged(r.min_row, r.max_row, r.min_col, r.max_col, r.coord) for r in ranges)
    return Sheet(sheet.title, rows, merged)


def _cell(cell: OpenpyxlCell | MergedCell) -> Cell:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        text = getattr(value, "text", value)
        return Unusable(f"a formula ({shown(text)})", _VALUE)
    if cell.data_type == "e":
        return Unusable(f"the spreadsheet's error {value}", "a value")
    return value if isinstance(value, Cell) else str(value)  # type: ignore[arg-type, unused-ignore]


def _hidden(sheet: Worksheet) -> list[str]:
    """Hidden rows and columns are read like others, and said: what is not seen is not looked through."""
    found = []
    if sheet.sheet_state != "visible":
        found.append(f"sheet {shown(sheet.title)} is hidden")
    rows = [number for number, row in sheet.row_dimensions.items() if row.hidden]
    if rows:
        found.append(f"sheet {shown(sheet.title)}: hidden rows {_listed(rows)}, read like the others")
    # One entry may stand for a run of columns.
    runs = [column for column in sheet.column_dimensions.values() if column.hidden]
    columns = [get_column_letter(number) for run in runs for number in range(run.min or 1, (run.max or 0) + 1)]
    if columns:
        found.append(f"sheet {shown(sheet.title)}: hidden columns {_listed(columns)}")
    return found


def _listed(names: list[int] | list[str]) -> str:
    most = 20
    told = ", ".join(str(name) for name in names[:most])
    return f"{told} and {len(names) - most} more" if len(names) > most else told
