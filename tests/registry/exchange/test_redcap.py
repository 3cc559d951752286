"""REDCap: a dictionary that it takes, and data that come back as they went."""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from corduroy.errors import FileFormatError
from corduroy.registry.exchange import export_redcap, look_up_in, read_redcap, write_reading
from corduroy.registry.exchange.redcap_dictionary import DICTIONARY_COLUMNS, dictionary_row
from corduroy.registry.exchange.redcap_names import LONGEST, RECORD_ID, all_fields
from corduroy.registry.record import RECORDS, CaseFile
from corduroy.registry.store import Registry

from .conftest import case_files, everything, fill

FIELD_TYPES = {"text", "notes", "dropdown", "radio", "checkbox", "yesno"}
VALIDATIONS = {"", "date_ymd", "integer", "number"}


def test_variable_names_are_what_redcap_keeps() -> None:
    names = [field.name for field in all_fields()]
    assert names[0] == RECORD_ID
    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
        assert len(name) <= LONGEST, name
        assert "__" not in name, name


def test_labels_are_unique() -> None:
    labels = [field.label for field in all_fields()]
    assert len(set(labels)) == len(labels)


def test_every_field_of_every_record_is_in_the_dictionary() -> None:
    fields = {(field.record.kind, field.item.name) for field in all_fields() if not field.is_case_no}
    assert fields == {(record.kind, name) for record in RECORDS for name in record.items()}


def test_codes_are_unique_and_can_be_told_apart_in_lower_case() -> None:
    for field in all_fields():
        codes = [code.lower() for code in field.codes.values()]
        assert len(set(codes)) == len(codes), field.name
        assert all(re.fullmatch(r"[A-Za-z0-9_]+", code) for code in field.codes.values()), field.name
        assert not any("|" in label for label in (field.item.choices or {}).values()), field.name


def test_the_dictionary_uses_what_redcap_documents() -> None:
    forms = []
    for field in all_fields():
        row = dictionary_row(field)
        assert set(row) <= set(DICTIONARY_COLUMNS)
        assert row["Field Type"] in FIELD_TYPES
        assert row["Text Validation Type OR Show Slider Number"] in VALIDATIONS
        needs_choices = row["Field Type"] in ("dropdown", "radio", "checkbox")
        assert bool(row["Choices, Calculations, OR Slider Labels"]) == needs_choices
        assert not row.get("Identifier?")
        assert "source: " in row["Field Note"]
        forms.append(row["Form Name"])
    assert forms == sorted(forms, key=forms.index), "the fields of a form stand together"
    assert len(DICTIONARY_COLUMNS) == 18


def test_ranges_and_units_reach_the_dictionary() -> None:
    rows = {field.name: dictionary_row(field) for field in all_fields()}
    loss = rows["op_blood_loss_ml"]
    assert (loss["Text Validation Min"], loss["Text Validation Max"]) == ("0", "20000")
    assert loss["Field Note"].startswith("in ml; usual 20 to 3500")
    assert rows["as_frankel"]["Choices, Calculations, OR Slider Labels"].startswith("A, A: complete")
    assert "0_100_mm, 0 to 100 mm" in rows["as_pain_unit"]["Choices, Calculations, OR Slider Labels"]
    assert rows["as_visit"]["Required Field?"] == "y"


def test_instances_show_visit_and_day(filled: Registry, tmp_path: Path) -> None:
    export_redcap(filled, tmp_path / "out")
    with (tmp_path / "out" / "repeating_instruments.csv").open(encoding="utf-8", newline="") as stream:
        labels = {row["form_name"]: row["custom_form_label"] for row in csv.DictReader(stream)}
    assert labels["assessment"] == "[as_case_no] [as_visit] [as_on]"
    assert set(labels) == {record.kind for record in RECORDS} - {"patient", "consent"}


def test_the_six_come_back_as_they_went(
    filled: Registry, empty_file: Path, tmp_path: Path, six: list[CaseFile]
) -> None:
    export_redcap(filled, tmp_path / "out")
    shutil.copy(empty_file, tmp_path / "second.sqlite")
    with Registry.open(tmp_path / "second.sqlite") as second:
        reading = read_redcap(tmp_path / "out" / "data.csv", look_up_in(second))
        assert reading.problems == []
        write_reading(second, reading, who="test", why="test", confirmed=True)
        assert list(second.case_files()) == six
        assert everything(second) == everything(filled)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=case_files())
def test_any_registry_comes_back_as_it_went(empty_file: Path, files: list[CaseFile]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "first.sqlite"
        shutil.copy(empty_file, path)
        with Registry.open(path) as first:
            fill(first, files)
            export_redcap(first, Path(folder) / "out")
        reading = read_redcap(Path(folder) / "out" / "data.csv")
    assert reading.problems == []
    assert [case.file for case in reading.cases] == files


def test_an_export_of_labels_is_refused_with_its_cells(filled: Registry, tmp_path: Path) -> None:
    export_redcap(filled, tmp_path / "out")
    data = tmp_path / "out" / "data.csv"
    lines = data.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[1] = lines[1].replace("female", "Frau", 1)
    data.write_text("".join(lines), encoding="utf-8")
    (problem,) = read_redcap(data).problems
    assert str(problem.place) == "data.csv!D2"
    assert "raw data, not labels" in problem.expected


def test_foreign_columns_and_foreign_instruments_are_named(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    text = (
        f"{RECORD_ID},redcap_repeat_instrument,redcap_repeat_instance,pt_sex,bmi,patient_complete\nP1,,,female,22,2\n"
    )
    data.write_text(text + "P1,vitals,1,,,\n", encoding="utf-8")
    reading = read_redcap(data)
    told = [str(problem) for problem in reading.problems]
    assert any("data.csv!E1: column 'bmi'" in line for line in told)
    assert any("data.csv!B3" in line and "'vitals'" in line for line in told)
    assert any("patient_complete" in note for note in reading.notes)


def test_a_value_on_a_strange_instrument_is_not_lost_in_silence(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    head = f"{RECORD_ID},redcap_repeat_instrument,redcap_repeat_instance,cs_case_no,cs_levels___t7,op_case_no,op_on"
    data.write_text(f"{head}\nP1,case,1,1,1,,2014-03-05\n", encoding="utf-8")
    told = [str(problem) for problem in read_redcap(data).problems]
    assert any("data.csv!G2 (op_on): '2014-03-05' in a row of case" in line for line in told)


def test_another_csv_is_no_redcap_export(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(FileFormatError, match=RECORD_ID):
        read_redcap(data)
