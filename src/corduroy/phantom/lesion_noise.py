"""The noise of a scan, estimated in its soft tissue, and made anew with the same strength and grain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from corduroy.errors import MeasurementError
from corduroy.imaging.volume import LabelMap, Volume
from corduroy.phantom.shapes import Array

# All author's choice.
_SOFT_TISSUE_HU = (-20.0, 110.0)
_CLEAR_MM = 3.0
_SMOOTH_MM = 3.0
_LEAST_VOXELS = 200
_MAD_TO_SD = 1.4826
_MOST_CORRELATED = 0.9


@dataclass(frozen=True)
class ScanNoise:
    """Strength and grain of a scan's noise.

    Parameters
    ----------
    sd_hu : float
        Standard deviation.
    sigma_voxels : tuple of float
        Of the gaussian that white noise must be smoothed by to get the same correlation of neighbouring voxels.
    """

    sd_hu: float
    sigma_voxels: tuple[float, float, float]

    def draw(self, shape: tuple[int, ...], rng: Generator) -> Array:
        """A noise image of this strength and grain, float32."""
        white = rng.standard_normal(shape, dtype=np.float32)
        grain = ndimage.gaussian_filter(white, self.sigma_voxels, mode="wrap")
        return np.asarray(grain * np.float32(self.sd_hu / max(float(grain.std()), 1e-6)))


def scan_noise(ct: Volume, labels: LabelMap) -> ScanNoise:
    """Estimate the noise in soft tissue clear of bone.

    Parameters
    ----------
    ct : Volume
        Hounsfield units, cropped to the surroundings of a vertebra.
    labels : LabelMap
        All bones, on the same grid.

    Raises
    ------
    MeasurementError
        If there is too little soft tissue in view.

    Notes
    -----
    The residual to a smoothed image is taken where the smoothed image is soft tissue and even; the correlation of
    neighbours along each axis gives the grain. When this misleads: streaks and edges of organs count as noise.
    """
    grey = ct.array.astype(np.float32)
    sigma = _SMOOTH_MM / ct.spacing
    smooth = ndimage.gaussian_filter(grey, sigma)
    uneven = ndimage.gaussian_gradient_magnitude(grey, sigma)
    clear = ndimage.distance_transform_edt(labels.array == 0, ct.spacing) > _CLEAR_MM
    clear &= (smooth > _SOFT_TISSUE_HU[0]) & (smooth < _SOFT_TISSUE_HU[1])
    if np.count_nonzero(clear) < _LEAST_VOXELS:
        raise MeasurementError(
            "too little soft tissue beside the vertebra to estimate the noise", None, "give noise_hu"
        )
    clear &= uneven <= np.quantile(uneven[clear], 0.5)
    residual = grey - smooth
    spread = _MAD_TO_SD * float(np.median(np.abs(residual[clear] - np.median(residual[clear]))))
    inside = np.where(clear & (np.abs(residual) < 5 * max(spread, 1.0)), residual, np.nan)
    r, a, s = (_sigma_of(_neighbour_correlation(inside, axis)) for axis in range(3))
    return ScanNoise(spread, (r, a, s))


def _neighbour_correlation(residual: Array, axis: int) -> float:
    here = np.take(residual, range(residual.shape[axis] - 1), axis)
    ahead = np.take(residual, range(1, residual.shape[axis]), axis)
    variance = float(np.nanmean(residual**2))
    both = here * ahead
    known = np.isfinite(both)
    return float(both[known].mean() / variance) if known.any() and variance > 0 else 0.0


def _sigma_of(correlation: float) -> float:
    """White noise smoothed by a gaussian of sigma s has neighbours correlated by exp(-1 / (4 s²))."""
    held = min(max(correlation, 0.0), _MOST_CORRELATED)
    return 0.0 if held < 0.02 else float(np.sqrt(-1.0 / (4.0 * np.log(held))))
