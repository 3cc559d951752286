"""Products with a symmetric matrix of which half the rows are kept, see `blocks.py`.

Every block is read once and used twice, for its own row and for its column's. Rows are dealt out in parts, each with
sums of its own for its rows and for those behind them that it reaches; the parts' sums are added in their order, so
that the result does not depend on how many threads shared the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from corduroy.simulation.blocks import relax
from corduroy.simulation.borrowed import borrowed
from corduroy.simulation.registers import load_four, spread_four, store, total

_FAST = {"contract", "reassoc", "nsz", "arcp"}
_PARTS = 8
_LEAST_ROWS = 256
"""Of a part. Both are the author's choice."""


@dataclass(frozen=True)
class Workplace:
    """Room for a product.

    Parameters
    ----------
    bounds : ndarray of int64, shape (parts + 1,)
        First row of each part, and the end.
    reach : int
        How many rows behind its own a part bears on, at most.
    sums : ndarray of float32, flat
        The parts' rows with their reach, four entries a row where there are three components.
    wide : ndarray of float32, flat
        The vector with a zero behind every three components.
    """

    bounds: NDArray[np.int64]
    reach: int
    sums: NDArray[np.float32]
    wide: NDArray[np.float32]


def workplace(starts: NDArray[np.int64], columns: NDArray[np.int32], components: int) -> Workplace:
    """Parts with about as many blocks each.

    Parameters
    ----------
    starts, columns
        The half rows, columns ascending.
    components : int
        1 or 3.
    """
    n = starts.size - 1
    parts = int(np.clip(n // _LEAST_ROWS, 1, _PARTS))
    bounds = np.searchsorted(starts, np.arange(parts + 1) * int(starts[-1]) // parts).astype(np.int64)
    bounds[0], bounds[-1] = 0, n
    furthest = columns[starts[1:] - 1]
    reach = max(0, *(int(furthest[low:high].max()) + 1 - int(high) for low, high in pairwise(bounds)))
    lane = 4 if components == 3 else 1
    wide = np.zeros(lane * n if components == 3 else 0, np.float32)
    return Workplace(bounds, reach, np.zeros(lane * (n + parts * reach), np.float32), wide)


@njit(cache=True, fastmath=_FAST, inline="never")
def _part_of_three(first: int, end: int, starts: Any, columns: Any, blocks: Any, wide: Any, at: int, sums: Any) -> None:
    for v in range(first, end):
        p, q, r = spread_four(wide[4 * v]), spread_four(wide[4 * v + 1]), spread_four(wide[4 * v + 2])
        here = load_four(wide, 4 * v)
        j = starts[v]
        x = load_four(blocks, 9 * j) * here
        y = load_four(blocks, 9 * j + 3) * here
        z = load_four(blocks, 9 * j + 6) * here
        for k in range(j + 1, starts[v + 1]):
            a, b, c = load_four(blocks, 9 * k), load_four(blocks, 9 * k + 3), load_four(blocks, 9 * k + 6)
            there = load_four(wide, 4 * columns[k])
            x = x + a * there
            y = y + b * there
            z = z + c * there
            target = at + 4 * (columns[k] - first)
            store(sums, target, load_four(sums, target) + (a * p + b * q + c * r))
        target = at + 4 * (v - first)
        sums[target] += total(x)
        sums[target + 1] += total(y)
        sums[target + 2] += total(z)


@njit(cache=True, fastmath=_FAST, inline="never")
def _part_of_one(first: int, end: int, starts: Any, columns: Any, blocks: Any, u: Any, at: int, sums: Any) -> None:
    for v in range(first, end):
        here = u[v]
        x = blocks[starts[v]] * here
        for k in range(starts[v] + 1, starts[v + 1]):
            x += blocks[k] * u[columns[k]]
            sums[at + columns[k] - first] += blocks[k] * here
        sums[at + v - first] += x


@njit(cache=True, fastmath=_FAST, parallel=True)
def residual(
    starts: Any, columns: Any, blocks: Any, u: Any, right: Any, out: Any, bounds: Any, reach: int, sums: Any, wide: Any
) -> None:
    """out = right - A u.

    Parameters
    ----------
    starts : array of int64, shape (n + 1,)
    columns : array of int32, shape (m,)
    blocks : array of float32, shape (m c c,)
        With an entry more behind it.
    u, right, out : array of float32, shape (n c,)
    bounds, reach, sums, wide
        See `Workplace`.
    """
    n = starts.size - 1
    c = u.size // n
    lane = 4 if c == 3 else 1
    parts = bounds.size - 1
    if c == 3:
        for s in prange(parts):
            for v in range(bounds[s], bounds[s + 1]):
                for k in range(3):
                    wide[4 * v + k] = u[3 * v + k]
    for s in prange(parts):
        first, end = bounds[s], bounds[s + 1]
        at = lane * (first + s * reach)
        sums[at : at + lane * (end - first + reach)] = 0
        if c == 3:
            _part_of_three(
                first, end, borrowed(starts), borrowed(columns), borrowed(blocks), borrowed(wide), at, borrowed(sums)
            )
        else:
            _part_of_one(
                first, end, borrowed(starts), borrowed(columns), borrowed(blocks), borrowed(u), at, borrowed(sums)
            )
    for s in prange(parts):
        first, end = bounds[s], bounds[s + 1]
        for v in range(first, end):
            at = lane * (v + s * reach)
            for k in range(c):
                out[c * v + k] = right[c * v + k] - sums[at + k]
        for t in range(s):
            for v in range(first, min(end, bounds[t + 1] + reach)):
                at = lane * (v + t * reach)
                for k in range(c):
                    out[c * v + k] -= sums[at + k]


@njit(cache=True)
def smooth(weights: Any, inverse: Any, step: Any, problem: Any) -> None:
    """Chebyshev steps one after the other, without a way back to the interpreter between them.

    Parameters
    ----------
    weights : array of float32, shape (steps, 2)
        keep and gain, see `levels.chebyshev`.
    inverse, step
        See `blocks.relax`.
    problem : tuple
        What `residual` takes.
    """
    _, _, _, u, _, left_over, _, _, _, _ = problem
    for pair in weights:
        residual(*problem)
        relax(inverse, pair[0], pair[1], left_over, step, u)
