"""Where a line through a grid of occupancies enters bone, to a fraction of a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def with_border(inside: BoolArray, values: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Occupancy inside and one sample beyond along an axis, where it passes through one half; 0 elsewhere."""
    reach = inside.copy()
    ahead = [slice(None)] * inside.ndim
    behind = [slice(None)] * inside.ndim
    ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
    reach[tuple(behind)] |= inside[tuple(ahead)]
    reach[tuple(ahead)] |= inside[tuple(behind)]
    return np.where(reach, values, np.float32(0.0))


def first_crossing(values: NDArray[np.float32], step: float) -> tuple[BoolArray, FloatArray]:
    """Where occupancy first rises through one half along axis 1: found or not, and distance in mm."""
    inside = values > 0.5
    hit = np.asarray(inside.any(axis=1))
    index = inside.argmax(axis=1)
    after = np.take_along_axis(values, index[:, None, :], axis=1)[:, 0, :]
    before = np.take_along_axis(values, np.maximum(index - 1, 0)[:, None, :], axis=1)[:, 0, :]
    part = np.where(index > 0, (after - 0.5) / np.maximum(after - before, 1e-6), 0.0)
    return hit, np.asarray((index - part) * step, dtype=np.float64)


def edge_of(columns: NDArray[np.float32], step: float) -> FloatArray:
    """Distance in mm from a column's first sample to where it first enters bone."""
    _, distance = first_crossing(columns[:, :, None], step)
    return distance[:, 0]
