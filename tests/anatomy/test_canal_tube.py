"""The canal between the levels, against the phantom's own canal."""

import numpy as np
import pytest

from corduroy.anatomy import build_spine, canal_tube
from corduroy.phantom import Structure, random_spine


@pytest.fixture(scope="module")
def tube_and_truth():
    patient = random_spine(np.random.default_rng(3), levels=["T11", "T12", "L1", "L2"])
    spine = build_spine(patient.render_labels(1.0, np.random.default_rng(1)), "verse")
    structures = patient.render_structures(1.0, np.random.default_rng(1))
    return spine, canal_tube(spine), structures


def test_tube_holds_the_canal_and_hardly_any_bone_or_disc(tube_and_truth):
    spine, tube, structures = tube_and_truth
    found = tube.mask_on(structures).array > 0
    top, bottom = (spine.vertebrae[level].canal.frame.origin[2] for level in ("T11", "L2"))
    z = structures.world_from_voxel(np.argwhere(np.ones_like(found)))[:, 2].reshape(found.shape)
    canal = np.isin(structures.array, (Structure.CANAL, Structure.CORD)) & (z < top) & (z > bottom)
    assert found[canal].mean() > 0.98
    solid = np.isin(structures.array, (Structure.BODY, Structure.ARCH, Structure.DISC))
    assert (found & solid).sum() < 0.04 * found.sum()


def test_area_at_a_ring_is_the_rings(tube_and_truth):
    spine, tube, _ = tube_and_truth
    ring = spine.vertebrae["T12"].canal
    nearest = np.argmin(np.linalg.norm(tube.centres - ring.frame.origin, axis=1))
    assert tube.area_mm2()[nearest] == pytest.approx(ring.area_mm2, rel=0.05)


def test_inside_and_outside(tube_and_truth):
    spine, tube, _ = tube_and_truth
    ring = spine.vertebrae["L1"].canal
    beside = ring.frame.origin + np.array([[0, 0, 0], 40 * ring.frame.anterior, -40 * ring.frame.right])
    assert tube.contains(beside).tolist() == [True, False, False]


def test_one_ring_makes_no_tube():
    patient = random_spine(np.random.default_rng(3), levels=["L1"])
    assert canal_tube(build_spine(patient.render_labels(1.5), "verse")) is None
