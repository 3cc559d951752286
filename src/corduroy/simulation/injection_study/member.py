"""One member of an ensemble: a drawn body injected, kept small enough to hold many of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection import InjectionResult, InjectionSettings, StopReason, StopRule, inject
from corduroy.simulation.injection.results import when_leaked
from corduroy.simulation.injection_study.dose import Dose
from corduroy.simulation.injection_study.inputs import Draw
from corduroy.simulation.injection_study.place import body_of, placed_dose
from corduroy.simulation.injection_study.vertebra import FloatArray, PorousVertebra, Singles
from corduroy.simulation.vertebra.grid import BoolArray

LEAST_LEAK_MM3 = 5.0
"""What has to leave through one site to be called a leak: a drop of 2 mm, as CT shows it. Author's choice."""


@dataclass(frozen=True)
class Task:
    """One member to be computed.

    Parameters
    ----------
    draw : Draw
    dose : Dose
    """

    draw: Draw
    dose: Dose


@dataclass(frozen=True, eq=False)
class Member:
    """What is kept of an injection that nobody stops.

    Parameters
    ----------
    draw : Draw
    times_s, injected_mm3, syringe_mpa : ndarray, shape (n,)
    leaked_mm3 : ndarray, shape (n, sites)
        In the order of the vertebra's openings.
    arrival_s : ndarray of float32, shape (voxels of bone,)
        When a voxel's pores were half full; NaN where they never were.
    pores_mm3 : ndarray of float32, shape (voxels of bone,)
    stop : StopReason
    """

    draw: Draw
    times_s: FloatArray
    injected_mm3: FloatArray
    syringe_mpa: FloatArray
    leaked_mm3: FloatArray
    arrival_s: Singles
    pores_mm3: Singles
    stop: StopReason

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For keeping; with the draw and the reason, all there is."""
        return {name: getattr(self, name) for name in ARRAYS}

    def steps_to(self, volume_mm3: float) -> int:
        """How many steps lie within a volume; at least 1."""
        return max(1, int(np.searchsorted(self.injected_mm3, volume_mm3 * (1 + 1e-9), side="right")))

    def leaked_by(self, volume_mm3: float) -> FloatArray:
        """Through each site when a volume was injected, or when no more could be; mm³."""
        whole = np.vstack([np.zeros(self.leaked_mm3.shape[1]), self.leaked_mm3])
        at = np.concatenate([[0.0], self.injected_mm3])
        return np.array([np.interp(volume_mm3, at, column) for column in whole.T])

    def volume_of_leak(self, site: int) -> float | None:
        """Injected volume at which a site had let out a drop; None if it never did. Within a step it leaks evenly."""
        return when_leaked(self.leaked_mm3[:, site], LEAST_LEAK_MM3, self.injected_mm3)

    def volume_when_stopped(self, watched: NDArray[np.bool_], volume_mm3: float) -> float:
        """Where a surgeon would have stopped: the first drop through a watched site, or the volume that was planned."""
        leaks = [self.volume_of_leak(int(site)) for site in np.flatnonzero(watched)]
        first = [leak for leak in leaks if leak is not None]
        return min([*first, volume_mm3, float(self.injected_mm3[-1])])

    def time_of(self, volume_mm3: float) -> float:
        """When a volume was injected."""
        at, times = np.concatenate([[0.0], self.injected_mm3]), np.concatenate([[0.0], self.times_s])
        return float(np.interp(volume_mm3, at, times))

    def filled(self, volume_mm3: float) -> BoolArray:
        """Voxels of bone with cement when a volume was injected, shape (voxels of bone,)."""
        return np.asarray(self.arrival_s <= self.time_of(volume_mm3))

    def share_filled(self, region: BoolArray, volume_mm3: float) -> float:
        """Share of a region's pores; `region` has the shape (voxels of bone,)."""
        pores = self.pores_mm3.astype(np.float64)
        return float(pores[region & self.filled(volume_mm3)].sum() / pores[region].sum())


ARRAYS = ("times_s", "injected_mm3", "syringe_mpa", "leaked_mm3", "arrival_s", "pores_mm3")


def run_member(vertebra: PorousVertebra, task: Task) -> Member:
    """Inject one drawn body, with the pressure limit and the curing as the only ends.

    Raises
    ------
    ModelError, SettingsError
        See `corduroy.simulation.injection.inject`.
    """
    found = _injected(vertebra, task, StopRule())
    inside = found.body.active & vertebra.bone
    return Member(
        task.draw,
        found.times_s,
        found.injected_mm3,
        found.syringe_pressure_mpa,
        found.leaked_mm3[:, : len(vertebra.openings)],
        found.arrival_s[inside],
        (found.body.porosity[inside] * found.body.voxel_mm3).astype(np.float32),
        found.stop,
    )


def run_planned(
    vertebra: PorousVertebra, task: Task, watched: NDArray[np.bool_], target_share: float | None
) -> InjectionResult:
    """The plan itself, stopped as a surgeon would stop.

    Parameters
    ----------
    vertebra : PorousVertebra
    task : Task
    watched : ndarray of bool, shape (sites,)
        A drop through one of these openings ends it.
    target_share : float or None
        So does this share of the lesion's pores, or of the body's where no lesion is known.

    Notes
    -----
    Where a leak ends it, it is injected again up to the volume at which the leak was seen: the engine itself watches
    types of leaks, not walls.
    """
    stop = StopRule(target_share=target_share)
    whole = _injected(vertebra, task, stop)
    leaking = (whole.leaked_mm3[:, : watched.size] >= LEAST_LEAK_MM3) & watched
    steps = np.flatnonzero(leaking.any(axis=1))
    if not steps.size:
        return whole
    seen = float(whole.injected_mm3[steps[0]]) / 1000
    shorter = Task(task.draw, replace(task.dose, volume_ml=min(seen, task.dose.volume_ml)))
    return replace(_injected(vertebra, shorter, stop), stop=StopReason.LEAK)


def _injected(vertebra: PorousVertebra, task: Task, stop: StopRule) -> InjectionResult:
    dose = placed_dose(vertebra, task.dose, task.draw)
    body = body_of(vertebra, task.draw, dose)
    return inject(body, dose.schedule(), dose.recipe(task.draw.viscosity), InjectionSettings(stop=stop))
