"""The modulus of every voxel: who has it where masks overlap, unknown densities, crops, draws; and the loads."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from corduroy.anatomy import Level
from corduroy.errors import DoubtWarning, ModelError, RepairWarning, SettingsError
from corduroy.imaging.density import calibration_from_rods
from corduroy.imaging.density_kinds import DensityImage, DensityKind
from corduroy.imaging.volume import Volume
from corduroy.provenance import Measured
from corduroy.simulation.materials import (
    LOAD_CASES,
    Materials,
    Region,
    Regions,
    compressive_load,
    law_named,
    load_to_strength,
    material_field,
    sample_laws,
    surface_of,
)
from corduroy.simulation.materials.tissues import CORTEX, DISC, LYTIC_TUMOUR, PMMA_CAP

SHARED_DATA = Path(__file__).parents[3].parent / "shared" / "data"
SHAPE = (12, 12, 14)


def density(value: float = 100.0, kind: DensityKind = DensityKind.K2HPO4) -> DensityImage:
    return DensityImage(Volume(np.full(SHAPE, value), np.eye(4)), kind, 0.0, "test")


def block(*box: slice) -> np.ndarray:
    mask = np.zeros(SHAPE, dtype=bool)
    mask[box] = True
    return mask


BODY = block(slice(3, 9), slice(3, 9), slice(4, 10))
BONE_MPA = 2980 * 0.1**1.05


def test_density_becomes_modulus_on_a_crop_around_the_bone():
    result = material_field(density(), Regions(BODY), margin=2)
    assert result.modulus_mpa.shape == (10, 10, 10)
    assert result.box == (slice(1, 11), slice(1, 11), slice(2, 12))
    assert result.modulus_mpa.max() == pytest.approx(BONE_MPA)
    assert (result.modulus_mpa > 0).sum() == BODY.sum()
    assert result.strength_mpa.max() == pytest.approx(37.4 * 0.1**1.39)
    assert result.outside_range == (0, 0)


def test_one_order_of_precedence_where_everything_overlaps():
    every = block(slice(4, 8), slice(4, 8), slice(5, 9))
    names = ["resection", "cement", "lesion", "shell", "arch", "caps", "discs"]
    expected = [Region.EMPTY, Region.CEMENT, Region.LESION, Region.SHELL, Region.BODY, Region.BODY, Region.BODY]
    for i, region in enumerate(expected):
        regions = Regions(BODY, **dict.fromkeys(names[i:], every))
        assert material_field(density(), regions).region[3, 3, 3] == region


def test_caps_and_discs_end_at_bone():
    above = block(slice(3, 9), slice(3, 9), slice(8, 12))
    below = block(slice(3, 9), slice(3, 9), slice(2, 6))
    result = material_field(density(), Regions(BODY, caps=above, discs=below))
    assert (result.region == Region.CAP).sum() == 36 * 2
    assert (result.region == Region.DISC).sum() == 36 * 2
    there = [0, DISC.modulus_mpa, BONE_MPA, PMMA_CAP.modulus_mpa]
    np.testing.assert_allclose(np.unique(result.modulus_mpa), there)
    assert set(result.poisson[result.region == Region.DISC]) == {DISC.poisson}


def test_what_is_resected_carries_nothing():
    regions = Regions(BODY, resection=block(slice(6, 12), slice(0, 12), slice(0, 14)), cement=BODY)
    result = material_field(density(), Regions(BODY, arch=None, resection=regions.resection))
    assert (result.modulus_mpa > 0).sum() == BODY.sum() // 2
    with pytest.raises(ModelError, match="no bone"):
        material_field(density(), Regions(BODY, resection=BODY))


def test_cement_fills_a_voxel_by_its_share():
    share = np.zeros(SHAPE)
    share[4:6, 4:8, 5:9], share[6:8, 4:8, 5:9] = 1.0, 0.5
    result = material_field(density(), Regions(BODY, cement=share))
    full, half = result.modulus_mpa[2, 3, 3], result.modulus_mpa[4, 3, 3]
    assert full == pytest.approx(Materials().cement.modulus_mpa)
    assert BONE_MPA < half < (full + BONE_MPA) / 2
    series, parallel = (
        material_field(density(), Regions(BODY, cement=share), Materials(cement_rule=rule)).modulus_mpa[4, 3, 3]
        for rule in ("series", "parallel")
    )
    assert series < half < parallel == pytest.approx((full + BONE_MPA) / 2)


def test_a_lesion_goes_by_its_density_or_by_a_tissue():
    hole = block(slice(5, 7), slice(5, 7), slice(6, 8))
    image = density()
    image.volume.array[hole] = -20.0
    with pytest.warns(DoubtWarning, match="8 of 216 voxels lie below"):
        result = material_field(image, Regions(BODY, lesion=hole))
    assert result.modulus_mpa[3, 3, 3] == Materials().least_modulus_mpa
    with pytest.warns(DoubtWarning):
        tumour = material_field(image, Regions(BODY, lesion=hole), Materials(lesion=LYTIC_TUMOUR))
    assert tumour.modulus_mpa[3, 3, 3] == LYTIC_TUMOUR.modulus_mpa
    assert np.isinf(tumour.strength_mpa[3, 3, 3])


def test_a_shell_adds_a_cortex_in_parallel():
    result = material_field(density(), Regions(BODY, shell=surface_of(BODY)), Materials(shell_thickness_mm=0.4))
    shell = result.region == Region.SHELL
    assert shell.sum() == 6**3 - 4**3
    np.testing.assert_allclose(result.modulus_mpa[shell], 0.4 * CORTEX.modulus_mpa + 0.6 * BONE_MPA)


def test_mirrored_masks_give_the_mirrored_field():
    rng = np.random.default_rng(5)
    image = density()
    image.volume.array[:] = rng.uniform(30, 120, SHAPE)
    arch = block(slice(3, 6), slice(0, 3), slice(5, 8))
    mirrored = DensityImage(Volume(image.volume.array[::-1], np.eye(4)), image.kind, 0.0, "test")
    one = material_field(image, Regions(BODY, arch=arch))
    other = material_field(mirrored, Regions(BODY[::-1], arch=arch[::-1]))
    np.testing.assert_array_equal(one.modulus_mpa, other.modulus_mpa[::-1])


def test_unknown_densities_are_repaired_or_refused():
    image = density()
    image.volume.array[0] = np.nan  # outside the bone: of no matter
    image.volume.array[5, 5, 5] = np.nan
    with pytest.warns(RepairWarning, match="1 bone voxels"):
        result = material_field(image, Regions(BODY))
    assert np.isfinite(result.modulus_mpa).all()
    assert result.repaired == 1
    image.volume.array[4] = np.inf
    with pytest.raises(ModelError, match="37 of 216"):
        material_field(image, Regions(BODY))


def test_masks_that_cannot_be_are_refused():
    with pytest.raises(ModelError, match="mask 'arch' of shape"):
        Regions(BODY, arch=np.zeros((3, 3, 3), dtype=bool))
    with pytest.raises(ModelError, match="mask 'lesion' of int64"):
        Regions(BODY, lesion=np.zeros(SHAPE, dtype=np.int64))
    with pytest.raises(ModelError, match="cement share"):
        Regions(BODY, cement=np.full(SHAPE, np.nan))
    with pytest.raises(ModelError, match="empty"):
        material_field(density(), Regions(np.zeros(SHAPE, dtype=bool)))
    with pytest.raises(ModelError, match="apparent wet"):
        material_field(density(kind=DensityKind.APPARENT_WET), Regions(BODY))
    with pytest.raises(ModelError, match="that of the density"):
        material_field(density(), Regions(np.ones((3, 3, 3), dtype=bool)))


def test_the_reference_vertebra_becomes_the_moduli_of_its_law():
    folder = SHARED_DATA / "fe-verse004-l2"
    if not folder.is_dir():
        pytest.skip("the real scans (../shared/data) are not here")
    image = nib.load(folder / "sub-verse004_L2_density.nii.gz")
    labels = np.asarray(nib.load(folder / "sub-verse004_L2_seg.nii.gz").dataobj)
    volume = Volume.from_any(np.asarray(image.dataobj, dtype=np.float64), image.affine)
    seg = Volume.from_any(labels, image.affine).array
    regions = Regions(np.isin(seg, (1, 2)), arch=np.isin(seg, (3, 4)), caps=np.isin(seg, (5, 6)))
    with pytest.warns(DoubtWarning, match="Walle 2025"):
        result = material_field(DensityImage(volume, DensityKind.K2HPO4, 0.0, "published"), regions)
    counts = np.bincount(result.region.ravel(), minlength=8)
    assert (counts[Region.BODY], counts[Region.ARCH], counts[Region.CAP]) == (33646, 20104, 13440)
    assert result.modulus_mpa.max() == pytest.approx(2980 * 1.8935427**1.05, rel=1e-4)
    assert sum(result.outside_range) > 20000  # much of the vertebra is denser than trabecular bone


def test_draws_scatter_around_the_laws_and_repeat():
    calibration = calibration_from_rods([0.0, 62, 124, 251], [0.0, 50, 100, 200], DensityKind.K2HPO4)
    draws = sample_laws(np.random.default_rng(2), 2000, calibration)
    factors = np.array([d.materials.modulus.factor for d in draws])
    strengths = np.array([d.materials.strength.factor for d in draws])
    assert np.log(factors).std() == pytest.approx(0.15, rel=0.1)
    assert np.corrcoef(np.log(factors), np.log(strengths))[0, 1] == pytest.approx(0.5, abs=0.07)
    cement = np.array([d.materials.cement.modulus_mpa for d in draws])
    assert np.median(cement) == pytest.approx(Materials().cement.modulus_mpa, rel=0.03)
    assert len({d.calibration.coefficients for d in draws}) == 2000
    again = sample_laws(np.random.default_rng(2), 2000, calibration)
    assert [d.materials.modulus.factor for d in again] == factors.tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        material_field(draws[0].calibration.apply(density().volume), Regions(BODY), draws[0].materials)


def test_draws_choose_between_laws_of_the_same_density_only():
    calibration = calibration_from_rods([0.0, 62, 124, 251], [0.0, 50, 100, 200], DensityKind.K2HPO4)
    linear = tuple(law_named("Kopperdahl 2002, linear", q) for q in ("axial modulus", "compressive yield stress"))
    draws = sample_laws(np.random.default_rng(2), 200, calibration, alternatives=[linear])
    names = [d.materials.modulus.name for d in draws]
    assert 60 < names.count("Kopperdahl 2002, linear") < 140
    assert all(d.materials.modulus.name == d.materials.strength.name for d in draws)
    wet = replace(calibration, kind=DensityKind.APPARENT_WET)
    with pytest.raises(SettingsError, match="apparent wet"):
        sample_laws(np.random.default_rng(2), 3, wet)
    with pytest.raises(SettingsError, match="0 draws"):
        sample_laws(np.random.default_rng(2), 0, calibration)


def test_loads_at_published_points():
    lifting = compressive_load("lifting, upright with stretched arms", 67.0, Level.L3)
    assert lifting.value == pytest.approx(1500, rel=0.01)  # 1500 N or 2.28 body weights
    standing = compressive_load("standing", 70.0, Level.L5)
    assert standing.value == pytest.approx(0.5 * 1800 * 0.66)
    assert standing.unit == "N"
    stoop = compressive_load("lifting 20 kg, back bent", 70.0, Level.L4).value
    assert stoop / standing.value == pytest.approx(2.3 / 0.5)


def test_loads_grow_with_weight_and_downwards():
    for case in LOAD_CASES:
        forces = [compressive_load(case, 70.0, level).value for level in (Level.T3, Level.T10, Level.L2)]
        assert forces == sorted(forces)
        assert compressive_load(case, 90.0, Level.L2).value > forces[-1]
        assert case.source


def test_loads_that_cannot_be_are_refused():
    for mass in (0.0, 700.0, np.nan):
        with pytest.raises(SettingsError, match="body mass"):
            compressive_load("standing", mass, Level.L1)
    with pytest.raises(SettingsError, match="cervical"):
        compressive_load("standing", 70.0, Level.C5)
    with pytest.raises(SettingsError, match="'dancing'"):
        compressive_load("dancing", 70.0, Level.L1)


def test_load_to_strength_carries_both_uncertainties():
    ratio = load_to_strength(Measured(1000.0, "N", 300.0, "load"), Measured(2000.0, "N", 800.0, "strength"))
    assert ratio.value == 0.5
    assert ratio.uncertainty == pytest.approx(0.25)
    with pytest.raises(SettingsError, match="forces in N"):
        load_to_strength(Measured(1.0, "kN", 0.3, "load"), Measured(2000.0, "N", 800.0, "strength"))
