"""Planted lesions: asked for and got, left and right, seeds, what stays as it was, bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from corduroy.anatomy import Side, Spine, build_spine
from corduroy.errors import GeometryError, MeasurementError, SettingsError
from corduroy.imaging import LabelMap, Volume, read_labels, read_volume
from corduroy.phantom import (
    ArchPart,
    Breach,
    Expansion,
    Family,
    Fracture,
    Lesion,
    SoftPart,
    Trabeculae,
    WallPoint,
    plant,
    random_lesion,
    random_spine,
)
from corduroy.phantom.lesion_noise import ScanNoise, scan_noise

VERSE014 = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "verse014"
FAT = Lesion(Family.FATTY_HEMANGIOMA, 60.0, stroma_hu=-60.0, trabeculae=Trabeculae(4.0, 1.2))


@pytest.fixture(scope="module")
def scan() -> tuple[Volume, Spine]:
    phantom = random_spine(np.random.default_rng(5), ["T12", "L1", "L2"], tilt_deg=0.0, trabecular_hu=140.0)
    ct, labels = phantom.render(np.random.default_rng(1), 1.25)
    return ct, build_spine(labels, "verse")


@pytest.mark.parametrize("share", [20.0, 55.0, 100.0])
def test_the_body_is_taken_as_far_as_was_asked_for(scan: tuple[Volume, Spine], share: float) -> None:
    ct, spine = scan
    lesion = Lesion(Family.LYTIC_METASTASIS, share, stroma_hu=40.0)
    planted = plant(ct, spine, "L1", lesion, np.random.default_rng(1))
    assert planted.truth.body_share_percent == pytest.approx(share, abs=3.0)
    body = spine.vertebrae["L1"].body_mask.sum() * ct.voxel_volume_mm3 / 1000.0  # type: ignore[index]
    masked = np.count_nonzero(planted.mask.array == 1) * ct.voxel_volume_mm3 / 1000.0
    assert masked == pytest.approx(planted.truth.volume_ml, rel=0.06)
    assert masked == pytest.approx(share / 100.0 * body, rel=0.1)


def test_the_core_has_the_stroma_it_was_given_and_the_rest_of_the_scan_is_untouched(
    scan: tuple[Volume, Spine],
) -> None:
    ct, spine = scan
    lesion = Lesion(Family.LYTIC_METASTASIS, 70.0, stroma_hu=30.0)
    planted = plant(ct, spine, "L1", lesion, np.random.default_rng(2), noise_hu=10.0)
    changed = planted.ct.array != ct.array
    world = ct.world_from_voxel(np.argwhere(changed))
    distance = np.abs(spine.vertebrae["L1"].frame.local(world))  # type: ignore[index]
    assert distance.max() < 45.0
    deep = spine.vertebrae["L1"].frame.local(ct.world_from_voxel(np.argwhere(planted.mask.array == 1)))  # type: ignore[index]
    values = planted.ct.array[planted.mask.array == 1][np.linalg.norm(deep, axis=1) < 7.0]
    assert float(np.median(values)) == pytest.approx(30.0, abs=8.0)
    assert 7.0 < float(values.std()) < 20.0


def test_columns_stand_upright_in_a_hemangioma(scan: tuple[Volume, Spine]) -> None:
    ct, spine = scan
    planted = plant(ct, spine, "L1", FAT, np.random.default_rng(3), noise_hu=0.0)
    frame = spine.vertebrae["L1"].frame  # type: ignore[index]
    grid = np.stack(np.meshgrid(np.arange(-8.0, 8.1), np.arange(-8.0, 8.1), [-4.0, 4.0], indexing="ij"), axis=-1)
    grey = planted.ct.sample(frame.world(grid))
    along = np.corrcoef(grey[..., 0].ravel(), grey[..., 1].ravel())[0, 1]
    assert along > 0.5
    assert np.percentile(grey, 98) - np.percentile(grey, 20) > 150.0


@pytest.mark.parametrize("side", list(Side))
def test_arch_breach_and_soft_parts_lie_on_the_side_that_was_named(scan: tuple[Volume, Spine], side: Side) -> None:
    ct, spine = scan
    lesion = Lesion(
        Family.VASCULAR_HEMANGIOMA,
        40.0,
        stroma_hu=40.0,
        arch=(ArchPart("pedicle", side), ArchPart("lamina", side)),
        breaches=(Breach(WallPoint(side.sign * 70.0), 6.0), Breach(WallPoint(side.sign * 165.0), 5.0)),
        epidural=SoftPart(side, 0.5),
        paravertebral=SoftPart(side, 2.0),
    )
    planted = plant(ct, spine, "L1", lesion, np.random.default_rng(4))
    other = Side.LEFT if side is Side.RIGHT else Side.RIGHT
    involved = planted.truth.involved_percent
    assert involved[f"pedicle {side}"] > 70.0
    assert involved[f"lamina {side}"] > 70.0
    assert involved[f"pedicle {other}"] < 15.0
    assert involved[f"lamina {other}"] < 5.0
    frame = spine.vertebrae["L1"].frame  # type: ignore[index]
    for number, volume in ((2, 0.5), (3, 2.0)):
        voxels = planted.mask.array == number
        local = frame.local(ct.world_from_voxel(np.argwhere(voxels)))
        assert np.sign(local[:, 0].mean()) == side.sign
        assert voxels.sum() * ct.voxel_volume_mm3 / 1000.0 == pytest.approx(volume, rel=0.35)
    assert (frame.local(planted.truth.breach_points)[:, 0] * side.sign > 0).all()
    assert planted.truth.epidural_ml == pytest.approx(0.5, rel=0.1)
    assert set(planted.truth.breach_places) == {str(side), "posterior"}


def test_an_expanded_bone_is_labelled(scan: tuple[Volume, Spine]) -> None:
    ct, spine = scan
    lesion = Lesion(Family.FATTY_HEMANGIOMA, 60.0, expansion=Expansion(WallPoint(60.0), 4.0))
    planted = plant(ct, spine, "L1", lesion, np.random.default_rng(1))
    more = np.argwhere((planted.labels.array > 0) & (spine.labels.array == 0))
    local = spine.vertebrae["L1"].frame.local(ct.world_from_voxel(more))  # type: ignore[index]
    assert len(more) > 50
    assert (local[:, 0] > 0).all()


def test_the_contrasted_phase_rises_by_the_uptake(scan: tuple[Volume, Spine]) -> None:
    ct, spine = scan
    lesion = Lesion(Family.LYTIC_METASTASIS, 80.0, stroma_hu=40.0, uptake_hu=55.0)
    planted = plant(ct, spine, "L1", lesion, np.random.default_rng(1))
    assert planted.contrasted is not None
    rise = (planted.contrasted.array - planted.ct.array)[planted.mask.array == 1]
    assert float(np.median(rise)) == pytest.approx(55.0, abs=2.0)
    assert not (planted.contrasted.array - planted.ct.array)[planted.mask.array == 0].max() > 60


def test_the_same_seed_gives_the_same_bytes_and_another_one_does_not(scan: tuple[Volume, Spine]) -> None:
    ct, spine = scan
    first, again, other = (
        plant(
            ct,
            spine,
            "L1",
            random_lesion(np.random.default_rng(seed), Family.LYTIC_METASTASIS),
            np.random.default_rng(seed),
        ).ct.array
        for seed in (8, 8, 9)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_lesion_goes_into_a_fractured_phantom() -> None:
    broken = {"L1": Fracture("wedge", 35.0)}
    phantom = random_spine(np.random.default_rng(2), ["T12", "L1", "L2"], broken)
    planted = phantom.render_with_lesion(np.random.default_rng(2), "L1", FAT, 1.5)
    assert planted.truth.body_share_percent == pytest.approx(60.0, abs=3.0)


def test_random_lesions_keep_to_their_family() -> None:
    rng = np.random.default_rng(0)
    for family in Family:
        drawn = [random_lesion(rng, family) for _ in range(30)]
        assert {lesion.family for lesion in drawn} == {family}
        assert all(20.0 <= lesion.share_percent <= 100.0 for lesion in drawn)
        assert all(
            (lesion.trabeculae is not None) == (family.is_hemangioma or family is Family.OSTEOPOROTIC_BONE)
            for lesion in drawn
        )
    sides = {
        part.side
        for lesion in (random_lesion(rng, Family.LYTIC_METASTASIS) for _ in range(40))
        for part in lesion.arch
        if part.side
    }
    assert sides == set(Side)


def test_a_mirrored_lesion_changes_sides_and_back() -> None:
    lesion = random_lesion(np.random.default_rng(12), Family.VASCULAR_HEMANGIOMA)
    assert lesion.mirrored() != lesion
    assert lesion.mirrored().mirrored() == lesion


def test_noise_is_estimated_with_its_strength_and_grain() -> None:
    rng = np.random.default_rng(0)
    drawn = ScanNoise(20.0, (0.8, 0.0, 0.0)).draw((60, 60, 40), rng)
    labels = np.zeros(drawn.shape, np.uint8)
    labels[28:32, 28:32, :] = 1
    found = scan_noise(Volume(50.0 + drawn, np.eye(4)), LabelMap(labels, np.eye(4)))
    assert found.sd_hu == pytest.approx(20.0, rel=0.15)
    assert found.sigma_voxels[0] > 0.5
    assert max(found.sigma_voxels[1:]) < 0.3


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Lesion(Family.LYTIC_METASTASIS, 120.0),
        lambda: Trabeculae(3.0, 4.0),
        lambda: ArchPart("pedicle", None),
        lambda: ArchPart("rib", Side.LEFT),
        lambda: WallPoint(200.0),
        lambda: Breach(WallPoint(0.0), 0.0),
        lambda: Expansion(WallPoint(0.0), 20.0),
        lambda: SoftPart(Side.LEFT, -1.0),
        lambda: Lesion(Family.LYTIC_METASTASIS, 50.0, paravertebral=SoftPart(None, 1.0)),
    ],
)
def test_what_no_vertebra_can_be_given_is_refused(wrong: object) -> None:
    with pytest.raises(SettingsError):
        wrong()  # type: ignore[operator]


def test_wrong_places_are_refused(scan: tuple[Volume, Spine]) -> None:
    ct, spine = scan
    rng = np.random.default_rng(0)
    with pytest.raises(SettingsError, match="T4"):
        plant(ct, spine, "T4", FAT, rng)
    with pytest.raises(SettingsError, match="nothing negative"):
        plant(ct, spine, "L1", FAT, rng, psf_mm=-1.0)
    with pytest.raises(GeometryError, match="one grid"):
        plant(ct.crop((slice(0, 40), slice(0, 40), slice(0, 20))), spine, "L1", FAT, rng)
    large = Lesion(Family.LYTIC_METASTASIS, 50.0, epidural=SoftPart(Side.LEFT, 15.0))
    with pytest.raises(MeasurementError, match="do not fit"):
        plant(ct, spine, "L1", large, rng)


@pytest.mark.skipif(not VERSE014.is_dir(), reason="../shared/data/verse014 is not there")
@pytest.mark.slow
def test_a_real_scan_takes_a_lesion() -> None:
    ct = read_volume(VERSE014 / "sub-verse014_ct.nii.gz")
    spine = build_spine(read_labels(VERSE014 / "sub-verse014_seg-vert_msk.nii.gz"), "verse")
    planted = plant(ct, spine, "L3", FAT, np.random.default_rng(0))
    inside = planted.mask.array == 1
    assert float(np.median(planted.ct.array[inside])) < float(np.median(ct.array[inside])) - 60.0
    assert planted.truth.body_share_percent == pytest.approx(60.0, abs=4.0)
