"""A whole spine with its CT: endplates come nearer to the truth, and stay on the labels where the CT shows no edge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from corduroy.anatomy import Level, Spine, build_spine
from corduroy.anatomy.grey_endplates import with_grey_endplates
from corduroy.imaging import LabelMap, Volume, read_labels, read_volume
from corduroy.phantom import Phantom, random_spine

FloatArray = NDArray[np.float64]
LEVELS = ("L1", "L2", "L3")
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
VERSE014 = DATA / "verse014"


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return random_spine(np.random.default_rng(11), LEVELS, tilt_deg=9.0)


@pytest.fixture(scope="module")
def coarse(phantom: Phantom) -> tuple[Volume, LabelMap]:
    return phantom.render(np.random.default_rng(5), 2.0)


def edges(spine: Spine) -> list[str]:
    bodies = [vertebra.body for vertebra in spine.vertebrae.values()]
    return [plate.edge for body in bodies if body is not None for plate in (body.superior, body.inferior)]


def misses(spine: Spine, phantom: Phantom) -> FloatArray:
    """Distance of every endplate's points from the phantom's own surface, mm."""
    found = []
    for bone in phantom.spine.vertebrae:
        body = spine.vertebrae[bone.level].body
        assert body is not None
        for plate, points in ((body.superior, body.top), (body.inferior, body.bottom)):
            local = bone.frame.local(plate.points(points.x, points.y))
            top, bottom = bone.body.surfaces(local[:, 0], local[:, 1])
            found.append(local[:, 2] - (top if plate.side == "superior" else bottom))
    return np.concatenate(found)


def test_the_ct_halves_the_error_of_coarse_labels(phantom: Phantom, coarse: tuple[Volume, LabelMap]) -> None:
    ct, labels = coarse
    alone, with_ct = (build_spine(labels, "verse", grey) for grey in (None, ct))
    assert edges(alone) == ["labels"] * 6
    assert edges(with_ct) == ["grey values"] * 6
    assert with_ct.warnings == alone.warnings
    before, after = (float(np.sqrt((misses(spine, phantom) ** 2).mean())) for spine in (alone, with_ct))
    assert after < 0.15
    assert after < 0.6 * before


def test_a_ct_on_another_grid_serves_as_well(phantom: Phantom, coarse: tuple[Volume, LabelMap]) -> None:
    ct = phantom.render(np.random.default_rng(8), (1.3, 1.3, 1.6))[0]
    spine = build_spine(coarse[1], "verse", ct)
    assert edges(spine) == ["grey values"] * 6
    assert float(np.sqrt((misses(spine, phantom) ** 2).mean())) < 0.2


def test_with_fine_voxels_nothing_is_moved(coarse: tuple[Volume, LabelMap]) -> None:
    ct, labels = coarse
    vertebrae = build_spine(labels, "verse").vertebrae
    fine = Volume(ct.array, ct.affine @ np.diag([0.25, 0.25, 0.25, 1.0]))
    moved, warnings = with_grey_endplates(vertebrae, fine, labels, {})
    assert moved is vertebrae
    assert warnings == ()


def test_noise_without_bone_leaves_the_labels_and_says_so(coarse: tuple[Volume, LabelMap]) -> None:
    ct, labels = coarse
    empty = ct.with_array(np.random.default_rng(2).normal(60.0, 20.0, ct.shape).astype(np.float32))
    spine = build_spine(labels, "verse", empty)
    assert set(edges(spine)) == {"labels"}
    assert any("taken from the label map alone" in text for text in spine.warnings)


def test_a_label_map_that_lies_beside_its_ct_is_not_followed(coarse: tuple[Volume, LabelMap]) -> None:
    ct, labels = coarse
    affine = labels.affine.copy()
    affine[2, 3] += 5.0
    spine = build_spine(LabelMap(labels.array, affine), "verse", ct)
    assert set(edges(spine)) == {"labels"}
    assert any("taken from the label map alone" in text for text in spine.warnings)


@pytest.mark.parametrize(("filling_hu", "what"), [(3000.0, "cement or metal"), (-900.0, "air")])
def test_one_filled_disc_leaves_both_vertebrae_beside_it(
    phantom: Phantom, coarse: tuple[Volume, LabelMap], filling_hu: float, what: str
) -> None:
    ct, labels = coarse
    low, high = (phantom.spine.vertebrae[i].frame.origin[2] for i in (1, 0))
    z = labels.world_from_voxel(np.column_stack([np.zeros((labels.shape[2], 2)), np.arange(labels.shape[2])]))[:, 2]
    grey = ct.array.astype(np.float32)
    grey[:, :, (z > low) & (z < high)] = filling_hu
    spine = build_spine(labels, "verse", ct.with_array(grey))
    assert edges(spine) == ["labels"] * 4 + ["grey values"] * 2, what


def test_no_endplate_moves_by_more_than_a_voxel(coarse: tuple[Volume, LabelMap]) -> None:
    ct, labels = coarse
    alone, with_ct = (build_spine(labels, "verse", grey) for grey in (None, ct))
    for level in alone.levels:
        bodies = alone.vertebrae[level].body, with_ct.vertebrae[level].body
        assert bodies[0] is not None
        assert bodies[1] is not None
        points = bodies[0].top
        moved = bodies[1].superior.z(points.x, points.y) - bodies[0].superior.z(points.x, points.y)
        assert float(np.percentile(np.abs(moved), 97.5)) <= 2.2


@pytest.mark.skipif(not VERSE014.is_dir(), reason="../shared/data/verse014 is not there")
def test_on_a_real_scan_grey_values_and_an_experts_mask_agree() -> None:
    labels = read_labels(VERSE014 / "sub-verse014_seg-vert_msk.nii.gz")
    ct = read_volume(VERSE014 / "sub-verse014_ct.nii.gz")
    alone, with_ct = (build_spine(labels, "verse", grey) for grey in (None, ct))
    assert edges(with_ct).count("grey values") >= 6
    gaps = []
    for level in (Level.L1, Level.L2, Level.L3, Level.L4):
        bodies = alone.vertebrae[level].body, with_ct.vertebrae[level].body
        assert bodies[0] is not None
        assert bodies[1] is not None
        for points, side in ((bodies[0].top, "superior"), (bodies[0].bottom, "inferior")):
            plates = [getattr(body, side) for body in bodies]
            gaps.append(plates[1].z(points.x, points.y) - plates[0].z(points.x, points.y))
    assert float(np.median(np.abs(np.concatenate(gaps)))) < 0.2
