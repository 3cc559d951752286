"""Change between visits: McKiernan's four forms, propagated uncertainty, and warnings of what does not compare."""

import csv
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from corduroy.anatomy.level import Level
from corduroy.errors import ComparisonWarning, InputError, MeasurementError
from corduroy.morphometry.changes import change
from corduroy.morphometry.longitudinal import compare_visits, follow
from corduroy.morphometry.readings import PointReading
from corduroy.morphometry.restoration import height_restoration
from corduroy.morphometry.six_point import measure_six_points
from corduroy.provenance import Measured

OVF = Path(__file__).parents[3] / "shared" / "reference" / "ovf_posture_morphometry.csv"


def mm(value: float, uncertainty: float = 0.5, **origin) -> Measured:
    known = {"modality": "CT", "posture": "supine", "reader": "ana", **origin}
    return Measured(value, "mm", uncertainty, "anterior height", **known)


def test_the_worked_example_in_all_four_forms() -> None:
    result = height_restoration(mm(15), mm(20), mm(25))
    assert result.absolute.value == pytest.approx(5.0)
    assert result.of_fractured.value == pytest.approx(100 / 3)
    assert result.of_lost.value == pytest.approx(50.0)
    assert result.of_referent.value == pytest.approx(20.0)
    assert [f.unit for f in (result.absolute, result.of_fractured, result.of_lost, result.of_referent)] == [
        "mm",
        "%",
        "%",
        "%",
    ]
    assert result.comparable
    assert result.notes == ()
    assert "percent of lost height" in result.of_lost.method


def test_uncertainties_are_those_of_a_simulation() -> None:
    rng = np.random.default_rng(21)
    result = height_restoration(mm(15, 0.6), mm(20, 0.4), mm(25, 0.8))
    pre, post, full = (rng.normal(v, u / 1.96, 200_000) for v, u in ((15, 0.6), (20, 0.4), (25, 0.8)))
    simulated = {
        "absolute": post - pre,
        "of_fractured": 100 * (post - pre) / pre,
        "of_lost": 100 * (post - pre) / (full - pre),
        "of_referent": 100 * (post - pre) / full,
    }
    for name, values in simulated.items():
        assert getattr(result, name).uncertainty == pytest.approx(1.96 * np.std(values), rel=0.02), name


def test_more_may_be_gained_than_was_lost() -> None:
    assert height_restoration(mm(20), mm(26), mm(24)).of_lost.value == pytest.approx(150.0)


@pytest.mark.parametrize("referent", [15.0, 14.0])
def test_percent_of_lost_height_is_undefined_where_nothing_was_lost(referent: float) -> None:
    result = height_restoration(mm(15), mm(16), mm(referent))
    assert result.of_lost is None
    assert result.of_referent is not None
    assert "nothing was lost" in result.notes[0]


def test_a_loss_within_error_is_noted() -> None:
    result = height_restoration(mm(24.5), mm(25.5), mm(25))
    assert result.of_lost is not None
    assert "within error" in result.notes[0]


def test_without_a_referent_two_forms_remain() -> None:
    result = height_restoration(mm(15), mm(20), None)
    assert (result.of_lost, result.of_referent) == (None, None)
    assert result.of_fractured.uncertainty > 0
    assert "no referent" in result.notes[0]


@pytest.mark.parametrize("bad", [mm(0.0), mm(-3.0), replace(mm(20), unit="deg")])
def test_heights_that_are_none_are_refused(bad: Measured) -> None:
    with pytest.raises(MeasurementError, match="above 0 mm"):
        height_restoration(bad, mm(20), mm(25))


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ({"posture": "standing"}, "posture changed from standing to supine"),
        ({"posture": "unknown"}, "posture not recorded"),
        ({"modality": "radiograph"}, "modality changed from radiograph to CT"),
        ({"modality": "unknown"}, "modality not recorded"),
        ({"reader": "ben"}, "reader changed from ben to ana"),
    ],
)
def test_what_was_not_obtained_alike_is_announced_and_recorded(origin: dict, message: str) -> None:
    with pytest.warns(ComparisonWarning, match=message):
        result = change(mm(15, **origin), mm(20))
    assert not result.comparable
    assert message in result.concerns[0]
    with pytest.warns(ComparisonWarning, match=message):
        assert not height_restoration(mm(15, **origin), mm(20), mm(25)).comparable


def test_like_visits_are_silent_and_keep_their_origin() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = change(mm(15, 0.3, acquired=date(2020, 1, 1)), mm(20, 0.4, acquired=date(2021, 1, 1)))
    assert result.comparable
    assert result.beyond_error
    assert result.difference.uncertainty == pytest.approx(0.5)
    assert (result.difference.posture, result.difference.acquired) == ("supine", date(2021, 1, 1))


def test_a_mixed_difference_claims_no_posture() -> None:
    with pytest.warns(ComparisonWarning):
        difference = change(mm(15, posture="standing", reader="ben"), mm(20)).difference
    assert difference.posture == "unknown"
    assert difference.reader == "ben, ana"
    assert not change(mm(15.0), mm(15.4)).beyond_error


def test_dates_that_run_backwards_and_other_units_are_refused() -> None:
    with pytest.raises(InputError, match="order of time"):
        change(mm(15, acquired=date(2021, 1, 1)), mm(20, acquired=date(2020, 1, 1)))
    with pytest.raises(MeasurementError, match="from mm to deg"):
        change(mm(15), replace(mm(20), unit="deg"))


@pytest.mark.skipif(not OVF.is_file(), reason="ovf_posture_morphometry.csv is not beside the project")
def test_posture_alone_looks_like_a_treatment() -> None:
    """Grade 2, T11-L2, n = 94, sitting then lying: 3.4 mm and 4.9 degrees with nothing done."""
    rows = csv.DictReader(OVF.read_text(encoding="utf-8").splitlines())
    row = next(r for r in rows if (r["grade"], r["level"]) == ("2", "T11-L2"))
    half = 1.96 / np.sqrt(int(row["n"]))
    sit, lie = (
        {
            "Ha": mm(float(row[f"Ha_{p}_mm"]), half * float(row[f"Ha_{p}_sd"]), modality="radiograph", posture=posture),
            "WA": Measured(
                float(row[f"WA_{p}_deg"]),
                "deg",
                half * float(row[f"WA_{p}_sd"]),
                "wedge angle",
                modality="radiograph",
                posture=posture,
                reader="ana",
            ),
        }
        for p, posture in (("sit", "sitting"), ("sup", "supine"))
    )
    with pytest.warns(ComparisonWarning, match=r"3\.4 mm of anterior height and lost 4\.9 degrees"):
        height = height_restoration(sit["Ha"], lie["Ha"], mm(float(row["Hp_sit_mm"])))
    with pytest.warns(ComparisonWarning, match="sitting to supine"):
        angle = change(sit["WA"], lie["WA"])
    assert height.absolute.value == pytest.approx(3.4)
    assert angle.difference.value == pytest.approx(-4.9)
    assert angle.beyond_error
    assert height.of_fractured.value == pytest.approx(17.3, abs=0.1)
    assert height.of_lost.value == pytest.approx(32.4, abs=0.1)


def _body(floor: float, anterior: float) -> dict[str, np.ndarray]:
    tops = {"ant": (0.0, anterior), "mid": (15.0, min(anterior + 1, 23.0)), "post": (30.0, 26.0)}
    return {
        **{f"sup_{place}": np.array([x, floor + height]) for place, (x, height) in tops.items()},
        **{f"inf_{place}": np.array([x, floor]) for place, (x, _) in tops.items()},
    }


def _visit(l1_anterior: float, day: date, posture: str = "supine", levels=("T12", "L1", "L2"), modality="CT"):
    heights = {"T12": 25.0, "L1": l1_anterior, "L2": 25.0}
    points = {Level(name): _body(-40.0 * place, heights[name]) for place, name in enumerate(levels)}
    reading = PointReading(points, reader="ana", magnification=1.0)
    return measure_six_points(reading, modality=modality, posture=posture, acquired=day)


def test_two_visits_of_a_spine() -> None:
    comparison = compare_visits(_visit(15.0, date(2020, 1, 1)), _visit(20.0, date(2020, 2, 1)))
    assert comparison.comparable
    assert [c.level for c in comparison.vertebrae] == [Level.T12, Level.L1, Level.L2]
    l1 = comparison["L1"]
    anterior = l1.restoration["anterior"]
    assert anterior.absolute.value == pytest.approx(5.0)
    assert anterior.of_lost.value == pytest.approx(50.0)
    assert anterior.of_referent.value == pytest.approx(20.0)
    expected = np.degrees(np.arctan2(6, 30) - np.arctan2(11, 30))
    assert l1.wedge_angle.difference.value == pytest.approx(expected)
    assert l1.regional_cobb is not None
    assert comparison["T12"].regional_cobb is None
    assert l1.canal_area is None
    assert comparison.alignment == {"L1-S1": None, "coronal_cobb": None, "T4-T12": None, "L1-L5": None}
    with pytest.raises(KeyError):
        comparison["L5"]


def test_a_film_before_and_a_scan_after_warn_once_for_each_reason() -> None:
    before = _visit(15.0, date(2020, 1, 1), posture="standing", modality="radiograph")
    with pytest.warns(ComparisonWarning) as caught:
        comparison = compare_visits(before, _visit(20.0, date(2020, 2, 1)))
    assert len(caught) == len(comparison.concerns) == 2
    assert not comparison.comparable
    assert not comparison["L1"].restoration["anterior"].comparable


def test_only_vertebrae_of_both_visits_are_compared() -> None:
    comparison = compare_visits(_visit(15.0, date(2020, 1, 1)), _visit(20.0, date(2020, 2, 1), levels=("T12", "L1")))
    assert [c.level for c in comparison.vertebrae] == [Level.T12, Level.L1]
    with pytest.raises(MeasurementError, match="share no vertebra"):
        compare_visits(_visit(15.0, date(2020, 1, 1), levels=("T12",)), _visit(20.0, date(2020, 2, 1), levels=("L1",)))


def test_a_course_of_three_visits_shows_the_loss_of_correction() -> None:
    visits = [_visit(h, date(2020 + i, 1, 1)) for i, h in enumerate((15.0, 20.0, 18.0))]
    course = follow(visits)
    gained = [c["L1"].restoration["anterior"].absolute.value for c in course.from_first]
    steps = [c["L1"].restoration["anterior"].absolute.value for c in course.stepwise]
    assert gained == pytest.approx([5.0, 3.0])
    assert steps == pytest.approx([5.0, -2.0])
    with pytest.raises(MeasurementError, match="at least two visits"):
        follow(visits[:1])
    with pytest.raises(InputError, match="order of time"):
        follow(visits[::-1])
