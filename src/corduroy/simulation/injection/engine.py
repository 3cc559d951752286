"""The injection itself: pressure, then transport, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ConvergenceError
from corduroy.simulation.injection import mobility, transport
from corduroy.simulation.injection.backflow import with_backflow
from corduroy.simulation.injection.body import FloatArray, PorousBody
from corduroy.simulation.injection.checks import check
from corduroy.simulation.injection.control import Drive
from corduroy.simulation.injection.outlets import Outlets
from corduroy.simulation.injection.pressure import PressureSolver
from corduroy.simulation.injection.results import InjectionResult, StopReason
from corduroy.simulation.injection.rheology import PA, curing_rate, viscosity_table
from corduroy.simulation.injection.settings import InjectionSettings, Recipe, Schedule, Shot
from corduroy.simulation.injection.state import State

Progress = Callable[[float, float], None]

_BALANCE = 1e-8
"""Largest error of the cement's balance over the volume injected so far."""
_CHANGE = 0.03
"""Relative change of flow or pressure at which a step's velocities are computed anew. Author's choice."""
_ROUNDS, _FIRST_STEPS = 4, 3
"""How often at most, and for how many steps of a shot in any case. Author's choice."""


def inject(
    body: PorousBody,
    schedule: Schedule,
    recipe: Recipe,
    settings: InjectionSettings | None = None,
    progress: Progress | None = None,
) -> InjectionResult:
    """Inject a curing cement into a porous body.

    Parameters
    ----------
    body : PorousBody
    schedule : Schedule
        Cannulas, shots, limits.
    recipe : Recipe
    settings : InjectionSettings, optional
    progress : callable, optional
        Called after each step with the volume injected and the volume of all shots, in mm³.

    Returns
    -------
    InjectionResult

    Raises
    ------
    SettingsError, ModelError
        Before anything is computed; see `checks.check`.
    ConvergenceError
        If the pressure does not converge, or cement is lost or made: the balance is checked at every step.

    Notes
    -----
    Two immiscible fluids obey Darcy's law in rigid pores, without gravity and capillary pressure. When this misleads:
    permeabilities of bone are known to two or three orders of magnitude, so that pressures are; where cement goes
    depends on ratios within the body, which is better known, and on viscosity. Cement less viscous than marrow fingers
    by nature; the fingers' places are then chance, and only their extent means anything.
    """
    settings = settings or InjectionSettings()
    check(body, schedule, recipe, settings)
    run = _Run(with_backflow(body, schedule), schedule, recipe, settings)
    run.give_gelatin()
    total = sum(shot.volume_ml for shot in schedule.shots) * 1000
    stop = StopReason.DONE
    for shot in schedule.shots:
        run.begin(shot)
        for _ in run.push(shot):
            if progress is not None:
                progress(run.injected, total)
        if run.stop is not None:
            stop = run.stop
            break
    return run.result(stop)


@dataclass
class _Course:
    """One row per step."""

    times: list[float] = field(default_factory=list)
    injected: list[float] = field(default_factory=list)
    tips: list[FloatArray] = field(default_factory=list)
    syringe: list[float] = field(default_factory=list)
    leaked: list[FloatArray] = field(default_factory=list)


class _Run:
    def __init__(self, body: PorousBody, schedule: Schedule, recipe: Recipe, settings: InjectionSettings) -> None:
        assert recipe.cement is not None
        self.body, self.schedule, self.recipe, self.settings = body, schedule, recipe, settings
        self.cement, self.gelatin = recipe.cement, recipe.gelatin
        self.table = viscosity_table(recipe)
        self.state = State(body, settings, recipe.gelatin)
        self.outlets = Outlets(body, self.state, recipe.gelatin)
        self.solver = PressureSolver(self.state.active, settings.tolerance)
        size = self.state.room.size
        self.coming = np.zeros(size)
        self.unit = np.zeros(size)
        self.base = np.zeros(size) if self.outlets.outside.any() else None
        self.heap = np.empty(4096, np.int64)
        self.drive = Drive(body, schedule, recipe, self.state, self.outlets.common)
        self.room_rate = curing_rate(self.cement, recipe.mixture_temperature_c)
        self.body_rate = curing_rate(self.cement, recipe.body_temperature_c)
        self.time = self.injected = self.worst = self.front = 0.0
        self.solves = self.steps = 0
        self.flow = 0.0
        self.stop: StopReason | None = None
        self.course = _Course()
        self.watched = self._watched()
        self.thinning = any(n != 1 for n in self.cement.index) or any(self.cement.yield_pa)

    def _watched(self) -> NDArray[np.int64] | None:
        """Voxels whose filling is watched."""
        if self.settings.stop.target_share is None:
            return None
        lesion = self.body.lesion
        region = self.body.active if lesion is None or not lesion.any() else lesion & self.body.active
        return np.asarray(np.flatnonzero(self.state.ghosted(region)), np.int64)

    @property
    def mixture_age(self) -> float:
        """Curing of what is still in the syringe, in seconds at the reference temperature."""
        return (self.schedule.start_s + self.time) * self.room_rate

    @property
    def older(self) -> float:
        """Curing in the bone since the start; ages are stored without it, so that they change by mixing only."""
        return self.time * self.body_rate

    def give_gelatin(self) -> None:
        """Sponge that goes before the cement, carried by a flow of marrow."""
        if self.gelatin is None or self.gelatin.before_ml == 0:
            return
        state, outlets = self.state, self.outlets
        self.drive.aim(self.schedule.shots[0].model_copy(update={"pull_back_mm": 0.0}))
        self._solve(0.0)
        for places in self.drive.places:
            state.coming_laden[places] += self.gelatin.before_ml * 1000 / (len(self.drive.places) * places.size)
        self.heap, count = transport.begin(self.heap, np.concatenate(self.drive.places), state.queued, self.unit)
        law = state.catch, state.caught, state.room, state.limit
        faces = self.solver.tower.finest.faces
        transport.carry(
            self.unit, faces, state.steps, state.coming_laden, state.queued, self.heap, count, outlets.as_tuple(), law
        )

    def begin(self, shot: Shot) -> None:
        """Pause, and move the cannulas."""
        self.time += shot.pause_before_s
        self.drive.aim(shot)
        self.front, self.steps = 0.0, 0

    def push(self, shot: Shot) -> Iterator[None]:
        """Give a shot, step by step."""
        whole = left = shot.volume_ml * 1000
        asked = 0.0 if shot.rate_ml_s is None else shot.rate_ml_s * 1000
        wanted = np.inf if shot.rate_ml_s is None else shot.rate_ml_s * 1000
        while left > 1e-9 * whole and self.stop is None:
            if self.mixture_age >= self.table.setting_s:
                self.stop = StopReason.CURED
                return
            flow = self._settle(wanted)
            asked = asked or min(wanted, flow)
            if flow <= self.settings.stop.stalled_share * asked:
                self.stop = StopReason.STALLED
                return
            volume = min(left, self._step_volume(), flow * self.settings.longest_step_s)
            if left - volume < 0.05 * volume:
                volume = left
            self._advance(volume, flow)
            left -= volume
            yield

    def _step_volume(self) -> float:
        """What moves the front by the number of voxels asked for."""
        return max(self.front * self.settings.layers_per_step, self.drive.room, 0.005 * self.injected)

    def _settle(self, wanted: float) -> float:
        """The flow, with viscosities that fit its own velocities; sets the pressure.

        A front that moves by a voxel changes velocities little, so those of the step before do; where a shot begins or
        the flow has changed, they are computed anew until the pressure stands.
        """
        flow, response = self._solve(wanted), self.drive.response
        fresh = self.steps < _FIRST_STEPS or abs(flow - self.flow) > _CHANGE * self.flow
        for _ in range(_ROUNDS if self.thinning and fresh else 0):
            before, flow = response, self._solve(wanted)
            response = self.drive.response
            if abs(response - before) <= _CHANGE * response:
                break
        self.flow = flow
        self.steps += 1
        return flow

    def _solve(self, wanted: float) -> float:
        """Resistances for the present velocities, then the pressure and the flow that it allows."""
        state, finest = self.state, self.solver.tower.finest
        self._resist()
        outside = self.outlets.renew(state, finest.sink)
        self.solver.renew(state.resistance, state.factors)
        sources = self.coming
        self.drive.sources(sources)
        self.solver.solve(sources, self.unit)
        sources[:] = 0
        if self.base is not None and outside.any():
            np.add.at(sources, self.outlets.voxels, outside)
            self.solver.solve(sources, self.base)
            sources[:] = 0
        elif self.base is not None:
            self.base[:] = 0
        self.solves += 1
        self.drive.learn(self.unit, self.base)
        flow = self.drive.flow(wanted, self.mixture_age) if wanted > 0 else 0.0
        np.multiply(self.unit, flow, out=state.pressure)
        if self.base is not None:
            state.pressure += self.base
        return flow

    def _resist(self) -> None:
        """Viscosity of what is in each voxel."""
        state, finest = self.state, self.solver.tower.finest
        gelatin = state.laden, state.caught, state.limit, state.power, state.left
        fresh = self.mixture_age - self.older
        fluid = self.recipe.marrow_pa_s * PA, self.older, fresh, state.densest, self.table.age_step_s
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
            self.settings.displacement == "piston",
            self.settings.corey_exponents,
            gelatin,
            state.ratio,
            state.resistance,
        )

    def _advance(self, volume: float, flow: float) -> None:
        """Inject a volume, and note where everything stands."""
        state, outlets = self.state, self.outlets
        dt = volume / flow
        self.course.tips.append(self.drive.tips(flow))
        self.course.syringe.append(self.drive.syringe(flow, self.mixture_age))
        places = self.drive.places
        fresh = self.mixture_age - self.older
        coming_age = self.solver.spare()
        for fed in places:
            each = volume / (len(places) * fed.size)
            self.coming[fed] += each
            coming_age[fed] += each * fresh
            if self.gelatin is not None:
                state.coming_laden[fed] += each * self.gelatin.share
        piston = self.settings.displacement == "piston"
        first = np.concatenate(places)
        if not piston:
            first = np.concatenate((first, np.flatnonzero(state.held > 0)))
        self.heap, count = transport.begin(self.heap, first, state.queued, state.pressure)
        self.heap, self.front, unplaced = transport.sweep(
            state.pressure,
            self.solver.tower.finest.faces,
            state.steps,
            (self.time, dt),
            (state.held, state.room, state.age, state.arrival),
            (self.coming, coming_age),
            state.queued,
            self.heap,
            count,
            outlets.as_tuple(),
            (piston, state.ratio, self.settings.corey_exponents),
            (state.laden, state.coming_laden, state.caught, state.catch, state.limit),
        )
        if not piston:
            self.front = self._layer()
        self.time += dt
        self.injected += volume - unplaced
        self._note()
        self._balance()
        self._may_stop(unplaced)

    def _layer(self) -> float:
        """Room of the voxels that a front passes per voxel of its way, from how much the saturation varies in all."""
        state = self.state
        room = state.room.reshape(state.shape)
        share = np.divide(state.held.reshape(state.shape), room, out=np.zeros(state.shape), where=room > 0)
        slopes = np.zeros(state.shape)
        for axis in range(3):
            beyond = np.moveaxis(room > 0, axis, 0)
            along = np.moveaxis(share, axis, 0)
            np.moveaxis(slopes, axis, 0)[:-1] += np.where(beyond[1:], np.diff(along, axis=0), 0) ** 2
        return float((np.sqrt(slopes) * room).sum())

    def _note(self) -> None:
        course = self.course
        course.times.append(self.time)
        course.injected.append(self.injected)
        course.leaked.append(self.outlets.leaked[:, 0].copy())

    def _balance(self) -> None:
        """What was injected is in the body or has left it."""
        inside = float(self.state.held.sum())
        error = abs(inside + float(self.outlets.leaked[:, 0].sum()) - self.injected) / self.injected
        self.worst = max(self.worst, error)
        if not error <= _BALANCE:
            raise ConvergenceError(f"a balance of cement that is off by {error:.1e}", f"{_BALANCE:g} or less")

    def _may_stop(self, unplaced: float) -> None:
        rule = self.settings.stop
        watched = [n for n, site in enumerate(self.body.sites) if site.yeom in rule.leak_types]
        if unplaced > _BALANCE * self.injected:
            self.stop = StopReason.FULL
        elif watched and self.outlets.leaked[watched, 0].sum() >= rule.leak_mm3:
            self.stop = StopReason.LEAK
        elif self.watched is not None and rule.target_share is not None:
            held, room = self.state.held[self.watched].sum(), self.state.room[self.watched].sum()
            if held >= rule.target_share * room:
                self.stop = StopReason.TARGET

    def result(self, stop: StopReason) -> InjectionResult:
        """Everything, without ghosts."""
        state, course, iterations = self.state, self.course, self.solver.iterations
        del self.solver, self.coming, self.unit  # a third of the memory, which the answer can use
        fill = np.zeros(state.held.size, np.float32)
        np.divide(state.held, state.room, out=fill, where=state.room > 0, casting="unsafe")
        fill *= np.float32(1 - self.settings.residual_marrow)
        pressure = state.without_ghosts(state.pressure).astype(np.float32)
        pressure[self.body.active] += np.float32(self.outlets.common)
        caught = None
        if self.gelatin is not None:
            caught = np.zeros_like(fill)
            np.divide(state.caught, state.room, out=caught, where=state.room > 0)
        syringe = np.array(course.syringe)
        plunger = np.pi / 4 * self.schedule.plunger_diameter_mm**2
        return InjectionResult(
            body=self.body,
            times_s=np.array(course.times),
            injected_mm3=np.array(course.injected),
            tip_pressure_mpa=np.array(course.tips).reshape(len(course.times), len(self.schedule.cannulas)),
            syringe_pressure_mpa=syringe,
            plunger_force_n=syringe * plunger,
            leaked_mm3=np.array(course.leaked).reshape(len(course.times), len(self.body.sites)),
            fill=state.without_ghosts(fill),
            arrival_s=state.without_ghosts(state.arrival),
            pressure_mpa=pressure,
            gelatin=None if caught is None else state.without_ghosts(caught),
            stop=stop,
            worst_balance=self.worst,
            pressure_solves=self.solves,
            pressure_iterations=iterations,
        )
