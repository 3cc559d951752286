"""Reader's points: names, the CSV table, the Slicer markups file, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corduroy.anatomy.level import Level
from corduroy.errors import CorduroyError, FileFormatError, PointsError, RepairWarning
from corduroy.morphometry.csv_points import read_csv_points
from corduroy.morphometry.readings import POINT_NAMES, PointReading, parse_point_label, parse_point_name
from corduroy.morphometry.slicer_points import read_slicer_points

SQUARE = {
    "sup_ant": (0.0, 20.0),
    "sup_mid": (15.0, 19.0),
    "sup_post": (30.0, 20.0),
    "inf_ant": (0.0, 0.0),
    "inf_mid": (15.0, 1.0),
    "inf_post": (30.0, 0.0),
}


def _csv(tmp_path: Path, rows: list[str], header: str = "reader,repeat,level,point,x_mm,y_mm") -> Path:
    path = tmp_path / "points.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def _rows(reader: str, repeat: int, level: str, separator: str = ",") -> list[str]:
    return [separator.join([reader, str(repeat), level, name, str(x), str(y)]) for name, (x, y) in SQUARE.items()]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sup_ant", "sup_ant"),
        ("Anterior-Superior", "sup_ant"),
        ("upper middle", "sup_mid"),
        ("IP", "inf_post"),
        ("im", "inf_mid"),
        ("inferior central", "inf_mid"),
        ("sup", None),
        ("sup inf ant", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_point_names(text: str, name: str | None) -> None:
    assert parse_point_name(text) == name


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("T12_sup_ant", (Level.T12, "sup_ant")),
        ("Th12 anterior superior", (Level.T12, "sup_ant")),
        ("L1-IP", (Level.L1, "inf_post")),
        ("t9sm", (Level.T9, "sup_mid")),
        ("D8.inf.ant", (Level.T8, "inf_ant")),
        ("T13_sup_post", (Level.T13, "sup_post")),
        ("T99_sup_post", None),
        ("F-1", None),
        ("L1", None),
        ("sup_ant", None),
    ],
)
def test_labels(label: str, expected: tuple[Level, str] | None) -> None:
    assert parse_point_label(label) == expected


def test_a_table_of_two_readers_and_a_repeat(tmp_path: Path) -> None:
    rows = _rows("ana", 1, "T12") + _rows("ana", 2, "T12") + _rows("ben", 1, "T12") + _rows("ben", 1, "L1")
    readings = read_csv_points(_csv(tmp_path, rows))
    assert [(r.reader, r.repeat, r.levels) for r in readings] == [
        ("ana", 1, (Level.T12,)),
        ("ana", 2, (Level.T12,)),
        ("ben", 1, (Level.T12, Level.L1)),
    ]
    assert readings[0].points[Level.T12]["inf_post"].tolist() == [30.0, 0.0]
    assert readings[0].magnification is None
    assert readings[0].source == "points.csv"
    assert len(readings[0].sha256) == 64


def test_magnification_is_read_and_must_be_one_number(tmp_path: Path) -> None:
    header = "reader,repeat,level,point,x_mm,y_mm,magnification"
    rows = [f"{row},1.2" for row in _rows("ana", 1, "T12")]
    assert read_csv_points(_csv(tmp_path, rows, header))[0].magnification == 1.2
    rows[3] = rows[3].replace(",1.2", ",1.3")
    with pytest.raises(PointsError, match="magnifications"):
        read_csv_points(_csv(tmp_path, rows, header))


def test_semicolons_with_decimal_commas_and_a_byte_order_mark(tmp_path: Path) -> None:
    rows = [row.replace(".0", ",0") for row in _rows("Doe, J.", 1, "T12", ";")]
    path = _csv(tmp_path, rows, "﻿Reader;Repeat;Level;Point name;X_mm;Y_mm")
    with pytest.warns(RepairWarning, match="decimal commas"):
        reading = read_csv_points(path)[0]
    assert reading.points[Level.T12]["sup_mid"].tolist() == [15.0, 19.0]
    assert reading.reader == "Doe, J."


def test_reader_and_repeat_may_be_left_out(tmp_path: Path) -> None:
    rows = [f"T12,{name},{x},{y}" for name, (x, y) in SQUARE.items()]
    reading = read_csv_points(_csv(tmp_path, rows, "level,point,x_mm,y_mm"))[0]
    assert (reading.reader, reading.repeat) == ("unknown", 1)


def test_missing_points_are_named(tmp_path: Path) -> None:
    rows = _rows("ana", 1, "T12")[:4] + _rows("ana", 1, "L1")
    with pytest.raises(PointsError, match="lacks T12_inf_mid, T12_inf_post"):
        read_csv_points(_csv(tmp_path, rows))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: [*rows, rows[0]], "sup_ant twice"),
        (lambda rows: [rows[0].replace("T12", "X9"), *rows[1:]], "line 2: 'X9' is no vertebral level"),
        (lambda rows: [rows[0].replace("sup_ant", "corner"), *rows[1:]], "'corner' names no point"),
        (lambda rows: [rows[0].replace("20.0", "tall"), *rows[1:]], "y_mm is 'tall'"),
        (lambda rows: [rows[0].replace("20.0", "nan"), *rows[1:]], "not numbers"),
        (lambda rows: [rows[0].replace(",1,", ",1.5,"), *rows[1:]], "whole number"),
        (lambda rows: [row.replace("T12", "S1") for row in rows], "points on S1"),
        (lambda rows: rows[:0], "no rows"),
    ],
)
def test_bad_tables_are_refused_with_the_place(tmp_path: Path, change, message: str) -> None:
    with pytest.raises(PointsError, match=message):
        read_csv_points(_csv(tmp_path, change(_rows("ana", 1, "T12"))))


def test_tables_without_the_columns_or_the_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PointsError, match="lacks the columns point, x_mm, y_mm"):
        read_csv_points(_csv(tmp_path, ["T12"], "level"))
    with pytest.raises(PointsError, match="lacks the columns"):
        read_csv_points(_csv(tmp_path, [], ""))
    with pytest.raises(FileFormatError, match="cannot read"):
        read_csv_points(tmp_path / "absent.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(FileFormatError, match="not text"):
        read_csv_points(tmp_path / "binary.csv")


def _slicer(tmp_path: Path, system: str | None = "RAS", **changes) -> Path:
    flip = -1.0 if system == "LPS" else 1.0
    controls = [
        {"label": f"T12_{name}", "position": [flip * 4.0, flip * -x, y], "positionStatus": "defined"}
        for name, (x, y) in SQUARE.items()
    ]
    markup = {"type": "Fiducial", "coordinateUnits": "mm", "controlPoints": controls, **changes}
    if system is not None:
        markup["coordinateSystem"] = system
    path = tmp_path / "points.mrk.json"
    path.write_text(json.dumps({"@schema": "markups-schema-v1.0.3.json", "markups": [markup]}))
    return path


def test_both_coordinate_systems_give_the_same_world_points(tmp_path: Path) -> None:
    ras = read_slicer_points(_slicer(tmp_path, "RAS"), reader="ana", magnification=1.1)
    lps = read_slicer_points(_slicer(tmp_path, "LPS"))
    assert (ras.reader, ras.repeat, ras.magnification) == ("ana", 1, 1.1)
    for name in POINT_NAMES:
        np.testing.assert_allclose(ras.points[Level.T12][name], lps.points[Level.T12][name])
    assert ras.points[Level.T12]["inf_post"].tolist() == [4.0, -30.0, 0.0]


def test_a_file_without_a_coordinate_system_is_lps_and_says_so(tmp_path: Path) -> None:
    with pytest.warns(RepairWarning, match="read as LPS"):
        reading = read_slicer_points(_slicer(tmp_path, None))
    assert reading.points[Level.T12]["inf_post"].tolist() == [-4.0, 30.0, 0.0]


def test_foreign_points_are_passed_over_and_unset_ones_are_missing(tmp_path: Path) -> None:
    path = _slicer(tmp_path)
    document = json.loads(path.read_text())
    document["markups"][0]["controlPoints"].append({"label": "F-1", "position": [0, 0, 0]})
    path.write_text(json.dumps(document))
    with pytest.warns(RepairWarning, match="F-1"):
        assert read_slicer_points(path).levels == (Level.T12,)
    document["markups"][0]["controlPoints"] = document["markups"][0]["controlPoints"][:6]
    document["markups"][0]["controlPoints"][2]["positionStatus"] = "undefined"
    path.write_text(json.dumps(document))
    with pytest.raises(PointsError, match="lacks T12_sup_post"):
        read_slicer_points(path)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("{", FileFormatError, "not JSON"),
        ("[]", FileFormatError, "no list 'markups'"),
        ('{"markups": [1]}', FileFormatError, "no list 'markups'"),
        ('{"markups": []}', PointsError, "no vertebra"),
        ('{"markups": [{"coordinateSystem": "XYZ"}]}', PointsError, "coordinate system 'XYZ'"),
        ('{"markups": [{"coordinateSystem": "RAS", "coordinateUnits": "cm"}]}', PointsError, "in 'cm'"),
        (
            '{"markups": [{"coordinateSystem": "RAS", "controlPoints": [{"label": "T1_sa", "position": [1, 2]}]}]}',
            PointsError,
            "T1_sa has the position",
        ),
    ],
)
def test_bad_markups_are_refused(tmp_path: Path, text: str, error: type[Exception], message: str) -> None:
    path = tmp_path / "bad.mrk.json"
    path.write_text(text)
    with pytest.raises(error, match=message):
        read_slicer_points(path)


def test_a_reading_checks_itself() -> None:
    points = {name: np.array(xy) for name, xy in SQUARE.items()}
    with pytest.raises(PointsError, match="magnification"):
        PointReading({Level.T12: points}, magnification=0.0)
    with pytest.raises(PointsError, match="shapes"):
        PointReading({Level.T12: {**points, "sup_ant": np.zeros(3)}})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode())))
def test_no_content_of_a_file_ends_in_a_traceback(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    for prefix in (b"", b"level,point,x_mm,y_mm\n", b'{"markups": [', b'{"markups": [{"controlPoints": ['):
        path.write_bytes(prefix + content)
        for reader in (read_csv_points, read_slicer_points):
            with pytest.raises(CorduroyError):
                reader(path)
