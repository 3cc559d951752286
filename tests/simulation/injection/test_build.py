"""From density and masks to a porous body."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.anatomy.frame import Frame
from corduroy.errors import ModelError, SettingsError
from corduroy.imaging import LabelMap, Volume
from corduroy.imaging.density_kinds import DensityImage, DensityKind
from corduroy.scales.yeom import YeomType
from corduroy.simulation.injection import Medium, MediumSettings, Opening, WallSettings, porous_body
from corduroy.simulation.injection.medium import bone_permeability, porosity_of
from corduroy.simulation.injection.openings import hole_conductance

SHAPE = (30, 24, 20)
AFFINE = np.diag([1.0, 1.0, 1.0, 1.0])
CENTRE = (np.array(SHAPE) - 1) / 2
FRAME = Frame.from_directions(CENTRE, superior=(0, 0, 1), anterior=(0, 1, 0))


def image(value: float = 120.0) -> DensityImage:
    density = np.full(SHAPE, value, np.float32)
    density[:15] *= 1.5
    return DensityImage(Volume(density, AFFINE), DensityKind.HYDROXYAPATITE, 10.0, "drawn")


def labels(low: tuple[int, int, int] = (4, 4, 4), high: tuple[int, int, int] = (26, 20, 16)) -> LabelMap:
    mask = np.zeros(SHAPE, np.uint8)
    mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = 1
    return LabelMap(mask, AFFINE)


def off(right: float, anterior: float, superior: float) -> np.ndarray:
    return CENTRE + np.array([right, anterior, superior])


VEIN = Opening("basivertebral vein", YeomType.B, off(0, -8, 0), 4.0, channel_mm=6.0)


def test_density_becomes_porosity_and_permeability() -> None:
    body = porous_body(image(), labels(), FRAME, 1.0)
    assert body.porosity.max() == pytest.approx(1 - 120 / 1150, abs=1e-3)
    denser = body.porosity[body.active].min()
    assert denser == pytest.approx(1 - 180 / 1150, abs=1e-3)
    across, forward, along = (p[body.active] for p in body.permeability_mm2)
    np.testing.assert_allclose(across / along, 0.78, rtol=1e-5)
    np.testing.assert_array_equal(across, forward)
    assert body.voxel_mm3 * body.active.sum() == pytest.approx(22 * 16 * 12, rel=0.02)


def test_published_references_differ_sixty_times_and_scale_multiplies() -> None:
    porosity = np.array([0.9], np.float32)
    baroud, nauman = (
        bone_permeability(porosity, MediumSettings(reference=name)) for name in ("baroud-2004", "nauman-1999")
    )
    assert baroud[0][0] == pytest.approx(4.45e-2)
    assert baroud[0][0] / nauman[0][0] == pytest.approx(61, rel=0.01)
    assert nauman[0][0] / nauman[1][0] == pytest.approx(2.05)
    assert bone_permeability(porosity, MediumSettings(scale=0.1))[0][0] == pytest.approx(4.45e-3)
    assert (np.diff(bone_permeability(np.linspace(0.5, 0.97, 9, dtype=np.float32), MediumSettings())[0]) > 0).all()


def test_unknown_density_gets_the_median() -> None:
    density = image()
    density.volume.array[0] = np.nan
    assert np.isfinite(porosity_of(density, MediumSettings())).all()


def test_lacunae_voids_veins_and_lesion_are_media_of_their_own() -> None:
    lacuna, gap = labels((6, 6, 6), (10, 10, 10)), labels((18, 6, 6), (22, 18, 8))
    body = porous_body(image(), labels(), FRAME, 1.0, (VEIN,), lesion=lacuna, lacunae=lacuna, voids=gap)
    assert body.medium is not None
    assert body.lesion is not None
    along = body.permeability_mm2[2]
    assert (body.medium[body.lesion] == Medium.LACUNA).all()
    void = body.medium == Medium.VOID
    assert along[void] == pytest.approx(1 / 12)
    assert (body.porosity[void] == 1).all()
    vein = (along == np.float32(4.0**2 / 32)) & ~void
    assert 10 < vein.sum() < 200
    behind = np.argwhere(vein) @ body.affine[:3, :3].T + body.affine[:3, 3]
    assert (behind[:, 1] < CENTRE[1]).all()


def test_openings_and_cortex_share_the_surface() -> None:
    breach = Opening("breach", YeomType.C, off(11, 0, 0), 3.0)
    disc = Opening("endplate", YeomType.D, off(0, 0, 6), 3.0)
    body = porous_body(image(), labels(), FRAME, 1.0, (VEIN, breach, disc), wall=WallSettings(disc_mpa=0.2))
    vein, hole, plate, cortex = body.sites
    assert [site.yeom for site in body.sites] == [YeomType.B, YeomType.C, YeomType.D, None]
    assert plate.outside_mpa == 0.2
    assert not cortex.lets_cement
    assert not set(cortex.voxels) & (set(vein.voxels) | set(hole.voxels) | set(plate.voxels))
    right = np.stack(np.unravel_index(hole.voxels, body.porosity.shape), 1) @ body.affine[:3, :3].T + body.affine[:3, 3]
    assert (right[:, 0] > CENTRE[0] + 9).all()
    assert hole.conductance_mm3.sum() > 10 * cortex.conductance_mm3.max()


def test_thinner_cortex_lets_more_through() -> None:
    thin = Volume(np.full(SHAPE, 0.5, np.float32), AFFINE)
    usual, thinned = (porous_body(image(), labels(), FRAME, 1.0, thinning=t).sites[0] for t in (None, thin))
    ratio = thinned.conductance_mm3 / usual.conductance_mm3
    assert (ratio > 1.5).all()
    assert (ratio <= 2.0 + 1e-6).all()


def test_wide_holes_resist_at_their_mouths_and_narrow_ones_along_their_length() -> None:
    assert hole_conductance(4.0, 0.01) == pytest.approx(2.0**3 / 3, rel=0.02)
    assert hole_conductance(0.1, 5.0) == pytest.approx(np.pi * 0.05**4 / 40, rel=0.02)


def test_the_grid_follows_the_vertebra() -> None:
    tilted = Frame.from_directions(CENTRE, superior=(0, 0.3, 1), anterior=(0, 1, -0.3))
    body = porous_body(image(), labels(), tilted, 1.0)
    np.testing.assert_allclose(body.affine[:3, 2], tilted.superior, atol=1e-12)
    assert body.voxel_mm3 * body.active.sum() == pytest.approx(22 * 16 * 12, rel=0.05)


def test_refusals() -> None:
    with pytest.raises(ModelError, match="positive size"):
        porous_body(image(), labels(), FRAME, 0.0)
    with pytest.raises(ModelError, match="empty"):
        porous_body(image(), LabelMap(np.zeros(SHAPE, np.uint8), AFFINE), FRAME, 1.0)
    with pytest.raises(ModelError, match="away from the surface"):
        porous_body(image(), labels(), FRAME, 1.0, (Opening("far", YeomType.C, off(40, 0, 0), 3.0),))
    with pytest.raises(ModelError, match="diameter"):
        porous_body(image(), labels(), FRAME, 1.0, (Opening("none", YeomType.C, off(11, 0, 0), 0.0),))
    with pytest.raises(SettingsError, match="positive"):
        porous_body(image(), labels(), FRAME, 1.0, medium=MediumSettings(scale=0.0))
