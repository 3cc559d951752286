"""A synthetic patient: safe in every voxel, mirrored when mirrored, and honest about what stands for what."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from corduroy.anatomy import Level, Side, Spine, find_posterior_elements
from corduroy.imaging import LabelMap
from corduroy.phantom import Structure
from corduroy.planning.corridors import (
    Avoided,
    Corridor,
    CorridorPlan,
    CorridorSettings,
    EntryFrom,
    Kind,
    Source,
    find_corridors,
    outer_diameter_mm,
)

NAMES: Mapping[int, str] = {
    Structure.RIB: "rib",
    Structure.CORD: "spinal_cord",
    Structure.CANAL: "spinal_canal",
    Structure.AORTA: "aorta",
    Structure.LUNG_LEFT: "lung_left",
    Structure.LUNG_RIGHT: "lung_right",
}
COARSE = CorridorSettings(entry_step_mm=4.0, target_step_mm=6.0, gauge=13)


def labels_in_needle(corridor: Corridor, labels: LabelMap) -> set[int]:
    """Every label that a voxel holds in which a point of the needle's body lies; no distances involved."""
    entry, target = np.array(corridor.entry_mm), np.array(corridor.target_mm)
    length = float(np.linalg.norm(entry - target))
    outwards = (entry - target) / length
    first = np.cross(outwards, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first)
    second = np.cross(outwards, first)
    radii = np.linspace(0.0, outer_diameter_mm(corridor.gauge) / 2, 4)
    turns = np.linspace(0.0, 2 * np.pi, 24, endpoint=False)
    ring = radii[:, None, None] * (np.cos(turns)[:, None] * first + np.sin(turns)[:, None] * second)
    axis = target + np.arange(0.0, length, 0.3)[:, None] * outwards
    points = (axis[:, None, None, :] + ring).reshape(-1, 3)
    return {int(label) for label in np.unique(labels.sample(points, order=0))}


@pytest.fixture(scope="module")
def plan(patient: tuple[Spine, LabelMap], body: LabelMap) -> CorridorPlan:
    spine, structures = patient
    return find_corridors(spine, "T12", COARSE, structures=structures, names=NAMES, body=body)


def test_corridors_of_several_kinds_on_both_sides(plan: CorridorPlan) -> None:
    found = {(c.kind, c.side) for c in plan.corridors}
    assert {(Kind.TRANSPEDICULAR, Side.LEFT), (Kind.TRANSPEDICULAR, Side.RIGHT)} <= found
    assert len({c.kind for c in plan.corridors}) >= 2
    for c in plan.corridors:
        hub_is_right = c.entry_mm[0] > c.target_mm[0]
        assert (c.to_gantry.axial_deg > 0) == hub_is_right
        if c.kind is not Kind.TRANSPEDICULAR:
            assert hub_is_right == (c.side is Side.RIGHT)


def test_no_needle_touches_what_is_labelled(plan: CorridorPlan, patient: tuple[Spine, LabelMap]) -> None:
    spine, structures = patient
    others = {number for number, level in spine.scheme.levels.items() if level is not Level.T12}
    assert len(plan.corridors) >= 4
    for corridor in plan.corridors:
        assert labels_in_needle(corridor, structures).isdisjoint(NAMES)
        assert labels_in_needle(corridor, spine.labels).isdisjoint(others)


def test_limits_are_kept(plan: CorridorPlan) -> None:
    for c in plan.corridors:
        assert abs(c.to_gantry.axial_deg) <= COARSE.max_axial_deg
        assert abs(c.to_gantry.sagittal_deg) <= COARSE.max_sagittal_deg
        assert c.depth_mm <= COARSE.max_depth_mm
        assert c.bone_depth_mm <= c.depth_mm
        assert 0.0 < c.coverage <= 1.0
        assert c.in_target_mm > 0.0
        assert c.largest_gauge is not None
        assert 0.0 <= c.robustness.on_target <= c.robustness.from_bone <= 1.0


def test_transpedicular_needles_run_inside_the_pedicle(plan: CorridorPlan) -> None:
    through = [c for c in plan.corridors if c.kind is Kind.TRANSPEDICULAR]
    for c in through:
        assert c.walls is not None
        assert bool(c.remarks) == (c.walls.nearest_mm < 0.0)
        across = c.walls.left_mm + c.walls.right_mm + outer_diameter_mm(13)
        assert 3.0 < across < 16.0
        assert c.walls.nearest_mm <= min(c.walls.left_mm, c.walls.right_mm) + 1e-9


def test_the_mirrored_patient_has_the_mirrored_plan(
    plan: CorridorPlan, mirrored_patient: tuple[Spine, LabelMap, LabelMap]
) -> None:
    spine, structures, body = mirrored_patient
    other = find_corridors(spine, "T12", COARSE, structures=structures, names=NAMES, body=body)
    swap = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
    here = {(c.kind, c.side): c for c in reversed(plan.corridors)}
    there = {(c.kind, swap[c.side]): c for c in reversed(other.corridors)}
    assert here.keys() == there.keys()
    assert other.safe_candidates == pytest.approx(plan.safe_candidates, rel=0.1)
    flipped = np.nan_to_num(other.entries.spare_mm[:, ::-1], nan=-9.0)
    assert np.median(np.abs(flipped - np.nan_to_num(plan.entries.spare_mm, nan=-9.0))) < 0.3
    for key, c in here.items():
        assert there[key].rank == pytest.approx(c.rank, abs=0.4)


def test_whence_each_structure_is_known(plan: CorridorPlan) -> None:
    assert plan.sources[Avoided.AORTA] is Source.LABELS
    assert plan.sources[Avoided.LUNG] is Source.LABELS
    assert plan.sources[Avoided.ROOTS] is Source.GEOMETRY
    assert plan.sources[Avoided.CAVA] is Source.GEOMETRY
    assert any("space before the spine" in note for note in plan.notes)
    assert any("without a name" in note for note in plan.notes)


def test_the_plan_goes_into_json(plan: CorridorPlan) -> None:
    plain = plan.as_dict()
    assert plain["corridors"][0]["to_gantry"]["hub_leans_to"] in ("left", "right")
    assert set(plain["corridors"][0]["clearances_mm"]) <= {group.value for group in Avoided}
    assert plain["settings"]["gauge"] == 13


def test_without_labels_the_spaces_stand_for_them(patient: tuple[Spine, LabelMap], body: LabelMap) -> None:
    spine, structures = patient
    blind = find_corridors(spine, "L1", COARSE, body=body)
    assert {blind.sources[group] for group in (Avoided.AORTA, Avoided.CAVA, Avoided.KIDNEY)} == {Source.GEOMETRY}
    assert blind.sources[Avoided.ORGANS] is Source.NOT_GIVEN
    for corridor in blind.corridors:
        assert labels_in_needle(corridor, structures).isdisjoint({Structure.AORTA, Structure.CORD, Structure.CANAL})


def test_from_the_bone(patient: tuple[Spine, LabelMap]) -> None:
    spine, structures = patient
    settings = COARSE.model_copy(update={"entry": EntryFrom.BONE})
    plan = find_corridors(spine, "L1", settings, structures=structures, names=NAMES)
    assert plan.corridors
    for c in plan.corridors:
        assert np.linalg.norm(np.subtract(c.entry_mm, c.bone_mm)) < 3.0
    assert plan.entries.points_mm.shape[0] == 1


def test_a_lesion_in_the_lamina_is_reached_through_it(patient: tuple[Spine, LabelMap], body: LabelMap) -> None:
    spine, structures = patient
    vertebra = spine.vertebrae[Level.L1]
    lamina = find_posterior_elements(vertebra).laminae[Side.RIGHT]
    assert lamina is not None
    lesion = LabelMap(lamina.voxels.view(np.uint8), vertebra.mask.affine, "lesion")
    settings = COARSE.model_copy(update={"gauge": 16, "neural_margin_mm": 0.5})
    plan = find_corridors(spine, Level.L1, settings, target=lesion, structures=structures, names=NAMES, body=body)
    assert (Kind.TRANSLAMINAR, Side.RIGHT) in {(c.kind, c.side) for c in plan.corridors}
