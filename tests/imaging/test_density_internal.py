"""Density without a phantom, against the published calibration of a VerSe scan and synthetic scans with known truth."""

from __future__ import annotations

import csv
import re

import nibabel as nib
import numpy as np
import pytest

from corduroy.errors import MeasurementError, SettingsError
from corduroy.imaging._attenuation import mass_attenuation
from corduroy.imaging.internal_density import (
    TissueSample,
    internal_calibration,
    sample_air_and_fat,
    sample_tissue,
)
from corduroy.imaging.volume import Volume

PUBLISHED = {
    "adipose": TissueSample(-82.579, 60.850, 63),
    "air": TissueSample(-956.834, 21.128, 2569),
    "blood": TissueSample(39.249, 61.562, 8200),
    "bone": TissueSample(1226.214, 133.869, 3624),
    "muscle": TissueSample(24.561, 71.951, 77206),
}
"""Grey values of VerSe 004, from the calibration file of 10.1093/gigascience/giaf094."""


def test_the_published_calibration_is_reproduced():
    fit = internal_calibration(PUBLISHED)
    assert fit.energy_kev == 97.0
    assert fit.r2 == pytest.approx(0.998965, abs=1e-6)
    assert fit.attenuation_line == pytest.approx((0.000016, 0.171240), abs=6e-7)
    assert fit.density_line == pytest.approx((0.000893, 0.968731), abs=6e-7)


def test_the_file_of_the_published_calibration_says_the_same(shared_data):
    text = (shared_data / "fe-verse004-l2" / "sub-verse004_0000.txt").read_text()
    rows = re.findall(
        r"(Adipose|Air|Blood|Cortical Bone|Skeletal Muscle)\s+(-?[\d.]+)\s+([\d.]+)\s+(\d+) \[used\]", text
    )
    names = dict(zip(("Adipose", "Air", "Blood", "Cortical Bone", "Skeletal Muscle"), PUBLISHED, strict=True))
    samples = {names[row[0]]: TissueSample(float(row[1]), float(row[2]), int(row[3])) for row in rows}
    assert samples == PUBLISHED
    energy = float(re.search(r"Energy \[keV\]:\s+([\d.]+)", text).group(1))
    assert internal_calibration(samples).energy_kev == energy
    for name, material in (("K2HPO4", "K2HPO4"), ("CHA", "hydroxyapatite"), ("Triglyceride", "triglyceride")):
        published = float(re.search(rf"{name}\s+([\d.]+)\n", text).group(1))
        assert float(mass_attenuation(material, energy)) == pytest.approx(published, abs=6e-4)


def test_the_densities_of_the_published_vertebra_are_those_of_plausible_grey_values(shared_data):
    """The scan itself is not here: the shipped density is turned back into Hounsfield units."""
    image = nib.load(shared_data / "fe-verse004-l2" / "sub-verse004_L2_density.nii.gz")
    labels = np.asarray(nib.load(shared_data / "fe-verse004-l2" / "sub-verse004_L2_seg.nii.gz").dataobj)
    density = np.asarray(image.dataobj)[labels == 1]
    grey = np.arange(-400, 3000.0)
    back = np.interp(np.median(density), internal_calibration(PUBLISHED).calibration.density(grey), grey)
    assert 40 < back < 100  # an osteoporotic L2


def test_density_rises_with_grey_value_in_the_range_of_bone():
    calibration = internal_calibration(PUBLISHED).calibration
    assert (np.diff(calibration.density(np.arange(-300.0, 2500.0))) > 0).all()
    # quadratic in HU, as the product of both published lines
    assert calibration.density(200.0) == pytest.approx(148.33, abs=0.05)


@pytest.mark.parametrize("energy", [65.0, 80.0, 100.0])
def test_a_synthetic_scan_gives_back_its_photon_energy(energy):
    """Grey values made on the line that the method assumes, at a known energy."""
    names = list(PUBLISHED)
    attenuation = np.array([float(mass_attenuation(n, energy)) for n in names])
    grey = -900 + 2000 * (attenuation - attenuation.min()) / np.ptp(attenuation)
    tissues = {n: TissueSample(float(g), 10.0, 1000) for n, g in zip(names, grey, strict=True)}
    fit = internal_calibration(tissues)
    assert fit.energy_kev == pytest.approx(energy, abs=0.5)
    assert fit.r2 > 0.99999


def test_the_scatter_against_phantoms_is_in_the_uncertainty():
    measured = internal_calibration(PUBLISHED).calibration.measured(100.0)
    assert 35 < measured.uncertainty < 80  # 1.96 times 17.85 mg/cm3 at least
    assert measured.value == pytest.approx(88.6, abs=0.1)


def test_the_scatter_is_that_of_the_published_table(shared_data):
    with (shared_data / "fe-verse004-l2" / "verse19fem_AppendixA.csv").open() as file:
        rows = list(csv.DictReader(file))
    both = [(row["Phantomless Calibration vBMD [mg/cc]"], row["Phantom Calibration vBMD [mg/cc]"]) for row in rows]
    change = np.array([float(one) - float(other) for one, other in both if one and other])
    assert change.size == 17
    assert change.std(ddof=1) == pytest.approx(17.85, abs=0.01)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"air": None}, SettingsError, "air"),
        ({"adipose": None, "blood": None, "bone": None}, SettingsError, "at least two"),
        ({"liver": TissueSample(50, 10, 100)}, SettingsError, "liver"),
        ({"blood": TissueSample(40, 10, 5)}, MeasurementError, "5 voxels"),
        ({"blood": TissueSample(np.nan, 10, 500)}, MeasurementError, "nan"),
        ({"blood": TissueSample(409, 27, 500)}, MeasurementError, "leave blood out"),
        ({"bone": TissueSample(-800, 10, 500), "muscle": TissueSample(900, 10, 500)}, MeasurementError, "no photon"),
    ],
)
def test_samples_that_cannot_be_are_refused(change, error, words):
    tissues = {k: v for k, v in (PUBLISHED | change).items() if v is not None}
    with pytest.raises(error, match=words):
        internal_calibration(tissues)


def test_without_bone_the_interval_holds_what_bone_would_have_said():
    whole = internal_calibration(PUBLISHED).calibration
    part = internal_calibration({k: v for k, v in PUBLISHED.items() if k != "bone"}).calibration
    assert "without cortical bone" in part.notes[0]
    for hu in (50.0, 100.0, 200.0):
        low, high = part.measured(hu).interval
        assert low < float(whole.density(hu)) < high
        assert part.measured(hu).uncertainty > whole.measured(hu).uncertainty


def test_air_and_fat_are_found_by_grey_value():
    rng = np.random.default_rng(3)
    grey = np.full((40, 40, 20), 40.0)
    grey[:10], grey[10:18] = -990.0, -102.0
    scan = Volume(grey + rng.normal(0, 4, grey.shape), np.eye(4))
    found = sample_air_and_fat(scan)
    assert found["air"].hu == pytest.approx(-990, abs=1)
    assert found["adipose"].hu == pytest.approx(-102, abs=1)
    assert found["adipose"].sd_hu == pytest.approx(4, abs=0.3)
    with pytest.raises(MeasurementError, match="adipose has 0 voxels"):
        sample_air_and_fat(Volume(np.full((20, 20, 20), -990.0), np.eye(4)))
    muscle = sample_tissue(scan, scan.array > 0)
    assert muscle.hu == pytest.approx(40, abs=1)
