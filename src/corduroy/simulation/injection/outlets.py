"""The ways out as one sorted list, and how they clog."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection.body import FloatArray, PorousBody
from corduroy.simulation.injection.settings import Gelatin
from corduroy.simulation.injection.state import Singles, State


class Outlets:
    """All openings of a body.

    Parameters
    ----------
    body : PorousBody
    state : State
    gelatin : Gelatin or None

    Attributes
    ----------
    common : float
        Lowest pressure outside, in MPa; all pressures of a run are above it.
    outside : ndarray, shape (sites,)
        Pressure behind each site above that.
    """

    def __init__(self, body: PorousBody, state: State, gelatin: Gelatin | None) -> None:
        sites = body.sites
        voxels = np.concatenate([state.places(site.voxels) for site in sites])
        number = np.repeat(np.arange(len(sites), dtype=np.int32), [site.voxels.size for site in sites])
        conductance = np.concatenate([site.conductance_mm3 for site in sites])
        order = np.argsort(voxels, kind="stable")
        self.voxels, self.site = voxels[order], number[order]
        self._conductance = np.asarray(conductance, float)[order]
        self.lets = np.array([site.lets_cement for site in sites])[self.site]
        absolute = np.array([site.outside_mpa for site in sites])
        self.common = float(absolute.min())
        self.outside = absolute - self.common
        self._areas = np.array([site.area_mm2 for site in sites])
        self._gelatin = gelatin
        self.leaked = np.zeros((len(sites), 2))
        self.flow = np.zeros(self.voxels.size)

    def as_tuple(self) -> tuple[NDArray[Any], ...]:
        """For `transport.sweep`."""
        return self.voxels, self.flow, self.lets, self.site, self.outside, self.leaked

    def renew(self, state: State, sink: Singles) -> FloatArray:
        """Conductances for the present resistances, added up on the voxels.

        Parameters
        ----------
        state : State
        sink : ndarray of float32, flat
            Overwritten where there are openings.

        Returns
        -------
        ndarray
            Flow into each opening's voxel by the pressure outside, in mm³/s.
        """
        self.flow = self._conductance / state.resistance[self.voxels] / self._thickness()[self.site]
        closed = np.minimum(1.0, state.held[self.voxels] / state.room[self.voxels])
        self.flow = np.where(self.lets, self.flow, self.flow * (1 - closed))
        # a disc or a tense vein holds back what comes; it is no spring that would flow into the bone
        behind = self.outside[self.site]
        self.flow = np.where((behind > 0) & (state.pressure[self.voxels] <= behind), 0.0, self.flow)
        sink[self.voxels] = 0
        np.add.at(sink, self.voxels, self.flow.astype(np.float32))
        return np.asarray(self.flow * self.outside[self.site])

    def _thickness(self) -> FloatArray:
        """By how much each site's resistance has grown by the particles that it caught."""
        if self._gelatin is None:
            return np.ones(len(self._areas))
        layer = self._gelatin.outlet_catch * self.leaked[:, 1] / self._areas
        return np.asarray(1 + layer / self._gelatin.outlet_half_mm)
