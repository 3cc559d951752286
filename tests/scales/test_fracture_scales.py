"""AO Spine and OF morphology as proposed, the OF score, and Genant with its interval."""

from dataclasses import fields
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corduroy.errors import MeasurementError
from corduroy.scales import (
    AO_SPINE_TL,
    OF_CLASSIFICATION,
    OF_SCORE,
    AoMorphology,
    Confirmed,
    FractureSigns,
    GenantGrade,
    OfAdvice,
    OfAnswer,
    OfGrade,
    OfHealth,
    OfItems,
    Reading,
    grade_result,
    of_advice,
    of_score_result,
    propose_ao_type_a,
    propose_genant,
    propose_of,
)

READER = "A. Reader"
YES, NO, UNKNOWN = OfAnswer.YES, OfAnswer.NO, OfAnswer.UNKNOWN


@pytest.mark.parametrize(
    ("loss", "endplates", "wall", "ao", "of"),
    [
        (30, 1, 0.0, "A1", "OF2"),
        (30, 1, 0.19, "A3", "OF2"),
        (30, 1, 0.20, "A3", "OF3"),
        (30, 1, 0.60, "A3", "OF3"),
        (30, 2, 0.0, "A2", "OF4"),
        (30, 2, 0.60, "A4", "OF4"),
        (20, 1, 0.0, "A1", "OF2"),
        (19.9, 1, 0.0, None, None),
    ],
)
def test_morphology_from_signs(
    loss: float, endplates: Literal[1, 2], wall: float, ao: str | None, of: str | None
) -> None:
    signs = FractureSigns(loss, endplates, Reading(wall))
    by_ao, by_of = propose_ao_type_a(signs), propose_of(signs)
    assert (None if by_ao is None else by_ao.value.value) == ao
    assert (None if by_of is None else by_of.value.value) == of


def test_a_wall_within_its_interval_of_a_bound_keeps_both_types_possible() -> None:
    signs = FractureSigns(35, 1, Reading(0.15, 0.2))
    by_ao, by_of = propose_ao_type_a(signs), propose_of(signs)
    assert by_ao is not None
    assert by_of is not None
    assert by_ao.possible == (AoMorphology.A3, AoMorphology.A1)
    assert by_of.possible == (OfGrade.OF2, OfGrade.OF3)


def test_a_proposed_morphology_says_what_the_system_was_made_for() -> None:
    signs = FractureSigns(35, 2, Reading(0.5))
    ao = grade_result(AO_SPINE_TL, propose_ao_type_a(signs))
    of = grade_result(OF_CLASSIFICATION, propose_of(signs))
    assert any("trauma system" in notice and "descriptive" in notice for notice in ao.notices)
    assert any("not for hemangiomas" in notice for notice in of.notices)
    assert "both endplates" in ao.items[0].basis


@pytest.mark.parametrize(("endplates", "wall"), [(1, 1.1), (1, -0.1), (0, 0.5), (3, 0.5)])
def test_impossible_signs_are_refused(endplates: Literal[1, 2], wall: float) -> None:
    with pytest.raises(MeasurementError, match="expected"):
        FractureSigns(30, endplates, Reading(wall))


def answers(**values: object) -> OfItems:
    """Confirmed items of the OF score."""
    return OfItems(**{name: Confirmed(value, READER) for name, value in values.items()})  # type: ignore[arg-type]


REST = {"low_density": NO, "progression": NO, "pain": NO, "deficit": NO, "mobilised": YES, "health": OfHealth.NONE}
WORKED = [
    # OF3 (6), dense (0), no progression (-1), pain below 5 (-1), intact (0), mobile (-1), healthy (0).
    ({"morphology": OfGrade.OF3, **REST}, 3, OfAdvice.CONSERVATIVE),
    # OF4 (8), low density (1), progression (1), pain (1), N3 (2), immobile (1), one risk (-1).
    (
        {
            "morphology": OfGrade.OF4,
            "low_density": YES,
            "progression": YES,
            "pain": YES,
            "deficit": YES,
            "mobilised": NO,
            "health": OfHealth.ONE,
        },
        13,
        OfAdvice.SURGERY,
    ),
    # OF3 (6), everything else unknown by the card's rule.
    (
        {"morphology": OfGrade.OF3, **dict.fromkeys(list(REST)[:-1], UNKNOWN), "health": OfHealth.UNKNOWN},
        6,
        OfAdvice.EITHER,
    ),
    ({"morphology": OfGrade.OF1, **REST, "health": OfHealth.SEVERAL}, -3, OfAdvice.CONSERVATIVE),
    (
        {
            "morphology": OfGrade.OF5,
            "low_density": YES,
            "progression": YES,
            "pain": YES,
            "deficit": YES,
            "mobilised": NO,
            "health": OfHealth.NONE,
        },
        16,
        OfAdvice.SURGERY,
    ),
]


@pytest.mark.parametrize(("values", "total", "advice"), WORKED)
def test_of_score_worked_examples(values: dict[str, object], total: int, advice: OfAdvice) -> None:
    result = of_score_result(answers(**values))
    assert (result.value, result.grade) == (total, advice)
    assert any("not yet validated" in notice for notice in result.notices)


def test_unknown_is_the_cards_zero_and_not_asked_is_not() -> None:
    asked = of_score_result(answers(morphology=OfGrade.OF3, **(REST | {"deficit": UNKNOWN})))
    assert (asked.value, asked.items_assessed) == (3, 7)
    assert any(notice.startswith("1 items unknown") for notice in asked.notices)
    without = {name: value for name, value in REST.items() if name != "deficit"}
    not_asked = of_score_result(answers(morphology=OfGrade.OF3, **without))
    assert (not_asked.value, not_asked.lowest, not_asked.highest, not_asked.items_assessed) == (None, 3, 5, 6)
    assert not_asked.grade is OfAdvice.CONSERVATIVE


def test_the_of_scores_range() -> None:
    result = of_score_result(OfItems())
    assert (result.lowest, result.highest) == (OF_SCORE.minimum, OF_SCORE.maximum) == (-3, 16)
    assert result.grade is None
    assert [field.name for field in fields(OfItems)] == [item.key for item in OF_SCORE.items]


@given(st.fixed_dictionaries({item.key: st.sampled_from([None, *item.choices]) for item in OF_SCORE.items}))
def test_of_score_bounds(values: dict[str, object]) -> None:
    result = of_score_result(answers(**{name: value for name, value in values.items() if value is not None}))
    assert result.lowest is not None
    assert result.highest is not None
    assert -3 <= result.lowest <= result.highest <= 16
    assert (result.value is None) == (None in values.values())
    assert (result.grade is None) == (of_advice(result.lowest) != of_advice(result.highest))


def test_genant_with_an_interval_over_a_bound() -> None:
    proposal = propose_genant(Reading(24, 3))
    assert (proposal.value, proposal.also_possible) == (GenantGrade.MILD, (GenantGrade.MODERATE,))
    assert propose_genant(Reading(30, 3)).also_possible == ()
    assert propose_genant(Reading(30, 3)).basis == "greatest height loss 30 %"
    basis = propose_genant(Reading(20, 7), 2.4).basis
    assert basis == "own shape: lowest height 20 % below the highest of this vertebra; greatest height loss 2 %"
    assert not any("loss" in grade.label for grade in GenantGrade)
    assert propose_genant(Reading(98, 5)).possible == (GenantGrade.SEVERE,)
    with pytest.raises(MeasurementError, match="height loss"):
        propose_genant(Reading(101))
