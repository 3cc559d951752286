"""Trilinear occupancy of a mask at the points of an oblique grid.

Between eight voxel centres that all lie inside, or all outside, there is nothing to interpolate, and of a vertebra's
surroundings more than nine tenths are so. What the eight corners are is written into one number per cell first; then
only the cells where they differ are interpolated.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Occupancy = NDArray[np.float32]
Codes = NDArray[np.uint8]

_FULL = 255
_MOST_AT_ONCE = 1 << 18


def corner_codes(mask: NDArray[np.bool_]) -> Codes:
    """One bit for each corner of every cell between eight voxels; bit ``4 i + 2 j + k`` is the corner (i, j, k)."""
    codes = np.ascontiguousarray(mask).view(np.uint8)
    codes = codes[:, :, :-1] | codes[:, :, 1:] << np.uint8(1)
    codes = codes[:, :-1] | codes[:, 1:] << np.uint8(2)
    return np.asarray(codes[:-1] | codes[1:] << np.uint8(4))


def occupancy_along(codes: Codes, matrix: FloatArray, offset: FloatArray, shape: tuple[int, ...]) -> Occupancy:
    """Occupancy at ``matrix @ index + offset`` for every index of a grid.

    Parameters
    ----------
    codes : ndarray of uint8
        `corner_codes` of the mask.
    matrix : ndarray, shape (3, 3)
        Voxel steps of the mask for one step along each axis of the grid.
    offset : ndarray, shape (3,)
        Voxel place of the grid's first point.
    shape : tuple of int
        Of the grid.

    Returns
    -------
    ndarray of float32
        From 0 to 1; 0 where a point does not lie between the mask's outermost voxel centres.
    """
    below, first = _codes_below(codes, matrix, offset, shape)
    start = offset - first
    _, j, k = np.ogrid[tuple(slice(n) for n in shape)]
    planes = [start[axis] + matrix[axis, 1] * j + matrix[axis, 2] * k for axis in range(3)]
    values = np.empty(shape, dtype=np.float32)
    slab = max(1, _MOST_AT_ONCE // max(1, shape[1] * shape[2]))
    for at in range(0, shape[0], slab):
        rows = np.arange(at, min(at + slab, shape[0]))[:, None, None]
        places = [(matrix[axis, 0] * rows + plane).ravel() for axis, plane in enumerate(planes)]
        values[at : at + slab] = _interpolated(below, places).reshape(-1, *shape[1:])
    return values


def _codes_below(
    codes: Codes, matrix: FloatArray, offset: FloatArray, shape: tuple[int, ...]
) -> tuple[Codes, NDArray[np.intp]]:
    """The codes of all cells that the grid reaches, 0 beyond the mask, and the index of the first of them."""
    reach = matrix * (np.array(shape) - 1)
    low = np.floor(offset + np.minimum(reach, 0.0).sum(axis=1)).astype(np.intp) - 1
    high = np.floor(offset + np.maximum(reach, 0.0).sum(axis=1)).astype(np.intp) + 2
    below = np.zeros(high - low, dtype=np.uint8)
    first, last = np.maximum(low, 0), np.minimum(high, codes.shape)
    if (last > first).all():
        here = tuple(slice(a, b) for a, b in zip(first - low, last - low, strict=True))
        below[here] = codes[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
    return below, low


def _interpolated(codes: Codes, places: list[FloatArray]) -> Occupancy:
    """Occupancy at places, given along each axis of the codes, shape (n,) each."""
    cells = [place.astype(np.int32) for place in places]
    code = codes.ravel().take((cells[0] * codes.shape[1] + cells[1]) * codes.shape[2] + cells[2])
    values: Occupancy = (code == _FULL).astype(np.float32)
    mixed = np.flatnonzero((code != 0) & (code != _FULL))
    x, y, z = ((place[mixed] - cell[mixed]).astype(np.float32) for place, cell in zip(places, cells, strict=True))
    one, by_z, by_y, by_yz, by_x, by_xz, by_xy, by_xyz = _POLYNOMIALS.take(code[mixed], axis=1)
    flat, steep = one + z * by_z + y * (by_y + z * by_yz), by_x + z * by_xz + y * (by_xy + z * by_xyz)
    values[mixed] = flat + x * steep
    return values


def _polynomials() -> Occupancy:
    """Coefficients of 1, z, y, yz, x, xz, xy and xyz in a cell, for every code, shape (8, 256)."""
    corners = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little").reshape(-1, 2, 2, 2)
    coefficients = corners.astype(np.float32)
    for axis in (1, 2, 3):
        low = coefficients.take([0], axis=axis)
        coefficients = np.concatenate([low, np.diff(coefficients, axis=axis)], axis=axis)
    return np.ascontiguousarray(coefficients.reshape(256, 8).T)


_POLYNOMIALS = _polynomials()
