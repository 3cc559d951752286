from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from corduroy.anatomy import Level
from corduroy.errors import PlanError
from corduroy.morphometry import measure_spine
from corduroy.morphometry.doubts import deformity_error_percent
from corduroy.planning.clinical_facts import ClinicalFacts
from corduroy.planning.corridors import CorridorSettings, EntryFrom, Purpose
from corduroy.planning.imaging_facts import imaging_facts
from corduroy.planning.lesion_extent import extent_of
from corduroy.planning.lesion_mask import LesionMask
from corduroy.planning.plan import PlanInputs, PlanSettings, SurgicalPlan, fracture_by_height, make_plan
from corduroy.planning.scores import score
from corduroy.reports.plan.wording import score_words

T12 = Level.T12
COARSE = {"entry": EntryFrom.BONE, "entry_step_mm": 6.0, "target_step_mm": 8.0, "per_kind": 1}
SETTINGS = PlanSettings(
    biopsy=CorridorSettings(purpose=Purpose.BIOPSY, gauge=13, **COARSE),
    cement=CorridorSettings(purpose=Purpose.CEMENT, gauge=11, **COARSE),
)
FACTS = ClinicalFacts.model_validate({"confirmed_by": "A. Surgeon", "frankel": "C", "symptoms": "present"})

DOCUMENT_KEYS = [
    "schema", "disclaimer", "case", "level", "measured", "lesion", "character", "scores", "biopsy",
    "biopsy_corridors", "embolization", "augmentation", "cement_corridors", "corridors_through_air", "decompression",
    "prompts", "injection",
    "mechanics", "missing", "warnings", "notices", "settings", "provenance",
]  # fmt: skip
INNER_KEYS = {
    "lesion": [
        "in_bone", "body_share", "parts_percent", "involved", "epidural", "paravertebral", "other_vertebrae",
        "breaches", "wbb",
    ],
    "scores": ["sins", "enneking", "tomita", "laredo", "escc", "wbb", "genant", "clinical", "to_confirm"],
    "biopsy": ["advice", "reasons", "result_classes", "contraindications", "evidence"],
    "embolization": ["arteries", "timing", "record", "evidence", "warnings"],
    "augmentation": [
        "body", "marrow_space", "lesion_in_body", "injectable", "injectable_is", "fills", "leaks", "choices",
        "settings", "warnings", "evidence",
    ],
    "decompression": ["levels", "settings", "warnings", "evidence"],
    "settings": ["biopsy", "cement", "augmentation", "decompression"],
    "provenance": ["software", "version", "method", "inputs", "settings", "python", "created"],
}  # fmt: skip
LEVEL_KEYS = [
    "level", "why", "borders", "canal_area_before", "canal_area_after", "reference_area", "lesion_in_canal",
    "bone_removed", "lamina_removed_percent", "facets", "options", "notes",
]  # fmt: skip


@pytest.fixture(scope="module")
def inputs(patient: Any) -> PlanInputs:
    lesion = LesionMask.parted(patient.lesion, patient.spine, T12)
    return PlanInputs("case", patient.spine, measure_spine(patient.spine), T12, lesion, FACTS)


@pytest.fixture(scope="module")
def plan(inputs: PlanInputs) -> SurgicalPlan:
    return make_plan(inputs, SETTINGS)


def test_json_keeps_its_keys(plan: SurgicalPlan) -> None:
    """The published form, schema corduroy/plan/1: a change of keys needs a new schema number."""
    document = plan.as_dict()
    assert document["schema"] == "corduroy/plan/1"
    assert list(document) == DOCUMENT_KEYS
    for name, keys in INNER_KEYS.items():
        assert list(document[name]) == keys, name
    assert list(document["decompression"]["levels"][0]) == LEVEL_KEYS
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_what_is_missing_is_null_and_says_why(plan: SurgicalPlan, inputs: PlanInputs) -> None:
    bare = make_plan(replace(inputs, lesion=None, facts=None), SETTINGS).as_dict()
    assert bare["lesion"] is None
    assert bare["missing"]["lesion"] == "not computed: no lesion mask"
    for document in (bare, plan.as_dict()):
        empty = {name for name in DOCUMENT_KEYS if document[name] is None}
        assert empty == set(document["missing"])
        assert all(reason.startswith("not computed: ") for reason in document["missing"].values())
        assert {"injection", "mechanics"} <= empty
    assert any("No clinical facts" in warning for warning in bare["warnings"])


def test_the_rule_of_the_biopsy_is_fed_by_mask_height_and_facts(plan: SurgicalPlan, inputs: PlanInputs) -> None:
    assert plan.biopsy.advice.value == "indicated"
    healthy = FACTS.model_copy(update={"frankel": None})
    assert make_plan(replace(inputs, facts=healthy), SETTINGS).biopsy.advice.value == "undecided"


@pytest.mark.parametrize(("grade", "fracture"), [(0, False), (1, None), (2, True), (3, True), (None, None)])
def test_a_grade_that_overlaps_with_normal_is_no_fracture_yet(
    inputs: PlanInputs, grade: int | None, fracture: bool | None
) -> None:
    assert fracture_by_height(replace(inputs.measurement[T12], genant_grade=grade)) is fracture


def test_the_grade_is_the_measurements_own(plan: SurgicalPlan) -> None:
    assert plan.scores.genant.grade == plan.measured.genant_grade


def test_a_grade_made_by_the_own_shape_is_not_called_a_loss(inputs: PlanInputs) -> None:
    by_loss = inputs.measurement[T12]
    losses = {p: replace(m, value=2.0, uncertainty=18.0) for p, m in by_loss.height_loss.items() if m}
    by_shape = replace(by_loss, genant_grade=1, deformity_score=20.1, height_loss={**losses})
    genant = score(imaging_facts(by_shape, None)).genant
    assert genant.items[0].basis.endswith("greatest height loss 2 %")
    assert "lowest height 20 % below the highest" in score_words(genant.to_dict())
    deformity = imaging_facts(by_shape, None).deformity_percent
    assert deformity is not None
    assert deformity.half_width == deformity_error_percent(by_shape.heights) < 18.0
    by_height = replace(by_loss, deformity_score=max(m.value for m in by_loss.height_loss.values() if m))
    assert score(imaging_facts(by_height, None)).genant.items[0].basis.startswith("greatest height loss")


def test_prompts_ask_where_there_is_reason(plan: SurgicalPlan) -> None:
    subjects = [prompt.subject for prompt in plan.prompts]
    assert "SINS" in subjects
    assert "junctional level" in subjects
    assert "posterior wall and arch" in subjects


def test_an_epidural_part_that_touches_the_body_is_a_way_for_cement(plan: SurgicalPlan) -> None:
    assert plan.augmentation is not None
    assert any(site.wall == "posterior wall" and site.yeom == "C" for site in plan.augmentation.leaks)


def test_an_uncertain_lesion_makes_an_uncertain_injectable_volume(
    inputs: PlanInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inputs.lesion is not None
    found = extent_of(inputs.lesion, inputs.spine)
    vague = replace(found, in_bone=replace(found.in_bone, uncertainty=0.5 * found.in_bone.value))
    monkeypatch.setattr("corduroy.planning.plan.extent_of", lambda *_: vague)
    augmentation = make_plan(inputs, SETTINGS).augmentation
    assert augmentation is not None
    assert augmentation.injectable.uncertainty == pytest.approx(0.5 * augmentation.injectable.value)


def test_a_level_that_is_not_there_is_refused(inputs: PlanInputs) -> None:
    with pytest.raises(PlanError, match="L3"):
        make_plan(replace(inputs, level=Level.L3), SETTINGS)
