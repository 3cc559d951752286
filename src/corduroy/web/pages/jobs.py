"""The jobs: what waits, runs and has ended; its log and its results."""

from __future__ import annotations

from datetime import datetime

from nicegui import run, ui

from corduroy.web.accounts import Role
from corduroy.web.api.jobs import result_address
from corduroy.web.jobs import Job, State
from corduroy.web.jobs.kinds import KINDS
from corduroy.web.jobs.kinds.demo import DEMO, PSEUDONYM
from corduroy.web.jobs.kinds.study import STUDY
from corduroy.web.pages.frame import PATIENCE_S, heading, page_frame, telling
from corduroy.web.pages.job_bar import JobBar
from corduroy.web.pages.session import Session
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench

_REFRESH_S = 1.0
_SHOWN = 50
_COLOURS = {State.DONE: "good", State.FAILED: "bad", State.CANCELLED: "quiet"}


def add_jobs(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/jobs", response_timeout=PATIENCE_S)
    async def jobs(watch: int | None = None) -> None:
        session = Session.of_page(workbench)
        with page_frame(session, text("jobs.title"), "jobs"):
            if watch is not None:
                with ui.card().classes("w-full") as place:
                    JobBar(session, watch, lambda job: _lead_on(workbench, job, place))
            table = _JobTable(session)
            await table.refresh()
            ui.timer(_REFRESH_S, table.refresh)


def _lead_on(workbench: Workbench, job: Job, place: ui.card) -> None:
    """From a job that is over to what it was for."""
    address = None if job.state is not State.DONE else _address_of(workbench, job)
    if address is not None:
        with place:
            ui.link(text("jobs.look"), address).classes("corduroy-button")


def _address_of(workbench: Workbench, job: Job) -> str | None:
    if job.kind == STUDY.name:
        return f"/study?job={job.number}"
    if job.kind == DEMO.name:
        patient = workbench.registry.find_patient(PSEUDONYM)
        cases = [] if patient is None else list(workbench.registry.entries("case", patient.id))
        return f"/cases/{cases[0].id}" if cases else None
    scan = None if job.scan_id is None else workbench.scans.scan(job.scan_id)
    return None if scan is None else f"/cases/{scan.case_id}?scan={scan.id}"


def _addresses(workbench: Workbench, jobs: list[Job]) -> dict[int, str]:
    """Where each job that is done has led."""
    found = {job.number: _address_of(workbench, job) for job in jobs if job.state is State.DONE}
    return {number: address for number, address in found.items() if address is not None}


def _when(job: Job) -> str:
    """Who asked for it and when, in UTC; for a job that is over also how long it took."""
    words = text("jobs.asked", who=job.who, at=job.made_at[:16].replace("T", " "))
    if job.started_at is None or job.ended_at is None:
        return words
    took = datetime.fromisoformat(job.ended_at) - datetime.fromisoformat(job.started_at)
    return f"{words}, {text('jobs.took', seconds=took.total_seconds())}"


class _JobTable:
    """Drawn anew only when something has changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shown: list[Job] | None = None
        self._place = ui.column().classes("w-full gap-2").props("aria-live=polite")

    async def refresh(self) -> None:
        """Look whether something has changed."""
        workbench = self._session.workbench
        jobs = await run.io_bound(workbench.jobs.recent, _SHOWN)
        if jobs == self._shown:
            return
        self._shown = jobs
        addresses = await run.io_bound(_addresses, workbench, jobs or [])
        self._place.clear()
        with self._place:
            if not jobs:
                ui.label(text("jobs.empty"))
            for job in jobs or ():
                self._row(job, (addresses or {}).get(job.number))

    def _row(self, job: Job, address: str | None) -> None:
        with ui.card().classes("w-full"), ui.row().classes("w-full items-center gap-4 no-wrap"):
            ui.label(str(job.number)).classes("numbers quiet").style("min-width: 3em")
            with ui.column().classes("gap-0 grow"):
                title = KINDS[job.kind].title
                words = ui.label(title) if address is None else ui.link(title, address)
                words.classes("text-weight-bold")
                if job.told:
                    ui.label(job.told)
                ui.label(_when(job)).classes("quiet")
            if job.state is State.RUNNING:
                bar = ui.linear_progress(job.done_percent / 100, show_value=False).style("max-width: 220px")
                bar.props(f'aria-label="{text("jobs.progress")}"')
                ui.label(job.step)
            ui.label(text(f"jobs.state_{job.state}")).classes(_COLOURS.get(job.state, ""))
            self._buttons(job)

    def _buttons(self, job: Job) -> None:
        log = text("jobs.log", number=job.number)
        ui.button(icon="article", on_click=lambda: self._show_log(job)).props(f'flat round aria-label="{log}"').tooltip(
            log
        )
        if not job.state.is_over and self._session.may(Role.EDITOR):
            cancel = text("jobs.cancel", number=job.number)
            button = ui.button(icon="close", on_click=lambda: self._cancel(job))
            button.props(f'flat round aria-label="{cancel}"').tooltip(cancel)

    async def _cancel(self, job: Job) -> None:
        with telling():
            user = self._session.require(Role.EDITOR)
            await run.io_bound(self._session.workbench.jobs.cancel, job.number, user.name)
            ui.notify(text("jobs.cancelled", number=job.number))

    async def _show_log(self, job: Job) -> None:
        jobs = self._session.workbench.jobs
        log = await run.io_bound(jobs.log, job.number)
        results = await run.io_bound(jobs.results, job.number)
        with ui.dialog() as dialog, ui.card().style("width: min(900px, 95vw); max-width: none"):
            heading(text("jobs.log_title", number=job.number, kind=job.kind), 2)
            ui.label(log or text("jobs.log_empty")).classes("w-full numbers").style(
                "white-space: pre-wrap; font-family: monospace; max-height: 50vh; overflow: auto"
            )
            if results:
                heading(text("jobs.results"), 2)
                with ui.column().classes("gap-1"):
                    for name in results:
                        ui.link(name, result_address(job.number, name), new_tab=True)
            ui.button(text("jobs.close"), on_click=dialog.close).props("flat")
        dialog.on("hide", dialog.delete)
        dialog.open()
