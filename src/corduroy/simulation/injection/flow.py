"""Pressure and flow for what the pores hold at one moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corduroy.simulation.injection import mobility
from corduroy.simulation.injection.body import PorousBody
from corduroy.simulation.injection.control import Drive
from corduroy.simulation.injection.outlets import Outlets
from corduroy.simulation.injection.pressure import PressureSolver
from corduroy.simulation.injection.rheology import PA, curing_rate, viscosity_table
from corduroy.simulation.injection.settings import InjectionSettings, Recipe, Schedule
from corduroy.simulation.injection.state import Doubles, State


@dataclass
class Clock:
    """Time and what it does to the cement.

    Parameters
    ----------
    start_s : float
        From mixing to the first shot.
    syringe_rate, bone_rate : float
        How much faster cement cures there than at its reference temperature.
    time : float
        Since the first shot, in s.
    """

    start_s: float
    syringe_rate: float
    bone_rate: float
    time: float = 0.0

    @property
    def mixture_age(self) -> float:
        """Curing of what is still in the syringe, in seconds at the reference temperature."""
        return (self.start_s + self.time) * self.syringe_rate

    @property
    def older(self) -> float:
        """Curing in the bone since the start; ages are stored without it, so that they change by mixing only."""
        return self.time * self.bone_rate

    @property
    def fresh(self) -> float:
        """Stored age of cement that enters the bone now."""
        return self.mixture_age - self.older


class Flow:
    """Resistances, pressure, and the flow that the syringe gives.

    Parameters
    ----------
    body : PorousBody
    schedule : Schedule
    recipe : Recipe
        With a cement.
    settings : InjectionSettings

    Attributes
    ----------
    unit : ndarray of float64, flat
        Pressure for a flow of 1 mm³/s; start of the next solution.
    sources : ndarray of float64, flat
        Zero between solutions, for whoever needs such a vector meanwhile.
    thin : int
        In how many voxels that are at least half full the cement was less viscous than the marrow, at most.
    solves : int

    Notes
    -----
    Where cement is less viscous than marrow, a sharp front without capillarity has no stable motion: any unevenness
    grows, the faster the finer it is, so that grids decide where fingers are (the Muskat problem is ill-posed there).
    Such a front is held: `state.pressure`, which moves cement, is that of a cement no less viscous than marrow, so
    that cement gains nothing by being ahead; `shown`, the pressure itself and that in the cannula, takes the true
    viscosities. That is the piston-like limit of a displacement that capillarity keeps stable. For all other cements
    both are one.
    """

    def __init__(self, body: PorousBody, schedule: Schedule, recipe: Recipe, settings: InjectionSettings) -> None:
        assert recipe.cement is not None
        self.recipe, self._piston = recipe, settings.displacement == "piston"
        self._exponents = settings.corey_exponents
        self.table = viscosity_table(recipe)
        self.state = State(body, settings, recipe.gelatin)
        self.outlets = Outlets(body, self.state, recipe.gelatin)
        self.solver = PressureSolver(self.state.active, settings.tolerance)
        size = self.state.room.size
        self.sources = np.zeros(size)
        self.unit = np.zeros(size)
        self._base = np.zeros(size) if self.outlets.outside.any() else None
        self._held: tuple[Doubles, Doubles | None] | None = None
        self.shown = self.state.pressure
        self.drive = Drive(body, schedule, recipe, self.state, self.outlets.common)
        rates = (curing_rate(recipe.cement, each) for each in (recipe.mixture_temperature_c, recipe.body_temperature_c))
        self.clock = Clock(schedule.start_s, *rates)
        self.thin = self.solves = 0

    def solve(self, wanted: float) -> float:
        """Resistances for the present velocities, then the pressure and the flow that it allows, in mm³/s.

        Parameters
        ----------
        wanted : float
            Flow that is asked for; infinite for what the pressure limit lets through, 0 for the unit pressure only.
        """
        state = self.state
        thin = self._resist(firm=False)
        self._pressures(self.unit, self._base)
        self.drive.learn(self.unit, self._base)
        flow = self.drive.flow(wanted, self.clock.mixture_age) if wanted > 0 else 0.0
        if thin and self._piston:
            self.shown = _combined(self.unit, self._base, flow, np.empty_like(self.unit))
            unit, base = self._firm_pressures()
            _combined(unit, base, flow, state.pressure)
        else:
            self.shown = _combined(self.unit, self._base, flow, state.pressure)
        self.thin = max(self.thin, thin)
        return flow

    def _firm_pressures(self) -> tuple[Doubles, Doubles | None]:
        """Those that would be with a cement no less viscous than marrow."""
        if self._held is None:
            self._held = self.unit.copy(), None if self._base is None else self._base.copy()
        self._resist(firm=True)
        self._pressures(*self._held)
        return self._held

    def _pressures(self, unit: Doubles, base: Doubles | None) -> None:
        """Solve for a flow of 1 mm³/s, and for the pressures outside alone."""
        state, sources, finest = self.state, self.sources, self.solver.tower.finest
        outside = self.outlets.renew(state, finest.sink)
        self.solver.renew(state.resistance, state.factors)
        self.drive.sources(sources)
        self.solver.solve(sources, unit)
        sources[:] = 0
        if base is not None and outside.any():
            np.add.at(sources, self.outlets.voxels, outside)
            self.solver.solve(sources, base)
            sources[:] = 0
        elif base is not None:
            base[:] = 0
        self.solves += 1

    def _resist(self, firm: bool) -> int:
        """Viscosity of what is in each voxel; in how many of them cement is the thinner one."""
        state, finest, clock = self.state, self.solver.tower.finest, self.clock
        gelatin = state.laden, state.caught, state.limit, state.power, state.left
        fluid = self.recipe.marrow_pa_s * PA, clock.older, clock.fresh, state.densest, self.table.age_step_s
        return int(
            mobility.resistances(
                finest.spans,
                state.shape,
                state.pressure,
                finest.faces,
                state.steps,
                (state.areas, state.halves, state.porosity_per_room),
                state.factors,
                (state.held, state.room, state.age),
                fluid,
                self.table.log_mpa_s,
                (self._piston, firm),
                self._exponents,
                gelatin,
                state.ratio,
                state.resistance,
            )
        )


def _combined(unit: Doubles, base: Doubles | None, flow: float, out: Doubles) -> Doubles:
    """Pressure for a flow, on top of what the pressures outside make."""
    np.multiply(unit, flow, out=out)
    if base is not None:
        out += base
    return out
