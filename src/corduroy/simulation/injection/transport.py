"""Cement through the voxels: down the pressure, each voxel full before it hands on.

For piston-like displacement a voxel keeps what comes in until its pores are full and hands on the rest, split as its
outgoing flows are. For given flows that is the first-order upwind scheme for the front's time of arrival: the front
stays one voxel wide, nothing is lost, no voxel overfills, and steps may be of any length. With relative permeabilities
a voxel's saturation is found implicitly from all that flows in. Voxels are taken from the highest pressure down, so
that one visit is enough (Kwok and Tchelepi 2007, Potential-based reduced Newton algorithm, 10.1016/j.jcp.2007.08.012,
not verified against a primary source).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_HALVINGS = 60


@njit(cache=True)
def _push(heap: Any, count: int, voxel: int, pressure: Any) -> tuple[Any, int]:
    if count == heap.size:
        heap = np.concatenate((heap, np.empty_like(heap)))
    at = count
    while at > 0:
        above = (at - 1) // 2
        if pressure[heap[above]] >= pressure[voxel]:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = voxel
    return heap, count + 1


@njit(cache=True)
def _pop(heap: Any, count: int, pressure: Any) -> int:
    """The voxel of the highest pressure; the heap is one shorter afterwards."""
    top = heap[0]
    last = heap[count - 1]
    at = 0
    while 2 * at + 1 < count - 1:
        below = 2 * at + 1
        if below + 1 < count - 1 and pressure[heap[below + 1]] > pressure[heap[below]]:
            below += 1
        if pressure[heap[below]] <= pressure[last]:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = last
    return int(top)


@njit(cache=True)
def fractional_flow(saturation: float, ratio: float, exponents: Any) -> float:
    """Share of the flow that is cement; `ratio` is its viscosity over the marrow's."""
    cement = saturation ** exponents[0]
    marrow = (1 - saturation) ** exponents[1] * ratio
    return float(cement / (cement + marrow))


@njit(cache=True)
def _kept(total: float, room: float, through: float, ratio: float, exponents: Any) -> float:
    """What stays in a voxel so that its share of what flows through and what comes in are in balance."""
    low = 0.0
    high = min(total, room)
    if high + through * fractional_flow(high / room, ratio, exponents) <= total:
        return high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle + through * fractional_flow(middle / room, ratio, exponents) > total:
            high = middle
        else:
            low = middle
    return low


@njit(cache=True)
def _spill(start: int, amount: float, faces: Any, steps: Any, held: Any, room: Any) -> float:
    """Put what finds no way down the pressure into the nearest voxels with room; returns what is left."""
    seen = {start}
    ring = [start]
    at = 0
    while at < len(ring) and amount > 0:
        voxel = ring[at]
        at += 1
        put = min(amount, room[voxel] - held[voxel])
        if put > 0:
            held[voxel] += put
            amount -= put
        for axis in range(3):
            for side in range(2):
                face = voxel - side * steps[axis]
                other = voxel + (1 - 2 * side) * steps[axis]
                if faces[axis][face] > 0 and other not in seen:
                    seen.add(other)
                    ring.append(other)
    return amount


@njit(cache=True)
def ways_out(
    c: int, pressure: Any, faces: Any, steps: Any, openings: Any, out_to: Any, out_flow: Any
) -> tuple[int, float, int, int]:
    """Where a voxel's flow goes.

    Returns
    -------
    ways : int
        How many neighbours, in `out_to` and `out_flow`.
    through : float
        Flow to neighbours and through those openings that let cement out.
    first, last : int
        The voxel's openings.
    """
    at, conductance, lets, site, outside, _ = openings
    ways = 0
    through = 0.0
    for axis in range(3):
        for side in range(2):
            other = c + (1 - 2 * side) * steps[axis]
            flow = faces[axis][c - side * steps[axis]] * (pressure[c] - pressure[other])
            if flow > 0:
                out_to[ways] = other
                out_flow[ways] = flow
                ways += 1
                through += flow
    first = int(np.searchsorted(at, c))
    last = first
    while last < at.size and at[last] == c:
        if lets[last]:
            through += max(0.0, conductance[last] * (pressure[c] - outside[site[last]]))
        last += 1
    return ways, through, first, last


@njit(cache=True)
def leave(
    c: int, passing: float, borne: float, pressure: Any, through: float, openings: Any, first: int, last: int
) -> None:
    """Let a voxel's openings have their share of the cement that passes and of the particles in it."""
    _, conductance, lets, site, outside, leaked = openings
    for o in range(first, last):
        if lets[o]:
            share = max(0.0, conductance[o] * (pressure[c] - outside[site[o]])) / through
            leaked[site[o], 0] += passing * share
            leaked[site[o], 1] += borne * share


@njit(cache=True)
def sweep(
    pressure: Any,
    faces: Any,
    steps: Any,
    span: Any,
    state: Any,
    inflow: Any,
    queued: Any,
    heap: Any,
    count: int,
    openings: Any,
    law: Any,
    particles: Any,
) -> tuple[Any, float, float]:
    """One step of transport.

    Parameters
    ----------
    pressure : array of float64, flat
    faces : tuple of arrays of float32
        Conductances of the faces in mm³/(s MPa).
    steps : tuple of int
        Distance to the next voxel along each axis.
    span : tuple of float
        Time at which the step begins, and how long it is.
    state : tuple of arrays, flat
        Cement held (mm³, float64), room for it (float32), its age (float32), arrival time (float32).
    inflow : tuple of arrays, flat
        What has come in and is not yet dealt with: mm³ (float64), times age (float64). Zero again afterwards.
    queued : array of uint8, flat
        Zero again afterwards.
    heap, count
        The voxels to begin with, in heap order.
    openings : tuple of arrays
        Sorted voxels with ways out, their conductance, whether cement passes, which site; for each site the pressure
        behind it, and what has left (sites, 2): cement, and particles in it, added to.
    law : tuple
        Whether like a piston, the voxels' viscosity ratio of cement to marrow (flat), exponents.
    particles : tuple
        Particle volume held and coming in (float64, flat), caught (float32, flat), share caught per voxel (float32,
        flat), largest caught share of the room; arrays of size 1 without gelatin.

    Returns
    -------
    heap : array
    front : float
        Room of the voxels that took cement and are not full.
    unplaced : float
        Cement for which there is no room anywhere.
    """
    start, dt = span
    held, room, age, arrival = state
    coming, coming_age = inflow
    laden, coming_laden, caught, catch, limit = particles
    piston, ratio, exponents = law
    gelatin = laden.size > 1
    stuck_at = [0]
    stuck = [0.0]
    out_to, out_flow = np.empty(6, np.int64), np.empty(6)
    front = 0.0
    while count > 0:
        c = _pop(heap, count, pressure)
        count -= 1
        queued[c] = 0
        came, before = coming[c], held[c]
        total = before + came
        if total <= 0:
            continue
        ways, through, first, last = ways_out(c, pressure, faces, steps, openings, out_to, out_flow)
        keep = min(total, room[c]) if piston else _kept(total, room[c], dt * through, ratio[c], exponents)
        passing = total - keep
        age[c] = (before * age[c] + coming_age[c]) / total
        held[c] = keep
        coming[c] = 0
        coming_age[c] = 0
        if np.isnan(arrival[c]) and keep >= 0.5 * room[c]:
            arrival[c] = start + dt * min(1.0, max(0.0, (0.5 * room[c] - before) / max(came, 1e-300)))
        if came > 0 and keep < room[c]:
            front += room[c]
        borne = 0.0
        if gelatin:
            moving = (laden[c] + coming_laden[c]) * passing / total
            laden[c] += coming_laden[c] - moving
            coming_laden[c] = 0
            stays = moving * catch[c] * max(0.0, 1 - caught[c] / (limit * room[c]))
            stays = min(stays, max(0.0, limit * room[c] - caught[c]))
            caught[c] += stays
            borne = moving - stays
        if passing <= 0:
            continue
        if through <= 0:
            stuck_at.append(c)
            stuck.append(passing)
            if gelatin:
                laden[c] += borne
            continue
        leave(c, passing, borne, pressure, through, openings, first, last)
        for way in range(ways):
            other = out_to[way]
            share = out_flow[way] / through
            coming[other] += passing * share
            coming_age[other] += passing * share * age[c]
            if gelatin:
                coming_laden[other] += borne * share
            if queued[other] == 0:
                queued[other] = 1
                heap, count = _push(heap, count, other, pressure)
    unplaced = 0.0
    for i in range(1, len(stuck)):
        unplaced += _spill(stuck_at[i], stuck[i], faces, steps, held, room)
    return heap, front, unplaced


@njit(cache=True)
def begin(heap: Any, voxels: Any, queued: Any, pressure: Any) -> tuple[Any, int]:
    """Queue the voxels that a step begins with; returns the heap and its length."""
    count = 0
    for voxel in voxels:
        if queued[voxel] == 0:
            queued[voxel] = 1
            heap, count = _push(heap, count, voxel, pressure)
    return heap, count


@njit(cache=True)
def carry(
    pressure: Any, faces: Any, steps: Any, coming: Any, queued: Any, heap: Any, count: int, openings: Any, law: Any
) -> None:
    """Particles carried by a flow of marrow: each voxel keeps its share and hands on the rest.

    Parameters
    ----------
    pressure, faces, steps, queued, heap, count, openings
        See `sweep`.
    coming : array of float64, flat
        Particles where they start, in mm³. Zero again afterwards.
    law : tuple
        Share caught per voxel, caught (added to), room, largest caught share of the room.
    """
    catch, caught, room, limit = law
    out_to, out_flow = np.empty(6, np.int64), np.empty(6)
    while count > 0:
        c = _pop(heap, count, pressure)
        count -= 1
        queued[c] = 0
        carried = coming[c]
        coming[c] = 0
        ways, through, first, last = ways_out(c, pressure, faces, steps, openings, out_to, out_flow)
        wanted = carried
        if through > 0:
            wanted *= catch[c] * max(0.0, 1 - caught[c] / (limit * room[c]))
        stays = min(wanted, max(0.0, limit * room[c] - caught[c]))
        caught[c] += stays
        if through <= 0 or carried <= stays:
            continue
        leave(c, 0.0, carried - stays, pressure, through, openings, first, last)
        for way in range(ways):
            other = out_to[way]
            coming[other] += (carried - stays) * out_flow[way] / through
            if queued[other] == 0:
                queued[other] = 1
                heap, count = _push(heap, count, other, pressure)
