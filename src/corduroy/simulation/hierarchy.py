"""The multigrid that every physics shares: cells joined by twos, Galerkin blocks, one symmetric cycle.

A physics brings its finest level (its operator, preferably without a matrix, and the matrix of the first coarse
level); the levels below, the smoother, the coarsest solution and the cycle are here. Coarse operators are Galerkin
products of the trilinear interpolation between the cells of `topology.py`: exact for pores, layers and any contrast,
where the mean of a modulus is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from corduroy.simulation import blocks, topology, transfer

SMALLEST = 400
"""Vertices below which a level is solved directly. Author's choice."""
POWER_STEPS = 10
MARGIN = 1.25
"""On the largest eigenvalue, which power iteration approaches from below. Author's choice."""
_SLABS = 16

Weights = list[tuple[float, float]]
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Cycling:
    """How the cycle smooths and how often it goes down.

    The two finest levels, which take nearly all of the time, are smoothed least and visited once; the author's choice
    after trials on continua and trabecular cubes.

    Parameters
    ----------
    finest_degree : int
        Chebyshev steps before and after each coarse correction on the finest level and the one below.
    degree : int
        The same on the other levels.
    fraction : float
        Lower end of the damped part of the spectrum over its upper end.
    visits : int
        How often the third and further levels go down to the next: 1 is a V-cycle, 2 a W-cycle.
    """

    finest_degree: int = 2
    degree: int = 3
    fraction: float = 0.1
    visits: int = 2


def chebyshev(degree: int, largest: float, fraction: float) -> Weights:
    """Weights (keep, gain) of the Chebyshev steps that damp the upper part of a spectrum.

    Parameters
    ----------
    degree : int
        Steps.
    largest : float
        Bound of the eigenvalues of D⁻¹A.
    fraction : float
        Lower end of the damped part over the upper.

    Returns
    -------
    list of tuple of float

    Notes
    -----
    Adams, Brezina, Hu and Tuminaro 2003, Parallel multigrid smoothing: polynomial versus Gauss-Seidel,
    https://doi.org/10.1016/S0021-9991(03)00194-3.
    """
    middle, radius = largest * (1 + fraction) / 2, largest * (1 - fraction) / 2
    weights = [(0.0, 1 / middle)]
    before = radius / middle
    for _ in range(degree - 1):
        now = 1 / (2 * middle / radius - before)
        weights.append((now * before, 2 * now / radius))
        before = now
    return weights


class Level(Protocol):
    """What the cycle asks of a level; `right` is the defect that it is given, `solution` its answer."""

    right: Singles
    solution: Singles

    def smooth_from_zero(self) -> None:
        """Overwrite the solution by the smoother's first guess."""

    def smooth(self) -> None:
        """Improve the solution."""

    def left_over(self) -> Singles:
        """The residual of the present solution."""

    def settle(self) -> None:
        """After a correction: put the solution back where it is not unknown."""


class Rungs(Protocol):
    """Interpolation between a level and the next coarser one."""

    def restrict(self, fine: Singles, coarse: Singles) -> None:
        """coarse = Pᵀ fine."""

    def prolong_add(self, coarse: Singles, fine: Singles) -> None:
        """fine += P coarse."""


@dataclass(frozen=True)
class Ladder:
    """Interpolation between a level and the next coarser one.

    Parameters
    ----------
    guest_starts, guests, seats : ndarray
        The fine vertices that each coarse cell hosts, see `transfer.guests_of_cells`; `guests` says where in the fine
        vector each vertex begins.
    lane : int
        Distance of a vertex' components in the fine vector.
    corners : ndarray of int32, shape (cells, 8)
        Coarse vertices.
    starts, places : ndarray
        Cells at each coarse vertex, see `transfer.cells_of_vertices`.
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
        vertices = self.starts.size - 1
        sums = np.empty((self.corners.size, coarse.size // vertices), np.float32)
        transfer.restrict(fine, self.lane, *guests, self.starts, self.places, sums, coarse)

    def prolong_add(self, coarse: Singles, fine: Singles) -> None:
        """fine += P coarse."""
        components = coarse.size // (self.starts.size - 1)
        guests = self.guest_starts, self.guests, self.seats
        transfer.prolong_add(coarse, components, self.corners, *guests, fine, self.lane)


SEATS = topology.seat_weights()


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
    starts, places = transfer.cells_of_vertices(cells.corners, cells.vertices)
    guests = transfer.guests_of_cells(link.host, link.seat, address, len(cells.corners))
    return Ladder(*guests, lane, cells.corners, starts, places)


@dataclass
class Matrix:
    """Rows of blocks, see `blocks.py`."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    blocks: Singles

    @classmethod
    def zeros(cls, corners: NDArray[np.int32], rungs: Ladder, components: int) -> Matrix:
        """The empty matrix that couples vertices of a common cell."""
        starts, columns = blocks.pattern(corners, rungs.starts, rungs.places)
        return cls(starts, columns, np.zeros((columns.size, components**2), np.float32))


class CoarseLevel:
    """A level with a matrix.

    Parameters
    ----------
    cells : topology.Cells
    matrix : Matrix
    components : int
    degree : int
        Chebyshev steps.
    fraction : float
        Lower end of the damped part of the spectrum over its upper end.
    """

    def __init__(self, cells: topology.Cells, matrix: Matrix, components: int, degree: int, fraction: float) -> None:
        self.cells, self.matrix, self.components = cells, matrix, components
        size = cells.vertices * components
        self.right, self.solution, self._step, self._left = (np.zeros(size, np.float32) for _ in range(4))
        self._inverse = np.empty((cells.vertices, components, components), np.float32)
        blocks.invert_diagonals(matrix.starts, matrix.columns, matrix.blocks, self._inverse)
        self._weights = chebyshev(degree, MARGIN * self._largest_eigenvalue(), fraction)

    def _largest_eigenvalue(self) -> float:
        """Power iteration on D⁻¹A, from a random start."""
        rng = np.random.default_rng(0)
        self.solution[:] = rng.standard_normal(self.solution.size)
        self._relax((0.0, 1.0), self.solution.copy())
        largest = 1.0
        for _ in range(POWER_STEPS):
            self.solution /= np.linalg.norm(self.solution)
            left = self.left_over()
            self.solution[:] = 0
            self._relax((0.0, -1.0), left)
            largest = float(np.linalg.norm(self.solution))
        return largest

    def _relax(self, pair: tuple[float, float], left: Singles) -> None:
        keep, gain = (np.float32(weight) for weight in pair)
        blocks.relax(self._inverse, keep, gain, left, self._step, self.solution)

    def _smooth(self, weights: Weights) -> None:
        for pair in weights:
            self._relax(pair, self.left_over())

    def smooth_from_zero(self) -> None:
        """See `Level`."""
        self.solution[:] = 0
        self._relax(self._weights[0], self.right)
        self._smooth(self._weights[1:])

    def smooth(self) -> None:
        """See `Level`."""
        self._smooth(self._weights)

    def left_over(self) -> Singles:
        """See `Level`."""
        m = self.matrix
        blocks.residual(m.starts, m.columns, m.blocks, self.solution, self.right, self._left)
        return self._left

    def settle(self) -> None:
        """See `Level`: components without stiffness have no diagonal and stay as they are."""


class DirectLevel:
    """The coarsest level, factorised.

    Parameters
    ----------
    cells : topology.Cells
    matrix : Matrix
    components : int
    """

    def __init__(self, cells: topology.Cells, matrix: Matrix, components: int) -> None:
        c, n = components, cells.vertices
        self.right, self.solution = (np.zeros(n * c, np.float32) for _ in range(2))
        stored = matrix.blocks.astype(float).reshape(-1, c, c)
        whole = sparse.bsr_matrix((stored, matrix.columns, matrix.starts), (n * c, n * c)).tocsc()
        diagonal = whole.diagonal()
        # A little more on the diagonal, so that a part free to move (a periodic cell) can be factorised too.
        lift = np.where(diagonal > 0, 1e-6 * diagonal, 1.0)
        self._factors = splu(((whole + whole.T) / 2 + sparse.diags(lift)).tocsc())

    def solve(self) -> None:
        """Overwrite the solution."""
        self.solution[:] = self._factors.solve(self.right.astype(float))


class Multigrid:
    """The levels and the cycle over them.

    Parameters
    ----------
    finest : Level
    first : Ladder
        Between the finest level and the first with a matrix.
    cells : topology.Cells
        Of the first level with a matrix.
    matrix : Matrix
        Of that level.
    components : int
    cycling : Cycling
    finer : sequence of (Level, Rungs)
        Levels above `finest` that a physics coarsens in its own way, from the finest down, with what leads below.
    """

    def __init__(
        self,
        finest: Level,
        first: Rungs,
        cells: topology.Cells,
        matrix: Matrix,
        components: int,
        cycling: Cycling,
        finer: Sequence[tuple[Level, Rungs]] = (),
    ) -> None:
        self._visits = cycling.visits
        self._levels: list[Level] = [*(level for level, _ in finer), finest]
        self._ladders: list[Rungs] = [*(rungs for _, rungs in finer), first]
        self.finest = self._levels[0]
        while cells.vertices > SMALLEST and cells.can_coarsen:
            degree = cycling.finest_degree if len(self._levels) == 1 else cycling.degree
            self._levels.append(CoarseLevel(cells, matrix, components, degree, cycling.fraction))
            rungs, cells, matrix = coarser(cells, matrix, components)
            self._ladders.append(rungs)
        self._direct = DirectLevel(cells, matrix, components)

    def cycle(self) -> None:
        """Turn the finest level's right-hand side into an approximate solution."""
        self._descend(0)

    def _descend(self, depth: int) -> None:
        if depth == len(self._levels):
            self._direct.solve()
            return
        level, rungs = self._levels[depth], self._ladders[depth]
        last = depth + 1 == len(self._levels)
        below: Level | DirectLevel = self._direct if last else self._levels[depth + 1]
        level.smooth_from_zero()
        for _ in range(1 if last or depth < 2 else self._visits):
            rungs.restrict(level.left_over(), below.right)
            self._descend(depth + 1)
            rungs.prolong_add(below.solution, level.solution)
            level.settle()
            level.smooth()


def coarser(cells: topology.Cells, matrix: Matrix, components: int) -> tuple[Ladder, topology.Cells, Matrix]:
    """The next level's interpolation, cells and Galerkin matrix."""
    link = topology.coarsen(cells)
    vertices = np.arange(cells.vertices, dtype=np.int32)
    rungs = ladder(link, vertices, 1)
    below = Matrix.zeros(link.cells.corners, rungs, components)
    blocks.galerkin(
        matrix.starts,
        matrix.columns,
        matrix.blocks,
        rungs.guest_starts,
        rungs.guests,
        rungs.seats,
        link.host,
        link.seat,
        SEATS,
        rungs.corners,
        rungs.starts,
        rungs.places,
        below.starts,
        below.columns,
        below.blocks,
        _SLABS,
    )
    rungs = replace(rungs, guests=components * rungs.guests)
    return rungs, link.cells, below
