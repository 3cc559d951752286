"""Readings by six points: blind to each other, measured by the library, written into the registry as records."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from corduroy.anatomy.level import Level
from corduroy.errors import InputError, PointsError
from corduroy.registry.record import MeasurementEntry, Visit
from corduroy.registry.record.choices import ImagingModality, ImagingPosture, Quantity
from corduroy.registry.store import Change, Entry
from corduroy.web.pages.case.wording import MISSING
from corduroy.web.pages.points.comparison import differences_of, rows_of
from corduroy.web.pages.points.readings import (
    FilmScale,
    KeptReading,
    check_side,
    complete_levels,
    keep_reading,
    readings_for,
    require_code,
    write_measurements,
)
from corduroy.web.workbench import Workbench
from corduroy.web.writing import written
from tests.imaging.films import HEIGHTS_MM, MAGNIFICATION, POINTS_MM, WEDGE_DEG
from tests.web.conftest import Names


def reading(reader: str, anterior_mm: float, at: str = "2026-01-01") -> KeptReading:
    """A vertebra 30 mm deep, 24 mm high behind; x to posterior and y to inferior, as on the page."""
    upper = {"sup_ant": (0.0, 24.0 - anterior_mm), "sup_mid": (15.0, (24.0 - anterior_mm) / 2), "sup_post": (30.0, 0.0)}
    lower = {"inf_ant": (0.0, 24.0), "inf_mid": (15.0, 24.0), "inf_post": (30.0, 24.0)}
    return KeptReading(reader=reader, repeat=1, at=at, slice_index=3, points={Level.T12: {**upper, **lower}})


@pytest.fixture
def scan(workbench: Workbench, names: Names) -> str:
    return workbench.scans.add(names.case, Visit.PREOPERATIVE, "CT", "R1").id


def test_heights_and_kyphosis_are_those_that_were_drawn() -> None:
    found = reading("R1", 18.0).measured().vertebrae[0]
    assert found.heights["posterior"] is not None
    assert found.heights["posterior"].value == pytest.approx(24.0, abs=0.3)
    assert found.heights["anterior"] is not None
    assert found.heights["anterior"].value == pytest.approx(18.0, abs=0.3)
    assert found.wedge_angle is not None
    assert found.wedge_angle.value == pytest.approx(11.3, abs=0.1)  # atan(6 / 30), anterior lower: positive


def test_only_whole_vertebrae_are_measured() -> None:
    whole = reading("R1", 18.0).points
    half = {**whole, Level.L1: {"sup_ant": (0.0, 30.0)}}
    assert complete_levels(half) == whole


def test_a_second_reader_sees_nothing_of_the_first_before_reading(workbench: Workbench, scan: str) -> None:
    keep_reading(workbench, scan, reading("R1", 18.0), "anna")
    assert readings_for(workbench, scan, "R2") == []
    assert [one.reader for one in readings_for(workbench, scan, "R1")] == ["R1"]
    keep_reading(workbench, scan, reading("R2", 17.0, "2026-01-02"), "ben")
    seen = readings_for(workbench, scan, "R2")
    assert [one.reader for one in seen] == ["R1", "R2"]
    (row,) = differences_of(seen)
    assert row[:3] == ("R2 − R1", "T12", "-1.0")


def test_readings_of_one_reader_are_counted_and_none_is_lost(workbench: Workbench, scan: str) -> None:
    kept = [keep_reading(workbench, scan, reading("R1", 18.0 + k, f"2026-01-0{k + 1}"), "anna") for k in range(3)]
    assert [one.repeat for one in kept] == [1, 2, 3]
    assert len(readings_for(workbench, scan, "R1")) == 3


@pytest.mark.parametrize("code", ["", "../R1", "a b", "R" * 30])
def test_a_reader_must_have_a_code(code: str) -> None:
    with pytest.raises(InputError):
        require_code(code)


def test_a_reading_becomes_records_of_the_case(workbench: Workbench, names: Names) -> None:
    written(
        workbench.registry,
        "anna",
        "six points",
        lambda change: write_measurements(
            change, names.case, reading("R1", 18.0), Visit.PREOPERATIVE, date(2026, 1, 1)
        ),
    )
    kept = [entry.record for entry in workbench.registry.entries("measurement", names.case)]
    assert all(isinstance(one, MeasurementEntry) and one.reader == "R1" and one.reading_no == 1 for one in kept)
    assert {one.quantity.value for one in kept if isinstance(one, MeasurementEntry)} == {
        "height_ant",
        "height_mid",
        "height_post",
        "wedge",
    }


def film_reading(magnification: float | None, **said: Any) -> KeptReading:
    scale = FilmScale(magnification=magnification, posture="standing", **said)
    return KeptReading(reader="R1", repeat=1, at="2026-01-01", slice_index=0, points={Level.T12: POINTS_MM}, film=scale)


def recorded(workbench: Workbench, case: str, reading: KeptReading) -> list[MeasurementEntry]:
    def deed(change: Change) -> Entry:
        return write_measurements(change, case, reading, Visit.PREOPERATIVE, date(2026, 1, 1))

    written(workbench.registry, "anna", "six points", deed)
    kept = [entry.record for entry in workbench.registry.entries("measurement", case)]
    return [one for one in kept if isinstance(one, MeasurementEntry)]


def test_the_magnification_of_a_radiograph_is_divided_out_and_recorded(workbench: Workbench, names: Names) -> None:
    (found,) = film_reading(MAGNIFICATION).measured().vertebrae
    for position, truth in HEIGHTS_MM.items():
        height = found.heights[position]
        assert height is not None
        assert height.value == pytest.approx(truth, abs=0.2)
        assert height.modality == "radiograph"
    kept = recorded(workbench, names.case, film_reading(MAGNIFICATION))
    assert {one.modality for one in kept} == {ImagingModality.RADIOGRAPH}
    assert {one.posture for one in kept} == {ImagingPosture.STANDING}
    assert {one.method.rpartition(", ")[2] for one in kept} == {"magnification 1.2 divided out"}
    assert len(kept) == 4


def test_heights_of_an_unknown_magnification_are_told_and_stay_out_of_the_registry(
    workbench: Workbench, names: Names
) -> None:
    unknown = film_reading(None)
    measured = unknown.measured()
    assert "without magnification" in measured.warnings[0]
    assert "magnification unknown" in measured.vertebrae[0].flags
    (only,) = recorded(workbench, names.case, unknown)
    assert only.quantity is Quantity.WEDGE_ANGLE
    assert only.value == pytest.approx(WEDGE_DEG, abs=0.1)
    assert only.method.endswith("magnification unknown")


def test_readers_who_gave_different_scales_are_compared_by_angles_alone() -> None:
    first, second = film_reading(None), film_reading(MAGNIFICATION).model_copy(update={"reader": "R2"})
    assert rows_of([first, second])[0][0] == "R1 (1), magnification unknown"
    ((_, _, *heights, angle),) = differences_of([first, second])
    assert set(heights) == {MISSING}
    assert angle == "+0.0"
    ((_, _, *heights, angle),) = differences_of([film_reading(MAGNIFICATION), second])
    assert {*heights, angle} == {"+0.0"}


def test_a_reading_of_a_file_that_was_replaced_is_not_shown(workbench: Workbench, scan: str) -> None:
    keep_reading(workbench, scan, reading("R1", 18.0), "anna")
    keep_reading(workbench, scan, reading("R1", 17.0).model_copy(update={"sha256": "0" * 64}), "anna")
    assert [one.repeat for one in readings_for(workbench, scan, "R1")] == [1]


def test_points_that_say_anterior_is_on_the_other_side_are_refused() -> None:
    points = {Level.T12: {name: (160 - x, y) for name, (x, y) in POINTS_MM.items()}}
    check_side({Level.T12: POINTS_MM})
    with pytest.raises(PointsError, match="anterior points on the right"):
        check_side(points)
