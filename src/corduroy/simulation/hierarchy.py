"""The multigrid that every physics shares: boxes of halved nodes, Galerkin stencils, one symmetric V-cycle.

A physics brings its finest level (its operator without a matrix, and the stencils of the first coarse level); the
levels below, the smoother, the coarsest solution and the cycle are here. Coarse operators are Galerkin products of
true trilinear interpolation, restricted to what is unknown: exact for pores, layers and any contrast, where the mean
of a modulus is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from corduroy.simulation import stencil, transfer
from corduroy.simulation.grid import NodeBox, zeros

SMALLEST = 400
"""Active nodes below which a level is solved directly."""
POWER_STEPS = 15
MARGIN = 1.1
"""On the largest eigenvalue, which power iteration approaches from below. Author's choice."""

Weights = list[tuple[float, float]]


class Level(Protocol):
    """What the cycle asks of a level; `right` is the defect that it is given, `solution` its answer."""

    def smooth_from_zero(self) -> None:
        """Overwrite the solution by the smoother's first guess."""

    def restrict_residual(self, coarse: StencilLevel) -> None:
        """Hand what is left of the right-hand side to the next level."""

    def add_correction(self, coarse: StencilLevel) -> None:
        """Add the next level's solution."""

    def smooth(self) -> None:
        """Improve the solution."""


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
class Smoothing:
    """How much each level smooths before and after the coarse correction.

    Parameters
    ----------
    degree : int
        Chebyshev steps.
    fraction : float
        Lower end of the damped spectrum over its upper end.
    """

    degree: int = 3
    fraction: float = 0.1


@dataclass
class StencilLevel:
    """A coarse level.

    Parameters
    ----------
    box : NodeBox
    nodes : ndarray of int32, shape (n,)
        Active nodes.
    row_of : ndarray of int32, flat
        Row of each node with ghosts, -1 where inactive.
    rows : ndarray of float32, shape (n, c, 27 c)
    """

    box: NodeBox
    nodes: NDArray[np.int32]
    row_of: NDArray[np.int32]
    rows: NDArray[np.float32]
    inverse: NDArray[np.float32] = field(init=False)
    weights: Weights = field(init=False, default_factory=list)
    free: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        size = int(np.prod(self.box.shape)) * self.components
        self.right, self.solution, self.step, self.left = (zeros(size, np.float32) for _ in range(4))
        self.inverse = np.empty((self.nodes.size, self.components, self.components), np.float32)
        stencil.invert_diagonals(self.rows, self.inverse)
        self.free = np.where(self.row_of >= 0, 255, 0).astype(np.uint8)

    @property
    def components(self) -> int:
        """Unknowns per node."""
        return self.rows.shape[1]

    @property
    def strides(self) -> tuple[int, int, int, int]:
        """Of a plane, a line, a node and a component."""
        _, b, c = self.box.shape
        return b * c * self.components, c * self.components, self.components, 1

    def prepare(self, smoothing: Smoothing) -> None:
        """Estimate the spectrum and choose the smoother's weights."""
        _, b, c = self.box.shape
        rng = np.random.default_rng(0)
        vector = rng.standard_normal((self.nodes.size, self.components)).astype(np.float32)
        self._view(self.solution)[self.nodes] = vector
        self.right[:] = 0
        largest = 1.0
        for _ in range(POWER_STEPS):
            self.wrap(self.solution)
            stencil.residual(self.rows, self.nodes, (b * c, c), self.solution, self.right, self.left)
            self.step[:] = 0
            before = np.linalg.norm(self._view(self.solution)[self.nodes])
            self.solution[:] = 0
            stencil.relax(self.inverse, self.nodes, np.float32(0), np.float32(-1), self.left, self.step, self.solution)
            after = np.linalg.norm(self._view(self.solution)[self.nodes])
            largest = float(after / before)
            self.solution /= np.float32(after)
        self.weights = chebyshev(smoothing.degree, MARGIN * largest, smoothing.fraction)

    def _view(self, vector: NDArray[Any]) -> NDArray[Any]:
        return vector[: self.row_of.size * self.components].reshape(-1, self.components)

    def wrap(self, vector: NDArray[Any]) -> None:
        """Refresh periodic ghosts."""
        if any(self.box.periodic):
            self.box.wrap(self._view(vector).reshape(*self.box.shape, self.components))

    def smooth_from_zero(self) -> None:
        """See `Level`."""
        self.solution[:] = 0
        self._relax(self.weights[0], self.right)
        self._smooth(self.weights[1:])

    def smooth(self) -> None:
        """See `Level`."""
        self._smooth(self.weights)

    def _smooth(self, weights: Weights) -> None:
        for pair in weights:
            self.find_left_over()
            self._relax(pair, self.left)

    def _relax(self, pair: tuple[float, float], left: NDArray[np.float32]) -> None:
        keep, gain = (np.float32(weight) for weight in pair)
        stencil.relax(self.inverse, self.nodes, keep, gain, left, self.step, self.solution)

    def find_left_over(self) -> None:
        """Residual of the present solution."""
        _, b, c = self.box.shape
        self.wrap(self.solution)
        stencil.residual(self.rows, self.nodes, (b * c, c), self.solution, self.right, self.left)

    def restrict_residual(self, coarse: StencilLevel) -> None:
        """See `Level`."""
        self.find_left_over()
        self.wrap(self.left)
        transfer.restrict(self.left, self.strides, coarse.nodes, coarse.box.shape, coarse.right, self.components)

    def add_correction(self, coarse: StencilLevel) -> None:
        """See `Level`."""
        coarse.wrap(coarse.solution)
        transfer.prolong_add(
            coarse.solution,
            coarse.box.shape,
            self.solution,
            self.strides,
            self.free,
            self.box.shape,
            self.components,
        )


class DirectLevel:
    """The coarsest level, factorised.

    Parameters
    ----------
    level : StencilLevel
    """

    def __init__(self, level: StencilLevel) -> None:
        self.level = level
        c = level.components
        _, lines, pitch = level.box.shape
        offsets = [(a * lines + b) * pitch + d for a in (-1, 0, 1) for b in (-1, 0, 1) for d in (-1, 0, 1)]
        columns = level.row_of[level.nodes[:, None] + np.array(offsets)]
        n, m = np.nonzero(columns >= 0)
        blocks = level.rows.reshape(-1, c, 27, c)[n, :, m, :].astype(float)
        row = np.broadcast_to(n[:, None, None] * c + np.arange(c)[:, None], blocks.shape)
        column = np.broadcast_to(columns[n, m][:, None, None] * c + np.arange(c), blocks.shape)
        size = level.nodes.size * c
        matrix = sparse.csc_matrix((blocks.ravel(), (row.ravel(), column.ravel())), (size, size))
        diagonal = matrix.diagonal()
        # A little more on the diagonal, so that a part free to move (a periodic cell) can be factorised too.
        lift = np.where(diagonal > 0, 1e-6 * diagonal, 1.0)
        self._factors = splu(((matrix + matrix.T) / 2 + sparse.diags(lift)).tocsc())

    def solve(self) -> None:
        """Overwrite the level's solution."""
        view = self.level._view
        right = view(self.level.right)[self.level.nodes].astype(float)
        answer = self._factors.solve(right.ravel()).reshape(right.shape)
        view(self.level.solution)[self.level.nodes] = answer


class Multigrid:
    """A symmetric V-cycle.

    Parameters
    ----------
    finest : Level
    coarse : StencilLevel
        The first coarse level; those below are made from it.
    smoothing : Smoothing
    """

    def __init__(self, finest: Level, coarse: StencilLevel, smoothing: Smoothing) -> None:
        self.finest = finest
        self.stencils = [coarse]
        while self.stencils[-1].nodes.size > SMALLEST and self.stencils[-1].box.can_halve:
            self.stencils[-1].prepare(smoothing)
            self.stencils.append(next_level(self.stencils[-1]))
        self.direct = DirectLevel(self.stencils[-1])

    def cycle(self) -> None:
        """Turn the finest level's right-hand side into an approximate solution."""
        levels: list[Any] = [self.finest, *self.stencils]
        for level, below in zip(levels[:-1], levels[1:], strict=True):
            level.smooth_from_zero()
            level.restrict_residual(below)
        self.direct.solve()
        for level, below in zip(levels[-2::-1], levels[:0:-1], strict=True):
            level.add_correction(below)
            level.smooth()


def next_level(fine: StencilLevel) -> StencilLevel:
    """The Galerkin level of every second node."""
    box = fine.box.halved()
    nodes, row_of = active_nodes(fine.free, fine.box, box)
    rows = np.empty((nodes.size, fine.components, 27 * fine.components), np.float32)
    stencil.coarsen(fine.rows, fine.row_of, fine.box.shape, rows, nodes, box.shape)
    return StencilLevel(box, nodes, row_of, rows)


def active_nodes(
    free: NDArray[np.uint8], fine: NodeBox, coarse: NodeBox
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Coarse nodes whose interpolation reaches an unknown, and their rows.

    Parameters
    ----------
    free : ndarray of uint8, flat
        Non-zero where a fine node has unknowns; periodic ghosts filled.
    fine, coarse : NodeBox

    Returns
    -------
    nodes : ndarray of int32
        Indices in the box with ghosts, ascending.
    row_of : ndarray of int32, flat
    """
    found = np.zeros(coarse.shape, bool)
    _mark(free, fine.shape, coarse.nodes, found)
    nodes = np.flatnonzero(found).astype(np.int32)
    row_of = np.full(coarse.shape, -1, np.int32)
    row_of.reshape(-1)[nodes] = np.arange(nodes.size, dtype=np.int32)
    coarse.wrap(row_of)
    return nodes, row_of.reshape(-1)


@njit(cache=True, parallel=True)
def _mark(free: Any, shape: Any, nodes: Any, found: Any) -> None:
    for i in prange(1, nodes[0] + 1):
        for j in range(1, nodes[1] + 1):
            for k in range(1, nodes[2] + 1):
                at = ((2 * i - 2) * shape[1] + 2 * j - 2) * shape[2] + 2 * k - 2
                for p in range(27):
                    if free[at + ((p // 9) * shape[1] + p // 3 % 3) * shape[2] + p % 3]:
                        found[i, j, k] = True
                        break
