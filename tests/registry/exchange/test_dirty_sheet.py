"""The dirty sheet: every kind of dirt is named with its cell, and nothing is written until it is clean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from corduroy.errors import RecordError
from corduroy.registry.exchange import Reading, read_table, write_reading
from corduroy.registry.exchange.mapping import parse_mapping
from corduroy.registry.record import Operation
from corduroy.registry.store import Registry

HEADINGS = [
    "ID",
    "Sex",
    "Born",
    "Level",
    "OP",
    "Duration (h)",
    "Blood loss",
    "Cement",
    "Pre date",
    "VAS",
    "Frankel",
    "Height",
]
CLEAN: list[Any] = ["P1", "m", 1960, "Th12", "05.03.2014", "2,5", 900, "Palacos", "01.03.2014", "7,5", "C", "2,4"]

ASSESSMENT = {"visit": {"value": "preop"}, "on": "Pre date", "pain_back": "VAS", "pain_unit": {"value": "0-10"}}
MEASUREMENT = {
    "visit": {"value": "preop"},
    "on": "Pre date",
    "level": "Level",
    "quantity": {"value": "height_ant"},
    "value": {"column": "Height", "unit": "cm -> mm"},
    "modality": {"value": "CT"},
    "posture": {"value": "supine"},
    "method": {"value": "ruler"},
    "reader": {"value": "R1"},
}
MAPPING: dict[str, Any] = {
    "form": "corduroy-import/1",
    "decimal": ",",
    "dates": "DD.MM.YYYY",
    "missing": ["n/a"],
    "tables": [
        {
            "sheet": "Cases",
            "patient": "ID",
            "records": [
                {
                    "kind": "patient",
                    "fields": {"sex": {"column": "Sex", "values": {"m": "male", "w": "female"}}, "birth_year": "Born"},
                },
                {"kind": "case", "fields": {"levels": "Level"}},
                {
                    "kind": "operation",
                    "fields": {
                        "on": "OP",
                        "duration_min": {"column": "Duration (h)", "unit": "h"},
                        "blood_loss_ml": "Blood loss",
                        "blood_loss_how": {"value": "estimate"},
                        "cement_product": "Cement",
                    },
                },
                {"kind": "assessment", "fields": {**ASSESSMENT, "frankel": "Frankel"}},
                {"kind": "measurement", "fields": MEASUREMENT},
            ],
        }
    ],
}


def row(**changes: Any) -> list[Any]:
    """The clean row with some cells changed, by heading; spaces as underscores."""
    named = dict(zip(HEADINGS, CLEAN, strict=True)) | {name.replace("_", " "): value for name, value in changes.items()}
    return [named[heading] for heading in HEADINGS]


def read(tmp_path: Path, *rows: list[Any], change: Callable[[Worksheet], None] = lambda _: None) -> Reading:
    """A workbook of these rows, read."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Cases"
    for cells in ([*HEADINGS], *rows):
        sheet.append(cells)
    change(sheet)
    path = tmp_path / "dirty.xlsx"
    book.save(path)
    return read_table(path, parse_mapping(MAPPING))


def told(reading: Reading) -> dict[str, str]:
    """The problems by cell."""
    return {str(problem.place): str(problem) for problem in reading.problems}


def test_a_clean_row_becomes_records_in_the_units_of_the_record(tmp_path: Path) -> None:
    reading = read(tmp_path, CLEAN)
    assert reading.problems == reading.doubts == []
    (case,) = reading.cases
    assert case.file is not None
    assert case.file.patient.sex == "male"
    assert case.file.case.levels == ("T12",)
    assert case.file.operations == (
        Operation(
            on=date(2014, 3, 5),
            duration_min=150,
            blood_loss_ml=900,
            blood_loss_how="estimate",
            cement_product="Palacos",
        ),
    )
    (assessment,), (measurement,) = case.file.assessments, case.file.measurements
    assert assessment.pain_back == 7.5
    assert measurement.value == 24.0


@pytest.mark.parametrize(
    ("change", "cell", "words"),
    [
        ({"OP": "30.02.2015"}, "Cases!E2", "no day of the calendar"),
        ({"OP": "2015-02-30"}, "Cases!E2", "no date of the form DD.MM.YYYY"),
        ({"OP": "03.13.2014"}, "Cases!E2", "day and month the other way round"),
        ({"OP": "05.03.14"}, "Cases!E2", "no date of the form"),
        ({"OP": 41703}, "Cases!E2", "as a serial number it would be 2014-03-05; then state 'dates: excel'"),
        ({"Pre_date": "06.03.2014"}, "Cases!I2", "after the operation on 2014-03-05"),
        ({"Blood_loss": "900 ml"}, "Cases!G2", "units belong into the mapping"),
        ({"Blood_loss": "1.200,5"}, "Cases!G2", "without thousands signs"),
        ({"Blood_loss": "900.5"}, "Cases!G2", "state 'decimal: \".\"'"),
        ({"Blood_loss": "ca. 900"}, "Cases!G2", "'not recorded'"),
        ({"Blood_loss": -5}, "Cases!G2", "greater than or equal to 0"),
        ({"Blood_loss": 25000}, "Cases!G2", "less than or equal to 20000"),
        ({"Duration_(h)": "2,51"}, "Cases!F2", "whole number"),
        ({"Frankel": "F"}, "Cases!K2", "one of A, B, C, D, E"),
        ({"Sex": "f"}, "Cases!B2", "one of female, male, other"),
        ({"Level": "Th14"}, "Cases!D2", "a level: C1-C7"),
        ({"Level": "T5-T7"}, "Cases!D2", "each level by name"),
        ({"Level": None}, "Cases!D2", "Field required"),
        ({"ID": None}, "Cases!A2", "a pseudonym in every row"),
        ({"ID": "Anna Muster"}, "Cases!A2", "Pseudonym"),
        ({"Born": 2999}, "Cases!C2", "less than or equal to 2100"),
        ({"Born": datetime(1960, 1, 1)}, "Cases!C2", "made by the spreadsheet"),
        ({"VAS": 70}, "Cases!J2", "millimetres"),
        ({"Height": 240}, "Cases!L2", "0 to 60 is possible"),
        ({"Cement": "+49 1234"}, "Cases!H2", "runs as a formula"),
        ({"Cement": "@SUM(A1)"}, "Cases!H2", "runs as a formula"),
        ({"Cement": "-x"}, "Cases!H2", "runs as a formula"),
    ],
)
def test_dirt_is_named_with_its_cell(tmp_path: Path, change: dict[str, Any], cell: str, words: str) -> None:
    problems = told(read(tmp_path, row(**change)))
    assert cell in problems, problems
    assert words in problems[cell]


def test_all_problems_of_all_rows_come_in_one_go(tmp_path: Path) -> None:
    rows = [row(ID=f"P{n}", Born=1900 + n, Frankel="F", OP="30.02.2015", Blood_loss="x", Level="Q1") for n in range(50)]
    reading = read(tmp_path, *rows)
    assert set(told(reading)) == {f"Cases!{column}{n}" for n in range(2, 52) for column in "DEGK"}
    assert reading.cases == []


def test_a_formula_in_a_cell_is_refused(tmp_path: Path) -> None:
    problems = told(read(tmp_path, row(Blood_loss="=1+1", Cement='=HYPERLINK("http://x")')))
    assert "a formula ('=1+1'); expected a value" in problems["Cases!G2"]
    assert "a formula" in problems["Cases!H2"]


def test_an_error_of_the_spreadsheet_is_refused(tmp_path: Path) -> None:
    problems = told(read(tmp_path, row(Blood_loss="#REF!", Frankel="#N/A")))
    assert "#REF!" in problems["Cases!G2"]
    assert "#N/A" in problems["Cases!K2"]


def test_merged_cells_are_refused_only_where_they_are_read(tmp_path: Path) -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A3:A4")
        sheet.merge_cells("P3:P9")

    reading = read(tmp_path, CLEAN, row(ID="P2", Born=1961), row(ID="P3"), change=merge)
    problems = told(reading)
    assert "merged cells A3:A4" in problems["Cases!A3"]
    assert not any("P3:P9" in line for line in problems.values())


def test_a_patient_who_is_there_twice_is_named_with_the_first_row(tmp_path: Path) -> None:
    reading = read(tmp_path, CLEAN, row(ID=" P1 ", Frankel="F"))
    problems = told(reading)
    assert "first in Cases!A2" in problems["Cases!A3"]
    # What else is wrong in that row is told in the same go.
    assert "Cases!K3" in problems


def test_pseudonyms_that_are_nearly_the_same_are_doubted(tmp_path: Path) -> None:
    reading = read(tmp_path, row(ID="P-1"), row(ID="p01", Born=1970))
    assert reading.problems == []
    assert ["pseudonym 'p01' beside 'P-1' in Cases!K2" in doubt.got or doubt.got for doubt in reading.doubts]
    assert any("'p01' beside 'P-1'" in doubt.got for doubt in reading.doubts)


def test_the_same_person_under_two_names_is_doubted(tmp_path: Path) -> None:
    reading = read(tmp_path, row(ID="P1"), row(ID="Q7"))
    assert any("same sex, year of birth, levels and day of surgery" in doubt.got for doubt in reading.doubts)
    assert not read(tmp_path, row(ID="P1"), row(ID="Q7", Born=1961)).doubts


def test_a_probable_litre_is_doubted_and_never_converted(tmp_path: Path) -> None:
    reading = read(tmp_path, row(Blood_loss="0,9"))
    (doubt,) = reading.doubts
    assert str(doubt.place) == "Cases!G2"
    assert "l (900 ml)" in doubt.got
    assert reading.cases[0].file is not None
    assert reading.cases[0].file.operations[0].blood_loss_ml == 0.9


def test_a_height_in_millimetres_in_a_column_of_centimetres_is_impossible_or_doubted(tmp_path: Path) -> None:
    assert "0 to 60 is possible" in told(read(tmp_path, row(Height=24)))["Cases!L2"]
    (doubt,) = read(tmp_path, row(Height="0,24")).doubts
    assert "is it in mm?" in doubt.got
    assert str(doubt.place) == "Cases!L2"


def test_dates_and_texts_in_one_column_are_doubted(tmp_path: Path) -> None:
    reading = read(tmp_path, row(ID="P1"), row(ID="P2", Born=1961, OP=datetime(2014, 3, 5)))
    assert [str(doubt.place) for doubt in reading.doubts] == ["Cases!E1"]
    assert "half converted" in reading.doubts[0].expected


def test_blank_rows_spaces_and_words_for_nothing_do_no_harm(tmp_path: Path) -> None:
    reading = read(tmp_path, [None] * 12, row(ID="  P1\u00a0", Frankel="n/a", Cement=" Palacos  "), [" "] * 12)
    assert reading.problems == []
    assert reading.rows == 1
    assert "Cases: 2 blank rows left out" in reading.notes
    (case,) = reading.cases
    assert case.pseudonym == "P1"
    assert case.file is not None
    assert case.file.assessments[0].frankel is None
    assert case.file.operations[0].cement_product == "Palacos"


def test_no_record_is_made_where_its_own_cells_are_empty(tmp_path: Path) -> None:
    reading = read(tmp_path, row(VAS=None, Frankel=None, Height="n/a"))
    assert reading.counts == {"patient": 1, "case": 1, "operation": 1}


def test_what_is_hidden_and_what_is_not_read_is_said(tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True
        sheet["M1"] = "Remarks"
        assert sheet.parent is not None
        sheet.parent.create_sheet("Old").sheet_state = "hidden"

    notes = read(tmp_path, CLEAN, change=hide).notes
    assert "sheet 'Cases': hidden rows 2, read like the others" in notes
    assert "sheet 'Cases': hidden columns C" in notes
    assert "sheet 'Old' is hidden" in notes
    assert "sheets not read: Old" in notes
    assert "Cases: columns not read: M 'Remarks'" in notes


def test_nothing_is_written_until_it_is_clean_and_confirmed(tmp_path: Path, registry: Registry) -> None:
    head = registry.head()
    dirty = read(tmp_path, CLEAN, row(ID="P2", Born=1961, Frankel="F"))
    with pytest.raises(RecordError, match="1 problems"):
        write_reading(registry, dirty, who="R1", why="import", confirmed=True)
    doubtful = read(tmp_path, CLEAN, row(ID="P2", Born=1961, Blood_loss="0,9"))
    with pytest.raises(RecordError, match="nobody has confirmed"):
        write_reading(registry, doubtful, who="R1", why="import")
    assert registry.head() == head
    assert write_reading(registry, doubtful, who="R1", why="import", confirmed=True) == 10
    assert {file.patient.pseudonym for file in registry.case_files()} == {"P1", "P2"}
