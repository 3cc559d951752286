"""The sampled label maps agree with the solids they come from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage
from skimage.measure import euler_number

from corduroy.anatomy.level import Level
from corduroy.errors import SettingsError
from corduroy.imaging.volume import LabelMap
from corduroy.phantom import Fracture, Phantom, Structure, mean_spine, random_spine
from corduroy.phantom.sections import local_grid


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return random_spine(np.random.default_rng(4), ["T11", "T12", "L1"], {"T12": Fracture("crush", 35.0)})


@pytest.fixture(scope="module")
def labels(phantom: Phantom) -> LabelMap:
    return phantom.render_labels(1.0, np.random.default_rng(0))


def test_labels_are_verse_ids(phantom: Phantom, labels: LabelMap) -> None:
    assert phantom.levels[0] is Level.T11
    assert labels.labels == (18, 19, 20)
    assert mean_spine(["L5", "S1"]).render_labels(3.0).labels == (24, 26)


def test_bone_volume_does_not_depend_on_the_grid(phantom: Phantom, labels: LabelMap) -> None:
    fine = phantom.render_labels(0.7)
    thick = phantom.render_labels((0.8, 0.8, 2.0))
    for label in labels.labels:
        volumes = [float((m.array == label).sum() * m.voxel_volume_mm3) for m in (fine, labels, thick)]
        # Endplates nearly parallel to the grid are rounded to whole voxels, hence 2 %.
        assert volumes[1] == pytest.approx(volumes[0], rel=0.02)
        assert volumes[2] == pytest.approx(volumes[0], rel=0.03)


def test_body_volume_matches_the_surfaces(phantom: Phantom) -> None:
    structures = phantom.render_structures(1.0)
    vertebrae = phantom.render_labels(1.0)
    truth = phantom.truth()
    for level, vertebra in zip(phantom.levels, truth.vertebrae, strict=True):
        box = vertebrae.boxes[phantom.spine.label(level)]
        corner = vertebrae.world_from_voxel([s.start for s in box])
        start = np.rint(structures.voxel_from_world(corner)).astype(int)
        size = [s.stop - s.start for s in box]
        cut = structures.array[tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))]
        own = vertebrae.array[box] == phantom.spine.label(level)
        volume = float(((cut == Structure.BODY) & own).sum()) / 1000.0
        assert volume == pytest.approx(vertebra.volume_ml, rel=0.03)


def test_height_end_points_are_where_the_labels_end(phantom: Phantom) -> None:
    fine = phantom.render_labels(0.6)
    for vertebra in phantom.truth().vertebrae:
        label = phantom.spine.label(vertebra.level)
        for top, bottom in vertebra.height_segments.values():
            up = (top - bottom) / np.linalg.norm(top - bottom)
            probes = np.concatenate([top + up * np.array([[-0.7], [0.7]]), bottom - up * np.array([[-0.7], [0.7]])])
            seen = fine.sample(probes, order=0) == label
            assert seen.tolist() == [True, False, True, False]


def test_each_vertebra_is_one_piece_and_touches_no_other(labels: LabelMap) -> None:
    for label in labels.labels:
        _, pieces = ndimage.label(labels.array == label, np.ones((3, 3, 3)))
        assert pieces == 1
    for axis in range(3):
        stack = np.moveaxis(labels.array, axis, 0)
        pair = (stack[1:] > 0) & (stack[:-1] > 0) & (stack[1:] != stack[:-1])
        assert not pair.any()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_arch_closes_one_ring_at_the_pedicles(seed: int) -> None:
    phantom = random_spine(np.random.default_rng(seed), ["T7", "T8", "T9"] if seed == 1 else ["T12", "L1", "L2"])
    for index, vertebra in enumerate(phantom.spine.vertebrae):
        canal = phantom.truth().vertebrae[index].canal
        assert canal is not None
        low, high = canal.closed_range_mm
        assert high - low > 0.4 * vertebra.pedicles["left"].height
        z = 0.5 * (low + high)
        grid = local_grid(
            vertebra.frame, np.array([-70.0, -95.0, z]), np.array([70.0, 40.0, z]), np.array([0.4, 0.4, 1.0])
        )
        bone = (np.minimum(*phantom.spine.bone(grid, index)) < 0)[:, :, 0]
        _, pieces = ndimage.label(bone)
        assert (pieces, euler_number(bone, connectivity=1)) == (1, 0)  # one piece, one hole


def test_above_and_below_the_pedicles_the_ring_is_open() -> None:
    phantom = mean_spine(["L1", "L2", "L3"])
    vertebra = phantom.spine.vertebrae[1]
    canal = phantom.truth()["L2"].canal
    assert canal is not None
    below = canal.closed_range_mm[0] - 2.0
    grid = local_grid(
        vertebra.frame, np.array([-40.0, -60.0, below]), np.array([40.0, 30.0, below]), np.array([0.4, 0.4, 1.0])
    )
    bone = (np.minimum(*phantom.spine.bone(grid, 1)) < 0)[:, :, 0]
    assert euler_number(bone, connectivity=1) == ndimage.label(bone)[1]  # pieces, but no hole


def test_the_canal_is_empty(phantom: Phantom, labels: LabelMap) -> None:
    for vertebra in phantom.truth().vertebrae:
        assert vertebra.canal is not None
        assert labels.sample(vertebra.canal.centre, order=0) == 0


def test_the_wider_pedicle_is_on_its_own_side_of_the_label_map() -> None:
    phantom = random_spine(np.random.default_rng(8), ["L1"], tilt_deg=0.0, scoliosis_deg=0.0)
    vertebra = phantom.spine.vertebrae[0]
    labels = phantom.render_labels(0.5)
    thickness = {}
    for side, sign in (("left", -1), ("right", 1)):
        point = np.array(vertebra.pedicles[side].isthmus)
        across = point + np.outer(np.arange(-12.0, 12.0, 0.1), [1.0, 0.0, 0.0])
        thickness[side] = labels.sample(vertebra.frame.world(across), order=0).astype(bool).sum()
        assert sign * vertebra.frame.world(point)[0] > sign * vertebra.frame.origin[0]
    widths = {side: p.width for side, p in vertebra.pedicles.items()}
    assert abs(widths["left"] - widths["right"]) > 0.2
    assert (thickness["left"] > thickness["right"]) == (widths["left"] > widths["right"])


def test_same_seed_same_bytes() -> None:
    def once(seed: int) -> bytes:
        rng = np.random.default_rng(seed)
        return random_spine(rng, ["L1", "L2"], 1).render_labels(2.0, rng).array.tobytes()

    assert once(3) == once(3)
    assert once(3) != once(4)


def test_a_crooked_spacing_is_refused() -> None:
    for spacing in (0.0, (1.0, -1.0, 1.0), float("nan")):
        with pytest.raises(SettingsError):
            mean_spine(["L1"]).render_labels(spacing)
