"""Loading the files of a scan, and starting what can be done with them."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from corduroy.registry.record import Visit
from corduroy.web.accounts import Role
from corduroy.web.api.jobs import start_job
from corduroy.web.gate import API
from corduroy.web.jobs.kinds import KINDS
from corduroy.web.pages.case.results import SIMULATIONS, ScanResults
from corduroy.web.pages.frame import heading, telling
from corduroy.web.pages.session import Session
from corduroy.web.scans import PartRole, Scan
from corduroy.web.scans.scan import DEFAULT_TITLE
from corduroy.web.texts import text

_NEEDS = {
    "prepare": (PartRole.IMAGE,),
    "measure": (),
    "plan": (PartRole.IMAGE,),
    "inject": (PartRole.IMAGE,),
    "mechanics": (PartRole.IMAGE,),
}


class Upload(ui.element, component="upload.js"):
    """A field for a file, its role, and a bar."""

    def __init__(self, scan: Scan, on_kept: Callable[[], object]) -> None:
        super().__init__()
        self._props["address"] = f"{API}/scans/{scan.id}"
        self._props["id"] = f"upload-{scan.id}-"
        self._props["roles"] = {str(role): text(f"upload.role_{role}") for role in PartRole}
        names = ("role", "file", "send", "progress", "kept", "cut_off")
        self._props["words"] = {name: text(f"upload.{name}") for name in names}
        self.on("kept", lambda _: on_kept())


def show_files(session: Session, results: ScanResults, on_kept: Callable[[], object]) -> None:
    """The files that are there, the field for others, and the jobs that can be started."""
    scan = results.scan
    heading(text("upload.title"), 2)
    for role, part in scan.parts.items():
        ui.label(text("upload.there", role=text(f"upload.role_{role}"), size=part.bytes / 1e6, who=part.made_by))
    if not session.may(Role.EDITOR):
        return
    Upload(scan, on_kept)
    heading(text("upload.jobs"), 2)
    with ui.row().classes("gap-2"):
        for kind, needed in _NEEDS.items():
            asked = results.asked_of_plan if kind in SIMULATIONS else {}
            start = partial(start_and_watch, session, scan, kind, asked)
            button = ui.button(KINDS[kind].title, on_click=start).props("outline")
            is_scan = bool(scan.parts) and PartRole.RADIOGRAPH not in scan.parts
            button.set_enabled(is_scan and all(role in scan.parts for role in needed))


def offer_scan(session: Session, case_id: str) -> None:
    """A form for a new scan of a case."""
    visits = {visit.value: visit.label for visit in Visit}
    with ui.row().classes("items-end gap-3"):
        title = ui.input(text("upload.scan_title"), value=DEFAULT_TITLE)
        visit = ui.select(visits, label=text("upload.visit"), value=Visit.PREOPERATIVE.value).style("min-width: 14em")

        async def add() -> None:
            with telling():
                user = session.require(Role.EDITOR)
                scans, given = session.workbench.scans, (title.value or "").strip()
                scan = await to_thread(scans.add, case_id, Visit(visit.value), given or DEFAULT_TITLE, user.name)
                ui.navigate.to(f"/cases/{case_id}?scan={scan.id}")

        ui.button(text("upload.add_scan"), on_click=add).props("outline")


async def start_and_watch(session: Session, scan: Scan, kind: str, asked: dict[str, Any]) -> None:
    """Queue a job on a scan, and go to where it can be watched."""
    with telling():
        user = session.require(Role.EDITOR)
        job = await to_thread(start_job, session.workbench, kind, asked, user.name, scan.id)
        ui.navigate.to(f"/jobs?watch={job.number}")
