"""What an injection ends with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection.body import FloatArray, PorousBody, Singles


class StopReason(StrEnum):
    """Why an injection ended."""

    DONE = "all shots were given"
    LEAK = "cement left through a site that is watched"
    TARGET = "the target share is filled"
    STALLED = "the pressure limit lets hardly any cement through"
    CURED = "the cement has set"
    FULL = "there is no room left"


@dataclass(frozen=True, eq=False)
class InjectionResult:
    """The course and the end of an injection. Arrays over time share their first axis (n steps).

    Parameters
    ----------
    body : PorousBody
        With a site for each cannula that cement may come back along.
    times_s : ndarray, shape (n,)
        End of each step, from the start of the first shot, pauses included.
    injected_mm3 : ndarray, shape (n,)
    tip_pressure_mpa : ndarray, shape (n, cannulas)
        In the cannula's opening at the beginning of the step; NaN where it is not used.
    syringe_pressure_mpa : ndarray, shape (n,)
        At the beginning of the step. Largest over the cannulas in use, with the loss along the cannula.
    plunger_force_n : ndarray, shape (n,)
    leaked_mm3 : ndarray, shape (n, sites)
        Cement through each site so far, in the order of ``body.sites``.
    fill : ndarray of float32, shape (n0, n1, n2)
        Share of the voxel's pores that holds cement at the end.
    arrival_s : ndarray of float32, shape (n0, n1, n2)
        When the voxel's pores were half full; NaN where they never were.
    pressure_mpa : ndarray of float32, shape (n0, n1, n2)
        At the beginning of the last step, that is for what was injected at the end of the step before it.
    gelatin : ndarray of float32, shape (n0, n1, n2), optional
        Share of the pores taken by caught sponge at the end.
    stop : StopReason
    worst_balance : float
        Largest error of the mass balance of a step over the volume injected until then.
    pressure_solves, pressure_iterations : int
    thin_voxels : int
        In how many voxels, at most, cement was less viscous than the marrow that it pushed; above 0 the real front
        would finger and reach farther than this one (see `inject`).
    """

    body: PorousBody
    times_s: FloatArray
    injected_mm3: FloatArray
    tip_pressure_mpa: FloatArray
    syringe_pressure_mpa: FloatArray
    plunger_force_n: FloatArray
    leaked_mm3: FloatArray
    fill: Singles
    arrival_s: Singles
    pressure_mpa: Singles
    gelatin: Singles | None
    stop: StopReason
    worst_balance: float
    pressure_solves: int
    pressure_iterations: int
    thin_voxels: int

    def mask(self, time_s: float | None = None) -> NDArray[np.bool_]:
        """Voxels whose pores are at least half full, at the end or at a time."""
        if time_s is None:
            return np.asarray(self.fill >= 0.5)
        return np.asarray(self.arrival_s <= time_s)

    @property
    def cement_share(self) -> Singles:
        """Share of each voxel that is cement, for `materials.Regions.cement`."""
        return np.asarray(self.fill * self.body.porosity, np.float32)

    def share_filled(self, region: NDArray[np.bool_]) -> float:
        """Share of a region's pores that holds cement."""
        pores = self.body.porosity[region].astype(float)
        return float((self.fill[region] * pores).sum() / pores.sum())

    def first_reached(self, site: str, least_mm3: float = 1e-9) -> tuple[float, float] | None:
        """Time (s) and injected volume (mm³) at which a site has let that much cement out; None if it never did.

        Within a step, cement is taken to leave evenly.
        """
        place = [each.name for each in self.body.sites].index(site)
        leaked = self.leaked_mm3[:, place]
        time = when_leaked(leaked, least_mm3, self.times_s)
        volume = when_leaked(leaked, least_mm3, self.injected_mm3)
        return None if time is None or volume is None else (time, volume)

    def first_site(self, least_mm3: float = 1e-9) -> str | None:
        """The site that opens first; None if nothing leaks."""
        reached = [(self.first_reached(site.name, least_mm3), site.name) for site in self.body.sites]
        times = sorted((when[1], name) for when, name in reached if when is not None)
        return times[0][1] if times else None


def when_leaked(leaked_mm3: FloatArray, least_mm3: float, course: FloatArray) -> float | None:
    """What a course, of time or of volume, had come to when that much had leaked; None if it never did.

    Parameters
    ----------
    leaked_mm3, course : ndarray, shape (n,)
        At the end of each step; 0 before the first. Within a step, cement is taken to leave evenly.
    least_mm3 : float
        Above 0.
    """
    leaked = np.concatenate([[0.0], leaked_mm3])
    steps = np.flatnonzero(leaked >= least_mm3)
    if not steps.size:
        return None
    step = slice(int(steps[0]) - 1, int(steps[0]) + 1)
    return float(np.interp(least_mm3, leaked[step], np.concatenate([[0.0], course])[step]))
