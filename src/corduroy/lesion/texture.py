"""What a lesion is made of: stroma and columns apart, and the signs that give the corduroy its name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.feature import peak_local_max, structure_tensor

from corduroy.lesion.bench import LASTING_STEPS, STEP_MM, Array, Bench, BoolArray, FloatArray
from corduroy.provenance import Measured

# All author's choice.
_STROMA_PERCENTILE, _COLUMN_PERCENTILE = 15.0, 97.0
_TENSOR_MM = 1.5
_ACROSS_MM = 2.5
_SLICE_EVERY_MM = 3
_PEAK_SHARE = 0.35  # of the way from stroma to the brightest columns
_COLUMN_BONE_HU = 800.0
_STROMA_SD_HU, _COLUMN_SD_HU = 15.0, 60.0
_LEAST_VOXELS = 60
_LEAST_COLUMNS = 4
_INDEX_SD = 0.08


@dataclass(frozen=True)
class Texture:
    """Stroma and columns of a lesion.

    Parameters
    ----------
    stroma_hu, column_hu : Measured
        Grey value between the columns, and of the columns as the scan shows them (thin ones are blurred and
        therefore too dark).
    mean_hu : Measured
    column_strength_hu : Measured
        Standard deviation of the grey values across the vertebra's axis that lasts for 5 mm along it.
    spacing_mm, thickness_mm : Measured or None
        Of the columns; None where fewer than four are seen.
    anisotropy : Measured
        1 for upright columns, 0 where grey values change as much along the axis as across (structure tensor).
    polka_dot : Measured
        -1 to 1: how much bright spots on dark ground prevail over dark spots on bright ground, in axial view.
    corduroy : Measured
        0 to 1: the part of the variation in sagittal and coronal view that is the same 5 mm higher up.
    """

    stroma_hu: Measured
    column_hu: Measured
    mean_hu: Measured
    column_strength_hu: Measured
    spacing_mm: Measured | None
    thickness_mm: Measured | None
    anisotropy: Measured
    polka_dot: Measured
    corduroy: Measured


def lesion_texture(bench: Bench, inside: BoolArray) -> Texture:
    """Measure stroma and columns of the lesion on a bench.

    Parameters
    ----------
    bench : Bench
    inside : ndarray of bool
        The lesion.

    Notes
    -----
    All in the lesion's part of the body, clear of cortex where it is large enough. When this misleads: with slices
    of 2 mm and more, or columns closer than two voxels, columns merge: they seem fewer, and the stroma denser.
    """
    core = _core(bench, inside)
    smooth, grey = bench.along_columns, np.clip(bench.grid.values, -200, 1500)
    values = smooth[core]
    low, high = np.percentile(values, (_STROMA_PERCENTILE, _COLUMN_PERCENTILE))
    across = grey - ndimage.gaussian_filter(grey, [_ACROSS_MM, _ACROSS_MM, 0])
    strength, lasting = _lasting(across, core)
    spots = (smooth - ndimage.gaussian_filter(smooth, [_ACROSS_MM, _ACROSS_MM, 0]))[core]
    spacing, thickness = _columns(smooth, grey, core, float(low), float(high))
    independent = max(len(values) / 27.0, 2.0)
    return Texture(
        _measured(float(low), "HU", 2 * _STROMA_SD_HU, "15th percentile along the axis"),
        _measured(float(high), "HU", 2 * _COLUMN_SD_HU, "97th percentile along the axis"),
        _measured(float(grey[core].mean()), "HU", 1.96 * float(grey[core].std()) / np.sqrt(independent), "mean"),
        _measured(strength, "HU", 0.2 * strength + 3.0, "covariance at 5 mm along the axis"),
        spacing,
        thickness,
        _measured(_anisotropy(grey, core), "", _INDEX_SD * 2, "structure tensor, sigma 1.5 mm"),
        _measured(_spottiness(spots), "", _INDEX_SD * 2, "asymmetry of the 5th and 95th percentile"),
        _measured(lasting, "", _INDEX_SD * 2, "correlation at 5 mm along the axis"),
    )


def _measured(value: float, unit: str, uncertainty: float, method: str) -> Measured:
    return Measured(float(value), unit, float(uncertainty), f"lesion texture: {method}", modality="CT")


def _core(bench: Bench, inside: BoolArray) -> BoolArray:
    for candidate in (inside & bench.core, inside & bench.in_body & bench.interior, inside & bench.interior, inside):
        if np.count_nonzero(candidate) >= _LEAST_VOXELS:
            return candidate
    return inside


def _lasting(across: Array, core: BoolArray) -> tuple[float, float]:
    """Strength (HU) of what is the same 5 mm higher, and its part in all variation across."""
    lag = LASTING_STEPS
    both = core[:, :, lag:] & core[:, :, :-lag]
    if np.count_nonzero(both) < _LEAST_VOXELS:
        return 0.0, 0.0
    covariance = float((across[:, :, lag:] * across[:, :, :-lag])[both].mean())
    variance = float((across[core] ** 2).mean())
    return float(np.sqrt(max(covariance, 0.0))), float(np.clip(covariance / max(variance, 1e-6), 0.0, 1.0))


def _anisotropy(grey: Array, core: BoolArray) -> float:
    tensor = structure_tensor(grey.astype(np.float32), sigma=_TENSOR_MM, mode="nearest")
    xx, yy, zz = (float(tensor[k][core].mean()) for k in (0, 3, 5))
    return float(1.0 - zz / max((xx + yy) / 2, 1e-6))


def _spottiness(across: FloatArray) -> float:
    low, middle, high = np.percentile(across, (5, 50, 95))
    return float((high + low - 2 * middle) / max(high - low, 1e-6))


def _columns(
    smooth: Array, grey: Array, core: BoolArray, stroma: float, bright: float
) -> tuple[Measured | None, Measured | None]:
    """Spacing from the number of bright spots in axial slices; thickness from the bone that they hold together."""
    count, area = 0, 0.0
    for k in range(0, core.shape[2], round(_SLICE_EVERY_MM / STEP_MM)):
        if not core[:, :, k].any():
            continue
        limit = stroma + _PEAK_SHARE * (bright - stroma)
        peaks = peak_local_max(smooth[:, :, k], min_distance=1, threshold_abs=limit, labels=core[:, :, k].astype(int))
        count += len(peaks)
        area += float(np.count_nonzero(core[:, :, k])) * STEP_MM**2
    slices = max(1, len(np.unique(np.nonzero(core)[2])) // round(_SLICE_EVERY_MM / STEP_MM))
    if count < _LEAST_COLUMNS * slices:
        return None, None
    cell = area / count
    spacing = float(np.sqrt(2 * cell / np.sqrt(3)))
    error = float(np.hypot(1.96 * spacing / (2 * np.sqrt(count / slices)), 0.2 * spacing))
    surplus = max(float(grey[core].mean()) - stroma, 0.0) * cell
    thickness = float(np.sqrt(4 / np.pi * surplus / max(_COLUMN_BONE_HU - stroma, 1.0)))
    return (
        _measured(spacing, "mm", error, "spots per area, hexagonal"),
        _measured(thickness, "mm", 0.35 * thickness, "bone per column, taken for 800 HU"),
    )
