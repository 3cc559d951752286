"""A way that a person sets is measured as the search measures its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import pytest

from corduroy.anatomy import Spine
from corduroy.errors import PlanError
from corduroy.imaging import LabelMap
from corduroy.phantom import Structure
from corduroy.planning.corridors import CorridorPlan, CorridorSettings, Scene, build_scene, search_scene
from corduroy.planning.corridors.fields import Fields, make_fields
from corduroy.planning.corridors.given import given_corridor, onto_entries

SETTINGS = CorridorSettings(entry_step_mm=4.0, target_step_mm=6.0, gauge=13)
NAMES: Mapping[int, str] = {
    Structure.RIB: "rib",
    Structure.CORD: "spinal_cord",
    Structure.CANAL: "spinal_canal",
    Structure.AORTA: "aorta",
    Structure.LUNG_LEFT: "lung_left",
    Structure.LUNG_RIGHT: "lung_right",
}


@pytest.fixture(scope="module")
def searched(patient: tuple[Spine, LabelMap], body: LabelMap) -> tuple[Scene, Fields, CorridorPlan]:
    spine, structures = patient
    scene = build_scene(spine, spine.levels[1], SETTINGS, structures=structures, names=NAMES, body=body)
    made = make_fields(scene.avoid, scene.grid.spacing, SETTINGS)
    return scene, made, search_scene(scene, SETTINGS, made)


def test_every_corridor_of_the_search_is_found_again(searched: tuple[Scene, Fields, CorridorPlan]) -> None:
    scene, made, plan = searched
    assert len(plan.corridors) >= 4
    for corridor in plan.corridors:
        again = given_corridor(scene, made, corridor.entry_mm, corridor.target_mm, SETTINGS)
        differing = [
            field.name for field in fields(corridor) if getattr(again, field.name) != getattr(corridor, field.name)
        ]
        assert differing == ["merit"]


def test_a_thicker_needle_spares_less_by_half_its_diameter_more(searched: tuple[Scene, Fields, CorridorPlan]) -> None:
    scene, made, plan = searched
    first = plan.corridors[0]
    thick = CorridorSettings.model_validate(SETTINGS.model_dump() | {"gauge": 8})
    again = given_corridor(scene, made, first.entry_mm, first.target_mm, thick)
    assert again.spare_mm == pytest.approx(first.spare_mm - (thick.radius_mm - SETTINGS.radius_mm))


def test_a_way_through_the_canal_is_measured_and_keeps_no_margin(
    searched: tuple[Scene, Fields, CorridorPlan], patient: tuple[Spine, LabelMap]
) -> None:
    scene, made, _ = searched
    vertebra = patient[0].vertebrae[scene.level]
    behind = onto_entries(scene, vertebra.canal_point - 80.0 * vertebra.frame.anterior)
    through = given_corridor(scene, made, behind, vertebra.frame.origin, SETTINGS)
    assert through.spare_mm < 0.0
    assert through.tightest is not None
    assert through.tightest.value in ("spinal canal", "spinal cord")


def test_left_stays_left_and_right_stays_right(searched: tuple[Scene, Fields, CorridorPlan]) -> None:
    scene, made, plan = searched
    for corridor in plan.corridors:
        again = given_corridor(scene, made, corridor.entry_mm, corridor.target_mm, SETTINGS)
        met_on = (np.array(again.bone_mm) - scene.frame.origin) @ scene.frame.right
        assert again.side == corridor.side
        assert (met_on > 0) == (again.side == "right")


def test_an_entry_beside_the_skin_is_brought_onto_it(searched: tuple[Scene, Fields, CorridorPlan]) -> None:
    scene, _, plan = searched
    entry = np.array(plan.corridors[0].entry_mm)
    assert onto_entries(scene, entry) == pytest.approx(entry, abs=1.5)
    outwards = (entry - plan.corridors[0].target_mm) / np.linalg.norm(entry - plan.corridors[0].target_mm)
    assert onto_entries(scene, entry + 5.0 * outwards) == pytest.approx(entry, abs=4.0)


@pytest.mark.parametrize(
    ("entry", "target", "told"),
    [((0, 0, 0), (1, 0, 0), "apart"), ((9000, 0, 0), (0, 0, 0), "outside")],
)
def test_what_cannot_be_a_way_is_refused(
    searched: tuple[Scene, Fields, CorridorPlan], entry: tuple[int, ...], target: tuple[int, ...], told: str
) -> None:
    scene, made, _ = searched
    middle = scene.frame.origin
    with pytest.raises(PlanError, match=told):
        given_corridor(scene, made, middle + np.array(entry), middle + np.array(target), SETTINGS)


def test_a_way_past_the_vertebra_is_refused(searched: tuple[Scene, Fields, CorridorPlan]) -> None:
    scene, made, plan = searched
    entry = np.array(plan.corridors[0].entry_mm)
    with pytest.raises(PlanError, match="no bone"):
        given_corridor(scene, made, entry, entry + np.array([0.0, 12.0, 0.0]), SETTINGS)
