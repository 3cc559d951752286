"""Level and lesion of a plan: found, seeded, painted, edited and read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corduroy.anatomy import Level, Side, Spine, build_spine
from corduroy.errors import PlanError, SettingsError
from corduroy.imaging import LabelMap, Volume, read_labels, write_volume
from corduroy.lesion import Baseline
from corduroy.morphometry import SpineMeasurement
from corduroy.phantom import Breach, Family, Lesion, PlantedLesion, SoftPart, Trabeculae, WallPoint, plant, random_spine
from corduroy.pipeline.plan_lesion import LesionRequest, PlannedLesion, find_lesion
from corduroy.planning.lesion_extent import extent_of

T12 = Level.T12
LEVELS = (Level.T10, Level.T11, T12, Level.L1)


@pytest.fixture(scope="module")
def planted() -> PlantedLesion:
    """A hemangioma of T12 through the posterior wall into the right of the canal, in two phases."""
    rng = np.random.default_rng(11)
    ct, labels = random_spine(rng, LEVELS, tilt_deg=0.0, scoliosis_deg=0.0).render(rng, 1.25)
    lesion = Lesion(
        Family.FATTY_HEMANGIOMA,
        share_percent=70.0,
        stroma_hu=-40.0,
        trabeculae=Trabeculae(3.2, 0.9),
        breaches=(Breach(WallPoint(170.0), 7.0),),
        epidural=SoftPart(Side.RIGHT, 0.8),
        uptake_hu=80.0,
    )
    return plant(ct, build_spine(labels, ct=ct), T12, lesion, rng)


@pytest.fixture(scope="module")
def spine(planted: PlantedLesion) -> Spine:
    return build_spine(planted.labels, ct=planted.ct)


@pytest.fixture(scope="module", autouse=True)
def _looked_at_once() -> Iterator[None]:
    """The intact vertebrae of this one spine are looked at once for every choice of levels: that is what takes time."""
    known: dict[tuple[Level, ...] | None, Baseline] = {}
    look = Baseline.of

    def once(ct: Volume, spine: Spine, intact: Iterable[Level | str] | None = None) -> Baseline:
        levels = None if intact is None else tuple(Level(each) for each in intact)
        if levels is None or set(levels) == set(spine.levels):
            levels = None  # the same levels
        if levels not in known:
            known[levels] = look(ct, spine, levels)
        return known[levels]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Baseline, "of", once)
        yield


def unasked() -> SpineMeasurement:
    raise AssertionError("the measurement was not needed")


def truly(found: PlannedLesion, planted: PlantedLesion) -> float:
    """Dice of the whole lesion against what was planted."""
    assert found.mask is not None
    index = np.moveaxis(np.indices(planted.mask.shape), 0, -1)
    there = found.mask.parts.sample(planted.mask.world_from_voxel(index), order=0) > 0
    truth = planted.mask.array > 0
    return 2.0 * float((there & truth).sum()) / float(there.sum() + truth.sum())


@pytest.fixture(scope="module")
def two_phases(spine: Spine, planted: PlantedLesion) -> PlannedLesion:
    return find_lesion(spine, LesionRequest(contrasted=planted.contrasted), unasked)


def test_the_level_is_told_by_the_lesion_that_is_found(two_phases: PlannedLesion, planted: PlantedLesion) -> None:
    assert two_phases.level is T12
    assert any("only vertebra in which a lesion was found" in doubt for doubt in two_phases.doubts)
    assert any("delineated by the software" in doubt for doubt in two_phases.doubts)
    assert truly(two_phases, planted) > 0.8


def test_two_phases_show_the_epidural_part_with_its_side(two_phases: PlannedLesion, spine: Spine) -> None:
    assert two_phases.mask is not None
    extent = extent_of(two_phases.mask, spine, two_phases.findings)
    assert extent.epidural is not None
    assert extent.epidural.side is Side.RIGHT
    assert extent.epidural.volume.value == pytest.approx(0.8, abs=0.4)
    assert two_phases.mask.volume_ml("epidural") == pytest.approx(extent.epidural.volume.value, rel=0.2)
    assert two_phases.findings is not None
    assert extent.in_bone is two_phases.findings.volume_ml


def test_one_phase_leaves_parts_outside_the_bone_open(spine: Spine) -> None:
    found = find_lesion(spine, LesionRequest(T12), unasked)
    assert found.mask is not None
    assert not found.mask.outside_known
    assert not len(found.mask.points("epidural"))
    extent = extent_of(found.mask, spine, found.findings)
    assert extent.epidural is None
    assert extent.reading_mm3(extent.epidural) is None
    assert extent.regions.epidural is None
    assert any("--contrast" in doubt for doubt in found.doubts)


def test_an_edited_mask_is_taken_as_it_is(two_phases: PlannedLesion, spine: Spine, tmp_path: Path) -> None:
    """What a person cuts off stays off, and what the software says of the rest is said of the edited mask."""
    assert two_phases.mask is not None
    parts = two_phases.mask.parts
    index = np.argwhere(parts.array > 0)
    right = spine.vertebrae[T12].frame.local(parts.world_from_voxel(index))[:, 0] > 0
    edited = np.zeros(parts.shape, np.uint8)
    edited[tuple(index[right].T)] = 1
    path = tmp_path / "edited.nii.gz"
    write_volume(LabelMap(edited, parts.affine), path)
    found = find_lesion(spine, LesionRequest(mask=path), unasked)
    assert found.level is T12
    assert found.delineation is None
    assert found.mask is not None
    assert found.findings is not None
    kept = sum(found.mask.volume_ml(name) for name in ("in bone", "epidural", "paravertebral"))
    assert kept == pytest.approx(float(edited.sum()) * parts.voxel_volume_mm3 / 1000.0, rel=1e-6)
    assert found.findings.volume_ml.value == pytest.approx(found.mask.volume_ml("in bone"), rel=0.15)
    assert np.array_equal(read_labels(path).array, edited)


def test_a_seed_names_level_and_lesion(spine: Spine, planted: PlantedLesion) -> None:
    centre = spine.vertebrae[T12].frame.origin
    x, y, z = (float(value) for value in centre)
    found = find_lesion(spine, LesionRequest(seed_mm=(x, y, z)), unasked)
    assert found.level is T12
    assert found.delineation is not None
    assert found.delineation.how == "from a seed"
    assert not any("NO LESION" in doubt for doubt in found.doubts)
    assert truly(found, planted) > 0.7


def test_a_seed_in_healthy_marrow_is_the_first_thing_that_is_warned_of(spine: Spine) -> None:
    x, y, z = (float(value) for value in spine.vertebrae[Level.L1].frame.origin)
    found = find_lesion(spine, LesionRequest(Level.L1, seed_mm=(x, y, z)), unasked)
    assert found.findings is not None
    assert found.doubts[0].startswith("NO LESION IS SEEN HERE: what was delineated from a seed in L1")


def test_a_seed_outside_is_refused(spine: Spine) -> None:
    with pytest.raises(PlanError, match="meets no vertebra"):
        find_lesion(spine, LesionRequest(seed_mm=(500.0, 500.0, 500.0)), unasked)
    x, y, z = (float(value) for value in spine.vertebrae[Level.L1].frame.origin)
    with pytest.raises(SettingsError, match="outside T10"):
        find_lesion(spine, LesionRequest(Level.T10, seed_mm=(x, y, z)), unasked)
    with pytest.raises(PlanError, match="one of them"):
        find_lesion(spine, LesionRequest(T12, Path("mask.nii.gz"), (x, y, z)), unasked)


def test_an_intact_vertebra_has_no_lesion_and_the_plan_says_so(spine: Spine) -> None:
    found = find_lesion(spine, LesionRequest(Level.T11), unasked)
    assert found.mask is None
    assert "looks like its neighbours" in found.why_no_mask


def test_without_a_ct_there_is_nothing_to_find_it_in(spine: Spine) -> None:
    found = find_lesion(replace(spine, ct=None), LesionRequest(T12), unasked)
    assert found.mask is None
    assert "no CT" in found.why_no_mask
