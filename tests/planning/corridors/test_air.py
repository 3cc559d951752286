"""Air that the CT itself shows is avoided without any label, and a cut lung's surface is no skin."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.corridor_safety import labels_in_needle
from corduroy.anatomy import Spine
from corduroy.errors import SkinError
from corduroy.imaging import LabelMap, Volume
from corduroy.planning.air_check import passes_air
from corduroy.planning.corridors import Avoided, CorridorSettings, Source, find_corridors
from corduroy.planning.corridors.air import air_inside
from corduroy.planning.corridors.skin import body_from_ct, only_at_air, skin_entries

LUNGS = (10, 11, 12, 13, 14)
COARSE = CorridorSettings(entry_step_mm=4.0, target_step_mm=5.0)


def torso(half_width: int) -> Volume:
    """A block of water, 160 mm wide where the image is, with a lung on either side and a table below; 2 mm voxels."""
    array = np.full((2 * half_width, 90, 6), -1000, np.int16)
    x = 2.0 * (np.arange(2 * half_width) - half_width + 0.5)
    y = 2.0 * (np.arange(90) - 45 + 0.5)
    across, ahead = np.meshgrid(x, y, indexing="ij")
    array[(np.abs(across) < 80) & (np.abs(ahead) < 60)] = 40
    array[((np.abs(across) - 45) ** 2 + ahead**2) < 25**2] = -850
    array[(np.abs(ahead + 80) < 3) & (np.abs(across) < 70)] = 100
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = x[0], y[0], 0.0
    return Volume(array, affine, "torso")


@pytest.mark.parametrize("half_width", [60, 25])
def test_lungs_are_inside_also_where_the_image_cuts_them(half_width: int) -> None:
    """With 50 mm to either side the lungs reach the image's border: they are no way out of the patient."""
    ct = torso(half_width)
    body = body_from_ct(ct, 0.0, 10.0)
    air = air_inside(ct, body)
    lung = np.array([[45.0, 0.0, 4.0], [-45.0, 5.0, 4.0]])
    assert (body.sample(lung, order=0) == 1).all()
    assert (air.sample(lung, order=0) == 1).all()
    outside = np.array([[0.0, -70.0, 4.0], [10.0, -85.0, 4.0]])
    assert (body.sample(outside, order=0) == 0).all()
    assert (air.sample(outside, order=0) == 0).all()
    entries = skin_entries(body, np.array([0.0, 0.0, 4.0]), CorridorSettings(up_and_down_mm=2.0, around_deg=30.0))
    behind = entries.points_mm[0, np.abs(entries.around_deg) < 20]
    assert np.allclose(behind[:, 1], -60.0, atol=2.0)


@pytest.mark.parametrize("first_row", [30, 40])
def test_an_image_without_the_back_shows_no_skin(first_row: int) -> None:
    """Not even where its posterior border cuts the lungs, 10 mm behind their middle."""
    ct = torso(25)
    cut = ct.crop((slice(0, 50), slice(first_row, 90), slice(0, 6)))
    body = body_from_ct(cut, 0.0, 10.0)
    with pytest.raises(SkinError, match="no skin is in view"):
        skin_entries(body, np.array([0.0, 0.0, 4.0]), COARSE)
    assert air_inside(cut, body).sample(np.array([[40.0, 5.0, 4.0]]), order=0) == 1


@pytest.mark.parametrize("filled", [-1024, -1000, 0])
def test_where_a_cut_image_was_filled_up_there_is_no_skin(filled: int) -> None:
    """The right side is cut 20 mm from the middle and filled up; the left one ends at the skin."""
    ct = torso(60)
    x = ct.world_from_voxel(np.stack([np.arange(120), np.zeros(120), np.zeros(120)], axis=1))[:, 0]
    grey = ct.array + np.random.default_rng(5).normal(0.0, 10.0, ct.shape).astype(np.int16)
    whole = ct.with_array(grey)
    cut = ct.with_array(np.where((x > 20.0)[:, None, None], np.int16(filled), grey))
    settings = CorridorSettings(up_and_down_mm=2.0, around_deg=80.0)
    centre = np.array([0.0, 0.0, 4.0])
    seen = {}
    for name, image in (("whole", whole), ("cut", cut)):
        entries = skin_entries(body_from_ct(image, 0.0, 10.0), centre, settings)
        kept = only_at_air(image, entries, centre).points_mm[1]
        seen[name] = np.isfinite(kept).all(axis=1)
    angle = entries.around_deg
    assert seen["whole"][np.abs(angle) < 60].all()
    assert seen["cut"][(angle < -5) & (angle > -60)].all()
    assert not seen["cut"][angle > 25].any()


def test_an_image_that_is_all_filled_up_is_refused() -> None:
    ct = torso(60)
    centre = np.array([0.0, 0.0, 4.0])
    entries = skin_entries(body_from_ct(ct, 0.0, 10.0), centre, COARSE)
    with pytest.raises(SkinError, match="cut and filled up"):
        only_at_air(ct, entries, centre)


def test_without_labels_the_lungs_of_a_real_chest_are_avoided(lidc: tuple[Spine, LabelMap]) -> None:
    spine, labels = lidc
    assert spine.ct is not None
    plan = find_corridors(spine, "T9", COARSE)
    assert plan.sources[Avoided.AIR] is Source.SCAN
    assert plan.sources[Avoided.LUNG] is Source.GEOMETRY
    assert plan.corridors
    for corridor in plan.corridors:
        assert set(labels_in_needle(corridor, labels).tolist()).isdisjoint(LUNGS)
        assert not passes_air(spine.ct, corridor)
    assert Avoided.AIR in {blocker.structure for blocker in plan.blockers}
