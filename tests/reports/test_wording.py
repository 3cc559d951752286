from __future__ import annotations

from dataclasses import replace

from corduroy.morphometry.results import (
    GRADE_MAY_BE_NONE,
    GRADE_UNCERTAIN,
    CanalMeasurement,
    SpineMeasurement,
    VertebraMeasurement,
)
from corduroy.provenance import Measured
from corduroy.reports.sagittal import _fracture_words
from corduroy.reports.style import DOUBT, grade_colour
from corduroy.reports.wording import findings, flag_words, marked_grade, number, with_uncertainty


def test_numbers_have_a_true_minus_sign_and_no_negative_zero() -> None:
    assert with_uncertainty(Measured(-12.34, "deg", 1.0, "test")) == "−12.3 ± 1.0"
    assert number(Measured(-0.04, "%", 1.0, "test")) == "0.0"
    assert number(None) == "–"


def test_the_fracture_is_told_in_one_sentence(measurement: SpineMeasurement) -> None:
    assert findings(measurement) == [
        "T12: wedge, Genant 2 (moderate) by a deformity of 32 %; anterior height 32 ± 2 % below its reference; "
        "wedge angle 15.6 ± 1.1°; "
        "regional Cobb angle 18.0 ± 1.4°; canal area 25 ± 4 % below its neighbours'."
    ]


def doubtful(vertebra: VertebraMeasurement, grade: int, flag: str) -> VertebraMeasurement:
    """Graded by its own shape, with hardly a loss against its neighbours."""
    loss = {"anterior": -10.0, "middle": 2.0, "posterior": 1.0}
    losses: dict[str, Measured | None] = {place: Measured(value, "%", 18.0, "test") for place, value in loss.items()}
    return replace(
        vertebra,
        genant_grade=grade,
        deformity="biconcave",
        deformity_score=20.1,
        height_loss=losses,
        flags=(flag,),
        wedge_angle=None,
        regional_cobb=None,
        canal=CanalMeasurement(),
    )


def test_a_grade_within_error_of_none_is_told_as_possible_and_looks_intact(measurement: SpineMeasurement) -> None:
    one, two = (doubtful(measurement["T11"], grade, GRADE_MAY_BE_NONE) for grade in (1, 2))
    intact = [replace(v, genant_grade=0) for v in measurement.vertebrae if v.level != "T11"]
    assert findings(replace(measurement, vertebrae=(*intact, one))) == [
        "T11: possibly biconcave, Genant 1 (mild), but within error of grade 0 (no fracture), by a difference between "
        "its own heights of 20 %; middle height 2 ± 18 % below its reference, which is within error of none."
    ]
    assert grade_colour(one, "bone") == "bone"
    assert grade_colour(two, "bone") == DOUBT
    assert "Genant 1 or 0" in _fracture_words(one)
    assert [marked_grade(v) for v in (one, two, measurement["T12"])] == [0, 1, 2]


def test_a_grade_within_error_of_another_fracture_stays_one(measurement: SpineMeasurement) -> None:
    sure, unsure = measurement["T12"], doubtful(measurement["T11"], 1, GRADE_UNCERTAIN)
    first, second = findings(replace(measurement, vertebrae=(unsure, sure)))
    assert first.startswith("T12: wedge, Genant 2 (moderate) by")
    assert second.startswith("T11: biconcave, Genant 1 (mild), within error of another grade, by")
    assert grade_colour(unsure, "bone") == DOUBT


def test_an_intact_spine_is_said_to_be_so_and_ungraded_levels_are_named(measurement: SpineMeasurement) -> None:
    intact = [replace(v, genant_grade=0, deformity="none") for v in measurement.vertebrae]
    intact[0] = replace(intact[0], genant_grade=None)
    sentences = findings(replace(measurement, vertebrae=tuple(intact)))
    assert sentences == [
        "No vertebra of T10 to L2 is deformed by Genant's height criteria.",
        "Not graded: T10; the flags say why.",
    ]


def test_flags_are_plain_words() -> None:
    assert flag_words("touches the border of the image") == "touches the border of the image"
    assert "_" not in flag_words("some_new_flag")
