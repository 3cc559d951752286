"""Node lines between vectors and work rows: values out of a vector, and sums at nodes turned into what is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from corduroy.simulation.registers import lanes, load, spread, store, total


@njit(cache=True, inline="never")
def fetch_plane(
    u: Any, lane: int, starts: Any, spans: Any, places: Any, first: int, lines: int, row: int, work: Any, at: int
) -> None:
    """Copy a plane of nodes to work rows; registers may copy more, between the model's nodes.

    Parameters
    ----------
    u : array of float, flat
    lane, starts, spans, places
        See `layout.Runs`.
    first, lines : int
        The plane's first node line, and how many it has.
    row : int
        Length of a work row.
    work : array of float, flat
    at : int
        Where the plane's rows begin.
    """
    width = lanes(u)
    for j in range(lines):
        for run in range(starts[first + j], starts[first + j + 1]):
            n = spans[run, 1]
            for c in range(3):
                source = places[run] + c * lane
                target = at + (3 * j + c) * row + spans[run, 0]
                for i in range(0, n, width):
                    store(work, target + i, load(u, source + i))


@njit(cache=True, inline="never")
def clear(work: Any, at: int, n: int) -> None:
    """Zero work rows, whole registers of them."""
    nothing = spread(work[0]) - spread(work[0])
    for i in range(at, at + n, lanes(work)):
        store(work, i, nothing)


@njit(cache=True, inline="always")
def _side_by_side(work: Any, totals: int, row: int, spans: Any, places: Any, run: int, spare: int) -> Any:
    """Bring together the totals of runs that follow each other in the vector too.

    Returns
    -------
    nodes, run, at : int
        How many nodes; the first run that is not among them; where their totals are: in the spare rows, or where they
        were if it is a single run.
    """
    first, n = places[run], spans[run, 1]
    if run + 1 == places.size or places[run + 1] != first + n:
        return np.int64(n), run + 1, totals + spans[run, 0]
    n = np.int64(0)
    while run < places.size and places[run] == first + n:
        for c in range(3):
            source = totals + c * row + spans[run, 0]
            for i in range(0, spans[run, 1], lanes(work)):
                store(work, spare + c * row + n + i, load(work, source + i))
        n += spans[run, 1]
        run += 1
    return n, run, spare


@njit(cache=True, inline="never")
def put_product(
    work: Any, totals: int, spare: int, row: int, u: Any, out: Any, lane: int, spans: Any, places: Any
) -> Any:
    """out = totals on a node line; returns u · totals."""
    width = lanes(work)
    x = y = z = spread(work[0] - work[0])
    dot = work[0] - work[0]
    run = 0
    while run < places.size:
        target = places[run]
        n, run, source = _side_by_side(work, totals, row, spans, places, run, spare)
        whole = n // width * width
        for i in range(0, whole, width):
            value = load(work, source + i)
            store(out, target + i, value)
            x = x + value * load(u, target + i)
            value = load(work, source + row + i)
            store(out, target + lane + i, value)
            y = y + value * load(u, target + lane + i)
            value = load(work, source + 2 * row + i)
            store(out, target + 2 * lane + i, value)
            z = z + value * load(u, target + 2 * lane + i)
        for c in range(3):
            at, come = target + c * lane, source + c * row
            for i in range(whole, n):
                out[at + i] = work[come + i]
                dot += work[come + i] * u[at + i]
    return dot + total(x + y + z)


@njit(cache=True, inline="never")
def put_residual(
    work: Any, totals: int, spare: int, row: int, right: Any, out: Any, lane: int, spans: Any, places: Any
) -> None:
    """out = right - totals on a node line."""
    width = lanes(work)
    run = 0
    while run < places.size:
        target = places[run]
        n, run, source = _side_by_side(work, totals, row, spans, places, run, spare)
        whole = n // width * width
        for c in range(3):
            at, come = target + c * lane, source + c * row
            for i in range(0, whole, width):
                store(out, at + i, load(right, at + i) - load(work, come + i))
            for i in range(whole, n):
                out[at + i] = right[at + i] - work[come + i]


@njit(cache=True, inline="never")
def put_smoothed(
    work: Any,
    totals: int,
    spare: int,
    row: int,
    right: Any,
    step: Any,
    u: Any,
    inverse: Any,
    weights: Any,
    lane: int,
    spans: Any,
    places: Any,
) -> None:
    """step = keep·step + gain·inverse·(right - totals), u += step on a node line."""
    width = lanes(work)
    keep, gain = weights[0], weights[1]
    all_keep, all_gain = spread(keep), spread(gain)
    run = 0
    while run < places.size:
        target = places[run]
        n, run, source = _side_by_side(work, totals, row, spans, places, run, spare)
        whole = n // width * width
        for c in range(3):
            at, come = target + c * lane, source + c * row
            for i in range(0, whole, width):
                rest = load(inverse, target + i) * (load(right, at + i) - load(work, come + i))
                rest = all_keep * load(step, at + i) + all_gain * rest
                store(step, at + i, rest)
                store(u, at + i, load(u, at + i) + rest)
            for i in range(whole, n):
                more = keep * step[at + i] + gain * (inverse[target + i] * (right[at + i] - work[come + i]))
                step[at + i] = more
                u[at + i] += more
