"""Density from Hounsfield units: a phantom with known truth, other voltages, kinds, contrast medium."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.errors import DoubtWarning, GeometryError, MeasurementError, SettingsError
from corduroy.imaging import read_dicom, read_labels, resample_like
from corduroy.imaging.contrast import Acquisition, detect_contrast, flag_contrast, read_acquisition
from corduroy.imaging.density import asynchronous, calibration_from_phantom, calibration_from_rods
from corduroy.imaging.density_kinds import DensityKind, convert_density, convert_image
from corduroy.imaging.internal_density import TissueSample, sample_tissue
from corduroy.imaging.volume import LabelMap, Volume

DENSITIES = {1: 0.0, 2: 50.0, 3: 100.0, 4: 200.0}
SLOPE, INTERCEPT = 0.8, -6.0  # mg/cm3 per HU


@pytest.fixture
def phantom() -> tuple[Volume, LabelMap]:
    """Four rods whose grey values follow a known line, with noise."""
    rng = np.random.default_rng(4)
    labels = np.zeros((24, 24, 10), dtype=np.uint8)
    for i, label in enumerate(DENSITIES):
        labels[3:21, 2 + 5 * i : 6 + 5 * i, 2:8] = label
    truth = np.array([0.0, *DENSITIES.values()])[labels]
    grey = (truth - INTERCEPT) / SLOPE + rng.normal(0, 15, labels.shape)
    affine = np.diag([0.7, 0.7, 2.5, 1.0])
    return Volume(grey, affine, "scan"), LabelMap(labels, affine, "rods")


def test_a_phantom_gives_back_its_line(phantom):
    scan, rods = phantom
    calibration = calibration_from_phantom(scan, rods, DENSITIES, "K2HPO4-equivalent")
    measured = calibration.measured(150.0)
    assert abs(measured.value - (SLOPE * 150 + INTERCEPT)) < measured.uncertainty < 5
    assert measured.unit == "mg/cm3"
    image = calibration.apply(scan)
    np.testing.assert_allclose(image.volume.array, calibration.density(scan.array))
    assert image.kind is DensityKind.K2HPO4


def test_left_and_right_of_the_scan_change_nothing(phantom):
    scan, rods = phantom
    mirrored = Volume(scan.array[::-1], scan.affine), LabelMap(rods.array[::-1], rods.affine)
    one = calibration_from_phantom(scan, rods, DENSITIES, DensityKind.HYDROXYAPATITE)
    other = calibration_from_phantom(*mirrored, DENSITIES, DensityKind.HYDROXYAPATITE)
    assert one.coefficients == pytest.approx(other.coefficients)


def test_the_stated_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(7)
    known = np.array([0.0, 50, 100, 150, 200])
    hits = 0
    for _ in range(400):
        grey = (known - INTERCEPT + rng.normal(0, 3, 5)) / SLOPE
        low, high = calibration_from_rods(grey, known, DensityKind.K2HPO4).measured(120.0).interval
        hits += low <= SLOPE * 120 + INTERCEPT <= high
    assert 0.92 < hits / 400 < 0.98


def test_sampled_calibrations_scatter_as_stated(phantom):
    calibration = calibration_from_phantom(*phantom, DENSITIES, DensityKind.K2HPO4)
    shifted = asynchronous(calibration, 120, 140)
    draws = [c.density(150.0) for c in shifted.sample(np.random.default_rng(1), 3000)]
    assert np.mean(draws) == pytest.approx(float(shifted.density(150.0)), rel=0.01)
    assert np.std(draws) == pytest.approx(float(shifted.sd(150.0)), rel=0.06)
    again = [c.density(150.0) for c in shifted.sample(np.random.default_rng(1), 3000)]
    assert np.array_equal(draws, again)


def test_another_voltage_scales_the_grey_value_and_widens_the_interval(phantom):
    calibration = calibration_from_phantom(*phantom, DENSITIES, DensityKind.K2HPO4)
    at_140 = asynchronous(calibration, 120, 140)
    assert float(at_140.density(100.0)) == pytest.approx(float(calibration.density(105.3)))
    assert at_140.measured(100.0).uncertainty > calibration.measured(100.0).uncertainty
    with pytest.raises(SettingsError, match="80 kVp"):
        asynchronous(calibration, 120, 80)


def test_unknown_density_stays_unknown(phantom):
    calibration = calibration_from_phantom(*phantom, DENSITIES, DensityKind.K2HPO4)
    assert np.isnan(calibration.density(np.nan))


@pytest.mark.parametrize(
    ("grey", "known", "error"),
    [
        ([0.0, 100], [0.0, 100], SettingsError),
        ([0.0, 100, np.nan], [0.0, 50, 100], SettingsError),
        ([5.0, 5, 5], [0.0, 50, 100], MeasurementError),
        ([200.0, 100, 0], [0.0, 50, 100], MeasurementError),
        ([0.0, 300, 100], [0.0, 50, 100], MeasurementError),
    ],
)
def test_rods_that_cannot_be_are_refused(grey, known, error):
    with pytest.raises(error):
        calibration_from_rods(grey, known, DensityKind.K2HPO4)


def test_a_wrong_phantom_is_refused(phantom):
    scan, rods = phantom
    moved = LabelMap(rods.array, rods.affine + np.diag([0, 0, 0.5, 0]))
    with pytest.raises(GeometryError, match="another grid"):
        calibration_from_phantom(scan, moved, DENSITIES, DensityKind.K2HPO4)
    with pytest.raises(MeasurementError, match="rod 9 has 0 voxels"):
        calibration_from_phantom(scan, rods, DENSITIES | {9: 300.0}, DensityKind.K2HPO4)
    with pytest.raises(SettingsError, match="density kind 'water'"):
        calibration_from_phantom(scan, rods, DENSITIES, "water")


def test_kinds_convert_by_the_published_lines_and_back(phantom):
    k, ha, ash, wet = DensityKind
    assert convert_density(np.array(100.0), k, ha) == pytest.approx(1.15 * 100 - 7.32)
    assert convert_density(np.array(100.0), k, ash) == pytest.approx(1.22 * 100 + 52.3)
    assert convert_density(np.array(120.0), ash, wet) == pytest.approx(200.0)
    there = convert_density(np.array([40.0, 180.0]), ha, wet)
    np.testing.assert_allclose(convert_density(there, wet, ha), [40.0, 180.0])
    image = calibration_from_phantom(*phantom, DENSITIES, k).apply(phantom[0])
    converted = convert_image(image, ha)
    assert converted.kind is ha
    assert converted.uncertainty_mg_cm3 == pytest.approx(1.15 * image.uncertainty_mg_cm3)


@pytest.mark.parametrize(
    ("aorta", "agent", "enhanced"),
    [(250.0, None, True), (40.0, "IOPAMIDOL", False), (None, "IOPAMIDOL", True), (None, None, None)],
)
def test_contrast_is_judged_by_the_aorta_first(aorta, agent, enhanced):
    sample = None if aorta is None else TissueSample(aorta, 20.0, 500)
    assert detect_contrast(sample, Acquisition(120.0, agent, None)).enhanced is enhanced


def test_an_enhanced_scan_is_flagged_and_its_interval_widened():
    calibration = calibration_from_rods([0.0, 60, 130, 250], [0.0, 50, 100, 200], DensityKind.K2HPO4)
    with pytest.warns(DoubtWarning, match="too high"):
        flagged = flag_contrast(calibration, detect_contrast(TissueSample(240.0, 20.0, 500)))
    assert float(flagged.density(100)) == float(calibration.density(100))
    assert flagged.measured(100).uncertainty > calibration.measured(100).uncertainty
    assert "contrast medium" in flagged.notes[0]
    unsure = flag_contrast(calibration, detect_contrast())
    assert unsure.measured(100).uncertainty == calibration.measured(100).uncertainty
    assert "unknown" in unsure.notes[0]


def test_the_contrast_of_a_real_chest_ct_is_seen(shared_data):
    folder = shared_data / "lidc0001"
    acquisition = read_acquisition(folder / "dicom.zip")
    assert acquisition.kvp == 120.0
    assert detect_contrast(None, acquisition).enhanced is not False
    ct = read_dicom(folder / "dicom.zip")
    labels = read_labels(folder / "totalseg_labels.nii.gz")
    if labels.shape != ct.shape:
        labels = resample_like(labels, ct)
    aorta = sample_tissue(ct, labels.array == 52, erode_voxels=2)
    assert detect_contrast(aorta, acquisition).enhanced
