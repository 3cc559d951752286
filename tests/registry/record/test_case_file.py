"""All records of a case together: dates that cannot follow each other, and a person who cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from corduroy.registry.record import (
    Assessment,
    Biopsy,
    CaseFile,
    Complication,
    Embolization,
    FollowUpEvent,
    ImagingStudy,
    Leak,
    Operation,
    Patient,
    TreatedCase,
)

SURGERY = date(2014, 3, 5)
BEFORE = date(2014, 3, 4)
AFTER = date(2014, 3, 12)


@pytest.fixture
def case_file() -> CaseFile:
    """A case in which nothing is wrong."""
    return CaseFile(
        patient=Patient(pseudonym="P1", sex="female", birth_year=1962),
        case=TreatedCase(case_no=1, levels=("T8",), aggressive=True, fracture=True, deficit=True),
        assessments=(
            Assessment(visit="preop", on=BEFORE, frankel="C"),
            Assessment(visit="discharge", on=AFTER, frankel="D"),
        ),
        embolizations=(Embolization(on=BEFORE, hours_to_surgery=20),),
        operations=(Operation(on=SURGERY, duration_min=180),),
        leaks=(Leak(on=AFTER, level="T8", leaked=False, modality="ct"),),
        events=(FollowUpEvent(on=date(2018, 3, 5), type="follow_up"),),
    )


def hard_messages(file: CaseFile) -> list[str]:
    return [finding.message for finding in file.findings() if finding.is_hard]


def test_a_sound_case_has_no_findings(case_file: CaseFile) -> None:
    assert case_file.findings() == []
    assert case_file.surgery == SURGERY
    assert case_file.last_seen == date(2018, 3, 5)
    assert case_file.age_at_surgery == 52


def test_no_surgery_before_its_embolization(case_file: CaseFile) -> None:
    late = replace(case_file, embolizations=(Embolization(on=AFTER),))
    assert "expected before" in hard_messages(late)[0]


def test_an_embolization_before_a_second_operation_is_only_doubted(case_file: CaseFile) -> None:
    again = replace(
        case_file,
        embolizations=(Embolization(on=AFTER, hours_to_surgery=24),),
        operations=(Operation(on=SURGERY), Operation(on=date(2014, 3, 13))),
    )
    assert hard_messages(again) == []
    assert again.findings()


def test_hours_to_surgery_agree_with_the_dates(case_file: CaseFile) -> None:
    assert hard_messages(replace(case_file, embolizations=(Embolization(on=BEFORE, hours_to_surgery=47),))) == []
    wrong = replace(case_file, embolizations=(Embolization(on=BEFORE, hours_to_surgery=72),))
    assert f"{BEFORE} and {SURGERY}" in hard_messages(wrong)[0]


def test_no_follow_up_before_surgery(case_file: CaseFile) -> None:
    early = replace(case_file, events=(FollowUpEvent(on=BEFORE, type="refracture"),))
    assert "before the operation" in hard_messages(early)[0]
    swapped = replace(case_file, assessments=(Assessment(visit="m12", on=BEFORE),))
    assert "before the operation" in hard_messages(swapped)[0]


def test_a_preoperative_visit_lies_before_surgery(case_file: CaseFile) -> None:
    wrong = replace(case_file, imaging=(ImagingStudy(visit="preop", on=AFTER, modality="CT", posture="supine"),))
    assert "after the operation" in hard_messages(wrong)[0]


def test_nothing_is_recorded_after_death(case_file: CaseFile) -> None:
    died = replace(case_file, events=(*case_file.events, FollowUpEvent(on=date(2016, 1, 1), type="death")))
    assert "after death" in hard_messages(died)[0]


def test_leaks_and_complications_come_after_treatment(case_file: CaseFile) -> None:
    leak = replace(case_file, leaks=(Leak(on=BEFORE, level="T8", leaked=False, modality="ct"),))
    assert "before the operation" in hard_messages(leak)[0]
    early = Complication(on=date(2014, 1, 1), after="operation", type="other")
    assert "before any treatment" in hard_messages(replace(case_file, complications=(early,)))[0]


def test_a_biopsy_after_surgery_is_doubted(case_file: CaseFile) -> None:
    findings = replace(case_file, biopsies=(Biopsy(on=AFTER),)).findings()
    assert [finding.is_hard for finding in findings] == [False]


def test_the_person_can_exist(case_file: CaseFile) -> None:
    man = replace(
        case_file,
        patient=Patient(pseudonym="P1", sex="male", birth_year=1962),
        case=TreatedCase(case_no=1, levels=("T8",), pregnant="yes"),
    )
    assert "pregnant" in hard_messages(man)[0]
    unborn = replace(case_file, patient=Patient(pseudonym="P1", birth_year=2015))
    assert "born in 2015" in hard_messages(unborn)[0]
    child = replace(case_file, patient=Patient(pseudonym="P1", birth_year=2009))
    assert hard_messages(child) == []
    assert "confirm the year of birth" in child.findings()[0].message
