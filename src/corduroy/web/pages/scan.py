"""One scan in the viewer."""

from __future__ import annotations

from nicegui import run, ui
from nicegui.events import ValueChangeEventArguments

from corduroy.web.accounts import Role
from corduroy.web.gate import API
from corduroy.web.jobs.kinds.prepare import view_file
from corduroy.web.pages.frame import PATIENCE_S, page_frame, telling
from corduroy.web.pages.session import Session
from corduroy.web.scans import PartRole, Scan
from corduroy.web.texts import text
from corduroy.web.viewer import BONE_WINDOW_HU, Place, ShownVolume, Viewer
from corduroy.web.viewer.colours import label_colours
from corduroy.web.workbench import Workbench

_VIEWS = ("planes", "axial", "coronal", "sagittal", "solid")


def add_scan(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/scans/{scan_id}", response_timeout=PATIENCE_S)
    async def scan(scan_id: str) -> None:
        session = Session.of_page(workbench)
        found = await run.io_bound(workbench.scans.scan, scan_id)
        if found is None:
            with page_frame(session, text("scan.none"), "cases"):
                ui.label(text("scan.none_do"))
            return
        with page_frame(session, found.title, "cases"):
            shown = shown_volumes(workbench, found)
            if shown:
                _viewer(found, shown)
            else:
                _offer_copies(session, found)


def shown_volumes(workbench: Workbench, scan: Scan) -> list[ShownVolume]:
    """What of a scan can be shown now: the image, then labels and lesion over it; empty until `prepare` has run."""
    derived = workbench.scans.derived(scan.id)
    shown = []
    for role in (PartRole.IMAGE, PartRole.LABELS, PartRole.LESION):
        if not view_file(derived, role).is_file():
            continue
        url = f"{API}/scans/{scan.id}/view/{role}.nii.gz"
        if role is PartRole.IMAGE:
            shown.append(ShownVolume(url, window=BONE_WINDOW_HU))
        else:
            shown.append(ShownVolume(url, opacity=0.35, colors=label_colours(role)))
    return shown


def _viewer(scan: Scan, shown: list[ShownVolume]) -> None:
    viewer = Viewer(text("scan.picture", title=scan.title), shown)
    viewer.style("height: calc(100vh - 280px)")
    with ui.row().classes("items-center gap-6 w-full"):
        views = {view: text(f"scan.view_{view}") for view in _VIEWS}
        ui.toggle(views, value="planes", on_change=lambda event: viewer.set_view(event.value))
        if len(shown) > 1:
            ui.label(text("scan.overlay"))
            slider = ui.slider(min=0, max=1, step=0.05, value=0.35).style("max-width: 180px")
            slider.props(f'aria-label="{text("scan.overlay")}"')
            slider.on_value_change(lambda event: _set_opacity(viewer, len(shown), event))
        ui.space()
        place = ui.label(text("scan.place_none")).classes("numbers quiet").props("aria-live=polite")
    viewer.on_place(lambda where: place.set_text(_words(where)))
    viewer.on_problem(lambda reason: ui.notify(text("scan.problem", reason=reason), type="negative"))


def _set_opacity(viewer: Viewer, volumes: int, event: ValueChangeEventArguments[float]) -> None:
    for index in range(1, volumes):
        viewer.set_opacity(index, event.value)


def _words(place: Place) -> str:
    """The place in the patient's own directions."""
    right, anterior, superior = place.mm
    value = place.values[0] if place.values else float("nan")
    return text("scan.place", right=right, anterior=anterior, superior=superior, value=value)


def _offer_copies(session: Session, scan: Scan) -> None:
    ui.label(text("scan.not_prepared"))
    if not session.may(Role.EDITOR):
        return

    async def start() -> None:
        from corduroy.web.api.jobs import start_job

        with telling():
            user = session.require(Role.EDITOR)
            await run.io_bound(start_job, session.workbench, "prepare", {}, user.name, scan.id)
            ui.navigate.to("/jobs")

    ui.button(text("scan.prepare"), on_click=start)
