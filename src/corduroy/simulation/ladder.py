"""Interpolation between a level and the next coarser one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation import topology, transfer
from corduroy.simulation.grouping import grouped

Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Ladder:
    """Interpolation between a level and the next coarser one.

    Parameters
    ----------
    guest_starts, guests, seats : ndarray
        The fine vertices that each coarse cell hosts: where each cell's begin, where in the fine vector each vertex
        begins, and its seat.
    lane : int
        Distance of a vertex' components in the fine vector.
    corners : ndarray of int32, shape (cells, 8)
        Coarse vertices.
    starts, places : ndarray
        Which corners of which cells are each coarse vertex: where each vertex' begin, and eight times the cell plus the
        corner.
    """

    guest_starts: NDArray[np.int64]
    guests: NDArray[np.int32]
    seats: NDArray[np.uint8]
    lane: int
    corners: NDArray[np.int32]
    starts: NDArray[np.int64]
    places: NDArray[np.int32]

    def restrict(self, fine: Singles, coarse: Singles) -> None:
        """coarse = Pᵀ fine."""
        guests = self.guest_starts, self.guests, self.seats
        transfer.restrict(fine, self.lane, *guests, self.starts, self.places, self._sums, coarse)

    @cached_property
    def _sums(self) -> Singles:
        """Work space, kept: the system would hand it out anew, page by page, in every cycle."""
        return np.empty(transfer.LANES * self.corners.size, np.float32)

    def prolong_add(self, coarse: Singles, fine: Singles) -> None:
        """fine += P coarse."""
        components = coarse.size // (self.starts.size - 1)
        guests = self.guest_starts, self.guests, self.seats
        transfer.prolong_add(coarse, components, self.corners, *guests, fine, self.lane)


def ladder(link: topology.Link, address: NDArray[np.int32], lane: int) -> Ladder:
    """Interpolation along a link.

    Parameters
    ----------
    link : topology.Link
    address : ndarray of int32
        Where each fine vertex' first component is, negative where it has no unknown.
    lane : int
    """
    cells = link.cells
    starts, places = grouped(cells.corners.reshape(-1), cells.vertices)
    guest_starts, guests = grouped(np.where(address >= 0, link.host, -1), len(cells.corners))
    return Ladder(guest_starts, address[guests], link.seat[guests], lane, cells.corners, starts, places)
