from __future__ import annotations

from dataclasses import replace

from corduroy.morphometry.results import SpineMeasurement
from corduroy.provenance import Measured
from corduroy.reports.wording import findings, flag_words, number, with_uncertainty


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
