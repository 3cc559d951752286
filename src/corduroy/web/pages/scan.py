"""One scan in the viewer alone, as large as the window."""

from __future__ import annotations

from asyncio import to_thread

from nicegui import ui

from corduroy.web.accounts import Role
from corduroy.web.api.jobs import start_job
from corduroy.web.pages.case.layers import layers_of
from corduroy.web.pages.case.picture import ScanPicture
from corduroy.web.pages.case.results import results_of
from corduroy.web.pages.frame import PATIENCE_S, page_frame, telling
from corduroy.web.pages.session import Session
from corduroy.web.scans import PartRole, Scan
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench


def add_scan(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/scans/{scan_id}", response_timeout=PATIENCE_S)
    async def scan(scan_id: str) -> None:
        session = Session.of_page(workbench)
        found = await to_thread(workbench.scans.scan, scan_id)
        if found is None:
            with page_frame(session, text("scan.none"), "cases"):
                ui.label(text("scan.none_do"))
            return
        results = await to_thread(results_of, workbench, found)
        layers = await to_thread(layers_of, workbench, results)
        with page_frame(session, found.title, "cases"):
            ui.link(text("plan.to_case"), f"/cases/{found.case_id}?scan={scan_id}")
            if layers:
                ScanPicture(found.title, layers)
            else:
                offer_copies(session, found)


def offer_copies(session: Session, scan: Scan) -> None:
    """Where a scan cannot be shown in the viewer: say why; have its copies made, or measure the radiograph."""
    if PartRole.RADIOGRAPH in scan.parts:
        ui.label(text("film.there"))
        ui.link(text("points.open"), f"/scans/{scan.id}/points")
        return
    ui.label(text("scan.not_prepared") if scan.parts else text("scan.no_files"))
    if not scan.parts or not session.may(Role.EDITOR):
        return

    async def start() -> None:
        with telling():
            user = session.require(Role.EDITOR)
            job = await to_thread(start_job, session.workbench, "prepare", {}, user.name, scan.id)
            ui.navigate.to(f"/jobs?watch={job.number}")

    ui.button(text("scan.prepare"), on_click=start)
