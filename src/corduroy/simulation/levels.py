"""The levels below the finest: with a matrix of half rows, the last one factorised."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from corduroy.simulation import blocks, symmetric, topology
from corduroy.simulation.ladder import Ladder, Singles
from corduroy.simulation.sums import square

POWER_STEPS = 10
MARGIN = 1.25
"""On the largest eigenvalue, which power iteration approaches from below. Author's choice."""

Weights = list[tuple[float, float]]


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


@dataclass
class Matrix:
    """Half rows of blocks, see `blocks.py`."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    blocks: Singles

    @classmethod
    def zeros(cls, corners: NDArray[np.int32], rungs: Ladder, components: int) -> Matrix:
        """The empty matrix that couples vertices of a common cell."""
        starts, columns = blocks.pattern(corners, rungs.starts, rungs.places, numba.get_num_threads())
        width = components**2
        # One entry more than blocks, because registers read past the end.
        return cls(starts, columns, np.zeros(columns.size * width + 1, np.float32)[:-1].reshape(-1, width))


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
        blocks.invert_diagonals(matrix.starts, matrix.blocks, self._inverse)
        room = symmetric.workplace(matrix.starts, matrix.columns, components)
        rows = matrix.starts, matrix.columns, matrix.blocks.reshape(-1)
        sides = self.solution, self.right, self._left
        self._problem = *rows, *sides, room.bounds, room.reach, room.sums, room.wide
        self._weights = chebyshev(degree, MARGIN * self._largest_eigenvalue(), fraction)

    def _largest_eigenvalue(self) -> float:
        """Power iteration on D⁻¹A, from a random start."""
        rng = np.random.default_rng(0)
        self.solution[:] = rng.standard_normal(self.solution.size)
        size = math.sqrt(square(self.solution))
        for _ in range(POWER_STEPS):
            left = self.left_over()
            self.solution[:] = 0
            self._relax((0.0, -1 / size), left)
            size = math.sqrt(square(self.solution))
        return size

    def _relax(self, pair: tuple[float, float], left: Singles) -> None:
        keep, gain = (np.float32(weight) for weight in pair)
        blocks.relax(self._inverse, keep, gain, left, self._step, self.solution)

    def _smooth(self, weights: Weights) -> None:
        pairs = np.array(weights, np.float32).reshape(-1, 2)
        symmetric.smooth(pairs, self._inverse, self._step, self._problem)

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
        symmetric.residual(*self._problem)
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
        half = sparse.bsr_matrix((stored, matrix.columns, matrix.starts), (n * c, n * c)).tocsc()
        diagonal = half.diagonal()
        # A little more on the diagonal, so that a part free to move (a periodic cell) can be factorised too.
        lift = np.where(diagonal > 0, 1e-6 * diagonal, 1.0)
        within = sparse.bsr_matrix((stored[matrix.starts[:-1]], np.arange(n), np.arange(n + 1)), (n * c, n * c))
        self._factors = splu((half + half.T - within + sparse.diags(lift)).tocsc())

    def solve(self) -> None:
        """Overwrite the solution."""
        self.solution[:] = self._factors.solve(self.right.astype(float))
