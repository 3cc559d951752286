"""The injection itself: pressure, then transport, step by step."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from corduroy.errors import ConvergenceError, DoubtWarning
from corduroy.simulation.injection import transport
from corduroy.simulation.injection.backflow import with_backflow
from corduroy.simulation.injection.body import PorousBody
from corduroy.simulation.injection.checks import check
from corduroy.simulation.injection.course import Course, made_of
from corduroy.simulation.injection.flow import Flow
from corduroy.simulation.injection.results import InjectionResult, StopReason
from corduroy.simulation.injection.settings import InjectionSettings, Recipe, Schedule, Shot
from corduroy.simulation.injection.state import Doubles

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

    Warns
    -----
    DoubtWarning
        If the cement was less viscous than the marrow that it pushed.

    Notes
    -----
    Two immiscible fluids obey Darcy's law in rigid pores, without gravity and capillary pressure. When this misleads:
    permeabilities of bone are known to two or three orders of magnitude, so that pressures are; where cement goes
    depends on ratios within the body, which is better known, and on viscosity. Cement less viscous than marrow fingers
    by nature. With ``displacement="piston"`` its front is held instead (see `flow.Flow`): it moves as that of a cement
    as viscous as marrow, the pressures are its own. That is warned of, since real cement would reach farther.
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
    if run.flow.thin:
        _warn_of_fingers(run.flow.thin, settings)
    return made_of(run.course, run.flow, run.body, schedule, settings.residual_marrow, stop)


def _warn_of_fingers(voxels: int, settings: InjectionSettings) -> None:
    what = "its front was held" if settings.displacement == "piston" else "where its fingers run is chance"
    text = f"cement less viscous than the marrow that it pushed, in up to {voxels} voxels: {what}; real cement would"
    warnings.warn(f"{text} finger, reach farther and leak earlier", DoubtWarning, stacklevel=3)


class _Run:
    def __init__(self, body: PorousBody, schedule: Schedule, recipe: Recipe, settings: InjectionSettings) -> None:
        self.body, self.schedule, self.settings, self.gelatin = body, schedule, settings, recipe.gelatin
        self.flow = Flow(body, schedule, recipe, settings)
        self.state, self.outlets = self.flow.state, self.flow.outlets
        self.drive, self.clock = self.flow.drive, self.flow.clock
        self.heap = np.empty(4096, np.int64)
        self.injected = self.front = self.rate = 0.0
        self.steps = 0
        self.stop: StopReason | None = None
        self.course = Course()
        self.watched = self._watched()
        assert recipe.cement is not None
        self.thinning = any(n != 1 for n in recipe.cement.index) or any(recipe.cement.yield_pa)

    def _watched(self) -> NDArray[np.int64] | None:
        """Voxels whose filling is watched."""
        if self.settings.stop.target_share is None:
            return None
        lesion = self.body.lesion
        region = self.body.active if lesion is None or not lesion.any() else lesion & self.body.active
        return np.asarray(np.flatnonzero(self.state.ghosted(region)), np.int64)

    def give_gelatin(self) -> None:
        """Sponge that goes before the cement, carried by a flow of marrow."""
        if self.gelatin is None or self.gelatin.before_ml == 0:
            return
        state, unit = self.state, self.flow.unit
        self.drive.aim(self.schedule.shots[0].model_copy(update={"pull_back_mm": 0.0}))
        self.flow.solve(0.0)
        for places in self.drive.places:
            state.coming_laden[places] += self.gelatin.before_ml * 1000 / (len(self.drive.places) * places.size)
        self.heap, count = transport.begin(self.heap, np.concatenate(self.drive.places), state.queued, unit)
        law = state.catch, state.caught, state.room, state.limit
        faces = self.flow.solver.tower.finest.faces
        transport.carry(
            unit, faces, state.steps, state.coming_laden, state.queued, self.heap, count, self.outlets.as_tuple(), law
        )

    def begin(self, shot: Shot) -> None:
        """Pause, and move the cannulas."""
        self.clock.time += shot.pause_before_s
        self.drive.aim(shot)
        self.front, self.steps = 0.0, 0

    def push(self, shot: Shot) -> Iterator[None]:
        """Give a shot, step by step."""
        whole = left = shot.volume_ml * 1000
        asked = 0.0 if shot.rate_ml_s is None else shot.rate_ml_s * 1000
        wanted = np.inf if shot.rate_ml_s is None else shot.rate_ml_s * 1000
        while left > 1e-9 * whole and self.stop is None:
            if self.clock.mixture_age >= self.flow.table.setting_s:
                self.stop = StopReason.CURED
                return
            rate = self._settle(wanted)
            asked = asked or min(wanted, rate)
            if rate <= self.settings.stop.stalled_share * asked:
                self.stop = StopReason.STALLED
                return
            volume = min(left, self._step_volume(), rate * self.settings.longest_step_s)
            if left - volume < 0.05 * volume:
                volume = left
            self._advance(volume, rate)
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
        rate, response = self.flow.solve(wanted), self.drive.response
        fresh = self.steps < _FIRST_STEPS or abs(rate - self.rate) > _CHANGE * self.rate
        for _ in range(_ROUNDS if self.thinning and fresh else 0):
            before, rate = response, self.flow.solve(wanted)
            response = self.drive.response
            if abs(response - before) <= _CHANGE * response:
                break
        self.rate = rate
        self.steps += 1
        return rate

    def _advance(self, volume: float, rate: float) -> None:
        """Inject a volume, and note where everything stands."""
        self.course.begin(self.flow, rate)
        dt = volume / rate
        coming_age = self._feed(volume)
        unplaced = self._transport(dt, coming_age)
        if self.settings.displacement != "piston":
            self.front = self._layer()
        self.clock.time += dt
        self.injected += volume - unplaced
        self.course.end(self.flow, self.injected)
        self._balance()
        self._may_stop(unplaced)

    def _feed(self, volume: float) -> Doubles:
        """Put a volume before the needles; returns volume times age in each voxel."""
        state, places, fresh = self.state, self.drive.places, self.clock.fresh
        coming_age = self.flow.solver.spare()
        for fed in places:
            each = volume / (len(places) * fed.size)
            self.flow.sources[fed] += each
            coming_age[fed] += each * fresh
            if self.gelatin is not None:
                state.coming_laden[fed] += each * self.gelatin.share
        return coming_age

    def _transport(self, dt: float, coming_age: Doubles) -> float:
        """Let cement flow for a time; returns what finds no room."""
        state = self.state
        piston = self.settings.displacement == "piston"
        first = np.concatenate(self.drive.places)
        if not piston:
            first = np.concatenate((first, np.flatnonzero(state.held > 0)))
        self.heap, count = transport.begin(self.heap, first, state.queued, state.pressure)
        self.heap, self.front, unplaced = transport.sweep(
            state.pressure,
            self.flow.solver.tower.finest.faces,
            state.steps,
            (self.clock.time, dt),
            (state.held, state.room, state.age, state.arrival),
            (self.flow.sources, coming_age),
            state.queued,
            self.heap,
            count,
            self.outlets.as_tuple(),
            (piston, state.ratio, self.settings.corey_exponents),
            (state.laden, state.coming_laden, state.caught, state.catch, state.limit),
        )
        return float(unplaced)

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

    def _balance(self) -> None:
        """What was injected is in the body or has left it."""
        inside = float(self.state.held.sum())
        error = abs(inside + float(self.outlets.leaked[:, 0].sum()) - self.injected) / self.injected
        self.course.worst_balance = max(self.course.worst_balance, error)
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
