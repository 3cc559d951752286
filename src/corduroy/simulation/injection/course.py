"""What a running injection writes down, and the result that is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corduroy.simulation.injection.body import FloatArray, PorousBody
from corduroy.simulation.injection.flow import Flow
from corduroy.simulation.injection.results import InjectionResult, StopReason
from corduroy.simulation.injection.settings import Schedule


@dataclass
class Course:
    """One row per step.

    Parameters
    ----------
    worst_balance : float
        Largest error of the cement's balance so far, over the volume injected.
    """

    times: list[float] = field(default_factory=list)
    injected: list[float] = field(default_factory=list)
    tips: list[FloatArray] = field(default_factory=list)
    syringe: list[float] = field(default_factory=list)
    leaked: list[FloatArray] = field(default_factory=list)
    worst_balance: float = 0.0

    def begin(self, flow: Flow, rate: float) -> None:
        """Pressures at the beginning of a step, for its flow in mm³/s."""
        self.tips.append(flow.drive.tips(rate))
        self.syringe.append(flow.drive.syringe(rate, flow.clock.mixture_age))

    def end(self, flow: Flow, injected: float) -> None:
        """Where everything stands at the end of a step."""
        self.times.append(flow.clock.time)
        self.injected.append(injected)
        self.leaked.append(flow.outlets.leaked[:, 0].copy())


def made_of(
    course: Course, flow: Flow, body: PorousBody, schedule: Schedule, residual_marrow: float, stop: StopReason
) -> InjectionResult:
    """The result, without ghosts. Gives up the solver: a third of the memory, which the answer can use."""
    state, solves, iterations = flow.state, flow.solves, flow.solver.iterations
    del flow.solver, flow.unit, flow.sources
    fill = np.zeros(state.held.size, np.float32)
    np.divide(state.held, state.room, out=fill, where=state.room > 0, casting="unsafe")
    fill *= np.float32(1 - residual_marrow)
    pressure = state.without_ghosts(flow.shown).astype(np.float32)
    pressure[body.active] += np.float32(flow.outlets.common)
    syringe = np.array(course.syringe)
    return InjectionResult(
        body=body,
        times_s=np.array(course.times),
        injected_mm3=np.array(course.injected),
        tip_pressure_mpa=np.array(course.tips).reshape(len(course.times), len(schedule.cannulas)),
        syringe_pressure_mpa=syringe,
        plunger_force_n=syringe * np.pi / 4 * schedule.plunger_diameter_mm**2,
        leaked_mm3=np.array(course.leaked).reshape(len(course.times), len(body.sites)),
        fill=state.without_ghosts(fill),
        arrival_s=state.without_ghosts(state.arrival),
        pressure_mpa=pressure,
        gelatin=_caught(flow),
        stop=stop,
        worst_balance=course.worst_balance,
        pressure_solves=solves,
        pressure_iterations=iterations,
        thin_voxels=flow.thin,
    )


def _caught(flow: Flow) -> NDArray[np.float32] | None:
    """Share of the pores that sponge has taken; None where none was given."""
    state = flow.state
    if flow.recipe.gelatin is None:
        return None
    caught = np.zeros(state.held.size, np.float32)
    np.divide(state.caught, state.room, out=caught, where=state.room > 0)
    return state.without_ghosts(caught)
