"""How far a lesion reaches: ESCC, Enneking, Tomita, WBB, Laredo."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corduroy.anatomy.level import Level
from corduroy.errors import ScaleError
from corduroy.scales import (
    ESCC,
    LAREDO,
    AxialView,
    Compartment,
    Confirmed,
    EnnekingItems,
    EnnekingStage,
    EsccBand,
    EsccGrade,
    LaredoClass,
    LaredoFindings,
    LaredoItems,
    NeedsMri,
    Presence,
    Proposed,
    Reading,
    Symptoms,
    TomitaRegions,
    TomitaType,
    WbbExtent,
    WbbLayer,
    WbbNumbering,
    WbbSide,
    enneking_result,
    escc_band,
    grade_result,
    laredo_class,
    laredo_result,
    propose_compartment,
    propose_escc_from_ct,
    propose_laredo,
    propose_tomita,
    renumber_wbb_original_to_sosg,
    renumber_wbb_sosg_to_original,
    sosg_zone_at,
    wbb_result,
)

READER = "A. Reader"


# Worked examples: what a reader sees on axial T2, and the grade and group it belongs to.
@pytest.mark.parametrize(
    ("code", "band"),
    [
        ("0", EsccBand.LOW),
        ("1a", EsccBand.LOW),
        ("1b", EsccBand.LOW),
        ("1c", None),
        ("2", EsccBand.HIGH),
        ("3", EsccBand.HIGH),
    ],
)
def test_escc_worked_examples(code: str, band: EsccBand | None) -> None:
    grade = EsccGrade(code)
    result = grade_result(ESCC, Confirmed(grade, READER))
    assert result.grade is grade
    assert escc_band(grade) is band
    assert "ESCC was made for metastases, not for hemangiomas." in result.notices


def test_escc_from_ct_is_zero_or_a_call_for_mri() -> None:
    clear = propose_escc_from_ct(Reading(0.0))
    assert isinstance(clear, Proposed)
    assert (clear.value, clear.also_possible) == (EsccGrade.G0, (EsccGrade.G1A,))
    within_noise = propose_escc_from_ct(Reading(20.0, 30.0))
    assert isinstance(within_noise, Proposed)
    epidural = propose_escc_from_ct(Reading(800.0, 100.0))
    assert isinstance(epidural, NeedsMri)
    assert "800 mm³" in epidural.reason
    assert "MRI" in epidural.reason


@given(st.floats(0, 1e5), st.floats(0, 1e4))
def test_ct_never_gives_an_escc_grade_above_zero(volume: float, half_width: float) -> None:
    answer = propose_escc_from_ct(Reading(volume, half_width))
    assert isinstance(answer, NeedsMri) or answer.value is EsccGrade.G0


STAGES = [
    ("inside", "none", EnnekingStage.S1),
    ("inside", "present", EnnekingStage.S2),
    ("outside", "present", EnnekingStage.S3),
    ("outside", "none", None),
    ("inside", None, None),
    ("outside", None, None),
    (None, "present", None),
    (None, "none", None),
    (None, None, None),
]


@pytest.mark.parametrize(("where", "what", "stage"), STAGES)
def test_enneking(where: str | None, what: str | None, stage: EnnekingStage | None) -> None:
    items = EnnekingItems(
        None if where is None else Confirmed(Compartment(where), READER),
        None if what is None else Confirmed(Symptoms(what), READER),
    )
    result = enneking_result(items)
    assert result.grade is stage
    assert result.items_assessed == (where is not None) + (what is not None)
    assert any(notice.startswith("Stage possible") for notice in result.notices) == (stage is None)


def test_a_silent_lesion_outside_the_bone_has_no_stage() -> None:
    outside = EnnekingItems(Confirmed(Compartment.OUTSIDE, READER), Confirmed(Symptoms.NONE, READER))
    assert "Stage possible: none of the three." in enneking_result(outside).notices


def test_enneking_with_a_doubtful_compartment_stays_open_until_confirmed() -> None:
    doubtful = propose_compartment(Reading(30.0, 50.0))
    assert (doubtful.value, doubtful.also_possible) == (Compartment.OUTSIDE, (Compartment.INSIDE,))
    items = EnnekingItems(doubtful, Confirmed(Symptoms.PRESENT, READER))
    assert enneking_result(items).grade is None
    assert "Stage possible: S3 or S2." in enneking_result(items).notices
    settled = replace(items, compartment=doubtful.confirm(READER))
    assert enneking_result(settled).grade is EnnekingStage.S3
    assert propose_compartment(Reading(500.0, 50.0)).also_possible == ()
    assert propose_compartment(Reading(0.0)).value is Compartment.INSIDE


NOTHING = TomitaRegions(False, False, False, False, False, False, False)


@pytest.mark.parametrize(
    ("involved", "kind"),
    [
        ("body", 1),
        ("body pedicle", 2),
        ("body pedicle lamina", 3),
        ("body lamina", 3),
        ("body epidural", 4),
        ("body epidural paravertebral", 5),
        ("body adjacent", 6),
        ("body multiple", 7),
        ("epidural", 4),
        ("pedicle", None),
        ("lamina", None),
        ("", None),
    ],
)
def test_tomita_from_regions(involved: str, kind: int | None) -> None:
    proposal = propose_tomita(replace(NOTHING, **dict.fromkeys(involved.split(), True)))
    assert (None if proposal is None else int(proposal.value)) == kind
    assert proposal is None or proposal.also_possible == ()


def test_tomita_regions_not_seen_stay_possible_only_above_the_type() -> None:
    proposal = propose_tomita(TomitaRegions(body=True, pedicle=None, lamina=False, epidural=True, adjacent=False))
    assert proposal is not None
    assert proposal.value is TomitaType.EPIDURAL
    assert proposal.also_possible == (TomitaType.PARAVERTEBRAL, TomitaType.MULTIPLE)


def test_tomita_types_two_and_three_need_the_body_seen() -> None:
    assert propose_tomita(replace(NOTHING, pedicle=True, body=None)) is None


ZONES = st.integers(1, 12)
VIEWS = st.sampled_from(list(AxialView))


@given(ZONES, VIEWS)
def test_renumbering_a_wbb_zone_there_and_back(zone: int, view: AxialView) -> None:
    assert renumber_wbb_sosg_to_original(renumber_wbb_original_to_sosg(zone, view), view) == zone


def test_wbb_seen_from_below_runs_the_other_way_and_from_above_the_same_way() -> None:
    # SOSG zone 1 is the left half of the spinous process. Clockwise on a drawing seen from below begins at the right
    # half (the patient's right is on the left of the page), on a drawing seen from above at the left half.
    below = [renumber_wbb_original_to_sosg(zone, AxialView.FROM_BELOW) for zone in range(1, 13)]
    above = [renumber_wbb_original_to_sosg(zone, AxialView.FROM_ABOVE) for zone in range(1, 13)]
    assert below == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert above == list(range(1, 13))


@pytest.mark.parametrize("zone", [0, 13, -1])
def test_no_other_zones(zone: int) -> None:
    with pytest.raises(ScaleError, match="WBB zone"):
        renumber_wbb_original_to_sosg(zone, AxialView.FROM_BELOW)
    with pytest.raises(ScaleError, match="WBB zone"):
        WbbExtent(WbbNumbering.SOSG, frozenset({zone}), frozenset({WbbLayer.A}), WbbSide.LEFT)


@pytest.mark.parametrize(
    ("right_mm", "anterior_mm", "zone"),
    [(-1, -20, 1), (1, -20, 12), (-20, -1, 3), (-20, 1, 4), (-1, 20, 6), (1, 20, 7), (20, 1, 9), (20, -1, 10)],
)
def test_zone_of_a_point_left_and_right(right_mm: float, anterior_mm: float, zone: int) -> None:
    assert sosg_zone_at(right_mm, anterior_mm) == zone


@given(st.floats(0.001, 100), st.floats(-100, 100))
def test_mirroring_a_point_mirrors_its_zone(right_mm: float, anterior_mm: float) -> None:
    right, left = sosg_zone_at(right_mm, anterior_mm), sosg_zone_at(-right_mm, anterior_mm)
    assert right in range(7, 13)
    # A point that lies on the line between two sectors goes to the next higher number on both sides.
    assert right + left in (13, 14)


def test_the_centre_of_the_canal_lies_in_no_zone() -> None:
    with pytest.raises(ScaleError, match="no zone"):
        sosg_zone_at(0, 0)


def test_a_wbb_result_keeps_numbering_zones_layers_and_side() -> None:
    extent = WbbExtent(WbbNumbering.SOSG, frozenset({4, 5, 6}), frozenset({WbbLayer.B, WbbLayer.D}), WbbSide.LEFT)
    result = wbb_result(Confirmed(extent, READER), WbbNumbering.SOSG)
    assert "counter-clockwise" in result.version
    plain = json.loads(json.dumps(result.to_dict()))["grade"]
    assert plain == {"numbering": "SOSG", "zones": [4, 5, 6], "layers": ["B", "D"], "side": "left"}
    with pytest.raises(ScaleError, match="renumber"):
        wbb_result(Confirmed(extent, READER), WbbNumbering.ORIGINAL)
    with pytest.raises(ScaleError, match="without zone or layer"):
        WbbExtent(WbbNumbering.SOSG, frozenset(), frozenset({WbbLayer.A}), WbbSide.LEFT)
    assert wbb_result(None, WbbNumbering.ORIGINAL).items_assessed == 0


SIGNS = [field.name for field in fields(LaredoItems)]
PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT


def signs(**present: bool | None) -> LaredoItems:
    """Confirmed signs; None for what was not assessed."""
    given_signs = {name: None if on is None else Confirmed(Presence(int(on)), READER) for name, on in present.items()}
    return LaredoItems(**given_signs)


@given(st.fixed_dictionaries({name: st.sampled_from([None, False, True]) for name in SIGNS}))
def test_laredo_counts_and_bounds(present: dict[str, bool | None]) -> None:
    result = laredo_result(signs(**present))
    found, missing = sum(on is True for on in present.values()), sum(on is None for on in present.values())
    assert (result.lowest, result.highest) == (found, found + missing)
    assert result.value == (None if missing else found)
    decided = found >= 3 or found + missing < 3
    assert result.grade == (laredo_class(found) if decided else None)
    assert result.assessed == f"{6 - missing} of 6 items assessed"


def test_three_signs_decide_whatever_is_missing() -> None:
    result = laredo_result(signs(location=True, neural_arch=True, soft_tissue=True))
    assert result.grade is LaredoClass.POTENTIALLY_SYMPTOMATIC
    assert result.value is None
    assert any("Not a malignancy score" in notice for notice in result.notices)


@pytest.mark.parametrize(
    ("level", "value"), [("T2", ABSENT), ("T3", PRESENT), ("T9", PRESENT), ("T10", ABSENT), ("L1", ABSENT)]
)
def test_laredo_location(level: str, value: Presence) -> None:
    proposal = propose_laredo(LaredoFindings(level=Level(level))).location
    assert proposal is not None
    assert proposal.value is value


def test_laredo_proposes_nothing_that_imaging_does_not_know() -> None:
    assert propose_laredo(LaredoFindings()) == LaredoItems()


def test_laredo_from_findings() -> None:
    items = propose_laredo(
        LaredoFindings(
            level=Level.T7,
            involved_percent=Reading(88, 4),
            arch_involved=True,
            cortex_expanded=True,
            margin_indistinct=None,
            honeycomb_irregular=False,
            soft_tissue_volume_mm3=Reading(900, 200),
        )
    )
    assert items.whole_body is not None
    assert items.whole_body.possible == (ABSENT, PRESENT)
    assert items.cortex is None
    assert items.soft_tissue is not None
    assert items.soft_tissue.possible == (PRESENT,)
    result = laredo_result(items)
    assert (result.lowest, result.highest, result.items_assessed) == (3, 5, 5)
    assert result.grade is LaredoClass.POTENTIALLY_SYMPTOMATIC
    assert not result.is_confirmed


@pytest.mark.parametrize(
    ("expanded", "indistinct", "value"),
    [(True, True, PRESENT), (True, False, ABSENT), (False, None, ABSENT), (None, False, ABSENT), (True, None, None)],
)
def test_the_cortex_sign_needs_both(expanded: bool | None, indistinct: bool | None, value: Presence | None) -> None:
    item = propose_laredo(LaredoFindings(cortex_expanded=expanded, margin_indistinct=indistinct)).cortex
    assert (None if item is None else item.value) is value


def test_items_of_record_and_definition_are_the_same() -> None:
    assert [item.key for item in LAREDO.items] == SIGNS
