"""A hole in an endplate over a lesion is found, in its endplate and nowhere else; what hides it is said to hide it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from corduroy.imaging import Volume
from corduroy.lesion import EndplateOver
from corduroy.lesion.endplates import endplate_rays, endplates_over
from corduroy.planning.leak_sites import BreachedCortex, leak_sites
from corduroy.scales.yeom import YeomType
from tests.lesion.conftest import Found, Scene

SUPERIOR, INFERIOR = "superior endplate", "inferior endplate"
STROMA_HU = 40.0


def over(found: Found, ct: Volume) -> dict[str, EndplateOver]:
    """The whole body taken for a lesion of soft tissue."""
    bench = found.delineation.bench
    return endplates_over(bench, ct, bench.in_body, STROMA_HU)


def drawn(scene: Scene, found: Found, name: str, reach_mm: tuple[float, float], width_mm: float, hu: float) -> Volume:
    """The scan with a blurred upright cylinder over the middle of an endplate, from within to outside of it."""
    bench, ct = found.delineation.bench, scene.planted.ct
    middle = endplate_rays(bench)[name].local.mean(axis=0)
    index = np.indices(ct.shape).reshape(3, -1).T
    x, y, z = (bench.grid.frame.local(ct.world_from_voxel(index)) - middle).T
    out = z if name == SUPERIOR else -z
    inside = (out > reach_mm[0]) & (out < reach_mm[1]) & (np.hypot(x, y) < width_mm / 2)
    part = ndimage.gaussian_filter(inside.reshape(ct.shape).astype(np.float32), 0.35)
    return ct.with_array(((1 - part) * ct.array + part * hu).astype(ct.array.dtype))


def test_a_whole_endplate_has_no_hole_and_says_from_which_width_one_would_be_seen(scene: Scene, found: Found) -> None:
    seen = over(found, scene.planted.ct)
    assert set(seen) == {SUPERIOR, INFERIOR}
    for endplate in seen.values():
        assert endplate.breaches == ()
        assert endplate.looked_at > 0.5
        assert endplate.smallest_breach_mm is not None
        assert 2.0 < endplate.smallest_breach_mm < 6.0


@pytest.mark.parametrize(("name", "other"), [(SUPERIOR, INFERIOR), (INFERIOR, SUPERIOR)])
def test_a_hole_is_found_in_its_own_endplate_and_leads_into_the_disc(
    scene: Scene, found: Found, name: str, other: str
) -> None:
    seen = over(found, drawn(scene, found, name, (-2.5, 2.5), 6.0, STROMA_HU))
    assert seen[other].breaches == ()
    (hole,) = seen[name].breaches
    bench = found.delineation.bench
    middle = bench.grid.frame.world(endplate_rays(bench)[name].local.mean(axis=0))
    assert np.linalg.norm(hole.point - middle) < 3.0
    assert hole.place == name
    assert hole.diameter_mm.value == pytest.approx(6.0, abs=hole.diameter_mm.uncertainty)
    x, y, z = (float(value) for value in hole.point)
    site = leak_sites(scene.spine.vertebrae[bench.level], [BreachedCortex((x, y, z), 6.0)])[-1]
    assert (site.yeom, site.wall) == (YeomType.D, name)


def test_gas_in_the_disc_hides_the_hole_and_is_said_to(scene: Scene, found: Found) -> None:
    pierced = drawn(scene, found, SUPERIOR, (-2.5, 2.5), 6.0, STROMA_HU)
    filled = drawn(scene, found, SUPERIOR, (1.0, 4.0), 60.0, -600.0)
    both = pierced.with_array(np.minimum(pierced.array, filled.array))
    endplate = over(found, both)[SUPERIOR]
    assert endplate.breaches == ()
    assert endplate.looked_at < 0.2
    assert endplate.smallest_breach_mm is None


def test_only_endplates_that_the_lesion_reaches_are_spoken_of(scene: Scene, found: Found) -> None:
    bench = found.delineation.bench
    nothing = np.zeros_like(bench.in_body)
    assert endplates_over(bench, scene.planted.ct, nothing, 0.0) == {}
    upper = bench.in_body & (bench.coordinates[2] > 4.0)
    assert set(endplates_over(bench, scene.planted.ct, upper, STROMA_HU)) == {SUPERIOR}


def test_a_dense_lesion_hides_its_endplates(scene: Scene, found: Found) -> None:
    bench = found.delineation.bench
    for endplate in endplates_over(bench, scene.planted.ct, bench.in_body, 600.0).values():
        assert endplate.smallest_breach_mm is None
        assert endplate.breaches == ()
