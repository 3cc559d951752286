"""Origins: a proposal is not a confirmation, and a total of missing items is a pair of bounds."""

import json
import math
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corduroy.errors import MeasurementError, ScaleError
from corduroy.scales import (
    AO_SPINE_MODIFIERS,
    CLAVIEN_DINDO,
    FRANKEL,
    NOT_VERIFIED,
    SIR_2017,
    TOMITA,
    AisGrade,
    AoModifier,
    ClavienDindoGrade,
    Confirmed,
    FrankelGrade,
    LeakModality,
    Proposed,
    Reading,
    Scale,
    Sir2017Grade,
    TomitaType,
    YeomType,
    all_scales,
    choices_result,
    clavien_dindo_result,
    grade_result,
    leak_result,
    number_result,
)
from corduroy.scales.items import propose

READER = "A. Reader"


def test_a_grade_knows_who_gave_it() -> None:
    result = grade_result(FRANKEL, Confirmed(FrankelGrade.C, READER))
    assert (result.scale, result.version, result.grade) == ("Frankel", "1969", FrankelGrade.C)
    assert result.items[0].origin == "confirmed by A. Reader"
    assert result.assessed == "1 of 1 items assessed"
    assert result.is_confirmed
    assert result.source.startswith("Frankel 1969")


def test_a_grade_that_nobody_gave_is_none_and_not_zero() -> None:
    result = grade_result(FRANKEL, None)
    assert result.grade is None
    assert result.assessed == "0 of 1 items assessed"
    assert not result.is_confirmed


def test_a_proposal_stays_a_proposal_until_a_person_confirms_it() -> None:
    proposal = Proposed(TomitaType.PARAVERTEBRAL, "paravertebral part of 4 ml", (TomitaType.ADJACENT,))
    result = grade_result(TOMITA, proposal)
    assert result.items[0].origin == "proposed from imaging"
    assert not result.is_confirmed
    assert any("6: adjacent vertebra" in notice for notice in result.notices)

    confirmed = grade_result(TOMITA, proposal.confirm(READER))
    assert confirmed.is_confirmed
    assert confirmed.grade is TomitaType.PARAVERTEBRAL
    assert not any("also allows" in notice for notice in confirmed.notices)

    corrected = proposal.correct(TomitaType.EPIDURAL, READER)
    assert corrected.value is TomitaType.EPIDURAL
    assert "proposed was 5: paravertebral extension" in corrected.basis


def test_nobody_can_confirm() -> None:
    with pytest.raises(ScaleError, match="confirmed by nobody"):
        Confirmed(FrankelGrade.A, "  ")
    with pytest.raises(ScaleError, match="confirmed by nobody"):
        Proposed(FrankelGrade.A, "").confirm("")


def test_results_cannot_be_changed() -> None:
    result = grade_result(FRANKEL, Confirmed(FrankelGrade.C, READER))
    with pytest.raises(FrozenInstanceError):
        result.grade = FrankelGrade.E  # type: ignore[misc]


def test_a_grade_of_another_scale_is_refused() -> None:
    with pytest.raises(ScaleError, match="no value is mapped"):
        grade_result(FRANKEL, Confirmed(AisGrade.C, READER))
    with pytest.raises(ScaleError, match="no value is mapped"):
        choices_result(AO_SPINE_MODIFIERS, Confirmed(frozenset({YeomType.B}), READER))


def test_a_scale_of_items_or_several_choices_takes_no_single_grade() -> None:
    for scale in all_scales().values():
        if scale.multiple or scale.items:
            with pytest.raises(ScaleError, match="own function"):
                grade_result(scale, None)
            with pytest.raises(ScaleError, match="own function"):
                number_result(scale, None)
    with pytest.raises(ScaleError, match="use grade_result"):
        choices_result(FRANKEL, Confirmed(frozenset({FrankelGrade.A}), READER))


def test_several_choices_come_in_the_scales_order() -> None:
    both = choices_result(AO_SPINE_MODIFIERS, Confirmed(frozenset({AoModifier.M2, AoModifier.M1}), READER))
    assert both.grade == (AoModifier.M1, AoModifier.M2)
    assert choices_result(AO_SPINE_MODIFIERS, None).grade is None


def test_a_leak_has_any_number_of_routes() -> None:
    result = leak_result(Confirmed(frozenset({YeomType.S, YeomType.B}), READER), LeakModality.CT)
    assert result.grade == (YeomType.B, YeomType.S)
    assert not any("Not looked for on CT" in notice for notice in result.notices)


def test_no_leak_is_not_the_same_as_not_looked_and_needs_its_modality() -> None:
    seen = leak_result(Confirmed(frozenset[YeomType](), READER), LeakModality.RADIOGRAPH)
    unseen = leak_result(None, LeakModality.RADIOGRAPH)
    assert seen.grade == ()
    assert unseen.grade is None
    assert (seen.items_assessed, unseen.items_assessed) == (1, 0)
    assert any("only 2 of 28 leaks" in notice for notice in seen.notices)
    assert any("Looked for with: Radiographs." in notice for notice in seen.notices)
    with pytest.raises(TypeError):
        leak_result(None)  # type: ignore[call-arg]


def test_a_complication_says_its_window_and_its_rule_of_transfusion() -> None:
    result = clavien_dindo_result(
        Confirmed(ClavienDindoGrade.II, READER), window_days=90, planned_transfusion_counts=False
    )
    assert any("90 days" in notice and "does not count" in notice for notice in result.notices)
    with pytest.raises(ScaleError, match="window"):
        clavien_dindo_result(None, window_days=0, planned_transfusion_counts=True)


@pytest.mark.parametrize(
    "key", ["tomita", "clavien_dindo", "sir_2017", "sir_old", "cirse_2017", "frankel", "odi", "escc"]
)
def test_background_knowledge_says_that_it_is_not_verified(key: str) -> None:
    assert any(NOT_VERIFIED in notice for notice in all_scales()[key].notices)


@pytest.mark.parametrize(
    ("scale", "value"),
    [(TOMITA, TomitaType(4)), (SIR_2017, Sir2017Grade(3)), (CLAVIEN_DINDO, ClavienDindoGrade.V)],
)
def test_notices_travel_with_the_result(scale: Scale, value: TomitaType) -> None:
    result = grade_result(scale, Confirmed(value, READER))
    assert any(NOT_VERIFIED in notice for notice in result.notices)
    assert result.to_dict()["notices"] == list(result.notices)


def test_the_json_form_holds_code_label_and_origin() -> None:
    plain = json.loads(json.dumps(grade_result(FRANKEL, Confirmed(FrankelGrade.C, READER)).to_dict()))
    assert plain["grade"] == "C"
    assert plain["grade_label"].startswith("C: motor")
    assert plain["version"] == "1969"
    assert plain["items"][0]["origin"] == "confirmed by A. Reader"
    assert json.dumps(leak_result(Confirmed(frozenset({YeomType.B}), READER), LeakModality.CT).to_dict())


@pytest.mark.parametrize(("value", "half_width"), [(math.nan, 0), (1, math.inf), (1, -0.1)])
def test_a_reading_is_a_finite_number(value: float, half_width: float) -> None:
    with pytest.raises(MeasurementError, match="reading"):
        Reading(value, half_width)


@given(st.floats(-50, 50), st.floats(0, 20), st.floats(-50, 50))
def test_a_proposal_names_exactly_what_its_interval_reaches(value: float, half_width: float, bound: float) -> None:
    proposal = propose(lambda number: number >= bound, "", Reading(value, half_width))
    reached = {value - half_width >= bound, value + half_width >= bound, value >= bound}
    assert set(proposal.possible) == reached
    assert proposal.value is (value >= bound)


NUMBERS = [
    scale for scale in all_scales().values() if scale.maximum is not None and not scale.items and not scale.multiple
]


@pytest.mark.parametrize("scale", NUMBERS, ids=lambda scale: scale.key)
def test_a_number_stays_within_its_bounds(scale: Scale) -> None:
    low, high = scale.minimum, scale.maximum
    assert low is not None
    assert high is not None
    for value in (low, high, (low + high) / 2):
        result = number_result(scale, Confirmed(value, READER))
        assert (result.value, result.lowest, result.highest) == (value, value, value)
    for value in (low - 0.01, high + 0.01, math.nan):
        with pytest.raises(ScaleError, match="expected"):
            number_result(scale, Confirmed(value, READER))
    missing = number_result(scale, None)
    assert (missing.value, missing.lowest, missing.highest, missing.items_assessed) == (None, low, high, 0)
