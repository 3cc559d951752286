"""A rank filter at chosen voxels only: bone is a tenth of the box that holds a vertebra."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]


def ranked_near(values: Array, at: NDArray[np.bool_], reach: tuple[int, int, int], rank: float) -> Array:
    """The value of a rank within a box around each chosen voxel.

    Parameters
    ----------
    values : ndarray of float32, shape (nx, ny, nz)
    at : ndarray of bool, shape (nx, ny, nz)
        The voxels to be looked at.
    reach : tuple of int
        Voxels to either side along each axis; what lies outside the array is left out.
    rank : float
        0 for the least, 1 for the greatest value.

    Returns
    -------
    ndarray of float32, shape (n,)
        In the order of ``values[at]``.
    """
    return np.asarray(_ranked(np.ascontiguousarray(values, np.float32), np.argwhere(at), reach, rank))


@njit(cache=True, error_model="numpy")
def _ranked(values: Array, voxels: Array, reach: tuple[int, int, int], rank: float) -> Array:
    found = np.empty(len(voxels), np.float32)
    window = np.empty((2 * reach[0] + 1) * (2 * reach[1] + 1) * (2 * reach[2] + 1), np.float32)
    for n in range(len(voxels)):
        i, j, k = voxels[n]
        count = 0
        for a in range(max(i - reach[0], 0), min(i + reach[0] + 1, values.shape[0])):
            for b in range(max(j - reach[1], 0), min(j + reach[1] + 1, values.shape[1])):
                for c in range(max(k - reach[2], 0), min(k + reach[2] + 1, values.shape[2])):
                    window[count] = values[a, b, c]
                    count += 1
        found[n] = np.partition(window[:count], int(rank * (count - 1)))[int(rank * (count - 1))]
    return found
