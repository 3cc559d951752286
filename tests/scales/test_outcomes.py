"""Outcomes: pain and its unit, myelopathy scores, change of a grade, and the catalogue."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corduroy.errors import ScaleError
from corduroy.scales import (
    FRANKEL,
    JOA_11,
    MJOA_18,
    SF36_PCS,
    AisGrade,
    Confirmed,
    FrankelGrade,
    MyelopathySeverity,
    NurickGrade,
    PainInstrument,
    PainScore,
    PainSite,
    PainUnit,
    all_scales,
    grade_change,
    joa_11_result,
    joa_recovery_percent,
    mjoa_result,
    odi_result,
    sf36_result,
)

READER = "A. Reader"
VAS, NRS, MM, POINTS = PainInstrument.VAS, PainInstrument.NRS, PainUnit.MM_100, PainUnit.POINTS_10


def test_millimetres_become_points_only_when_asked() -> None:
    score = PainScore(73, MM, VAS, PainSite.BACK)
    assert (score.value, score.unit) == (73, MM)
    assert score.in_points_of_10() == pytest.approx(7.3)
    assert PainScore(7, POINTS, NRS, PainSite.LEG).in_points_of_10() == 7


@pytest.mark.parametrize(("value", "unit"), [(-1, MM), (100.1, MM), (10.1, POINTS), (73, POINTS), (math.nan, POINTS)])
def test_pain_outside_its_unit_is_refused(value: float, unit: PainUnit) -> None:
    with pytest.raises(ScaleError, match="check the unit"):
        PainScore(value, unit, VAS, PainSite.BACK)


def test_a_numeric_rating_has_no_millimetres() -> None:
    with pytest.raises(ScaleError, match="millimetres"):
        PainScore(50, MM, NRS, PainSite.BACK)


def test_mjoa_carries_its_band_and_joa_none() -> None:
    assert mjoa_result(Confirmed(13, READER)).grade is MyelopathySeverity.MODERATE
    assert mjoa_result(Confirmed(18, READER)).grade is MyelopathySeverity.NONE
    assert (mjoa_result(None).grade, mjoa_result(None).lowest, mjoa_result(None).highest) == (None, 0, 18)
    thoracic = joa_11_result(Confirmed(10, READER))
    assert (thoracic.grade, thoracic.value, thoracic.version) == (None, 10, "11 points")


@pytest.mark.parametrize("bad", [-1, 19, 12.5, math.nan])
def test_no_mjoa_outside_its_points(bad: float) -> None:
    with pytest.raises(ScaleError, match="mJOA"):
        mjoa_result(Confirmed(bad, READER))


@pytest.mark.parametrize("bad", [-1, 12, 5.5])
def test_no_thoracic_joa_outside_its_points(bad: float) -> None:
    with pytest.raises(ScaleError, match="JOA"):
        joa_11_result(Confirmed(bad, READER))


def test_recovery_rate() -> None:
    assert joa_recovery_percent(5, 11, JOA_11) == 100
    assert joa_recovery_percent(5, 8, JOA_11) == 50
    assert joa_recovery_percent(12, 15, MJOA_18) == 50
    assert joa_recovery_percent(5, 4, JOA_11) == pytest.approx(-100 / 6)
    assert joa_recovery_percent(11, 11, JOA_11) is None
    assert joa_recovery_percent(11, 9, JOA_11) is None


def test_recovery_needs_a_scale_with_a_full_score_and_totals_that_fit_it() -> None:
    with pytest.raises(ScaleError, match="recovery rate"):
        joa_recovery_percent(5, 8, SF36_PCS)
    with pytest.raises(ScaleError, match="0 to 11"):
        joa_recovery_percent(12, 15, JOA_11)


@given(st.integers(0, 10), st.integers(0, 11))
def test_recovery_has_the_sign_of_the_change_and_never_exceeds_full(before: int, after: int) -> None:
    rate = joa_recovery_percent(before, after, JOA_11)
    assert rate is not None
    assert rate <= 100
    assert (rate > 0, rate < 0) == (after > before, after < before)


def test_licensed_totals_are_numbers_between_bounds() -> None:
    assert odi_result(Confirmed(42, READER)).value == 42
    assert sf36_result(SF36_PCS, Confirmed(38.2, READER)).value == 38.2
    with pytest.raises(ScaleError, match="0 to 100"):
        odi_result(Confirmed(101, READER))
    with pytest.raises(ScaleError, match="SF36_PCS or SF36_MCS"):
        sf36_result(MJOA_18, Confirmed(3, READER))


@pytest.mark.parametrize(
    ("before", "after", "gained"),
    [
        (FrankelGrade.C, FrankelGrade.E, 2),
        (FrankelGrade.D, FrankelGrade.B, -2),
        (AisGrade.A, AisGrade.B, 1),
        (NurickGrade(4), NurickGrade(1), 3),
        (NurickGrade(0), NurickGrade(2), -2),
        (FrankelGrade.E, FrankelGrade.E, 0),
    ],
)
def test_better_is_positive_on_every_scale(before: FrankelGrade, after: FrankelGrade, gained: int) -> None:
    change = grade_change(before, after)
    assert change.grades_gained == gained
    assert change.improved_by(1) == (gained >= 1)
    assert change.improved_by(2) == (gained >= 2)


def test_the_ceiling_is_said() -> None:
    assert grade_change(FrankelGrade.E, FrankelGrade.E).started_at_best
    assert grade_change(NurickGrade(0), NurickGrade(0)).started_at_best
    start_at_d = grade_change(FrankelGrade.D, FrankelGrade.E)
    assert (start_at_d.started_at_best, start_at_d.grades_possible) == (False, 1)
    assert grade_change(NurickGrade(5), NurickGrade(5)).grades_possible == 5


@given(st.sampled_from([FrankelGrade, AisGrade, NurickGrade]), st.data())
def test_change_there_and_back_cancels(kind: type[FrankelGrade], data: st.DataObject) -> None:
    first, second = data.draw(st.sampled_from(list(kind))), data.draw(st.sampled_from(list(kind)))
    change = grade_change(first, second)
    assert change.grades_gained == -grade_change(second, first).grades_gained
    assert change.grades_gained <= change.grades_possible


def test_a_change_across_scales_is_refused() -> None:
    with pytest.raises(ScaleError, match="FrankelGrade before and AisGrade after"):
        grade_change(FrankelGrade.A, AisGrade.B)  # type: ignore[type-var]
    with pytest.raises(ScaleError, match="two grades of one scale"):
        grade_change("A", "B")  # type: ignore[type-var]


def test_an_improvement_is_by_one_grade_or_more() -> None:
    with pytest.raises(ScaleError, match="1 or more"):
        grade_change(FrankelGrade.A, FrankelGrade.B).improved_by(0)


def test_every_scale_says_what_it_is() -> None:
    scales = all_scales()
    assert scales["frankel"] is FRANKEL
    for key, scale in scales.items():
        assert scale.key == key
        assert scale.name
        assert scale.version
        assert scale.source
        assert scale.made_for
        assert scale.choices is not None or scale.maximum is not None
        for item in scale.items:
            assert len(item.points) == len(item.choices)
    assert len({(scale.name, scale.version) for scale in scales.values()}) == len(scales)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        all_scales()["mine"] = FRANKEL  # type: ignore[index]
