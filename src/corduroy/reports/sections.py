"""Planes through a vertebra's model, and its fields on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corduroy.reports.planes import Sheet
from corduroy.simulation.vertebra.grid import ModelGrid

FloatArray = NDArray[np.float64]

_PIXEL_MM = 0.4


def sheet_through(grid: ModelGrid, point_mm: Sequence[float] | FloatArray, view: str, margin_mm: float = 6.0) -> Sheet:
    """The plane of a world point across (``"axial"``) or along (``"sagittal"``) the vertebra, over the whole model."""
    low = grid.local([-0.5, -0.5, -0.5]) - margin_mm
    high = grid.local(np.array(grid.shape) - 0.5) + margin_mm
    at = grid.frame.local(point_mm)
    x, y, z = (np.arange(a, b, _PIXEL_MM) for a, b in zip(low, high, strict=True))
    if view == "axial":
        # Seen from below: the patient's right on the image's left.
        rows, columns = y[::-1], x[::-1]
        local = np.empty((rows.size, columns.size, 3))
        local[..., 0], local[..., 1], local[..., 2] = columns[None, :], rows[:, None], at[2]
        extent = (-float(x[-1]), -float(x[0]), float(y[0]), float(y[-1]))
    else:
        rows, columns = z[::-1], y[::-1]
        local = np.empty((rows.size, columns.size, 3))
        local[..., 0], local[..., 1], local[..., 2] = at[0], columns[None, :], rows[:, None]
        extent = (-float(y[-1]), -float(y[0]), float(z[0]), float(z[-1]))
    return Sheet(grid.frame, grid.frame.world(local), extent)


def field_on(sheet: Sheet, grid: ModelGrid, values: FloatArray) -> FloatArray:
    """A field at a sheet's pixels, by the nearest voxel; NaN beyond the grid."""
    at = np.floor(grid.index_of(sheet.points) + 0.5).astype(np.int64)
    inside = ((at >= 0) & (at < grid.shape)).all(axis=-1)
    found = np.full(inside.shape, np.nan)
    found[inside] = values[tuple(at[inside].T)]
    return found
