"""Where a cannula opens into the voxels, and the pressure in its opening."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection.body import FloatArray, PorousBody
from corduroy.simulation.injection.settings import Cannula

_SELF = 0.252731
"""Potential of a unit source on a cubic lattice in its own place (Watson's integral over six): a source in one voxel of
size h acts like a sphere of radius 1 / (4 pi 0.252731) = 0.315 h."""


_TIE = 1e-6
"""Of a voxel: nearer than this to each other, distances are the same, on either side of a mirror."""


def tip_mm(cannula: Cannula, back_mm: float) -> FloatArray:
    """World position of the opening after pulling back."""
    along = np.asarray(cannula.direction, dtype=float)
    return np.asarray(np.asarray(cannula.tip_mm) - back_mm * along / np.linalg.norm(along))


def placed(body: PorousBody, cannula: Cannula, back_mm: float) -> NDArray[np.int64]:
    """Flat indices of the voxels that a cannula's opening feeds.

    Parameters
    ----------
    body : PorousBody
    cannula : Cannula
    back_mm : float

    Returns
    -------
    ndarray of int, shape (m,)
        Voxels of the body whose centres lie within half a bore of the opening, and those nearest to it, ties among
        them; empty if the opening lies outside the body.
    """
    centre = body.voxel_of(tip_mm(cannula, back_mm))
    shape, spacing = np.array(body.porosity.shape), body.spacing_mm
    if (centre < -0.5).any() or (centre > shape - 0.5).any():
        return np.zeros(0, np.int64)
    reach = np.ceil(cannula.bore_mm / 2 / spacing).astype(int) + 1
    low, high = np.maximum(np.floor(centre).astype(int) - reach, 0), np.minimum(np.ceil(centre) + reach + 1, shape)
    around = np.stack(np.meshgrid(*(np.arange(a, b) for a, b in zip(low, high, strict=True)), indexing="ij"), axis=-1)
    around = around.reshape(-1, 3).astype(int)
    gap = np.linalg.norm((around - centre) * spacing, axis=1)
    pores = body.active[tuple(around.T)]
    nearest = gap <= gap.min() + _TIE * spacing.min()
    if not pores[nearest].any():
        return np.zeros(0, np.int64)
    chosen = around[pores & (nearest | (gap <= cannula.bore_mm / 2))]
    return np.asarray(np.ravel_multi_index(tuple(chosen.T), body.porosity.shape), np.int64)


def opening_excess(body: PorousBody, voxels: NDArray[np.int64], bore_mm: float) -> float:
    """How far the mean pressure of the fed voxels lies above that on the opening's sphere.

    Returns
    -------
    float
        In 1/mm, to be multiplied by flow times viscosity over permeability. A cannula's opening is taken as a sphere of
        its bore, fed evenly; the potential of voxels on each other is 1 / (4 pi r), on themselves that of a lattice.
    """
    places = np.stack(np.unravel_index(voxels, body.porosity.shape), axis=1) * body.spacing_mm
    size = float(np.prod(body.spacing_mm)) ** (1 / 3)
    distance = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(distance, size / (4 * np.pi * _SELF))
    return float((1 / (4 * np.pi * distance)).mean() - 1 / (2 * np.pi * bore_mm))


def permeability_at(body: PorousBody, voxels: NDArray[np.int64]) -> float:
    """Geometric mean over voxels and axes, in mm²."""
    logs = [np.log(permeability.ravel()[voxels].astype(float)).mean() for permeability in body.permeability_mm2]
    return float(np.exp(np.mean(logs)))
