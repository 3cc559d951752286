"""Tables of a vertebra by place: over the body, and by part and depth in the arch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from corduroy.lesion.bench import KINDS, Array, FloatArray

# All author's choice.
_BINS = (9, 8, 8)
_SMOOTH_BINS = 0.7
_DEPTHS_MM = (2.0, 3.0)  # borders of the depth classes in the arch
_LEAST_VOXELS = 30


def place_bins(place: Array) -> NDArray[np.intp]:
    """Bin of each place in the body; left and right share theirs."""
    counts = np.array(_BINS)
    folded = np.column_stack([np.abs(place[:, 0]) * 2 - 1, place[:, 1:]])
    return np.asarray(np.clip(((folded + 1) / 2 * counts).astype(np.intp), 0, counts - 1))


def depth_class(depth: Array) -> NDArray[np.intp]:
    """0, 1, 2 from shallow to deep."""
    return np.searchsorted(np.array(_DEPTHS_MM), depth).astype(np.intp)


def by_place(values: FloatArray, bins: NDArray[np.intp]) -> FloatArray:
    """Smoothed mean by bin; empty bins take their neighbours'."""
    flat = np.ravel_multi_index(tuple(bins.T), _BINS)
    size = int(np.prod(_BINS))
    count = np.bincount(flat, minlength=size).reshape(_BINS).astype(np.float64)
    total = np.bincount(flat, np.clip(values, -300, 600), minlength=size).reshape(_BINS)
    weight = ndimage.gaussian_filter(count, _SMOOTH_BINS, mode="nearest")
    smooth = ndimage.gaussian_filter(total, _SMOOTH_BINS, mode="nearest")
    return np.asarray(np.where(weight > 1e-3, smooth / np.maximum(weight, 1e-3), 0.0))


def by_group(values: Array, groups: Array) -> FloatArray:
    table = np.full(len(KINDS) * 3, np.nan)
    for group in np.unique(groups):
        chosen = values[groups == group]
        if len(chosen) >= _LEAST_VOXELS:
            table[group] = float(np.median(chosen))
    return table.reshape(len(KINDS), 3)
