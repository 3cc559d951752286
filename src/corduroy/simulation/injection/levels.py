"""The pressure's own levels of the shared multigrid: voxels joined by eights, conductances added.

A finite volume matrix keeps its seven points when voxels are joined and the conductances of their common faces added;
halved, because the joined voxels' centres lie twice as far apart, it is the matrix of the coarse voxels. That costs
next to nothing to renew when the front has moved, and it holds across jumps of the mobility, which piecewise constant
interpolation does not smear. Below a few thousand voxels the Galerkin levels of `hierarchy.py` take over.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation import topology
from corduroy.simulation.galerkin import galerkin, other_halves
from corduroy.simulation.hierarchy import Cycling, Multigrid
from corduroy.simulation.injection import kernels
from corduroy.simulation.ladder import Singles, ladder
from corduroy.simulation.levels import Matrix, chebyshev

Shape = tuple[int, int, int]

HAND_OVER = 6000
"""Voxels of a box at which the shared Galerkin levels begin. Author's choice after trials."""
_LARGEST = 2.0
"""Bound of the eigenvalues of D⁻¹A for a matrix whose rows add up to no less than zero (Gershgorin)."""
_DEGREE = 2
_FRACTION = 0.2
"""Chebyshev steps and lower end of the damped spectrum. Author's choice after trials."""


class VoxelLevel:
    """One box of voxels: conductances, smoother, residual.

    Parameters
    ----------
    shape : tuple of int
        Of the box with one ghost at either end of each axis; the voxels inside are even in number.
    spans : ndarray of int32, shape (n0, n1, 2)
        See `kernels.spans_of`.
    """

    def __init__(self, shape: Shape, spans: NDArray[np.int32]) -> None:
        self.shape, self.spans = shape, spans
        size = int(np.prod(shape))
        self.faces: tuple[Singles, Singles, Singles] = (
            np.zeros(size, np.float32),
            np.zeros(size, np.float32),
            np.zeros(size, np.float32),
        )
        self.sink, self.inverse = np.zeros(size, np.float32), np.zeros(size, np.float32)
        self.right, self.solution, self._other, self._step = (np.zeros(size, np.float32) for _ in range(4))
        self._weights = [(np.float32(keep), np.float32(gain)) for keep, gain in chebyshev(_DEGREE, _LARGEST, _FRACTION)]

    def renew(self) -> None:
        """After the conductances changed."""
        kernels.invert_diagonal(*self.faces, self.sink, self.spans, self.inverse)

    def smooth_from_zero(self) -> None:
        """See `hierarchy.Level`."""
        kernels.start(self.inverse, self._weights[0][1], self.spans, self.right, self._step, self.solution)
        self._smooth(self._weights[1:])

    def smooth(self) -> None:
        """See `hierarchy.Level`."""
        self._smooth(self._weights)

    def _smooth(self, weights: list[tuple[np.float32, np.float32]]) -> None:
        for keep, gain in weights:
            kernels.relax(
                *self.faces,
                self.sink,
                self.inverse,
                self.spans,
                self.right,
                keep,
                gain,
                self._step,
                self.solution,
                self._other,
            )
            self.solution, self._other = self._other, self.solution

    def left_over(self) -> Singles:
        """See `hierarchy.Level`; the smoother's spare vector holds it."""
        kernels.residual(*self.faces, self.sink, self.spans, self.right, self.solution, self._other)
        return self._other

    def settle(self) -> None:
        """See `hierarchy.Level`: voxels without unknown are never written to."""


class Octets:
    """Piecewise constant interpolation between a box and the box of its voxels joined by eights.

    Parameters
    ----------
    fine, coarse : VoxelLevel
    """

    def __init__(self, fine: VoxelLevel, coarse: VoxelLevel) -> None:
        self.fine, self.coarse = fine, coarse

    def restrict(self, fine: Singles, coarse: Singles) -> None:
        """See `hierarchy.Rungs`."""
        kernels.restrict(fine, *self.fine.shape[1:], self.coarse.spans, coarse)

    def prolong_add(self, coarse: Singles, fine: Singles) -> None:
        """See `hierarchy.Rungs`."""
        kernels.prolong_add(coarse, *self.coarse.shape[1:], self.fine.inverse, self.fine.spans, fine)

    def renew(self) -> None:
        """Carry changed conductances down."""
        fine, coarse = self.fine, self.coarse
        for axis in range(3):
            kernels.coarsen(fine.faces[axis], fine.shape, coarse.spans, axis, np.float32(0.5), coarse.faces[axis])
        kernels.coarsen(fine.sink, fine.shape, coarse.spans, 3, np.float32(1), coarse.sink)
        coarse.renew()


class Tower:
    """All levels of one body's pressure equation, to be renewed whenever its conductances change.

    Parameters
    ----------
    active : ndarray of bool
        With ghosts; see `VoxelLevel`.
    """

    def __init__(self, active: NDArray[np.bool_]) -> None:
        self.levels = [VoxelLevel(_shape(active), kernels.spans_of(active))]
        self._octets: list[Octets] = []
        while active.size > HAND_OVER:
            active = joined(active)
            self.levels.append(VoxelLevel(_shape(active), kernels.spans_of(active)))
            self._octets.append(Octets(*self.levels[-2:]))
        self._cells = centres_as_vertices(_shape(active))
        self._link = topology.coarsen(self._cells)
        voxels = np.arange(active.size, dtype=np.int32)
        self._rungs = ladder(self._link, np.where(active.ravel(), voxels, np.int32(-1)), 1)

    @property
    def finest(self) -> VoxelLevel:
        """The voxels themselves; set its faces and sinks, then build."""
        return self.levels[0]

    def build(self) -> Multigrid:
        """The cycle for the present conductances of the finest level."""
        self.finest.renew()
        for octets in self._octets:
            octets.renew()
        last = self.levels[-1]
        fine = Matrix(*seven_points(last))
        link, rungs = self._link, self._rungs
        below = Matrix.zeros(link.cells.corners, rungs, 1)
        guests = rungs.guest_starts, rungs.guests, rungs.seats, link.host, link.seat
        others = other_halves(fine.starts, fine.columns, 1)
        galerkin(
            fine.starts, fine.columns, fine.blocks, others, *guests, _SEATS, rungs.corners, rungs.starts, rungs.places,
            below.starts, below.columns, below.blocks, 1,
        )  # fmt: skip
        finer = list(zip(self.levels[:-1], self._octets, strict=True))
        return Multigrid(last, rungs, link.cells, below, 1, _CYCLING, finer)


_SEATS = topology.seat_weights()
_CYCLING = Cycling(finest_degree=2, degree=2, finest_fraction=0.2, fraction=0.2, visits=1)


def _shape(array: NDArray[np.bool_]) -> Shape:
    a, b, c = array.shape
    return a, b, c


def joined(active: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which voxels of the next coarser box have any unknown; with ghosts, made even inside."""
    a, b, c = (n // 2 - 1 for n in active.shape)
    inside = active[1:-1, 1:-1, 1:-1].reshape(a, 2, b, 2, c, 2).any(axis=(1, 3, 5))
    coarse = np.zeros(tuple(n + n % 2 + 2 for n in (a, b, c)), dtype=bool)
    coarse[1 : a + 1, 1 : b + 1, 1 : c + 1] = inside
    return coarse


def centres_as_vertices(shape: Shape) -> topology.Cells:
    """The cells between the centres of a box's voxels, ghosts among them."""
    a, b, c = (n - 1 for n in shape)
    place = np.stack(np.meshgrid(*(np.arange(n, dtype=np.int32) for n in (a, b, c)), indexing="ij"), axis=-1)
    place = place.reshape(-1, 3)
    first = (place[:, 0] * shape[1] + place[:, 1]) * shape[2] + place[:, 2]
    steps = [(n >> 2) * shape[1] * shape[2] + (n >> 1 & 1) * shape[2] + (n & 1) for n in range(8)]
    corners = (first[:, None] + np.array(steps)).astype(np.int32)
    return topology.Cells(np.ascontiguousarray(place), corners, int(np.prod(shape)), (a, b, c), (False,) * 3)


def seven_points(level: VoxelLevel) -> tuple[NDArray[np.int64], NDArray[np.int32], Singles]:
    """A level's matrix by half rows: starts, columns, entries of shape (n, 1)."""
    size = level.right.size
    steps = (level.shape[1] * level.shape[2], level.shape[2], 1)
    voxel = np.arange(size, dtype=np.int32)
    columns, entries = [voxel], [np.where(level.inverse > 0, 1 / np.where(level.inverse > 0, level.inverse, 1), 0)]
    for face, step in zip(level.faces, steps, strict=True):
        columns.append(np.roll(voxel, -step))
        entries.append(-face)
    columns_of_row, entries_of_row = np.stack(columns, axis=1), np.stack(entries, axis=1).astype(np.float32)
    keep = (entries_of_row != 0) | (np.arange(4) == 0)
    starts = np.concatenate(([0], np.cumsum(keep.sum(axis=1), dtype=np.int64)))
    return starts, columns_of_row[keep], entries_of_row[keep][:, None]
