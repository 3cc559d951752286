"""Each record alone: what is impossible, what is only unusual, and that nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from corduroy.registry.record import (
    BY_KIND,
    RECORDS,
    Assessment,
    Biopsy,
    Complication,
    Consent,
    FollowUpEvent,
    ImagingStudy,
    Leak,
    MeasurementEntry,
    Operation,
    Patient,
    Record,
    TreatedCase,
    errors_of,
)
from corduroy.scales import FrankelGrade, PainUnit

DAY = date(2014, 3, 5)


def refused(record: type[Record], **values: Any) -> str:
    """The message with which a record is refused."""
    with pytest.raises(ValidationError) as problem:
        record(**values)
    return " ".join(str(finding) for finding in errors_of(record, problem.value))


@pytest.mark.parametrize("name", ["Anna Muster", "P 1", "", "-P1", "P" * 25, "P1;DROP"])
def test_a_pseudonym_holds_nothing_but_a_code(name: str) -> None:
    assert "Pseudonym" in refused(Patient, pseudonym=name)


def test_a_patient_has_no_field_for_a_name_or_a_date_of_birth() -> None:
    assert set(Patient.model_fields) == {"pseudonym", "sex", "birth_year", "also_published"}
    assert "not permitted" in refused(Patient, pseudonym="P1", name="Anna")


def test_nobody_is_born_in_the_future() -> None:
    assert "future" in refused(Patient, pseudonym="P1", birth_year=date.today().year + 1)
    assert Patient(pseudonym="P1", birth_year=date.today().year).birth_year == date.today().year


def test_dates_of_events_lie_between_the_first_ct_and_today() -> None:
    tomorrow = date.today() + timedelta(days=1)
    assert "future" in refused(Operation, on=tomorrow)
    assert "1971" in refused(Operation, on="1970-12-31")
    assert Operation(on=date.today()).on == date.today()
    assert "valid date" in refused(Operation, on="2015-02-30")


def test_pain_without_a_unit_is_refused() -> None:
    assert "no unit" in refused(Assessment, visit="preop", on=DAY, pain_back=7)
    assert "millimetres" in refused(Assessment, visit="preop", on=DAY, pain_leg=70, pain_unit="0-10")


@pytest.mark.parametrize(("unit", "points"), [("0-10", 7.0), ("0-100 mm", 0.7)])
def test_pain_is_converted_only_by_its_own_unit(unit: str, points: float) -> None:
    assessment = Assessment(visit="preop", on=DAY, pain_back=7, pain_unit=unit)
    assert assessment.pain_points("back") == pytest.approx(points)
    assert assessment.pain_points("leg") is None


def test_little_pain_in_millimetres_is_doubted() -> None:
    assessment = Assessment(visit="preop", on=DAY, pain_back=7, pain_unit=PainUnit.MM_100)
    assert any("of 10?" in doubt.message and not doubt.is_hard for doubt in assessment.doubts())


def test_no_scale_is_derived_from_another() -> None:
    assessment = Assessment(visit="preop", on=DAY, frankel="C")
    assert assessment.frankel is FrankelGrade.C
    assert assessment.ais is None


def test_frankel_e_beside_another_ais_is_doubted() -> None:
    assert Assessment(visit="preop", on=DAY, frankel="E", ais="D").doubts()
    assert not Assessment(visit="preop", on=DAY, frankel="E", ais="E").doubts()


def test_levels_may_be_apart_but_not_told_twice() -> None:
    case = TreatedCase(case_no=1, levels=("T7", "L3"))
    assert [level.value for level in case.levels] == ["T7", "L3"]
    assert "twice" in refused(TreatedCase, case_no=1, levels=("T7", "T7"))
    assert "at least one" in refused(TreatedCase, case_no=1, levels=())
    assert "Levels" in refused(TreatedCase, case_no=1, levels=("T99",))
    assert "none" in refused(TreatedCase, case_no=1, levels=("T7",), prior=("none", "surgery"))


def test_left_and_right_injections_agree_with_the_side() -> None:
    assert "left only" in refused(Operation, on=DAY, injected_side="left", shots_right=1)
    assert "right only" in refused(Operation, on=DAY, injected_side="right", shots_left=1)
    assert Operation(on=DAY, injected_side="left", shots_left=2, shots_right=0).shots_left == 2
    assert Operation(on=DAY, injected_side="both", shots_left=1, shots_right=1).shots_right == 1


def test_gelatin_and_fixation_do_not_contradict_themselves() -> None:
    assert "gelatin" in refused(Operation, on=DAY, gelatin_use="none", gelatin_mg=50)
    assert "no fixation" in refused(Operation, on=DAY, fixation=False, fixation_levels=("T6", "T8"))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"blood_loss_ml": 0.9, "blood_loss_how": "suction"}, "blood_loss_ml"),
        ({"duration_min": 15}, "duration_min"),
        ({"cement_ml": 25}, "cement_ml"),
        ({"facets_percent": 60}, "facets_percent"),
        ({"blood_loss_ml": 900}, "blood_loss_how"),
    ],
)
def test_the_unusual_is_a_doubt_and_no_error(values: dict[str, Any], field: str) -> None:
    doubts = Operation(on=DAY, **values).doubts()
    assert [doubt.field for doubt in doubts] == [field]
    assert not doubts[0].is_hard


def test_a_leak_needs_its_modality() -> None:
    assert "Looked for on" in refused(Leak, on=DAY, level="T8", leaked=False)
    assert "no leak" in refused(Leak, on=DAY, level="T8", leaked=False, types=("B",), modality="ct")
    film = Leak(on=DAY, level="T8", leaked=False, modality="radiograph")
    assert any("93 %" in doubt.message for doubt in film.doubts())
    assert not Leak(on=DAY, level="T8", leaked=False, modality="ct").doubts()
    both = Leak(on=DAY, level="T8", leaked=True, types=("B", "D"), modality="ct")
    assert [kind.value for kind in both.types or ()] == ["B", "D"]


def test_embolization_and_operation_are_graded_on_their_own_scales() -> None:
    common = {"on": DAY, "type": "cord_ischaemia"}
    assert "SIR" in refused(Complication, after="operation", sir_old="D", **common)
    assert Complication(after="embolization", sir_old="D", **common).sir_old == "D"


def test_a_recurrence_needs_a_definition_and_nothing_else_has_one() -> None:
    assert "definition" in refused(FollowUpEvent, on=DAY, type="recurrence")
    assert "definition" in refused(FollowUpEvent, on=DAY, type="death", definition="clinical")


def test_a_measurement_lies_in_the_range_of_its_quantity() -> None:
    known = {
        "visit": "preop",
        "on": DAY,
        "level": "T12",
        "modality": "CT",
        "posture": "supine",
        "method": "x",
        "reader": "R1",
    }
    assert MeasurementEntry(quantity="wedge", value=-12.0, **known).value == -12.0
    assert "mm" in refused(MeasurementEntry, quantity="height_ant", value=-1.0, **known)
    assert "possible" in refused(MeasurementEntry, quantity="height_ant", value=230.0, **known)
    assert "Reader" in refused(
        MeasurementEntry, quantity="height_ant", value=23.0, **(known | {"reader": "Dr. A. Müller"})
    )


@pytest.mark.parametrize("folder", ["/etc", "../other", "a/../b", "a//b", "C:\\x"])
def test_a_case_folder_stays_below_the_cohort(folder: str) -> None:
    known = {"visit": "preop", "on": DAY, "modality": "CT", "posture": "supine"}
    assert "Case folder" in refused(ImagingStudy, folder=folder, **known)
    assert ImagingStudy(folder="sub-001/ses-preop", **known).folder == "sub-001/ses-preop"


def test_consent_is_not_withdrawn_before_it_is_given() -> None:
    assert "before" in refused(Consent, scope="registry", given_on=DAY, withdrawn_on=DAY - timedelta(days=1))


def test_not_a_number_is_no_value() -> None:
    assert refused(Operation, on=DAY, blood_loss_ml=float("nan"))
    assert refused(Operation, on=DAY, blood_loss_ml=float("inf"))


def test_every_field_tells_label_source_and_a_name_that_redcap_keeps() -> None:
    names: set[str] = set()
    for record in RECORDS:
        for name, item in record.items().items():
            column = f"{record.prefix}_{name}"
            assert item.label
            assert item.source, column
            assert len(column) <= 26
            assert column == column.lower()
            assert column not in names
            names.add(column)


def test_records_are_listed_parents_first() -> None:
    kinds = [record.kind for record in RECORDS]
    assert len(set(kinds)) == len(kinds) == len(BY_KIND)
    for record in RECORDS:
        assert record.parent is None or kinds.index(record.parent) < kinds.index(record.kind)


def test_codes_of_choices_survive_json() -> None:
    biopsy = Biopsy(on=DAY, guidance="ct", gauge=11, result="definitive")
    assert Biopsy.model_validate(biopsy.as_plain()) == biopsy
    assert biopsy.as_plain()["result"] == "definitive"


@given(
    st.sampled_from(RECORDS), st.dictionaries(st.text(max_size=12), st.none() | st.integers() | st.text() | st.floats())
)
def test_anything_is_either_a_record_or_findings(record: type[Record], values: dict[str, Any]) -> None:
    problem = None
    try:
        record(**values)
    except ValidationError as refusal:
        problem = refusal
    assert problem is None or errors_of(record, problem)


def test_several_choices_are_a_set_in_the_order_of_their_scale() -> None:
    one, other = (TreatedCase(case_no=1, levels=levels) for levels in (("L1", "T12"), ("T12", "L1")))
    assert one == other
    assert one.as_plain()["levels"] == ["T12", "L1"]
    assert TreatedCase(case_no=1, levels=("L1",), prior=()).prior is None


def test_a_text_that_is_not_there_is_not_an_empty_text() -> None:
    assert "at least 1 character" in refused(Patient, pseudonym="P1", also_published="  ")


def test_dates_that_may_be_missing_are_dates_all_the_same() -> None:
    assert Consent.items()["given_on"].kind == "date"
    assert TreatedCase.items()["symptoms_since"].kind == "date"


def test_a_height_in_centimetres_is_doubted() -> None:
    scan: dict[str, Any] = {"visit": "preop", "on": DAY, "modality": "CT", "posture": "supine"}
    common = {**scan, "level": "T12", "method": "six points", "reader": "R1"}
    (doubt,) = MeasurementEntry(quantity="height_ant", value=2.4, **common).doubts()
    assert doubt.field == "value"
    assert "is it in mm?" in doubt.message
    assert MeasurementEntry(quantity="height_ant", value=24, **common).doubts() == []
