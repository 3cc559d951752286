"""The synthetic CT: grey values, partial volume, point spread, noise, surroundings."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from corduroy.errors import SettingsError
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.phantom import Phantom, Structure, random_spine


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return random_spine(np.random.default_rng(21), ["T11", "T12"], trabecular_hu=130.0, tilt_deg=10.0)


@pytest.fixture(scope="module")
def scan(phantom: Phantom) -> tuple[Volume, LabelMap]:
    return phantom.render(np.random.default_rng(1), 1.0, psf_mm=0.0, noise_hu=0.0)


def test_trabecular_bone_has_the_true_mean(phantom: Phantom, scan: tuple[Volume, LabelMap]) -> None:
    ct, labels = scan
    for vertebra in phantom.truth().vertebrae:
        mask = labels.array == phantom.spine.label(vertebra.level)
        deep = ndimage.distance_transform_edt(mask) > 4.0
        local = vertebra.frame.local(ct.world_from_voxel(np.argwhere(deep)))
        inside = np.abs(local[:, 1]) < 0.4 * vertebra.depth_mm
        mean = float(ct.array[deep][inside].mean())
        assert mean == pytest.approx(vertebra.trabecular_hu, abs=6.0)
        assert 100.0 < mean < 160.0


def test_the_shell_is_brighter_than_the_core_and_never_brighter_than_cortex(
    phantom: Phantom, scan: tuple[Volume, LabelMap]
) -> None:
    ct, labels = scan
    for vertebra in phantom.spine.vertebrae:
        mask = labels.array == phantom.spine.label(vertebra.level)
        rim = mask & ~ndimage.binary_erosion(mask)
        assert ct.array[rim].mean() > vertebra.bone.trabecular_hu + 100.0
        assert ct.array[mask].max() <= vertebra.bone.cortical_hu + 1.0


def test_a_thick_slice_is_the_mean_of_the_thin_slices_inside_it() -> None:
    phantom = random_spine(np.random.default_rng(6), ["L2"])
    thin, _ = phantom.render(np.random.default_rng(2), (1.0, 1.0, 0.5), psf_mm=0.0, noise_hu=0.0)
    thick, _ = phantom.render(np.random.default_rng(2), (1.0, 1.0, 3.0), psf_mm=0.0, noise_hu=0.0)
    nodes = thick.world_from_voxel(np.stack(np.meshgrid(*(np.arange(3, n - 3, 3) for n in thick.shape)), -1))
    nodes = nodes.reshape(-1, 3)
    offsets = np.array([[0.0, 0.0, dz] for dz in np.arange(-1.25, 1.3, 0.5)])
    mean = np.mean([thin.sample(nodes + o) for o in offsets], axis=0)
    gap = thick.sample(nodes) - mean
    assert np.abs(np.median(gap)) < 1.0
    assert float(np.sqrt(np.mean(gap**2))) < 60.0


def test_point_spread_blurs_and_keeps_the_mean(phantom: Phantom, scan: tuple[Volume, LabelMap]) -> None:
    blurred, _ = phantom.render(np.random.default_rng(1), 1.0, psf_mm=2.0, noise_hu=0.0)
    sharp = scan[0]
    assert blurred.array.max() < sharp.array.max() - 50
    assert float(blurred.array.mean()) == pytest.approx(float(sharp.array.mean()), abs=1.0)


def test_noise_has_the_asked_for_size(phantom: Phantom, scan: tuple[Volume, LabelMap]) -> None:
    noisy, labels = phantom.render(np.random.default_rng(1), 1.0, psf_mm=0.0, noise_hu=20.0)
    difference = noisy.array.astype(float) - scan[0].array
    inside = labels.array > 0
    assert difference[inside].std() == pytest.approx(20.0, rel=0.03)
    assert abs(difference[inside].mean()) < 0.5


def test_labels_with_and_without_ct_agree(phantom: Phantom, scan: tuple[Volume, LabelMap]) -> None:
    _, labels = scan
    alone = phantom.render_labels(1.0, np.random.default_rng(1))
    for label in alone.labels:
        assert (labels.array == label).sum() == pytest.approx((alone.array == label).sum(), rel=0.005)


def test_same_seed_same_bytes(phantom: Phantom) -> None:
    first, second = (phantom.render(np.random.default_rng(9), 2.5)[0].array.tobytes() for _ in range(2))
    assert first == second
    assert first != phantom.render(np.random.default_rng(10), 2.5)[0].array.tobytes()


def test_surroundings_lie_on_their_sides(phantom: Phantom) -> None:
    found = phantom.render_structures(2.0, field="torso")
    assert set(found.labels) == {int(s) for s in Structure}
    centre = {
        s: phantom.spine.pose.local(found.world_from_voxel(np.argwhere(found.array == s))).mean(axis=0)
        for s in Structure
    }
    assert centre[Structure.AORTA][0] < centre[Structure.BODY][0] - 3.0
    assert centre[Structure.AORTA][1] > centre[Structure.BODY][1] + 15.0
    assert centre[Structure.LUNG_LEFT][0] < -40.0 < 40.0 < centre[Structure.LUNG_RIGHT][0]
    assert centre[Structure.ARCH][1] < centre[Structure.CANAL][1] < centre[Structure.BODY][1]


def test_cord_and_ribs_keep_clear_of_the_vertebrae(phantom: Phantom) -> None:
    found = phantom.render_structures(1.0)
    bone = np.isin(found.array, [Structure.BODY, Structure.ARCH])
    grown = ndimage.binary_dilation(bone)
    assert not (grown & (found.array == Structure.CORD)).any()
    ribs = found.array == Structure.RIB
    assert ribs.any()
    assert not (grown & ribs).any()


def test_lung_and_air_are_dark_and_soft_tissue_is_not(phantom: Phantom) -> None:
    ct, _ = phantom.render(np.random.default_rng(0), 3.0, psf_mm=0.0, noise_hu=0.0, field="torso")
    found = phantom.render_structures(3.0, np.random.default_rng(0), field="torso")
    grey = {s: float(np.median(ct.array[found.array == s])) for s in Structure}
    assert ct.array[0, 0, 0] == -1000
    assert grey[Structure.LUNG_LEFT] < -700
    assert -150 < grey[Structure.FAT] < -50
    assert 0 < grey[Structure.MUSCLE] < 100


@pytest.mark.parametrize("wrong", [{"psf_mm": -1.0}, {"noise_hu": -5.0}, {"supersample": 0}])
def test_impossible_scanners_are_refused(phantom: Phantom, wrong: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        phantom.render(np.random.default_rng(0), 3.0, **wrong)  # type: ignore[arg-type]
