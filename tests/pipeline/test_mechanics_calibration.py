"""Density from a scan itself, and from a line that the user knows."""

from __future__ import annotations

import numpy as np
import pytest

from corduroy.anatomy import Level, Spine, build_spine
from corduroy.errors import DoubtWarning, MeasurementError
from corduroy.imaging import LabelMap, Volume
from corduroy.phantom import mean_spine
from corduroy.pipeline.mechanics_calibration import calibration_of

AORTA = 52


@pytest.fixture(scope="module")
def scan() -> tuple[Volume, Spine]:
    """Three vertebrae in muscle, fat behind it, and air around."""
    ct, labels = mean_spine(["T11", "T12", "L1"]).render(np.random.default_rng(1), 2.0)
    grey = ct.array.copy()
    grey[:, :8] = -1000
    grey[:, 8:16] = -100
    grey[:, -10:] = -1000
    return Volume(grey, ct.affine, "CT", ct.meta), build_spine(labels)


def aorta(ct: Volume, hu: int) -> tuple[Volume, LabelMap]:
    """A vessel painted into the scan before the spine."""
    grey, mask = ct.array.copy(), np.zeros(ct.shape, np.uint8)
    grey[4:14, -24:-12] = hu
    mask[4:14, -24:-12] = AORTA
    return Volume(grey, ct.affine, "CT", ct.meta), LabelMap(mask, ct.affine, "organs")


def test_a_scan_calibrates_itself_by_air_fat_and_muscle(scan: tuple[Volume, Spine]) -> None:
    found = calibration_of(*scan, Level.T12, None, None)
    assert "air" in found.method
    assert "muscle" in found.method
    assert "blood" not in found.method
    assert 40.0 < float(found.density(150.0)) < 220.0
    assert found.shared_sd_mg_cm3 > 10
    assert any("contrast medium unknown" in note for note in found.notes)


def test_blood_joins_where_the_aorta_is_labelled(scan: tuple[Volume, Spine]) -> None:
    ct, organs = aorta(scan[0], 45)
    found = calibration_of(ct, scan[1], Level.T12, organs, None)
    assert "blood" in found.method


def test_enhanced_blood_is_left_out_and_told_of(scan: tuple[Volume, Spine]) -> None:
    ct, organs = aorta(scan[0], 300)
    with pytest.warns(DoubtWarning, match="contrast medium"):
        found = calibration_of(ct, scan[1], Level.T12, organs, None)
    assert "blood" not in found.method
    assert found.shared_sd_mg_cm3 > calibration_of(*scan, Level.T12, None, None).shared_sd_mg_cm3


def test_a_scan_without_air_asks_for_a_line(scan: tuple[Volume, Spine]) -> None:
    ct, spine = scan
    inside = Volume(np.maximum(ct.array, 0), ct.affine, "CT", ct.meta)
    with pytest.raises(MeasurementError, match="cannot be calibrated by itself") as told:
        calibration_of(inside, spine, Level.T12, None, None)
    assert "--calibration" in str(told.value)
    found = calibration_of(inside, spine, Level.T12, None, (-5.0, 0.9))
    assert float(found.density(100.0)) == pytest.approx(85.0)
    assert float(found.sd(100.0)) > 0
