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

import numba
import numpy as np

from corduroy.simulation import topology
from corduroy.simulation.galerkin import galerkin, other_halves
from corduroy.simulation.ladder import Ladder, Singles, ladder
from corduroy.simulation.levels import CoarseLevel, DirectLevel, Matrix

SMALLEST = 400
"""Vertices below which a level is solved directly. Author's choice."""

SEATS = topology.seat_weights()


@dataclass(frozen=True)
class Cycling:
    """How the cycle smooths and how often it goes down.

    The two finest levels, which take most of the time, are smoothed least and visited once; the levels below cost
    little and are smoothed long. The author's choice after trials on continua and trabecular cubes (not those of the
    benchmark).

    Parameters
    ----------
    finest_degree : int
        Chebyshev steps before and after each coarse correction on the finest level and the one below.
    degree : int
        The same on the other levels.
    finest_fraction : float
        Lower end of the damped part of the spectrum over its upper end, on the finest level and the one below.
    fraction : float
        The same on the other levels.
    visits : int
        How often the third and further levels go down to the next: 1 is a V-cycle, 2 a W-cycle.
    """

    finest_degree: int = 2
    degree: int = 6
    finest_fraction: float = 0.1
    fraction: float = 0.03
    visits: int = 2


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
            fine = cycling.finest_degree, cycling.finest_fraction
            smoothing = fine if len(self._levels) == 1 else (cycling.degree, cycling.fraction)
            self._levels.append(CoarseLevel(cells, matrix, components, *smoothing))
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
    galerkin(
        matrix.starts,
        matrix.columns,
        matrix.blocks,
        other_halves(matrix.starts, matrix.columns, numba.get_num_threads()),
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
        numba.get_num_threads(),
    )
    rungs = replace(rungs, guests=components * rungs.guests)
    return rungs, link.cells, below
