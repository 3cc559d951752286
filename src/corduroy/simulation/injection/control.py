"""Which flow the syringe gives: what is asked for, or what the pressure limit lets through."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection.body import FloatArray, PorousBody
from corduroy.simulation.injection.needle import opening_excess, permeability_at, placed
from corduroy.simulation.injection.rheology import pipe_pressure
from corduroy.simulation.injection.settings import Cannula, Recipe, Schedule, Shot
from corduroy.simulation.injection.state import Doubles, State

_HALVINGS = 26


class Drive:
    """The cannulas in use and the pressures in them.

    Parameters
    ----------
    body : PorousBody
    schedule : Schedule
    recipe : Recipe
    state : State
    common_mpa : float
        What the pressures of `learn` are above.
    """

    def __init__(self, body: PorousBody, schedule: Schedule, recipe: Recipe, state: State, common_mpa: float) -> None:
        assert recipe.cement is not None
        self._body, self._schedule, self._cement, self._state = body, schedule, recipe.cement, state
        self._back = [0.0] * len(schedule.cannulas)
        self._used: tuple[int, ...] = ()
        self.places: list[NDArray[np.int64]] = []
        self._excess: list[float] = []
        self._base: list[float] = []
        self._common = common_mpa
        self._response: list[float] = []

    def aim(self, shot: Shot) -> None:
        """Take the cannulas of a shot, pulled back as it says."""
        self._used, self.places, self._excess = shot.cannulas, [], []
        for number in shot.cannulas:
            self._back[number] += shot.pull_back_mm
            cannula = self._schedule.cannulas[number]
            voxels = placed(self._body, cannula, self._back[number])
            excess = opening_excess(self._body, voxels, cannula.bore_mm) / permeability_at(self._body, voxels)
            self.places.append(self._state.places(voxels))
            self._excess.append(excess)

    def sources(self, out: Doubles) -> None:
        """Add a flow of 1 mm³/s, shared alike by the cannulas and by the voxels of each."""
        for places in self.places:
            out[places] += 1 / (len(self.places) * places.size)

    @property
    def room(self) -> float:
        """Room of the voxels that are fed, in mm³."""
        return float(sum(self._state.room[places].sum() for places in self.places))

    def learn(self, unit: Doubles, base: Doubles | None) -> None:
        """Note what pressures answer to a flow of 1 mm³/s, and to none."""
        resistance = self._state.resistance
        share = 1 / len(self.places)
        self._response = [
            float(unit[places].mean()) - share * excess * float(resistance[places].mean())
            for places, excess in zip(self.places, self._excess, strict=True)
        ]
        rest = [0.0 if base is None else float(base[places].mean()) for places in self.places]
        self._base = [self._common + each for each in rest]

    @property
    def response(self) -> float:
        """Largest pressure in an opening for a flow of 1 mm³/s."""
        return max(self._response)

    def tips(self, flow: float) -> FloatArray:
        """Pressure in each cannula's opening, NaN for those not in use."""
        pressures = np.full(len(self._back), np.nan)
        for number, base, response in zip(self._used, self._base, self._response, strict=True):
            pressures[number] = base + flow * response
        return pressures

    def syringe(self, flow: float, age_s: float) -> float:
        """Largest pressure in a syringe, the loss along the cannula among it."""
        each = flow / len(self._used)
        tips = self.tips(flow)
        return max(float(tips[n]) + self._loss(self._schedule.cannulas[n], age_s, each) for n in self._used)

    def _loss(self, cannula: Cannula, age_s: float, flow: float) -> float:
        return pipe_pressure(self._cement, age_s, flow, cannula.bore_mm, cannula.length_mm)

    def flow(self, wanted: float, age_s: float) -> float:
        """The flow asked for, or what the pressure limit lets through, in mm³/s; `wanted` may be infinite."""
        limit = self._schedule.pressure_limit_mpa
        high = min(wanted, 2 * limit / max(self.response, 1e-300))
        if self.syringe(high, age_s) <= limit:
            return high
        low = 0.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.syringe(middle, age_s) <= limit else (low, middle)
        return low
