"""What resists the flow in each voxel: the viscosity of what is in it, for the rate at which it flows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.injection.rheology import FIRST_RATE, RATE_STEP

_LEAST_SPEED = 1e-30
_THINNER = 0.999
"""Of the marrow's viscosity: below it cement counts as the thinner one, above it the table's rounding decides."""


@njit(cache=True)
def look_up(table: Any, age_step: float, age: float, rate: float) -> float:
    """Viscosity (MPa·s) at an age (s) and a velocity over radius (1/s), bilinear in the table's logarithms."""
    row = min(max(age / age_step, 0.0), table.shape[0] - 1.000001)
    column = min(max((np.log10(rate + _LEAST_SPEED) - FIRST_RATE) / RATE_STEP, 0.0), table.shape[1] - 1.000001)
    i, j = int(row), int(column)
    a, b = row - i, column - j
    low = (1 - b) * table[i, j] + b * table[i, j + 1]
    high = (1 - b) * table[i + 1, j] + b * table[i + 1, j + 1]
    return float(np.exp((1 - a) * low + a * high))


@njit(cache=True)
def _speed(pressure: Any, faces: Any, steps: Any, areas: Any, c: int) -> float:
    """Darcy velocity: along each axis the mean of what flows through the two faces, whichever way."""
    square = 0.0
    for axis in range(3):
        s = steps[axis]
        flow = faces[axis][c] * abs(pressure[c] - pressure[c + s])
        flow += faces[axis][c - s] * abs(pressure[c] - pressure[c - s])
        square += (0.5 * flow / areas[axis]) ** 2
    return float(np.sqrt(square))


@njit(cache=True, parallel=True)
def resistances(
    spans: Any,
    shape: Any,
    pressure: Any,
    faces: Any,
    steps: Any,
    geometry: Any,
    factors: Any,
    state: Any,
    fluid: Any,
    table: Any,
    law: Any,
    exponents: Any,
    clog: Any,
    ratio: Any,
    out: Any,
) -> int:
    """Viscosity of what is in each voxel, in MPa·s, more where particles were caught.

    Parameters
    ----------
    spans, shape
        See `levels.VoxelLevel`.
    pressure, faces, steps
        See `transport.sweep`; of the step before, for the velocities.
    geometry : tuple
        Face areas (mm², three), half lengths (mm, three), pore volume over room times voxel volume.
    factors : tuple of arrays
        See `kernels.face_conductance`.
    state : tuple of arrays
        Held, room, age.
    fluid : tuple of float
        Viscosity of marrow in MPa·s, age that is added to the cement's, stored age of cement that enters now, densest
        share of particles, the table's step of age.
    table : array
        See `rheology.ViscosityTable`.
    law : tuple of bool
        Whether cement and marrow are in series, else relative permeabilities with `exponents`; whether cement is taken
        to be no less viscous than marrow, for a front that is held.
    clog : tuple
        Particles held, caught, limit of caught over room, exponent, least share of the permeability; arrays
        of size 1 without gelatin.
    ratio : array of float32, flat
        Set, for `transport.fractional_flow`; size 1 for pistons.
    out : array of float32, flat

    Returns
    -------
    int
        In how many voxels, at least half full, the cement itself is less viscous than marrow.
    """
    piston, firm = law
    held, room, age = state
    laden, caught, limit, power, left = clog
    marrow, older, fresh, densest, age_step = fluid
    areas, halves, per_voxel = geometry
    ny, nz = shape[1], shape[2]
    thin = 0
    for i in prange(1, shape[0] - 1):
        for j in range(1, ny - 1):
            row = (i * ny + j) * nz
            for c in range(row + spans[i, j, 0], row + spans[i, j, 1]):
                if room[c] <= 0:
                    continue
                value = marrow
                if held[c] > 0 or not piston:
                    share = min(1.0, held[c] / room[c])
                    porosity = min(1.0, room[c] * per_voxel)
                    permeability = 0.0
                    for axis in range(3):
                        permeability += halves[axis] / (areas[axis] * factors[axis][c]) / 3
                    radius = np.sqrt(8 * permeability / porosity)
                    speed = _speed(pressure, faces, steps, areas, c) / porosity
                    since = age[c] if held[c] > 0 else fresh
                    cement = look_up(table, age_step, since + older, speed / radius)
                    if laden.size > 1 and held[c] > 0:
                        thick = min(laden[c] / held[c], 0.99 * densest)
                        cement *= (1 - thick / densest) ** (-2.5 * densest)
                    if cement < _THINNER * marrow and share >= 0.5:
                        thin += 1
                    if firm:
                        cement = max(cement, marrow)
                    if piston:
                        value = share * cement + (1 - share) * marrow
                    else:
                        ratio[c] = cement / marrow
                        value = 1 / (share ** exponents[0] / cement + (1 - share) ** exponents[1] / marrow)
                if caught.size > 1:
                    value /= max(left, (1 - min(1.0, caught[c] / (limit * room[c]))) ** power)
                out[c] = value
    return thin
