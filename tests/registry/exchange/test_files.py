"""Files as they come: encodings, delimiters, damaged and hostile workbooks."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from corduroy.errors import FileFormatError, SettingsError
from corduroy.registry.exchange.problems import Place
from corduroy.registry.exchange.sheets import read_sheets

TEXT = "Name;Größe\nMüller;1,5\n"


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_an_encoding_is_detected_and_said(tmp_path: Path, encoding: str, said: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode(encoding))
    file = read_sheets(path)
    assert file.sheets["a.csv"].rows == [["Name", "Größe"], ["Müller", "1,5"]]
    assert file.notes == [f"a.csv: encoding {said} (detected), cells separated by semicolon"]
    assert file.doubts == []


def test_latin_1_is_doubted_unless_stated(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.encode("latin-1"))
    (doubt,) = read_sheets(path).doubts
    assert "Größe" in doubt.got
    assert read_sheets(path, encoding="latin-1").doubts == []


def test_a_blank_that_does_not_break_the_line_is_doubted_like_any_other_sign(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,\xa0\n")
    assert len(read_sheets(path).doubts) == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_detected_outside_quotation_marks(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'"a,b;c|d"{delimiter}x{delimiter}y\n1{delimiter}2{delimiter}3\n', encoding="utf-8")
    assert read_sheets(path).sheets["a.csv"].rows == [["a,b;c|d", "x", "y"], ["1", "2", "3"]]


@pytest.mark.parametrize("encoding", ["klingon", "base64", "ascii", "utf-16", "idna"])
def test_a_wrong_encoding_is_an_error_in_words(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((TEXT + "ü").encode())
    with pytest.raises((FileFormatError, SettingsError), match=r"encoding|no text in"):
        read_sheets(path, encoding=encoding)


def test_quotation_marks_that_do_not_close_are_named_with_the_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\n"3,4\n', encoding="utf-8")
    with pytest.raises(FileFormatError, match="row 3"):
        read_sheets(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    assert path.stat().st_size < 100_000
    with pytest.raises(FileFormatError, match="unpacks from"):
        read_sheets(path)


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "entities.xlsx"
    book = openpyxl.Workbook()
    book.save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/evil.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaa">]><x>&a;</x>')
    with pytest.raises(FileFormatError, match="entities"):
        read_sheets(path)


def test_a_stray_cell_far_away_is_named(tmp_path: Path) -> None:
    path = tmp_path / "stray.xlsx"
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 1  # type: ignore[index]
    book.save(path)
    with pytest.raises(FileFormatError, match="row 1048576"):
        read_sheets(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"x" * 50, b"\xd0\xcf\x11\xe0" + b"\0" * 50])
def test_a_damaged_or_old_workbook_is_an_error_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"damaged|old or an encrypted"):
        read_sheets(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(FileFormatError, match="cannot read"):
            read_sheets(path)


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (Place("Sheet1", 12, 6), "Sheet1!F12"),
        (Place("My sheet", 1, 28), "'My sheet'!AB1"),
        (Place("O'Neil", 2, 0), "'O''Neil'!2:2"),
        (Place("a.csv"), "a.csv"),
        (Place("2014", 1, 1), "'2014'!A1"),
    ],
)
def test_places_are_written_as_spreadsheets_do(place: Place, written: str) -> None:
    assert str(place) == written
