"""Exact distances to the nearest voxel of chosen kinds, measured to the voxel's faces, and whose voxel it is.

A needle touches a structure when it touches a voxel's box, not its centre; at voxels of 2.5 mm that is a difference
of more than a millimetre. Along one axis the squared distance to a box is that to its nearer face, so that the
separable transform of Felzenszwalb and Huttenlocher (10.4086/toc.2012.v008a019) holds when its lower envelope is
read half a voxel to either side.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

_FAR = np.float32(1e12)


def box_distances(
    ids: NDArray[np.uint8], wanted: NDArray[np.bool_], spacing_mm: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Distance from every voxel's centre to the nearest box of a wanted voxel.

    Parameters
    ----------
    ids : ndarray of uint8, shape (R, A, S), C order
    wanted : ndarray of bool, shape (256,)
        Which ids count.
    spacing_mm : ndarray, shape (3,)

    Returns
    -------
    distance_mm : ndarray of float32, shape (R, A, S)
        0 inside; 1e6 where nothing is wanted.
    nearest : ndarray of uint8, shape (R, A, S)
        The id of the nearest wanted voxel, 0 where there is none.
    """
    squared = np.empty(ids.shape, np.float32)
    nearest = np.empty(ids.shape, np.uint8)
    h = np.square(np.asarray(spacing_mm, dtype=np.float32))
    _along_rows(ids, wanted, h[2], squared, nearest)
    _along_columns(squared, nearest, h[1])
    _along_columns(squared.transpose(1, 0, 2), nearest.transpose(1, 0, 2), h[0])
    np.sqrt(squared, out=squared)
    return squared, nearest


@njit(cache=True, parallel=True)
def _along_rows(ids: Any, wanted: Any, h2: Any, squared: Any, nearest: Any) -> None:
    """The first pass: along contiguous rows, to the nearest wanted voxel on either side."""
    nx, ny, nz = ids.shape
    for i in prange(nx):
        for j in range(ny):
            last = -1
            for k in range(nz):
                if wanted[ids[i, j, k]]:
                    last = k
                squared[i, j, k] = _face(k - last, h2) if last >= 0 else _FAR
                nearest[i, j, k] = ids[i, j, last] if last >= 0 else 0
            last = -1
            for k in range(nz - 1, -1, -1):
                if wanted[ids[i, j, k]]:
                    last = k
                if last >= 0 and _face(last - k, h2) < squared[i, j, k]:
                    squared[i, j, k] = _face(last - k, h2)
                    nearest[i, j, k] = ids[i, j, last]


@njit(cache=True)
def _face(steps: int, h2: Any) -> Any:
    """Squared distance from a voxel's centre to the face of another one so many steps away."""
    if steps == 0:
        return np.float32(0.0)
    gap = np.float32(steps) - np.float32(0.5)
    return gap * gap * h2


@njit(cache=True, parallel=True)
def _along_columns(squared: Any, nearest: Any, h2: Any) -> None:
    """A later pass, along the second axis, in place."""
    nx, n, nz = squared.shape
    for i in prange(nx):
        value = np.empty(n, np.float32)
        name = np.empty(n, np.uint8)
        seat = np.empty(n, np.int32)
        border = np.empty(n + 1, np.float32)
        for k in range(nz):
            top = -1
            for j in range(n):
                value[j] = squared[i, j, k]
                name[j] = nearest[i, j, k]
                if value[j] >= _FAR:
                    continue
                while top >= 0:
                    q = seat[top]
                    meet = np.float32(0.5) * ((value[j] - value[q]) / (h2 * (j - q)) + np.float32(j + q))
                    if meet > border[top]:
                        break
                    top -= 1
                top += 1
                seat[top] = j
                border[top] = meet if top > 0 else -_FAR
            if top >= 0:
                _read_envelope(squared, nearest, i, k, value, name, seat, border, top, h2)


@njit(cache=True)
def _read_envelope(
    squared: Any,
    nearest: Any,
    i: int,
    k: int,
    value: Any,
    name: Any,
    seat: Any,
    border: Any,
    top: int,
    h2: Any,
) -> None:
    """Each voxel's own value, or what its two faces see, whichever is less."""
    n = value.size
    at = 0
    for face in range(n + 1):
        place = np.float32(face) - np.float32(0.5)
        while at < top and border[at + 1] < place:
            at += 1
        gap = place - np.float32(seat[at])
        seen = value[seat[at]] + gap * gap * h2
        if face < n and seen < squared[i, face, k]:
            squared[i, face, k] = seen
            nearest[i, face, k] = name[seat[at]]
        if face > 0 and seen < squared[i, face - 1, k]:
            squared[i, face - 1, k] = seen
            nearest[i, face - 1, k] = name[seat[at]]
