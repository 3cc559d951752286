from __future__ import annotations

import pytest

from corduroy.anatomy import Level
from corduroy.planning.clinical_facts import ClinicalFacts
from corduroy.planning.scores import ImagingFacts, has_deficit, is_aggressive, score
from corduroy.scales import EnnekingStage, EsccGrade, Reading, SinsClass, TomitaRegions, TomitaType

FULL = ImagingFacts(
    Level.T12,
    Reading(55.0, 2.0),
    Reading(58.0, 2.0),
    Reading(80.0, 3.0),
    left_involved=False,
    right_involved=True,
    epidural_mm3=Reading(900.0, 50.0),
    outside_mm3=Reading(900.0, 50.0),
    regions=TomitaRegions(True, True, False, True, False, False),
)


def facts(**given: object) -> ClinicalFacts:
    return ClinicalFacts.model_validate({"confirmed_by": "A. Surgeon", **given})


def test_imaging_alone_never_completes_sins() -> None:
    sins = score(FULL).sins
    assert sins.value is None
    assert sins.assessed == "3 of 6 items assessed"
    # Junctional 3, collapse above half 3, one side 1; pain 0-3, bone 0-2, alignment 0-4.
    assert (sins.lowest, sins.highest) == (7.0, 16.0)


def test_a_worked_example_with_a_persons_items() -> None:
    stated = facts(sins={"pain": "mechanical", "bone_lesion": "lytic", "alignment": "deformity"})
    sins = score(FULL, stated).sins
    assert sins.value == 14.0
    assert sins.grade is SinsClass.UNSTABLE
    assert not sins.is_confirmed


def test_a_person_overrules_imaging_and_what_was_proposed_is_kept() -> None:
    sins = score(FULL, facts(sins={"collapse": "up to half"})).sins
    (collapse,) = [item for item in sins.items if item.item == "Vertebral body collapse"]
    assert collapse.points == 2
    assert collapse.origin == "confirmed by A. Surgeon"
    assert "Collapse above 50 %" in collapse.basis


def test_no_epidural_grade_is_proposed_from_ct() -> None:
    escc = score(FULL).escc
    assert escc.grade is None
    assert any("Needs MRI" in notice for notice in escc.notices)
    confirmed = score(FULL, facts(escc="2")).escc
    assert confirmed.grade is EsccGrade.G2
    assert not any("Needs MRI" in notice for notice in confirmed.notices)


def test_stage_and_rule_follow_from_symptoms() -> None:
    assert score(FULL).enneking.grade is None
    with_symptoms = facts(symptoms="present")
    enneking = score(FULL, with_symptoms).enneking
    assert enneking.grade is EnnekingStage.S3
    assert is_aggressive(with_symptoms, enneking) is True
    assert is_aggressive(facts(aggressive=False), enneking) is False
    assert is_aggressive(None, score(FULL).enneking) is None


@pytest.mark.parametrize(("given", "deficit"), [({}, None), ({"frankel": "E"}, False), ({"frankel": "D"}, True)])
def test_deficit_from_frankel_only(given: dict[str, str], deficit: bool | None) -> None:
    assert has_deficit(facts(**given)) is deficit


def test_tomita_from_regions_and_no_ais_from_frankel() -> None:
    result = score(FULL, facts(frankel="C"))
    assert result.tomita.grade is TomitaType.EPIDURAL
    assert [entry.scale for entry in result.clinical] == ["Frankel"]


def test_without_anything_nothing_is_assessed_but_the_level() -> None:
    result = score(ImagingFacts(Level.T5))
    assert result.sins.assessed == "1 of 6 items assessed"
    assert result.laredo.assessed == "1 of 6 items assessed"
    assert result.genant.items_assessed == result.escc.items_assessed == result.tomita.items_assessed == 0


def test_what_is_left_to_confirm() -> None:
    every = sum(result.items_total for result in score(FULL).imaging)
    assert len(score(FULL).to_confirm) == every
    some = score(FULL, facts(sins={"pain": "none"}, symptoms="present")).to_confirm
    assert len(some) == every - 2
    assert all(item.item != "Pain" for item in some)
