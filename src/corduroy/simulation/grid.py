"""Boxes of voxels and nodes with a rim of ghosts, and the flat arrays that live on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

TAIL = 96
"""Entries behind every flat array that kernels may read (never use) past its end."""


@dataclass(frozen=True)
class NodeBox:
    """A box of voxels and their nodes, one ghost before and two behind along each axis.

    Node i of the box has index i + 1 in arrays with ghosts, voxel i likewise; voxel index q lies between node indices
    q and q + 1. Along a periodic axis the last node is the first one again, and ghosts are copies.

    Parameters
    ----------
    voxels : tuple of int
        Along the three axes, without ghosts.
    periodic : tuple of bool
    """

    voxels: tuple[int, int, int]
    periodic: tuple[bool, bool, bool] = (False, False, False)

    @property
    def nodes(self) -> tuple[int, int, int]:
        """Nodes that are unknown of their own."""
        a, b, c = (n if wraps else n + 1 for n, wraps in zip(self.voxels, self.periodic, strict=True))
        return a, b, c

    @property
    def shape(self) -> tuple[int, int, int]:
        """Nodes with ghosts."""
        a, b, c = (n + 3 for n in self.voxels)
        return a, b, c

    @property
    def voxel_shape(self) -> tuple[int, int, int]:
        """Voxels with ghosts."""
        a, b, c = (n + 2 for n in self.voxels)
        return a, b, c

    def inner(self, ghosted: NDArray[Any]) -> NDArray[Any]:
        """A view of the own nodes of an array with ghosts (three leading axes)."""
        a, b, c = self.nodes
        return ghosted[1 : a + 1, 1 : b + 1, 1 : c + 1]

    def wrap(self, ghosted: NDArray[Any], axes: tuple[int, int, int] = (0, 1, 2)) -> None:
        """Copy what periodic ghosts are copies of.

        Parameters
        ----------
        ghosted : ndarray
            Of nodes or voxels, with ghosts.
        axes : tuple of int
            Where in the array the three axes are.
        """
        for axis, n, wraps in zip(axes, self.voxels, self.periodic, strict=True):
            if wraps:
                moved = np.moveaxis(ghosted, axis, 0)
                moved[0] = moved[n]
                moved[n + 1] = moved[1]


def zeros(size: int, dtype: Any) -> NDArray[Any]:
    """A flat array with its tail; pages that nobody writes to take no memory."""
    return np.zeros(size + TAIL, dtype)


def covering(voxels: tuple[int, ...], periodic: tuple[bool, bool, bool]) -> NodeBox:
    """The box of a grid of voxels, open axes rounded up to even."""
    a, b, c = (n if wraps else n + n % 2 for n, wraps in zip(voxels, periodic, strict=True))
    return NodeBox((a, b, c), periodic)


def at_nodes(voxels: NDArray[Any]) -> NDArray[Any]:
    """Sum over the voxels around each node, or whether any is true.

    Parameters
    ----------
    voxels : ndarray of number or bool, shape (n0, n1, n2)

    Returns
    -------
    ndarray, shape (n0 + 1, n1 + 1, n2 + 1)
    """
    a, b, c = voxels.shape
    total = np.zeros((a + 1, b + 1, c + 1), voxels.dtype)
    _add_around(voxels, total)
    return total


@njit(cache=True, parallel=True)
def _add_around(voxels: Any, total: Any) -> None:
    a, b, c = voxels.shape
    for plane in prange(a + 1):
        for n in range(8):
            i, j, k = plane - (n >> 2), n >> 1 & 1, n & 1
            if 0 <= i < a:
                for line in range(b):
                    for v in range(c):
                        total[plane, line + j, v + k] += voxels[i, line, v]  # of truth values: or
