"""Records without the person: intervals and ages stay, dates and free text go."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corduroy.errors import CorduroyError, FileFormatError, InputError
from corduroy.registry.deidentify import (
    DeidentificationKey,
    create_key,
    deidentified,
    find_leftovers,
    free_texts,
    listed_identifiers,
    load_key,
)
from corduroy.registry.record import (
    Assessment,
    CaseFile,
    Embolization,
    FollowUpEvent,
    Operation,
    Patient,
    TreatedCase,
)


def treated(born: int = 1962, pseudonym: str = "P1") -> CaseFile:
    return CaseFile(
        patient=Patient(pseudonym=pseudonym, sex="female", birth_year=born, also_published="Huber 2015, case 3"),
        case=TreatedCase(case_no=1, levels=("T8",), symptoms_since=date(2013, 12, 1)),
        assessments=(Assessment(visit="preop", on=date(2014, 3, 4), frankel="C"),),
        embolizations=(Embolization(on=date(2014, 3, 4), hours_to_surgery=20),),
        operations=(Operation(on=date(2014, 3, 5), cement_product="as Dr. Huber likes it"),),
        events=(FollowUpEvent(on=date(2018, 3, 5), type="follow_up"),),
    )


def test_intervals_stay_and_dates_do_not(key: DeidentificationKey) -> None:
    before, after = treated(), deidentified(treated(), key)
    assert after.surgery == before.surgery + key.date_shift("P1")
    assert after.last_seen - after.surgery == before.last_seen - before.surgery
    assert after.case.symptoms_since == date(2013, 12, 1) + key.date_shift("P1")
    assert after.surgery != before.surgery
    assert after.findings() == before.findings() == []


def test_the_age_at_surgery_stays_up_to_ninety(key: DeidentificationKey) -> None:
    assert deidentified(treated(born=1962), key).age_at_surgery == 52
    assert deidentified(treated(born=1920), key).age_at_surgery == 90


def test_free_text_is_shown_and_taken_out(key: DeidentificationKey) -> None:
    assert [place for _, place, _ in free_texts([treated()])] == ["patient.also_published", "operation.cement_product"]
    assert list(free_texts([deidentified(treated(), key)])) == []


def test_each_patient_has_a_shift_of_whole_weeks_that_is_kept(key: DeidentificationKey) -> None:
    shifts = {f"P{n}": key.date_shift(f"P{n}") for n in range(200)}
    assert len(set(shifts.values())) > 80
    assert all(shift.days % 7 == 0 and -1456 <= shift.days <= -371 for shift in shifts.values())
    assert shifts == {name: key.date_shift(name) for name in shifts}
    assert DeidentificationKey(b"\1" * 32).date_shift("P1") != key.date_shift("P1")


def test_a_date_too_old_to_move_is_an_error(key: DeidentificationKey) -> None:
    old = CaseFile(
        Patient(pseudonym="P1"), TreatedCase(case_no=1, levels=("T8",)), operations=(Operation(on="1971-02-01"),)
    )
    with pytest.raises(InputError, match="cannot be moved"):
        deidentified(old, key)


def test_a_key_is_made_once_read_back_and_for_one_reader_only(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    made = create_key(path)
    assert load_key(path) == made
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(InputError):
        create_key(path)
    path.chmod(0o644)
    with pytest.raises(InputError, match="chmod"):
        load_key(path)


@given(content=st.binary(max_size=80))
def test_anything_but_a_key_is_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("keys") / "key.json"
    path.write_bytes(content)
    with pytest.raises(FileFormatError):
        load_key(path)


def test_leftovers_are_found_in_texts_packed_files_and_names(tmp_path: Path) -> None:
    import openpyxl

    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "notes.csv").write_text("P1;seen by Dr. Huber;anna@example.org\nP2;MRN: 4711234;ok\n")
    (tmp_path / "export" / "Muster_T8.txt").write_text("nothing")
    book = openpyxl.Workbook()
    book.active["B2"] = "muster, anna"
    book.save(tmp_path / "export" / "table.xlsx")
    (tmp_path / "names.txt").write_text("Muster\nab\n")
    known = listed_identifiers(tmp_path / "names.txt")
    assert known == {"Muster"}
    found = find_leftovers(tmp_path / "export", known)
    assert {left.what for left in found if left.place.startswith("notes.csv")} == {
        "an e-mail address", "a title before a name", "an accession or hospital number",
    }  # fmt: skip
    assert any(left.place.startswith("table.xlsx/") for left in found)
    assert any("its name" in left.place for left in found)


def test_clean_numbers_are_no_leftovers(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_text("P1,2013-05-06,1093,182.2,T8,5450\nP2,2012-11-30,90,0.03125,L1,7\n")
    assert find_leftovers(tmp_path) == []


def test_a_missing_export_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorduroyError, match="there is no"):
        find_leftovers(tmp_path / "none")
