"""Cement that comes back along the outside of the cannula."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection.body import LeakSite, PorousBody, Singles
from corduroy.simulation.injection.settings import Cannula, Schedule

_WALL_MM = 0.3
"""Of the cannula's tube; author's choice."""
_STEPS_PER_VOXEL = 4


def with_backflow(body: PorousBody, schedule: Schedule) -> PorousBody:
    """The body with the gaps along those cannulas that have one.

    Parameters
    ----------
    body : PorousBody
    schedule : Schedule

    Returns
    -------
    PorousBody
        The voxels along a cannula conduct in addition what a ring-shaped gap does, pi D gap³ / 12 (flow between
        plates, not verified against a measurement of backflow), and the last of them has a site "along cannula 1" or 2.

    Notes
    -----
    When this misleads: voxels on the track exchange with the bone around them through their whole faces.
    """
    for number, cannula in enumerate(schedule.cannulas):
        if cannula.backflow_gap_mm > 0:
            body = _with_gap(body, cannula, f"along cannula {number + 1}")
    return body


def _with_gap(body: PorousBody, cannula: Cannula, name: str) -> PorousBody:
    track = _track(body, cannula)
    if not track.size:
        return body
    size = body.voxel_mm3 ** (1 / 3)
    ring = np.pi * (cannula.bore_mm + 2 * _WALL_MM + cannula.backflow_gap_mm)
    conducted = ring * cannula.backflow_gap_mm**3 / 12
    a, b, c = (_added(field, track, conducted / size**2) for field in body.permeability_mm2)
    site = LeakSite(name, None, track[-1:], np.array([conducted / (size / 2)]), area_mm2=ring * cannula.backflow_gap_mm)
    return replace(body, permeability_mm2=(a, b, c), sites=(*body.sites, site))


def _added(field: Singles, voxels: NDArray[np.int64], amount: float) -> Singles:
    more = field.copy()
    more.ravel()[voxels] += np.float32(amount)
    return more


def _track(body: PorousBody, cannula: Cannula) -> NDArray[np.int64]:
    """Voxels from the tip back to where the cannula came in, in this order; empty if the tip lies outside."""
    way = np.asarray(cannula.direction, float)
    step = float(body.spacing_mm.min()) / _STEPS_PER_VOXEL
    back = np.arange(0.0, cannula.length_mm, step)
    places = np.rint(body.voxel_of(np.asarray(cannula.tip_mm) - back[:, None] * way / np.linalg.norm(way))).astype(int)
    shape = np.array(body.porosity.shape)
    inside = np.asarray(((places >= 0) & (places < shape)).all(axis=1))
    at = np.where(inside[:, None], places, 0)
    inside &= body.active[tuple(at.T)]
    until = int(np.argmin(inside)) if not inside.all() else len(places)
    flat = np.ravel_multi_index(tuple(places[:until].T), body.porosity.shape)
    _, first = np.unique(flat, return_index=True)
    return np.asarray(flat[np.sort(first)], np.int64)
