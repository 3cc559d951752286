"""What simulations of a scan have found: sentences, tables, pictures, and the reports to take away."""

from __future__ import annotations

from pathlib import Path

from nicegui import ui

from corduroy.planning.simulated import SimulatedKind
from corduroy.web.api.jobs import result_address
from corduroy.web.jobs.kinds.inject import fill_file
from corduroy.web.pages.case.results import ScanResults, Simulation
from corduroy.web.pages.frame import bullets, heading
from corduroy.web.pages.tables import data_table
from corduroy.web.texts import text

_FILES = (("report_html", "{kind}.html"), ("report_pdf", "{kind}.pdf"), ("json", "{kind}.json"))


def show_simulations(results: ScanResults) -> None:
    """Draw the last of each kind, or say that there is none."""
    for kind in SimulatedKind:
        heading(text(f"simulation.{kind}"), 2)
        found = results.simulated.get(kind)
        if found is None:
            ui.label(text(f"simulation.no_{kind}")).classes("quiet")
        else:
            _simulation(found, is_outdated=results.is_outdated(found))


def _simulation(found: Simulation, *, is_outdated: bool) -> None:
    part, job = found.part, found.job
    made = (job.ended_at or job.made_at)[:16].replace("T", " ")
    ui.label(text("simulation.made", level=part.level, number=job.number, at=made, who=job.who)).classes("quiet")
    if is_outdated:
        ui.label(text("simulation.outdated")).classes("doubt")
    bullets(part.summary)
    for warning in part.warnings:
        ui.label(warning).classes("doubt")
    with ui.row().classes("gap-x-4 gap-y-1"):
        for key, name in _FILES:
            ui.link(text(f"case.{key}"), _address(found, name.format(kind=part.kind)), new_tab=True)
        if part.kind is SimulatedKind.INJECTION:
            ui.link(text("simulation.fill_file"), _address(found, fill_file(Path()).name), new_tab=True)
    for table in part.tables:
        heading(table.title, 3)
        data_table(table.title, table.columns, table.rows).classes("wraps")
        ui.label(table.note).classes("quiet")
    with ui.element("div").classes("corduroy-figures"):
        for figure in part.figures:
            with ui.element("figure"):
                picture = ui.element("img").props("loading=lazy")
                picture._props |= {"src": _address(found, figure.file), "alt": figure.alt}
                with ui.element("figcaption").classes("quiet"):
                    ui.label(figure.caption)


def _address(found: Simulation, name: str) -> str:
    return result_address(found.job.number, f"report/{name}")
