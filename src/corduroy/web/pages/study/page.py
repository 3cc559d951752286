"""The page of case series: choose, run as a job, look at tables and figures, download."""

from __future__ import annotations

from asyncio import to_thread

from nicegui import ui

from corduroy.web.accounts import Role
from corduroy.web.api.jobs import start_job
from corduroy.web.jobs import Job, State
from corduroy.web.pages.frame import PATIENCE_S, heading, page_frame, telling
from corduroy.web.pages.job_bar import JobBar
from corduroy.web.pages.session import Session
from corduroy.web.pages.study.cohort_form import CohortForm, outcome_labels
from corduroy.web.pages.study.results import read_contents, show_results
from corduroy.web.pages.tables import data_table
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench

_LOOKED_AT = 500


def add_study(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/study", response_timeout=PATIENCE_S)
    async def study(job: int | None = None) -> None:
        session = Session.of_page(workbench)
        done = await to_thread(_studies, workbench)
        shown = next((one for one in done if one.number == job), None)
        with page_frame(session, text("study.title"), "study"):
            if shown is not None:
                await _results(workbench, shown)
            if session.may(Role.EDITOR):
                heading(text("study.new" if shown is None else "study.another"), 2)
                _asking(session, await to_thread(outcome_labels))
            _list(done)


def _studies(workbench: Workbench) -> list[Job]:
    return [job for job in workbench.jobs.recent(_LOOKED_AT) if job.kind == "study"]


def _asking(session: Session, outcomes: dict[str, str]) -> None:
    with ui.card().classes("w-full"):
        form = CohortForm(outcomes)
        running = ui.column().classes("w-full")

        async def start() -> None:
            with telling():
                user = session.require(Role.EDITOR)
                job = await to_thread(start_job, session.workbench, "study", form.asked(), user.name)
                running.clear()
                with running:
                    JobBar(session, job.number, over)

        def over(job: Job) -> None:
            if job.state is State.DONE:
                ui.navigate.to(f"/study?job={job.number}")

        ui.button(text("study.run"), on_click=start)


def _list(jobs: list[Job]) -> None:
    heading(text("study.earlier"), 2)
    if not jobs:
        ui.label(text("study.none")).classes("quiet")
        return
    rows = [
        (
            lambda job=job: ui.link(_title(job), f"/study?job={job.number}"),
            job.made_at[:16].replace("T", " "),
            job.who,
            text(f"jobs.state_{job.state}"),
            job.told,
        )
        for job in jobs
    ]
    data_table(text("study.earlier"), [text(f"study.{key}") for key in ("series", "at", "who", "state", "told")], rows)


def _title(job: Job) -> str:
    return str(job.request.get("cohort", {}).get("title") or job.number)


async def _results(workbench: Workbench, job: Job) -> None:
    with ui.element("section").classes("w-full column gap-3").props(f'aria-label="{text("study.results")}"'):
        heading(_title(job), 2)
        contents = await to_thread(read_contents, workbench.jobs.results_folder(job.number))
        if job.state is not State.DONE or contents is None:
            ui.label(job.told)
        else:
            show_results(job, contents)
