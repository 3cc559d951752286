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

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation.borrowed import borrowed
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
_DIGITS = np.stack(np.unravel_index(np.arange(27), (3, 3, 3)), axis=1)
_TURNED = (_DIGITS[:, None] != _DIGITS[None]) @ np.array([4, 2, 1])
"""Of two seats: the bits of the axes along which they differ."""


def coarsen(fine: Cells) -> Link:
    """Group cells by twos along each axis, parts that do not touch apart.

    Parameters
    ----------
    fine : Cells
        In the order of their places along the first axis.
    """
    box = tuple((n + 1) // 2 for n in fine.box)
    starts, order = grouped(_blocks(fine.place, box), int(np.prod(box)))
    parent, place = _group(fine.place, fine.corners, starts, order, box, numba.get_num_threads())
    host = np.full(fine.vertices, -1, np.int32)
    seat = np.zeros(fine.vertices, np.uint8)
    joined = np.arange(8 * len(place), dtype=np.int32)
    _join(fine.place, fine.corners, parent, host, seat, joined, _slabs(fine))
    corners = np.empty(8 * len(place), np.int32)
    vertices = _number(joined, corners)
    a, b, c = box
    return Link(Cells(place, corners.reshape(-1, 8), vertices, (a, b, c), fine.periodic), parent, host, seat)


def _slabs(fine: Cells) -> NDArray[np.int64]:
    """First cell of each thread's slab, and the end; no block of cells is cut.

    Around a periodic axis the last slab would touch the first: one slab for all.
    """
    count = 1 if fine.periodic[0] else numba.get_num_threads()
    shares = np.arange(1, count) * len(fine.place) // count
    layers = [_first_at(fine.place, fine.place[share, 0] & ~1) for share in shares]
    return np.array([0, *layers, len(fine.place)])


@njit(cache=True)
def _first_at(place: Any, plane: int) -> int:
    """The first cell at a plane across the first axis, or behind it."""
    low = 0
    high = place.shape[0]
    while low < high:
        middle = (low + high) // 2
        if place[middle, 0] < plane:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, parallel=True)
def _blocks(place: Any, box: Any) -> Any:
    """The block of each cell, in the order of places."""
    block = np.empty(place.shape[0], np.int32)
    for cell in prange(block.size):
        a, b, c = place[cell, 0] >> 1, place[cell, 1] >> 1, place[cell, 2] >> 1
        block[cell] = (a * box[1] + b) * box[2] + c
    return block


@njit(cache=True)
def _root(joined: Any, i: int) -> int:
    while joined[i] != i:
        joined[i] = joined[joined[i]]
        i = joined[i]
    return i


@njit(cache=True, parallel=True)
def _group(place: Any, corners: Any, starts: Any, order: Any, box: Any, slabs: int) -> tuple[Any, Any]:
    """Number the connected parts of each block of cells, in the order of the blocks.

    Returns
    -------
    parent : array of int32
        The number of each cell's part.
    places : array of int32, shape (parts, 3)
    """
    blocks = starts.size - 1
    parent = np.empty(order.size, np.int32)
    counts = np.zeros(slabs + 1, np.int64)
    for s in prange(slabs):
        count = 0
        part = np.empty(64, np.int32)
        for block in range(s * blocks // slabs, (s + 1) * blocks // slabs):
            mine = borrowed(order)[starts[block] : starts[block + 1]]
            if mine.size > part.size:
                part = np.empty(2 * mine.size, np.int32)
            count = _group_block(borrowed(place), borrowed(corners), mine, borrowed(part), borrowed(parent), count)
        counts[s + 1] = count
    for s in range(slabs):
        counts[s + 1] += counts[s]
    places = np.empty((counts[slabs], 3), np.int32)
    for s in prange(slabs):
        for block in range(s * blocks // slabs, (s + 1) * blocks // slabs):
            for i in range(starts[block], starts[block + 1]):
                parent[order[i]] += counts[s]
                mine = parent[order[i]]
                rest = block // box[2]
                places[mine, 0], places[mine, 1], places[mine, 2] = rest // box[1], rest % box[1], block % box[2]
    return parent, places


@njit(cache=True)
def _group_block(place: Any, corners: Any, cells: Any, part: Any, parent: Any, count: int) -> int:
    """Number the connected parts of a block from `count` on; returns the next number."""
    n = cells.size
    for i in range(n):
        part[i] = i
    apart = _join_at_centre(place, corners, cells, part)
    for i in range(1, n if apart else 1):
        for j in range(i):
            a, b = _root(part, i), _root(part, j)
            if a != b and _touch(place, corners, cells[i], cells[j]):
                part[max(a, b)] = min(a, b)
    for i in range(n):
        root = _root(part, i)
        if root == i:
            parent[cells[i]] = count
            count += 1
        else:
            parent[cells[i]] = parent[cells[root]]
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


@njit(cache=True, parallel=True)
def _join(place: Any, corners: Any, parent: Any, host: Any, seat: Any, joined: Any, slabs: Any) -> None:
    """Find each fine vertex's host, and join the coarse corners on which its cells' parents must agree.

    Slabs side by side first, each with the plane of vertices behind it but not with the one before it, which belongs
    to the slab before; then those planes. Hosts and joined sets are the same for any slabs: a vertex' host is the
    parent of its first cell, and a set is known by its smallest member.
    """
    for s in prange(slabs.size - 1):
        first, end = slabs[s], slabs[s + 1]
        low = place[first, 0] if s > 0 and first < end else -1
        _join_some(
            borrowed(place), borrowed(corners), borrowed(parent), borrowed(host), borrowed(seat), borrowed(joined),
            first, end, low, False,
        )  # fmt: skip
    for s in range(1, slabs.size - 1):
        if slabs[s] < slabs[s + 1]:
            low = place[slabs[s], 0]
            end = _first_at(place, low + 1)
            _join_some(place, corners, parent, host, seat, joined, slabs[s], end, low, True)


@njit(cache=True)
def _join_some(
    place: Any,
    corners: Any,
    parent: Any,
    host: Any,
    seat: Any,
    joined: Any,
    first: int,
    end: int,
    low: int,
    at_border: bool,
) -> None:
    """What `_join` does, for some cells and only at the plane `low` of vertices, or only elsewhere."""
    for cell in range(first, end):
        mine = parent[cell]
        for n in range(8):
            if (n < 4 and place[cell, 0] == low) != at_border:
                continue
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
    flip = _TURNED[my_seat, other_seat]
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
