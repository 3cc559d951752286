"""Density without a phantom: from air, fat, muscle and blood (and dense bone) in the same scan.

The method of Michalski 2020 (10.1016/j.medengphy.2020.01.009), as its authors' program Ogo runs it on the VerSe scans
(10.1093/gigascience/giaf094): the effective photon energy is the one at which the tissues' grey values and their mass
attenuation are most nearly on a line; from it follow mass attenuation and physical density of every voxel, and the
share of K2HPO4 in a mixture with triglyceride.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
from scipy import ndimage, stats

from corduroy.errors import MeasurementError, SettingsError
from corduroy.imaging._attenuation import HIGHEST_KEV, LOWEST_KEV, Tissue, mass_attenuation
from corduroy.imaging.density import Calibration
from corduroy.imaging.density_kinds import DensityKind
from corduroy.imaging.volume import FloatArray, Volume

_STEP_KEV = 0.5
_LEAST_R2 = 0.95  # author's choice; the published verse004 reaches 0.999
_LEAST_VOXELS = 30  # author's choice; Ogo's guidance is a region of 10 mm2
_PLACEMENT_SD_HU = 5.0  # author's choice: what moving a region of interest within a tissue changes
_PUBLISHED_SD_MG_CM3 = 17.85
"""Standard deviation of phantomless minus phantom vBMD over the 17 scans of appendix A of 10.1093/gigascience/giaf094
that have both (computed from that table: mean difference -1.2 mg/cm3, 11 of 17 scans contrast-enhanced)."""
_NO_BONE_RELATIVE_SD = 0.2
"""Author's choice: leaving bone out of the samples of VerSe 004 changes its densities by -16 % at 100 HU and -22 % at
200 HU."""
ENHANCED_ABOVE_HU = 100.0
"""Author's choice: blood without contrast medium is 30-60 HU, an arterial or venous phase lies above 120 HU."""
_FAT_HU = (-140.0, -60.0)  # author's choice: around the -80 to -110 HU of subcutaneous fat
_AIR_HU = (-1100.0, -900.0)  # author's choice


@dataclass(frozen=True)
class TissueSample:
    """Grey values of a tissue: mean or median, standard deviation of the voxels, their number."""

    hu: float
    sd_hu: float
    voxels: int


@dataclass(frozen=True, eq=False)
class InternalFit:
    """The steps of a phantomless calibration.

    Parameters
    ----------
    energy_kev : float
        Effective photon energy.
    r2 : float
        Of grey value against mass attenuation at that energy.
    attenuation_line, density_line : tuple of 2 floats
        Slope and intercept: cm2/g per HU, and g/cm3 per HU.
    calibration : Calibration
        K2HPO4-equivalent density.
    """

    energy_kev: float
    r2: float
    attenuation_line: tuple[float, float]
    density_line: tuple[float, float]
    calibration: Calibration


def internal_calibration(tissues: Mapping[Tissue, TissueSample]) -> InternalFit:
    """Calibrate by the tissues of the scan itself.

    Parameters
    ----------
    tissues : mapping
        At least three of ``"air"``, ``"adipose"``, ``"blood"``, ``"muscle"``, ``"bone"``; air is needed, and bone
        makes the energy certain.

    Returns
    -------
    InternalFit

    Raises
    ------
    SettingsError
        If air is missing, a tissue is unknown or there are fewer than three.
    MeasurementError
        If a sample is too small or not finite, blood holds contrast medium, or the tissues fit no energy.

    Notes
    -----
    Reproduces the published energy (97.0 keV), R2 and lines of VerSe 004. When this number misleads: samples that
    touch another tissue; without bone, the energy rests on small differences between soft tissues and densities come
    out too low by a fifth. Its scatter against phantoms is wide (standard deviation 18 mg/cm3): more than most
    changes in a patient.
    """
    names = _checked(tissues)
    grey = np.array([tissues[name].hu for name in names])
    energy, r2, lines, coefficients = _fit(names, grey)
    if r2 < _LEAST_R2:
        raise MeasurementError(
            f"the tissues fit no photon energy (R2 {r2:.3f})", f"R2 of at least {_LEAST_R2}", "check the samples"
        )
    calibration = Calibration(
        DensityKind.K2HPO4,
        (float(coefficients[0]), float(coefficients[1]), float(coefficients[2])),
        _propagated(names, grey, [tissues[name] for name in names]),
        _PUBLISHED_SD_MG_CM3,
        0.0 if "bone" in names else _NO_BONE_RELATIVE_SD,
        f"phantomless from {', '.join(names)}, {energy:.1f} keV",
        "10.1016/j.medengphy.2020.01.009; scatter from appendix A of 10.1093/gigascience/giaf094",
        () if "bone" in names else ("without cortical bone the photon energy is less certain",),
    )
    return InternalFit(energy, r2, lines[0], lines[1], calibration)


def sample_tissue(scan: Volume, mask: np.ndarray, erode_voxels: int = 1) -> TissueSample:
    """Grey values inside a mask, its rim left out; median, and a standard deviation from the quartiles.

    Raises
    ------
    MeasurementError
        If fewer than 30 voxels are left.
    """
    inside = ndimage.binary_erosion(mask, iterations=erode_voxels) if erode_voxels else np.asarray(mask, dtype=bool)
    return _summary(scan.array[inside], "the mask")


def sample_air_and_fat(scan: Volume) -> dict[Tissue, TissueSample]:
    """Air and fat by their grey values alone: -1100 to -900 and -140 to -60 HU, one voxel inside (author's choice)."""
    found: dict[Tissue, TissueSample] = {}
    windows: tuple[tuple[Tissue, tuple[float, float]], ...] = (("air", _AIR_HU), ("adipose", _FAT_HU))
    for name, (low, high) in windows:
        inside = ndimage.binary_erosion((scan.array > low) & (scan.array < high))
        found[name] = _summary(scan.array[inside], name)
    return found


def _summary(values: np.ndarray, what: str) -> TissueSample:
    if values.size < _LEAST_VOXELS:
        raise MeasurementError(f"{what} has {values.size} voxels", f"at least {_LEAST_VOXELS}")
    low, middle, high = np.percentile(values, (25, 50, 75))
    return TissueSample(float(middle), float(high - low) / 1.349, int(values.size))


def _checked(tissues: Mapping[Tissue, TissueSample]) -> list[Tissue]:
    unknown = [name for name in tissues if name not in get_args(Tissue)]
    if unknown:
        raise SettingsError(f"tissue '{unknown[0]}'", f"one of {', '.join(get_args(Tissue))}")
    if "air" not in tissues or len(tissues) < 3:
        raise SettingsError(f"samples of {', '.join(tissues) or 'nothing'}", "air and at least two other tissues")
    for name, sample in tissues.items():
        if not np.isfinite(sample.hu) or sample.voxels < _LEAST_VOXELS:
            raise MeasurementError(f"{name}: {sample.hu} HU in {sample.voxels} voxels", "a mean of 30 voxels or more")
    if "blood" in tissues and tissues["blood"].hu > ENHANCED_ABOVE_HU:
        raise MeasurementError(
            f"blood of {tissues['blood'].hu:.0f} HU holds contrast medium", "blood below 100 HU", "leave blood out"
        )
    return [name for name in get_args(Tissue) if name in tissues]


def _fit(
    names: list[Tissue], grey: FloatArray
) -> tuple[float, float, tuple[tuple[float, float], tuple[float, float]], FloatArray]:
    """Energy, R2, both lines, and density as a polynomial of the grey value."""
    energies = np.arange(LOWEST_KEV, HIGHEST_KEV + _STEP_KEV, _STEP_KEV)
    attenuation = np.stack([mass_attenuation(name, energies) for name in names])
    centred = grey - grey.mean()
    spread = attenuation - attenuation.mean(axis=0)
    r2 = (centred @ spread) ** 2 / ((centred @ centred) * (spread**2).sum(axis=0))
    best = int(np.argmax(r2))
    energy = float(energies[best])
    water, salt, fat = (float(mass_attenuation(m, energy)) for m in ("water", "K2HPO4", "triglyceride"))
    by_attenuation = stats.linregress(grey, attenuation[:, best])
    by_density = stats.linregress(grey, (grey / 1000 + 1) * water / attenuation[:, best])
    a, b = float(by_density.slope), float(by_density.intercept)
    c, d = float(by_attenuation.slope), float(by_attenuation.intercept)
    scale = 1000 / (salt - fat)  # g/cm3 to mg/cm3
    coefficients = scale * np.array([b * (d - fat), a * (d - fat) + b * c, a * c])
    return energy, float(r2[best]), ((c, d), (a, b)), coefficients


def _propagated(names: list[Tissue], grey: FloatArray, samples: list[TissueSample]) -> FloatArray:
    """Covariance of the polynomial when every tissue's grey value moves by its own standard deviation."""
    covariance = np.zeros((3, 3))
    for i, sample in enumerate(samples):
        step = np.hypot(sample.sd_hu / np.sqrt(sample.voxels), _PLACEMENT_SD_HU)
        up, down = grey.copy(), grey.copy()
        up[i] += step
        down[i] -= step
        change = (_fit(names, up)[3] - _fit(names, down)[3]) / 2
        covariance += np.outer(change, change)
    return covariance
