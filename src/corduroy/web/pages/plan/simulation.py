"""The part of the page that starts injection and mechanics, watches them, and shows what came out."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from corduroy.planning.simulated import SimulatedKind
from corduroy.web.accounts import Role
from corduroy.web.api.jobs import start_job
from corduroy.web.jobs import Job, State
from corduroy.web.pages.case.results import SIMULATIONS, ScanResults, results_of
from corduroy.web.pages.case.simulations import show_simulations
from corduroy.web.pages.frame import heading, telling
from corduroy.web.pages.job_bar import JobBar
from corduroy.web.pages.plan.choice import Needle
from corduroy.web.pages.session import Session
from corduroy.web.texts import text

# A quick look has no chances and no intervals, on voxels as coarse as a first look bears; author's choice.
_THOROUGHNESS: dict[str, dict[str, dict[str, Any]]] = {
    "inject": {
        "quick": {"members": 0, "what_if_members": 0, "voxel_mm": 1.5},
        "chances": {"what_if_members": 0},
        "full": {},
    },
    "mechanics": {"quick": {"samples": 0, "voxel_mm": 1.5}, "full": {}},
}
_CANNULAS = ("planned", "moved")
_MOST_ML, _MOST_KG, _LEAST_KG = 40.0, 250.0, 20.0  # as the settings of both take them


class SimulationPart:
    """Forms for both simulations, those that run, and what the last ones found.

    Parameters
    ----------
    session : Session
    results : ScanResults
        With a plan.
    cement_ml : callable
        The volume that is chosen on the page.
    cement_needle : callable
        The needle for cement if it was moved on the page, else None.
    on_done : callable
        Called with all results of the scan when one is done.
    """

    def __init__(
        self,
        session: Session,
        results: ScanResults,
        cement_ml: Callable[[], float],
        cement_needle: Callable[[], Needle | None],
        on_done: Callable[[ScanResults], Awaitable[None]],
    ) -> None:
        self._session, self._results = session, results
        self._cement_ml, self._cement_needle, self._on_done = cement_ml, cement_needle, on_done
        ui.label(text("simulation.hint")).classes("quiet")
        if session.may(Role.EDITOR):
            with ui.element("div").classes("corduroy-simulations"):
                self._injection_form()
                self._mechanics_form()
        self._running = ui.column().classes("w-full gap-1")
        self._found = ui.column().classes("w-full gap-3")
        with self._running:
            for job in results.waiting:
                if job.kind in SIMULATIONS:
                    JobBar(session, job.number, self._over)
        self._draw()

    def _injection_form(self) -> None:
        from corduroy.simulation.injection import CEMENTS

        with ui.element("fieldset").classes("corduroy-simulation"):
            _legend("inject")
            names = {name: cement.name for name, cement in CEMENTS.items()}
            self._cement = ui.select(names, label=text("simulation.cement"), value="high-viscosity")
            self._volume = ui.number(
                text("simulation.volume"), value=self._cement_ml(), min=0.5, max=_MOST_ML, step=0.5, format="%.1f"
            )
            ways = {way: text(f"simulation.cannula_{way}") for way in _CANNULAS}
            self._cannula = ui.select(ways, label=text("simulation.cannula"), value=_CANNULAS[0])
            self._how_inject = _thoroughness("inject")
            ui.button(text("simulation.start_inject"), on_click=self._inject)

    def _mechanics_form(self) -> None:
        with ui.element("fieldset").classes("corduroy-simulation"):
            _legend("mechanics")
            self._fill = ui.select(self._fills(), label=text("simulation.fill_from"), value=next(iter(self._fills())))
            self._mass = ui.number(text("simulation.mass"), min=_LEAST_KG, max=_MOST_KG, step=1, format="%.0f")
            self._mass.props(f'hint="{text("simulation.mass_hint")}"')
            self._how_mechanics = _thoroughness("mechanics")
            ui.button(text("simulation.start_mechanics"), on_click=self._compare)

    def follow(self) -> None:
        """The volume that was chosen for the fill is the one to inject, through a needle that was moved."""
        if self._session.may(Role.EDITOR):
            self._volume.value = self._cement_ml()
            self._cannula.value = _CANNULAS[self._cement_needle() is not None]

    def _fills(self) -> dict[int, str]:
        """Where the cement of the mechanics comes from: the last injection first, 0 for cement that is grown."""
        found = self._results.simulated.get(SimulatedKind.INJECTION)
        fits = found is not None and not self._results.is_outdated(found)
        own = {found.job.number: text("simulation.fill_job", number=found.job.number)} if found and fits else {}
        return {**own, 0: text("simulation.fill_grown")}

    async def _inject(self) -> None:
        settings = {"cement": self._cement.value, **_THOROUGHNESS["inject"][self._how_inject.value]}
        if self._volume.value is not None:
            settings["volume_ml"] = float(self._volume.value)
        if self._cannula.value == _CANNULAS[1]:
            needle = self._cement_needle()
            if needle is None:
                ui.notify(text("simulation.cannula_not_set"), type="warning")
                return
            settings["cannula"] = {"entry_mm": needle.entry_mm, "tip_mm": needle.target_mm, "gauge": needle.gauge}
        await self._start("inject", {"settings": settings})

    async def _compare(self) -> None:
        settings = dict(_THOROUGHNESS["mechanics"][self._how_mechanics.value])
        if self._mass.value is not None:
            settings["body_mass_kg"] = float(self._mass.value)
        if not self._fill.value:
            settings["volume_ml"] = self._cement_ml()
        await self._start("mechanics", {"settings": settings, "fill_from": self._fill.value or None})

    async def _start(self, kind: str, request: dict[str, Any]) -> None:
        with telling():
            user = self._session.require(Role.EDITOR)
            asked = {**self._results.asked_of_plan, **request}
            start = partial(start_job, self._session.workbench, kind, asked, user.name)
            job = await to_thread(start, self._results.scan.id)
            with self._running:
                JobBar(self._session, job.number, self._over)

    async def _over(self, job: Job) -> None:
        if job.state is not State.DONE:
            return
        self._results = await to_thread(results_of, self._session.workbench, self._results.scan)
        if self._session.may(Role.EDITOR):
            fills = self._fills()
            self._fill.set_options(fills, value=next(iter(fills)))
        self._draw()
        await self._on_done(self._results)

    def _draw(self) -> None:
        self._found.clear()
        with self._found:
            show_simulations(self._results)


def _legend(kind: str) -> None:
    with ui.element("legend"):
        heading(text(f"simulation.of_{kind}"), 3)


def _thoroughness(kind: str) -> ui.select:
    options = {key: text(f"simulation.{kind}_{key}") for key in _THOROUGHNESS[kind]}
    return ui.select(options, label=text("simulation.how"), value="quick")
