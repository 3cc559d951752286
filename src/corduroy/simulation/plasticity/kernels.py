"""Plastic flow of voxels at their mean strain, and the forces that it takes away.

Each voxel yields as a whole, by the von Mises stress of its mean strain; the part of its strain that varies inside the
voxel stays elastic, which keeps the tangent stiffness regular.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from corduroy.simulation.elasticity.results import _corners


@njit(cache=True, parallel=True)
def flow(
    vector: Any,
    shape: Any,
    centre: Any,
    elasticity: Any,
    modulus: Any,
    yield_stress: Any,
    before: Any,
    plastic: Any,
    direction: Any,
    share: Any,
) -> None:
    """Plastic strain after a displacement, by radial return from the strain before.

    Parameters
    ----------
    vector : array of float64, flat
        Displacements.
    shape : tuple of int
        Nodes with ghosts.
    centre : array, shape (6, 24)
        Mean strain over corner displacements.
    elasticity : array, shape (6, 6)
        Isotropic, of unit modulus.
    modulus, yield_stress : array, shape (n0, n1, n2)
    before, plastic : array, shape (n0, n1, n2, 6)
        Plastic strain at the start of the step, and now (written).
    direction : array, shape (n0, n1, n2, 6)
        Unit deviator of the trial stress (written where a voxel flows).
    share : array, shape (n0, n1, n2)
        Yield stress over trial stress where a voxel flows, else 1 (written).
    """
    a, b, c = modulus.shape
    shear = elasticity[5, 5]
    for i in prange(a):
        corner = np.empty(24)
        elastic = np.empty(6)
        stress = np.empty(6)
        for j in range(b):
            for k in range(c):
                share[i, j, k] = 1.0
                e = modulus[i, j, k]
                if e == 0:
                    continue
                _corners(vector, shape, i, j, k, corner)
                for r in range(6):
                    elastic[r] = -before[i, j, k, r]
                    for n in range(24):
                        elastic[r] += centre[r, n] * corner[n]
                for r in range(6):
                    stress[r] = 0.0
                    for q in range(6):
                        stress[r] += e * elasticity[r, q] * elastic[q]
                pressure = (stress[0] + stress[1] + stress[2]) / 3
                norm = 0.0
                for r in range(3):
                    stress[r] -= pressure
                    norm += stress[r] ** 2 + 2 * stress[r + 3] ** 2
                norm = np.sqrt(norm)
                mises = np.sqrt(1.5) * norm
                for r in range(6):
                    plastic[i, j, k, r] = before[i, j, k, r]
                if mises > yield_stress[i, j, k]:
                    kept = yield_stress[i, j, k] / mises
                    share[i, j, k] = kept
                    size = (1 - kept) * norm / (2 * e * shear)
                    for r in range(6):
                        unit = stress[r] / norm
                        direction[i, j, k, r] = unit
                        plastic[i, j, k, r] += size * unit * (1.0 if r < 3 else 2.0)


@njit(cache=True, parallel=True)
def plastic_stress(plastic: Any, modulus: Any, shear: float, stress: Any) -> None:
    """Stress that the plastic strain would have made; it has no pressure.

    Parameters
    ----------
    plastic, stress : array, shape (n0, n1, n2, 6)
    modulus : array, shape (n0, n1, n2)
    shear : float
        Modulus of unit material.
    """
    a, b, c = modulus.shape
    for i in prange(a):
        for j in range(b):
            for k in range(c):
                stiff = 2 * shear * modulus[i, j, k]
                for r in range(6):
                    stress[i, j, k, r] = stiff * plastic[i, j, k, r] * (1.0 if r < 3 else 0.5)


@njit(cache=True, parallel=True)
def lost_stress(
    vector: Any, shape: Any, centre: Any, modulus: Any, shear: float, direction: Any, share: Any, stress: Any
) -> None:
    """What the consistent tangent's stress lacks against the elastic one, for a displacement increment.

    (C - C_ep) ε = 2 G [(1 - s) dev ε + s n (n·ε)] with s the yield over the trial stress; Simo and Hughes 1998,
    Computational Inelasticity, box 3.2 (10.1007/b98904), without hardening.
    """
    a, b, c = modulus.shape
    for i in prange(a):
        corner = np.empty(24)
        strain = np.empty(6)
        for j in range(b):
            for k in range(c):
                s = share[i, j, k]
                if s == 1:
                    for r in range(6):
                        stress[i, j, k, r] = 0.0
                    continue
                _corners(vector, shape, i, j, k, corner)
                along = 0.0
                for r in range(6):
                    strain[r] = 0.0
                    for n in range(24):
                        strain[r] += centre[r, n] * corner[n]
                    along += direction[i, j, k, r] * strain[r]
                mean = (strain[0] + strain[1] + strain[2]) / 3
                stiff = 2 * shear * modulus[i, j, k]
                for r in range(6):
                    deviator = strain[r] - mean if r < 3 else strain[r] / 2
                    stress[i, j, k, r] = stiff * ((1 - s) * deviator + s * along * direction[i, j, k, r])


@njit(cache=True, parallel=True)
def add_forces(stress: Any, scale: float, centre: Any, shape: Any, free: Any, out: Any) -> None:
    """out += scale · Bᵀ stress at the free components, node by node.

    Parameters
    ----------
    stress : array, shape (n0, n1, n2, 6)
    scale : float
        The voxel's volume, with a sign.
    free : array of uint8, flat
    out : array of float64, flat
    """
    a, b, c, _ = stress.shape
    for i in prange(a + 1):
        force = np.empty(3)
        for j in range(b + 1):
            for k in range(c + 1):
                line = (i + 1) * shape[1] + j + 1
                bits = free[line * shape[2] + k + 1]
                if bits == 0:
                    continue
                force[:] = 0
                for n in range(8):
                    p, q, r = i - (n >> 2), j - ((n >> 1) & 1), k - (n & 1)
                    if 0 <= p < a and 0 <= q < b and 0 <= r < c:
                        for m in range(6):
                            value = stress[p, q, r, m]
                            if value != 0:
                                for d in range(3):
                                    force[d] += centre[m, 3 * n + d] * value
                for d in range(3):
                    if (bits >> d) & 1:
                        out[(3 * line + d) * shape[2] + k + 1] += scale * force[d]
