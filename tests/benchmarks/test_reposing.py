from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks.phantom_sample import REGIMES, examine
from benchmarks.reposing import Pose, random_pose, reposed
from corduroy.imaging import LabelMap


def two_blocks() -> LabelMap:
    """Boxes of 20 x 12 x 8 and 8 x 8 x 8 mm, the second to the right of and above the first."""
    array = np.zeros((60, 40, 40), np.uint8)
    array[10:30, 10:22, 10:18] = 20
    array[40:48, 12:20, 25:33] = 19
    return LabelMap(array, np.diag([1.0, 1.0, 1.0, 1.0]))


def centres(labels: LabelMap) -> dict[int, np.ndarray]:
    found = {n: labels.world_from_voxel(np.argwhere(labels.array == n)) for n in labels.labels}
    return {n: points.mean(axis=0) for n, points in found.items()}


def test_labels_move_as_the_pose_says() -> None:
    labels = two_blocks()
    turn = Rotation.from_rotvec(np.deg2rad([10.0, -5.0, 8.0])).as_matrix()
    pose = Pose(turn, np.array([30.0, 20.0, 20.0]), np.array([4.3, -2.1, 0.7]), 0.8)
    moved = centres(reposed(labels, pose))
    for number, centre in centres(labels).items():
        np.testing.assert_allclose(moved[number], pose.moved(centre[None])[0], atol=0.15)
        np.testing.assert_allclose(pose.original(moved[number][None])[0], centre, atol=0.15)


def test_size_is_kept_at_every_spacing() -> None:
    labels = two_blocks()
    rng = np.random.default_rng(4)
    for _ in range(5):
        pose = random_pose(rng, labels)
        result = reposed(labels, pose)
        assert result.spacing == pytest.approx(pose.spacing_mm)
        assert 1.0 <= pose.spacing_mm <= 2.0
        volume = np.count_nonzero(result.array == 20) * result.voxel_volume_mm3
        assert volume == pytest.approx(20 * 12 * 8, rel=0.12)
        assert result.labels == (19, 20)


def test_a_phantom_is_the_same_every_time_and_its_regime_is_its_place() -> None:
    both, again = examine(1), examine(1)
    assert both == again
    assert [one.images for one in both] == ["label map", "with CT"]
    for one in both:
        assert {outcome.regime for outcome in one.outcomes} == {REGIMES[1]}
        assert {outcome.images for outcome in one.outcomes} == {one.images}
        assert {outcome.fractured for outcome in one.outcomes} == {False, True}
        assert one.vertebrae == 3
        heights = [outcome for outcome in one.outcomes if outcome.quantity.endswith("height")]
        assert len(heights) == 3 * (3 - one.without_height)
