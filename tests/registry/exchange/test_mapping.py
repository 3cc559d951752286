"""Mapping files: all mistakes at once, nothing guessed, and a draft that has to be edited."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from corduroy.errors import SettingsError
from corduroy.registry.exchange import draft_mapping, load_mapping, read_table
from corduroy.registry.exchange.days import DateFormat
from corduroy.registry.exchange.mapping import parse_mapping
from corduroy.registry.exchange.mapping_checks import require_consistent
from corduroy.registry.exchange.units import conversion, converted
from corduroy.registry.record import BY_KIND

HEAD = "form: corduroy-import/1\n"


def mapping(*records: dict[str, Any], **head: Any) -> Any:
    return parse_mapping({"form": "corduroy-import/1", **head, "tables": [{"patient": "ID", "records": list(records)}]})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no settings"),
        ("tables: []", "form: Field required"),
        (HEAD + "tables: [", "no YAML"),
        (HEAD + "tables: &a [*a]", "aliases"),
        (HEAD + "decimal: ','\ndecimal: '.'\ntables: []", "key 'decimal' twice"),
        (HEAD + "colour: red\ntables: []", "colour: Extra inputs"),
        (HEAD + "decimal: ';'\ntables: []", "decimal"),
        (
            HEAD + "decimal: ','\nthousands: ','\ntables: [{patient: ID, records: [{kind: patient}]}]",
            "both the decimal",
        ),
        (HEAD + "tables: [{patient: {column: a, letter: B}, records: [{kind: case}]}]", "one of 'column', 'letter'"),
        (HEAD + "? [a]\n: b", "no text"),
    ],
)
def test_a_wrong_mapping_is_an_error_in_words(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=words.replace("[", r"\[")):
        load_mapping(path)


def test_yaml_does_not_turn_words_into_truth_values(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        HEAD + "missing: [no, 1.0]\ntables: [{patient: ID, records: [{kind: case, fields: {levels: on}}]}]",
        encoding="utf-8",
    )
    read = load_mapping(path)
    assert read.missing == ["no", "1.0"]
    assert read.tables[0].records[0].fields["levels"].column == "on"


def test_all_mistakes_about_the_record_come_at_once() -> None:
    wrong = mapping(
        {"kind": "surgery"},
        {"kind": "patient", "fields": {"pseudonym": "ID", "sex": {"column": "S", "values": {"m": "man"}}}},
        {"kind": "operation", "fields": {"blod_loss_ml": "B", "duration_min": {"column": "D", "unit": "ml"}}},
        {"kind": "assessment", "fields": {"visit": {"value": "tomorrow"}, "on": {"column": "D", "dates": "DD.MM.YY"}}},
    )
    with pytest.raises(SettingsError) as error:
        require_consistent(wrong)
    for words in (
        "no record 'surgery'",
        "'pseudonym' is fed by the table's 'patient:'",
        "'man' is not one of female",
        "no field 'blod_loss_ml' of 'operation', is 'blood_loss_ml' meant?",
        "a unit of time",
        "'operation' needs on",
        "'tomorrow' is not one of preop",
        "date format 'DD.MM.YY'",
    ):
        assert words in str(error.value), words


def test_what_is_left_of_a_draft_is_told_once() -> None:
    """However many columns stand on it."""
    visits = [
        {"kind": "assessment", "fields": {"visit": {"value": f"m{n}"}, "on": f"Date {n}"}} for n in (3, 6, 12, 24, 36)
    ]
    with pytest.raises(SettingsError) as error:
        require_consistent(mapping({"kind": "patient", "fields": {"sex": "S"}}, *visits, dates="TODO"))
    assert str(error.value) == "dates: TODO still to be replaced"
    sexes = {"kind": "patient", "fields": {"sex": {"column": "S", "values": {"m": "TODO"}}}}
    with pytest.raises(SettingsError, match=r"^dates, patient\.sex: TODO still to be replaced$"):
        require_consistent(mapping(sexes, *visits, dates="TODO"))
    with pytest.raises(SettingsError) as error:
        require_consistent(mapping(*visits, dates="DD.MM.YY"))
    assert str(error.value).count("DD.MM.YY'") == 1


def test_of_a_cell_that_feeds_two_fields_the_one_that_refuses_is_named(tmp_path: Path) -> None:
    """A case may have several levels in one cell, a measurement has one."""
    path = tmp_path / "a.csv"
    path.write_text('ID,Level,Day,Height\nP1,"T5, T6, T7",2020-01-01,20\n', encoding="utf-8")
    measured = {name: {"value": text} for name, text in (("visit", "preop"), ("quantity", "height_ant"))}
    measured |= {name: {"value": text} for name, text in (("modality", "CT"), ("posture", "supine"))}
    measured |= {"method": {"value": "ruler"}, "reader": {"value": "R1"}}
    levels = {"kind": "case", "fields": {"levels": "Level"}}
    heights = {"kind": "measurement", "fields": {**measured, "level": "Level", "on": "Day", "value": "Height"}}
    (problem,) = read_table(path, mapping({"kind": "patient"}, levels, heights)).problems
    assert str(problem) == (
        "a.csv!B2 (Level): 'T5, T6, T7'; expected a level: C1-C7, T1-T13, L1-L6, S1 "
        "(for measurement.level; case.levels would take it)"
    )
    assert read_table(path, mapping({"kind": "patient"}, levels)).problems == []


def test_columns_that_are_not_there_or_there_twice_are_all_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ID,Level,Level\nP1,T7,T8\n", encoding="utf-8")
    wanted = mapping({"kind": "patient", "fields": {"sex": "Gender"}}, {"kind": "case", "fields": {"levels": "Level"}})
    with pytest.raises(SettingsError, match=r"'Gender' is not there.*'Level' is there twice; name it by 'letter'"):
        read_table(path, wanted)
    by_letter = mapping({"kind": "patient"}, {"kind": "case", "fields": {"levels": {"letter": "c"}}})
    (case,) = read_table(path, by_letter).cases
    assert case.file is not None
    assert case.file.case.levels == ("T8",)


@pytest.mark.parametrize(
    ("stated", "field", "value", "expected"),
    [
        ("l", "blood_loss_ml", 0.9, 900.0),
        ("h", "duration_min", 2.5, 150.0),
        ("g", "gelatin_mg", 0.35, 350.0),
        ("fraction", "facets_percent", 0.07, 7.0),
        ("cc", "cement_ml", 4.1, 4.1),
        ("min -> min", "duration_min", 3, 3),
    ],
)
def test_units_are_converted_exactly(stated: str, field: str, value: float, expected: float) -> None:
    assert converted(value, conversion(stated, BY_KIND["operation"].items()[field])) == expected


@pytest.mark.parametrize("stated", ["kg", "cm", "ml -> l", "", "furlong -> ml"])
def test_units_that_do_not_fit_are_refused(stated: str) -> None:
    with pytest.raises(SettingsError):
        conversion(stated, BY_KIND["operation"].items()["blood_loss_ml"])


@pytest.mark.parametrize(
    ("stated", "text", "iso"),
    [
        ("DD.MM.YYYY", "05.03.2014", "2014-03-05"),
        ("MM/DD/YYYY", "05/03/2014", "2014-05-03"),
        ("DD-MMM-YYYY", "5-Mar-2014", "2014-03-05"),
        ("YYYYMMDD", "20140305", "2014-03-05"),
        (None, "2014-03-05", "2014-03-05"),
        (None, "2014-03-05 00:00:00", "2014-03-05"),
    ],
)
def test_dates_are_read_by_the_stated_format(stated: str | None, text: str, iso: str) -> None:
    assert DateFormat(stated).read(text).isoformat() == iso


@pytest.mark.parametrize(
    ("stated", "text"), [(None, "05.03.2014"), (None, "05/03/2014"), ("DD.MM.YYYY", "2014-03-05"), (None, "2015-02-30")]
)
def test_dates_are_never_guessed(stated: str | None, text: str) -> None:
    with pytest.raises(ValueError, match=r"no date of the form|no day of the calendar"):
        DateFormat(stated).read(text)


def test_serial_numbers_are_read_only_if_stated() -> None:
    assert DateFormat("excel").read_serial(41703).isoformat() == "2014-03-05"
    assert DateFormat("excel-1904").read_serial(40241).isoformat() == "2014-03-05"
    with pytest.raises(ValueError, match="state 'dates: excel'"):
        DateFormat(None).read_serial(41703)


@pytest.mark.parametrize("stated", ["DD.MM.YY", "DD.MM", "DDMMDDYYYY", "dd.mm.yyyy", "", "TODO"])
def test_formats_that_leave_something_open_are_refused(stated: str) -> None:
    with pytest.raises(SettingsError):
        DateFormat(stated)


def test_a_draft_names_what_it_found_and_cannot_be_used_unread(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(
        [
            "Patient ID",
            "Sex",
            "Level",
            "Date of surgery",
            "Blood loss (l)",
            "Frankel preop",
            "Frankel 12 months",
            "Shoe",
        ]
    )
    sheet.append(["P1", "m", "T7", "05.03.2014", 0.9, "C", "E", 42])
    book.save(tmp_path / "a.xlsx")
    text = draft_mapping(tmp_path / "a.xlsx")
    assert "no field was found: Shoe" in text
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    drafted = load_mapping(tmp_path / "m.yaml")
    records = {
        (r.kind, r.fields["visit"].value if "visit" in r.fields else None): r.fields for r in drafted.tables[0].records
    }
    assert records["patient", None]["sex"].values == {"m": "TODO"}
    assert records["case", None]["levels"].column == "Level"
    assert records["operation", None]["on"].column == "Date of surgery"
    assert (records["operation", None]["blood_loss_ml"].column, records["operation", None]["blood_loss_ml"].unit) == (
        "Blood loss (l)", "l",
    )  # fmt: skip
    assert records["assessment", "preop"]["frankel"].column == "Frankel preop"
    assert records["assessment", "m12"]["frankel"].column == "Frankel 12 months"
    with pytest.raises(SettingsError, match="TODO"):
        read_table(tmp_path / "a.xlsx", drafted)


GERMAN = """Case no;ID;Level;VAS pre;VAS post;VAS last;Date pre;Date last;Gelatin;Duration (h)
1;P1;T9;8;2;1;01.02.2020;05.02.2022;mixed;3,1
1;P2;T12;7;1;0;12.05.2020;20.06.2022;none;2,95
"""


def drafted(path: Path, text: str) -> dict[str, Any]:
    path.write_text(text, encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(draft_mapping(path))
    return found


def test_a_draft_of_a_german_sheet_leaves_to_a_person_what_it_cannot_know(tmp_path: Path) -> None:
    draft = drafted(tmp_path / "a.csv", GERMAN)
    assert (draft["decimal"], draft["dates"]) == (",", "TODO")
    (table,) = draft["tables"]
    assert (table["patient"], table["case"]) == ("ID", "Case no")
    visits = [record["fields"] for record in table["records"] if record["kind"] == "assessment"]
    assert [(fields["visit"]["value"], fields["pain_back"]["column"]) for fields in visits] == [
        ("preop", "VAS pre"),
        ("TODO", "VAS post"),
        ("TODO", "VAS last"),
    ]
    assert [fields["pain_unit"] for fields in visits] == 3 * [{"value": "TODO"}]
    (operation,) = (record["fields"] for record in table["records"] if record["kind"] == "operation")
    assert operation["gelatin_use"] == {"column": "Gelatin"}
    assert "gelatin_mg" not in operation
    with pytest.raises(
        SettingsError, match=r"^dates, assessment\.pain_unit, assessment\.visit, .*: TODO still to be replaced$"
    ):
        read_table(tmp_path / "a.csv", parse_mapping(draft))


@pytest.mark.parametrize(
    ("cells", "signs"),
    [
        (("3,1", "2"), {"decimal": ","}),
        (("3.1", "2"), {"decimal": "."}),
        (("3", "2"), {"decimal": "."}),
        (("3.1", "2,5"), {"decimal": "TODO"}),
        (("1.200", "900"), {"decimal": "TODO"}),
        (("1.200", "3,1"), {"decimal": ",", "thousands": "TODO"}),
        (("05.03.2014", "3,1"), {"decimal": ","}),
    ],
)
def test_a_draft_takes_the_decimal_sign_from_the_cells_or_asks(
    tmp_path: Path, cells: tuple[str, str], signs: dict[str, str]
) -> None:
    draft = drafted(tmp_path / "a.csv", f"ID;Blood loss\nP1;{cells[0]}\nP2;{cells[1]}\n")
    assert {name: draft[name] for name in ("decimal", "thousands") if name in draft} == signs
    if "TODO" in signs.values():
        with pytest.raises(SettingsError, match=r"^(decimal|thousands): TODO still to be replaced$"):
            parse_mapping(draft)


def test_an_amount_of_gelatin_is_an_amount(tmp_path: Path) -> None:
    (table,) = drafted(tmp_path / "a.csv", "ID;Gelatin (mg)\nP1;120\nP2;90\n")["tables"]
    (operation,) = (record["fields"] for record in table["records"] if record["kind"] == "operation")
    assert operation["gelatin_mg"] == {"column": "Gelatin (mg)"}


def test_the_documented_mapping_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "exchange.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "m.yaml").write_text(example, encoding="utf-8")
    require_consistent(load_mapping(tmp_path / "m.yaml"))
