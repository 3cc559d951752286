"""Density of a patient's scan: by a line that the user knows, else from air, fat, muscle and blood in the scan."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.anatomy.level import Level
from corduroy.anatomy.spine import Spine
from corduroy.anatomy.totalsegmentator_classes import TOTAL_STRUCTURES
from corduroy.errors import MeasurementError, SettingsError
from corduroy.imaging.contrast import detect_contrast, flag_contrast
from corduroy.imaging.density import ASYNCHRONOUS_ERROR, Calibration
from corduroy.imaging.density_kinds import DensityKind
from corduroy.imaging.internal_density import (
    ENHANCED_ABOVE_HU,
    TissueSample,
    internal_calibration,
    sample_air_and_fat,
)
from corduroy.imaging.volume import LabelMap, Volume

_MUSCLE_HU = (20.0, 90.0)
_MUSCLE_MM = np.array([[-45.0, -75.0, -20.0], [45.0, -25.0, 20.0]])
"""Where the erectors of the spine lie beside a vertebra's arch, in its own axes. Author's choice."""
_LEAST_VOXELS = 200
_SOFTER_THAN = 0.5  # share of a voxel's neighbours that must be muscle too


def calibration_of(
    ct: Volume, spine: Spine, level: Level, structures: LabelMap | None, line: tuple[float, float] | None
) -> Calibration:
    """The calibration of a scan.

    Parameters
    ----------
    ct : Volume
    spine : Spine
    level : Level
        Muscle is looked for beside it.
    structures : LabelMap or None
        Organs in TotalSegmentator's numbers, for blood.
    line : tuple of 2 floats or None
        Intercept in mg/cm3 and slope in mg/cm3 per HU, K2HPO4-equivalent, of the scanner's own phantom.

    Raises
    ------
    MeasurementError
        If the scan does not show enough of air, fat and muscle or blood.

    Warns
    -----
    DoubtWarning
        If the scan holds contrast medium.
    """
    aorta = None if structures is None else _aorta(ct, structures)
    finding = detect_contrast(aorta)
    if line is not None:
        return flag_contrast(_from_line(line), finding)
    try:
        samples = dict(sample_air_and_fat(ct))
        muscle = _muscle(ct, spine, level)
        if muscle is not None:
            samples["muscle"] = muscle
        if aorta is not None and aorta.hu <= ENHANCED_ABOVE_HU:
            samples["blood"] = aorta
        return flag_contrast(internal_calibration(samples).calibration, finding)
    except (MeasurementError, SettingsError) as error:
        raise MeasurementError(
            f"this scan cannot be calibrated by itself: {error.got}",
            error.expected,
            "give the line of the scanner's phantom with --calibration, or a scan that reaches the skin",
        ) from error


def _from_line(line: tuple[float, float]) -> Calibration:
    intercept, slope = line
    return Calibration(
        DensityKind.K2HPO4,
        (intercept, slope, 0.0),
        np.zeros((3, 3)),
        0.0,
        ASYNCHRONOUS_ERROR / 1.96,
        "line given by the user, taken as that of the scanner's phantom on another day",
        "10.1038/s41598-017-06608-y (error)",
    )


def _aorta(ct: Volume, structures: LabelMap) -> TissueSample | None:
    """Grey values of the aorta, its wall left out; None if it is not labelled."""
    number = next((key for key, name in TOTAL_STRUCTURES.items() if name == "aorta"), None)
    if number is None or number not in structures.boxes:
        return None
    cut = structures.mask(number)
    inside = ndimage.binary_erosion(cut.array > 0)
    return _summary(ct.sample(cut.world_from_voxel(np.argwhere(inside)), fill=np.nan))


def _muscle(ct: Volume, spine: Spine, level: Level) -> TissueSample | None:
    """Muscle behind and beside the arch, by its grey values."""
    frame = spine.vertebrae[level].frame
    step = max(1.0, float(ct.spacing.min()))
    axes = [np.arange(low, high, step) for low, high in _MUSCLE_MM.T]
    points = frame.world(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1))
    grey = ct.sample(points, fill=np.nan)
    window = (grey > _MUSCLE_HU[0]) & (grey < _MUSCLE_HU[1]) & (spine.labels.sample(points, order=0) == 0)
    around = ndimage.uniform_filter(window.astype(float), 5)
    return _summary(grey[window & (around > _SOFTER_THAN)])


def _summary(values: NDArray[Any]) -> TissueSample | None:
    known = values[np.isfinite(values)]
    if known.size < _LEAST_VOXELS:
        return None
    low, middle, high = np.percentile(known, (25, 50, 75))
    return TissueSample(float(middle), float(high - low) / 1.349, int(known.size))
