"""Coarser cells that keep apart what is not connected.

Eight neighbouring cells make a coarse one. Where their material falls into parts that do not touch, as the struts of
trabecular bone do, the coarse cell is doubled, one copy per part, and copies share a corner only with those
neighbours whose material touches theirs there. Interpolation from such corners never ties separate struts together,
which is what makes plain box coarsening slow on porous structures. On a full box the cells are those of the box.

The idea of copies is that of C. Dick, J. Georgii and R. Westermann 2011, A hexahedral multigrid approach for
simulating cuts in deformable objects, https://doi.org/10.1109/TVCG.2010.268.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from corduroy.simulation.grouping import grouped

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Cells:
    """Cells of one level with their corners.

    Parameters
    ----------
    place : ndarray of int32, shape (n, 3)
        Position in the level's box.
    corners : ndarray of int32, shape (n, 8)
        Vertices; corner 4a + 2b + c lies at the high end of the first axis if a, and so on.
    vertices : int
        One more than the largest vertex.
    box : tuple of int
        Cells of the box along each axis.
    periodic : tuple of bool
    """

    place: Ints
    corners: Ints
    vertices: int
    box: tuple[int, int, int]
    periodic: tuple[bool, bool, bool]

    @property
    def can_coarsen(self) -> bool:
        """Periodic axes must be even to be halved."""
        return max(self.box) > 1 and all(
            n % 2 == 0 or not wraps for n, wraps in zip(self.box, self.periodic, strict=True)
        )


@dataclass(frozen=True)
class Link:
    """How a level's vertices hang on the corners of the next coarser cells.

    Parameters
    ----------
    cells : Cells
        The coarse ones.
    parent : ndarray of int32, shape (n,)
        Coarse cell of each fine cell.
    host : ndarray of int32, shape (fine vertices,)
        A coarse cell that holds each fine vertex, -1 where no cell has it.
    seat : ndarray of uint8, shape (fine vertices,)
        Place in the host: 9a + 3b + c with 0 low end, 1 middle, 2 high end.
    """

    cells: Cells
    parent: Ints
    host: Ints
    seat: NDArray[np.uint8]


def seat_weights() -> NDArray[np.float32]:
    """Weight of each coarse corner at each of a coarse cell's 27 seats.

    Returns
    -------
    ndarray, shape (27, 8)
    """
    ends = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    weights: NDArray[np.float32] = np.einsum("ia,jb,kc->ijkabc", ends, ends, ends).reshape(27, 8).astype(np.float32)
    return weights


_BEARING = seat_weights() > 0


def coarsen(fine: Cells) -> Link:
    """Group cells by twos along each axis, parts that do not touch apart."""
    a, b, c = ((n + 1) // 2 for n in fine.box)
    block = fine.place // 2
    key = (block[:, 0] * b + block[:, 1]) * c + block[:, 2]
    _, order = grouped(key, a * b * c)
    parent = np.empty(len(key), np.int32)
    count = _group(fine.place, fine.corners, key, order, parent)
    place = np.empty((count, 3), np.int32)
    place[parent] = block
    host = np.full(fine.vertices, -1, np.int32)
    seat = np.zeros(fine.vertices, np.uint8)
    joined = np.arange(8 * count, dtype=np.int32)
    _join(fine.place, fine.corners, parent, host, seat, joined)
    corners = np.empty(8 * count, np.int32)
    vertices = _number(joined, corners)
    return Link(Cells(place, corners.reshape(count, 8), vertices, (a, b, c), fine.periodic), parent, host, seat)


@njit(cache=True)
def _root(joined: Any, i: int) -> int:
    while joined[i] != i:
        joined[i] = joined[joined[i]]
        i = joined[i]
    return i


@njit(cache=True)
def _group(place: Any, corners: Any, key: Any, order: Any, parent: Any) -> int:
    """Number the connected parts of each block of cells."""
    part = np.empty(64, np.int32)
    count = 0
    start = 0
    while start < order.size:
        end = start + 1
        while end < order.size and key[order[end]] == key[order[start]]:
            end += 1
        n = end - start
        if n > part.size:
            part = np.empty(2 * n, np.int32)
        for i in range(n):
            part[i] = i
        apart = _join_at_centre(place, corners, order[start:end], part)
        for i in range(1, n if apart else 1):
            for j in range(i):
                a, b = _root(part, i), _root(part, j)
                if a != b and _touch(place, corners, order[start + i], order[start + j]):
                    part[max(a, b)] = min(a, b)
        for i in range(n):
            root = _root(part, i)
            if root == i:
                parent[order[start + i]] = count
                count += 1
            else:
                parent[order[start + i]] = parent[order[start + root]]
        start = end
    return count


@njit(cache=True)
def _join_at_centre(place: Any, corners: Any, block: Any, part: Any) -> int:
    """Join with the first cell of a block those that share the block's middle vertex with it; how many do not.

    Nearly always all do.
    """
    middle = -1
    apart = 0
    for i in range(block.size):
        at = place[block[i]]
        corner = 7 - (4 * (at[0] & 1) + 2 * (at[1] & 1) + (at[2] & 1))
        vertex = corners[block[i], corner]
        if i == 0:
            middle = vertex
        elif vertex == middle:
            part[i] = 0
        else:
            apart += 1
    return apart


@njit(cache=True)
def _touch(place: Any, corners: Any, i: int, j: int) -> bool:
    """Whether two cells of a block share a corner."""
    for n in range(8):
        shared = 0
        same = True
        for axis in range(3):
            at = place[i, axis] + ((n >> (2 - axis)) & 1) - place[j, axis]
            same = same and 0 <= at <= 1
            shared = 2 * shared + at
        if same and corners[i, n] == corners[j, shared]:
            return True
    return False


@njit(cache=True)
def _join(place: Any, corners: Any, parent: Any, host: Any, seat: Any, joined: Any) -> None:
    """Find each fine vertex's host, and join the coarse corners on which its cells' parents must agree."""
    for cell in range(parent.size):
        mine = parent[cell]
        for n in range(8):
            a = (place[cell, 0] & 1) + (n >> 2)
            b = (place[cell, 1] & 1) + ((n >> 1) & 1)
            c = (place[cell, 2] & 1) + (n & 1)
            vertex = corners[cell, n]
            other = host[vertex]
            if other < 0:
                host[vertex] = mine
                seat[vertex] = 9 * a + 3 * b + c
            elif other != mine:
                _agree(mine, 9 * a + 3 * b + c, other, seat[vertex], joined)


@njit(cache=True)
def _agree(mine: int, my_seat: int, other: int, other_seat: int, joined: Any) -> None:
    """Join the corners of two coarse cells that bear on a shared vertex."""
    flip = 0
    for axis in range(3):
        digit = 9 if axis == 0 else 3 if axis == 1 else 1
        if my_seat // digit % 3 != other_seat // digit % 3:
            flip |= 4 >> axis
    for n in range(8):
        if _BEARING[my_seat, n]:
            a, b = _root(joined, 8 * mine + n), _root(joined, 8 * other + (n ^ flip))
            if a != b:
                joined[max(a, b)] = min(a, b)


@njit(cache=True)
def _number(joined: Any, corners: Any) -> int:
    """Give each set of joined corners the next number."""
    count = 0
    for i in range(joined.size):
        root = _root(joined, i)
        if root == i:
            corners[i] = count
            count += 1
        else:
            corners[i] = corners[root]
    return count
