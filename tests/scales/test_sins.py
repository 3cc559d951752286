"""SINS: worked totals, bounds of partial totals, and what imaging proposes."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corduroy.anatomy.level import Level
from corduroy.errors import ScaleError
from corduroy.scales import (
    SINS,
    Confirmed,
    Proposed,
    Reading,
    SinsAlignment,
    SinsBoneLesion,
    SinsClass,
    SinsCollapse,
    SinsItems,
    SinsLocation,
    SinsPain,
    SinsPosterolateral,
    propose_sins_alignment,
    propose_sins_collapse,
    propose_sins_location,
    propose_sins_posterolateral,
    sins_class,
    sins_result,
)

READER = "A. Reader"
KINDS = {
    "location": SinsLocation,
    "pain": SinsPain,
    "bone_lesion": SinsBoneLesion,
    "alignment": SinsAlignment,
    "collapse": SinsCollapse,
    "posterolateral": SinsPosterolateral,
}


def confirmed(**points: int | None) -> SinsItems:
    """Items from their points, None for what was not assessed."""
    given_points = {
        name: None if value is None else Confirmed(KINDS[name](value), READER) for name, value in points.items()
    }
    return SinsItems(**given_points)  # type: ignore[arg-type]


# Worked by hand. The first: T12, mechanical pain, lytic, kyphosis, collapse above half, both pedicles.
WORKED = [
    ((3, 3, 2, 2, 3, 3), 16, SinsClass.UNSTABLE),
    ((1, 0, 0, 0, 0, 0), 1, SinsClass.STABLE),
    ((1, 1, 1, 0, 2, 1), 6, SinsClass.STABLE),
    ((2, 1, 1, 0, 2, 1), 7, SinsClass.INDETERMINATE),
    ((3, 3, 2, 0, 1, 3), 12, SinsClass.INDETERMINATE),
    ((3, 3, 2, 0, 2, 3), 13, SinsClass.UNSTABLE),
    ((3, 3, 2, 4, 3, 3), 18, SinsClass.UNSTABLE),
    ((0, 0, 0, 0, 0, 0), 0, SinsClass.STABLE),
]


@pytest.mark.parametrize(("points", "total", "grade"), WORKED)
def test_worked_examples(points: tuple[int, ...], total: int, grade: SinsClass) -> None:
    result = sins_result(confirmed(**dict(zip(KINDS, points, strict=True))))
    assert (result.value, result.lowest, result.highest, result.grade) == (total, total, total, grade)
    assert result.assessed == "6 of 6 items assessed"
    assert result.is_confirmed
    assert "SINS was made for metastases, not for hemangiomas." in result.notices


def test_a_missing_item_gives_bounds_and_no_total() -> None:
    result = sins_result(confirmed(location=3, pain=None, bone_lesion=2, alignment=0, collapse=2, posterolateral=1))
    assert result.value is None
    assert (result.lowest, result.highest) == (8, 11)
    assert result.grade is SinsClass.INDETERMINATE
    assert result.assessed == "5 of 6 items assessed"
    assert result.items[1].origin == "not assessed"
    assert result.items[1].points is None


def test_bounds_across_two_classes_give_no_class() -> None:
    result = sins_result(confirmed(location=1, pain=None, bone_lesion=2, alignment=0, collapse=2, posterolateral=1))
    assert (result.lowest, result.highest, result.grade) == (6, 9, None)


def test_nothing_assessed_gives_the_whole_range() -> None:
    result = sins_result(SinsItems())
    assert (result.value, result.lowest, result.highest, result.grade) == (None, 0, 18, None)
    assert result.assessed == "0 of 6 items assessed"
    assert not result.is_confirmed
    assert (SINS.minimum, SINS.maximum) == (result.lowest, result.highest)


POINTS = st.fixed_dictionaries({name: st.sampled_from([None, *map(int, kind)]) for name, kind in KINDS.items()})


@given(POINTS)
def test_bounds_hold_every_completion(points: dict[str, int | None]) -> None:
    partial = sins_result(confirmed(**points))
    missing = [name for name, value in points.items() if value is None]
    assert partial.lowest is not None
    assert partial.highest is not None
    for extreme, bound in ((min, partial.lowest), (max, partial.highest)):
        complete = points | {name: extreme(map(int, KINDS[name])) for name in missing}
        result = sins_result(confirmed(**complete))
        assert result.value == bound
        assert partial.grade in (None, result.grade)
    assert (partial.grade is None) == (sins_class(partial.lowest) != sins_class(partial.highest))
    assert (partial.value is None) == bool(missing)
    assert partial.items_assessed == 6 - len(missing)


@given(POINTS, st.sampled_from(list(KINDS)))
def test_assessing_one_more_item_never_widens_the_bounds(points: dict[str, int | None], name: str) -> None:
    wide = sins_result(confirmed(**(points | {name: None})))
    narrow = sins_result(confirmed(**points))
    assert wide.lowest <= narrow.lowest <= narrow.highest <= wide.highest  # type: ignore[operator]


def test_alternatives_of_a_proposal_widen_the_bounds_until_confirmed() -> None:
    items = confirmed(location=3, pain=3, bone_lesion=2, alignment=0, posterolateral=1)
    proposal = Proposed(SinsCollapse.UP_TO_HALF, "height loss 49 %", (SinsCollapse.MORE_THAN_HALF,))
    result = sins_result(replace(items, collapse=proposal))
    assert (result.value, result.lowest, result.highest) == (11, 11, 12)
    assert not result.is_confirmed
    assert any("Collapse above 50 %" in notice for notice in result.notices)
    settled = sins_result(replace(items, collapse=proposal.confirm(READER)))
    assert (settled.lowest, settled.highest, settled.is_confirmed) == (11, 11, True)


def test_an_item_in_the_wrong_place_is_refused() -> None:
    with pytest.raises(ScaleError, match="SinsCollapse"):
        sins_result(SinsItems(collapse=Confirmed(SinsPain.MECHANICAL, READER)))  # type: ignore[arg-type]


def test_the_json_form_tells_missing_from_zero() -> None:
    plain = json.loads(json.dumps(sins_result(confirmed(location=1, alignment=0)).to_dict()))
    by_name = {item["item"]: item for item in plain["items"]}
    assert by_name["Alignment"]["points"] == 0
    assert by_name["Pain"]["points"] is None
    assert (plain["items_assessed"], plain["items_total"], plain["value"]) == (2, 6, None)


LOCATIONS = {
    SinsLocation.JUNCTIONAL: "C1 C2 C7 T1 T2 T11 T12 T13 L1 L5 L6 S1",
    SinsLocation.MOBILE: "C3 C4 C5 C6 L2 L3 L4",
    SinsLocation.SEMIRIGID: "T3 T4 T5 T6 T7 T8 T9 T10",
}


def test_location_of_every_level() -> None:
    expected = {Level(name): place for place, names in LOCATIONS.items() for name in names.split()}
    assert {level: propose_sins_location(level).value for level in Level} == expected


@pytest.mark.parametrize("level", ["S1", "T13", "L6"])
def test_levels_that_the_table_leaves_open_say_so(level: str) -> None:
    assert "not in the table" in propose_sins_location(Level(level)).basis


@pytest.mark.parametrize(
    ("loss", "share", "value"),
    [
        (0, 10, SinsCollapse.NONE),
        (0, 50, SinsCollapse.NONE),
        (0, 50.1, SinsCollapse.INVOLVED),
        (19.9, 80, SinsCollapse.INVOLVED),
        (20, 80, SinsCollapse.UP_TO_HALF),
        (50, 80, SinsCollapse.UP_TO_HALF),
        (50.1, 0, SinsCollapse.MORE_THAN_HALF),
        (-5, 0, SinsCollapse.NONE),
    ],
)
def test_collapse_from_loss_and_share(loss: float, share: float, value: SinsCollapse) -> None:
    proposal = propose_sins_collapse(Reading(loss), Reading(share))
    assert proposal is not None
    assert (proposal.value, proposal.also_possible) == (value, ())


def test_collapse_near_a_bound_keeps_the_other_class_possible() -> None:
    proposal = propose_sins_collapse(Reading(48, 4), Reading(90, 3))
    assert proposal == Proposed(SinsCollapse.UP_TO_HALF, proposal.basis, (SinsCollapse.MORE_THAN_HALF,))  # type: ignore[union-attr]


def test_collapse_without_the_share_is_proposed_only_where_there_is_collapse() -> None:
    assert propose_sins_collapse(Reading(10), None) is None
    assert propose_sins_collapse(Reading(22, 4), None) is None
    proposal = propose_sins_collapse(Reading(60, 4), None)
    assert proposal is not None
    assert proposal.value is SinsCollapse.MORE_THAN_HALF


@pytest.mark.parametrize(
    ("kyphosis", "slip", "value"),
    [(0, 0, 0), (9.9, 2.9, 0), (10, 0, 2), (-20, 0, 0), (0, 3, 4), (0, -3, 4), (30, 5, 4)],
)
def test_alignment_from_angle_and_slip(kyphosis: float, slip: float, value: int) -> None:
    proposal = propose_sins_alignment(Reading(kyphosis), Reading(slip))
    assert proposal.value == value
    assert "author's choice" in proposal.basis


def test_a_slip_that_the_interval_reaches_on_either_side_stays_possible() -> None:
    assert SinsAlignment.SUBLUXATION in propose_sins_alignment(Reading(0), Reading(2.5, 1)).also_possible
    assert SinsAlignment.SUBLUXATION in propose_sins_alignment(Reading(0), Reading(-2.5, 1)).also_possible
    assert propose_sins_alignment(Reading(0), Reading(-4, 8)).also_possible == (SinsAlignment.NORMAL,)


UNILATERAL, BILATERAL, NONE = SinsPosterolateral.UNILATERAL, SinsPosterolateral.BILATERAL, SinsPosterolateral.NONE


@pytest.mark.parametrize(
    ("left", "right", "value", "others"),
    [
        (True, True, BILATERAL, ()),
        (True, False, UNILATERAL, ()),
        (False, True, UNILATERAL, ()),
        (True, None, UNILATERAL, (BILATERAL,)),
        (None, True, UNILATERAL, (BILATERAL,)),
        (False, False, NONE, ()),
        (False, None, None, None),
        (None, False, None, None),
        (None, None, None, None),
    ],
)
def test_posterolateral_from_sides(left: bool, right: bool, value: object, others: object) -> None:
    proposal = propose_sins_posterolateral(left, right)
    assert (None if proposal is None else proposal.value) is value
    assert (None if proposal is None else proposal.also_possible) == others


def test_the_side_is_named() -> None:
    assert propose_sins_posterolateral(True, False).basis.startswith("left involved")  # type: ignore[union-attr]
    assert propose_sins_posterolateral(False, True).basis.startswith("right involved")  # type: ignore[union-attr]


def test_items_of_record_and_definition_are_the_same() -> None:
    assert [field.name for field in fields(SinsItems)] == [item.key for item in SINS.items]
    assert {item.key: item.choices for item in SINS.items} == KINDS
