"""The page of case series: choose, run as a job, look at tables and figures, download."""

from __future__ import annotations

import csv
from asyncio import to_thread
from pathlib import Path

from nicegui import ui

from corduroy.web.accounts import Role
from corduroy.web.api.jobs import result_address, start_job
from corduroy.web.jobs import Job, State
from corduroy.web.pages.frame import PATIENCE_S, heading, page_frame, telling
from corduroy.web.pages.job_bar import JobBar
from corduroy.web.pages.session import Session
from corduroy.web.pages.study.cohort_form import CohortForm, outcome_labels
from corduroy.web.pages.tables import data_table
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench

_DOCUMENTS = ("series.html", "series.pdf", "series.docx", "series.json")
_MOST_ROWS = 60
_LOOKED_AT = 500


def add_study(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/study", response_timeout=PATIENCE_S)
    async def study(job: int | None = None) -> None:
        session = Session.of_page(workbench)
        done = await to_thread(_studies, workbench)
        with page_frame(session, text("study.title"), "study"):
            if session.may(Role.EDITOR):
                _asking(session, await to_thread(outcome_labels))
            _list(done)
            shown = next((one for one in done if one.number == job), None)
            if shown is not None:
                await _results(workbench, shown)


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
    files = await to_thread(workbench.jobs.results, job.number)
    with ui.element("section").classes("w-full column gap-3").props(f'aria-label="{text("study.results")}"'):
        heading(_title(job), 2)
        if job.state is not State.DONE:
            ui.label(job.told)
            return
        with ui.row().classes("gap-4"):
            for name in _DOCUMENTS:
                if name in files:
                    ui.link(text(f"study.{name.replace('.', '_')}"), result_address(job.number, name), new_tab=True)
        for name, path in files.items():
            if path.suffix == ".csv":
                await _table(job, name, path)
        heading(text("study.figures"), 2)
        ui.label(text("study.figures_hint")).classes("quiet")
        with ui.element("div").classes("corduroy-figures"):
            for path in files.values():
                if path.suffix == ".png":
                    _figure(job, path)


async def _table(job: Job, name: str, path: Path) -> None:
    columns, rows = await to_thread(_read, path)
    heading(_words(path), 3)
    notes = [row[0] for row in rows if len(row) == 1]
    cells = [row for row in rows if len(row) > 1]
    data_table(_words(path), columns, cells[:_MOST_ROWS])
    for note in notes:
        ui.label(note).classes("quiet")
    with ui.row().classes("gap-3"):
        if len(cells) > _MOST_ROWS:
            ui.label(text("study.more", n=len(cells) - _MOST_ROWS)).classes("quiet")
        ui.link(text("study.csv", name=_words(path)), result_address(job.number, name))


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(newline="", encoding="utf-8") as stream:
        columns, *rows = csv.reader(stream)
    return columns, rows


def _figure(job: Job, path: Path) -> None:
    words = text("study.figure", name=_words(path))
    with ui.element("figure"):
        picture = ui.element("img").props(f'src="{result_address(job.number, path.name)}" loading=lazy')
        picture._props["alt"] = words
        with ui.element("figcaption"):
            ui.link(text("study.svg", name=_words(path)), result_address(job.number, f"{path.stem}.svg"), new_tab=True)


def _words(path: Path) -> str:
    return path.stem.replace("_", " ").replace("-", " ")
