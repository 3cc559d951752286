"""Hounsfield units to bone density: what a calibration is, and the one from a phantom's rods.

The calibration without a phantom is in `internal_density`, contrast medium in `contrast`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from corduroy.errors import GeometryError, MeasurementError, SettingsError
from corduroy.imaging.density_kinds import DensityImage, DensityKind
from corduroy.imaging.volume import FloatArray, LabelMap, Volume
from corduroy.provenance import Measured

_Z95 = 1.959963984540054
_LEAST_R2 = 0.98  # author's choice: rods that do not lie on a line are the wrong rods
_LEAST_ROD_VOXELS = 20
ASYNCHRONOUS_ERROR = 0.067
"""Largest relative error of asynchronous calibration on a spine phantom, 1.4-6.7 % (10.1038/s41598-017-06608-y)."""
TO_120_KVP = {100: 0.927, 120: 1.0, 140: 1.053}
"""Factors on trabecular Hounsfield units, from the group means before and after correction of 16 747 scans (AAPM 2026
abstract, aapm2026 paper 1859: 148.1 to 137.3 HU at 100 kVp, 131.3 to 138.3 HU at 140 kVp)."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Density from Hounsfield units as a polynomial, with its uncertainty.

    Parameters
    ----------
    kind : DensityKind
    coefficients : tuple of 3 floats
        ``c0 + c1 HU + c2 HU**2`` in mg/cm3.
    covariance : ndarray, shape (3, 3)
        Of the coefficients.
    shared_sd_mg_cm3 : float
        Standard deviation of an error that all voxels of the scan share.
    relative_sd : float
        Standard deviation of an error proportional to the density.
    method, source : str
    notes : tuple of str
        What a reader of the density must know.
    """

    kind: DensityKind
    coefficients: tuple[float, float, float]
    covariance: FloatArray
    shared_sd_mg_cm3: float
    relative_sd: float
    method: str
    source: str
    notes: tuple[str, ...] = ()

    def density(self, hu: ArrayLike) -> FloatArray:
        """mg/cm3 of Hounsfield units; NaN stays NaN."""
        values = np.asarray(hu, dtype=np.float64)
        c0, c1, c2 = self.coefficients
        return np.asarray(c0 + values * (c1 + values * c2))

    def sd(self, hu: ArrayLike) -> FloatArray:
        """Standard deviation of the density of a region with this mean, from the calibration alone."""
        values = np.asarray(hu, dtype=np.float64)
        powers = np.stack([np.ones_like(values), values, values**2], axis=-1)
        fitted = np.einsum("...i,ij,...j->...", powers, self.covariance, powers)
        return np.asarray(np.sqrt(fitted + self.shared_sd_mg_cm3**2 + (self.relative_sd * self.density(values)) ** 2))

    def measured(self, hu: float) -> Measured:
        """Density of a region with the mean `hu`."""
        return Measured(
            float(self.density(hu)), "mg/cm3", _Z95 * float(self.sd(hu)), f"{self.kind}, {self.method}", modality="CT"
        )

    def apply(self, scan: Volume, typical_hu: float = 150.0) -> DensityImage:
        """The density of every voxel; `typical_hu` (author's choice) is where the uncertainty is stated."""
        values = self.density(scan.array)
        volume = Volume(values, scan.affine, scan.name, scan.meta)
        return DensityImage(volume, self.kind, _Z95 * float(self.sd(typical_hu)), self.method)

    def sample(self, rng: np.random.Generator, n: int) -> list[Calibration]:
        """`n` calibrations drawn from the uncertainty of this one, each without any of its own."""
        draws = rng.multivariate_normal(self.coefficients, self.covariance, size=n, method="eigh")
        offsets = rng.normal(0.0, self.shared_sd_mg_cm3, n)
        factors = 1 + rng.normal(0.0, self.relative_sd, n)
        return [
            replace(
                self,
                coefficients=(float(f * (c[0] + o)), float(f * c[1]), float(f * c[2])),
                covariance=np.zeros((3, 3)),
                shared_sd_mg_cm3=0.0,
                relative_sd=0.0,
            )
            for c, o, f in zip(draws, offsets, factors, strict=True)
        ]


def calibration_from_rods(hu: ArrayLike, density_mg_cm3: ArrayLike, kind: DensityKind | str) -> Calibration:
    """A straight line through the rods of a phantom, by least squares.

    Parameters
    ----------
    hu, density_mg_cm3 : array_like, shape (n,)
        Mean grey value and known density of each rod; at least 3.
    kind : DensityKind
        Of what the densities are.

    Raises
    ------
    SettingsError
        If there are fewer than 3 rods, or values are not finite, or the kind is none.
    MeasurementError
        If the rods do not lie on a rising line (R2 at least 0.98, author's choice).
    """
    grey, known = np.asarray(hu, dtype=np.float64), np.asarray(density_mg_cm3, dtype=np.float64)
    if grey.ndim != 1 or grey.shape != known.shape or grey.size < 3:
        raise SettingsError(f"{grey.shape} grey values for {known.shape} rods", "a value for each of 3 or more rods")
    if not (np.isfinite(grey).all() and np.isfinite(known).all()):
        raise SettingsError("a rod's grey value or density is not finite", "numbers")
    if np.ptp(grey) == 0 or np.ptp(known) == 0:
        raise MeasurementError("all rods look alike", "rods of different density", "check their regions")
    slope, intercept, r, _, slope_error = stats.linregress(grey, known)
    if slope <= 0 or r**2 < _LEAST_R2:
        raise MeasurementError(
            f"the rods lie on no rising line (R2 {r**2:.3f})", f"R2 of at least {_LEAST_R2}", "check their regions"
        )
    inflation = float(stats.t.ppf(0.975, grey.size - 2)) / _Z95  # few rods: their scatter is itself uncertain
    mean = grey.mean()
    residual = known - (intercept + slope * grey)
    noise = residual @ residual / (grey.size - 2)
    v_slope = float(slope_error**2)
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = [[noise / grey.size + mean**2 * v_slope, -mean * v_slope], [-mean * v_slope, v_slope]]
    return Calibration(
        _kind(kind),
        (float(intercept), float(slope), 0.0),
        covariance * inflation**2,
        0.0,
        0.0,
        f"phantom of {grey.size} rods",
        "least squares through the rods of the same scan",
    )


def calibration_from_phantom(
    scan: Volume, rods: LabelMap, density_mg_cm3: Mapping[int, float], kind: DensityKind | str
) -> Calibration:
    """`calibration_from_rods` with the medians of labelled rods.

    Parameters
    ----------
    scan : Volume
        Hounsfield units.
    rods : LabelMap
        One label per rod, on the grid of `scan`, inside the rods.
    density_mg_cm3 : mapping
        Known density of each label.

    Raises
    ------
    GeometryError
        If the grids differ.
    MeasurementError
        If a rod is missing or has fewer than 20 voxels.
    """
    if scan.shape != rods.shape or not np.allclose(scan.affine, rods.affine, atol=1e-3):
        raise GeometryError(f"the rods of {rods.name} lie on another grid", f"that of {scan.name}", "resample them")
    medians = []
    for label in density_mg_cm3:
        values = scan.array[rods.array == label]
        if values.size < _LEAST_ROD_VOXELS:
            raise MeasurementError(f"rod {label} has {values.size} voxels", f"at least {_LEAST_ROD_VOXELS}")
        medians.append(float(np.median(values)))
    return calibration_from_rods(medians, list(density_mg_cm3.values()), kind)


def asynchronous(calibration: Calibration, phantom_kvp: int, scan_kvp: int) -> Calibration:
    """A scanner's phantom calibration for another scan of the same scanner, by its tube voltage.

    Parameters
    ----------
    calibration : Calibration
        From a phantom, scanned at `phantom_kvp`.
    phantom_kvp, scan_kvp : int
        100, 120 or 140; other voltages have no published factor that could be verified.

    Raises
    ------
    SettingsError
        If a voltage has no factor.

    Notes
    -----
    No slope is assumed for a scanner that was never calibrated: none could be verified. When this number misleads:
    another kernel, table height or body size than that of the phantom; the factors were found on groups of patients.
    """
    for kvp in (phantom_kvp, scan_kvp):
        if kvp not in TO_120_KVP:
            raise SettingsError(f"{kvp} kVp", "100, 120 or 140", "calibrate at the voltage of the scan")
    factor = TO_120_KVP[scan_kvp] / TO_120_KVP[phantom_kvp]
    scale = np.array([1.0, factor, factor**2])
    c0, c1, c2 = (float(c) for c in np.asarray(calibration.coefficients) * scale)
    return replace(
        calibration,
        coefficients=(c0, c1, c2),
        covariance=calibration.covariance * np.outer(scale, scale),
        relative_sd=float(np.hypot(calibration.relative_sd, ASYNCHRONOUS_ERROR / _Z95)),
        method=f"asynchronous {calibration.method}, {phantom_kvp} to {scan_kvp} kVp",
        source="10.1038/s41598-017-06608-y (error); AAPM 2026 paper 1859 (voltage)",
    )


def _kind(kind: DensityKind | str) -> DensityKind:
    try:
        return DensityKind(kind)
    except ValueError:
        raise SettingsError(f"density kind '{kind}'", f"one of {', '.join(DensityKind)}") from None
