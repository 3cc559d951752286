"""The page of one case."""

from __future__ import annotations

from asyncio import to_thread
from datetime import date

from nicegui import ui

from corduroy.errors import CorduroyError, InputError
from corduroy.registry.record import BY_KIND
from corduroy.web.accounts import Role
from corduroy.web.conversation import desk_of
from corduroy.web.conversation.lines import kept_lines
from corduroy.web.conversation.questions import ask_lines
from corduroy.web.jobs import Job, State
from corduroy.web.pages.case.layers import layers_of
from corduroy.web.pages.case.measurements import MeasurementTable
from corduroy.web.pages.case.picture import ScanPicture
from corduroy.web.pages.case.plan_panel import show_plan
from corduroy.web.pages.case.results import ScanResults, files_of_scan, lines_file, results_of
from corduroy.web.pages.case.scores import ScoreTable
from corduroy.web.pages.case.seed import SeedPart
from corduroy.web.pages.case.simulations import show_simulations
from corduroy.web.pages.case.timeline import draw_timeline, moments
from corduroy.web.pages.case.upload import offer_scan, show_files
from corduroy.web.pages.case.wording import scan_words
from corduroy.web.pages.follow_up import overdue
from corduroy.web.pages.frame import PATIENCE_S, heading, page_frame
from corduroy.web.pages.job_bar import JobBar
from corduroy.web.pages.scan import offer_copies
from corduroy.web.pages.session import Session
from corduroy.web.pages.tables import data_table
from corduroy.web.reading import CaseEntries, case_entries
from corduroy.web.scans import PartRole, Scan
from corduroy.web.texts import text
from corduroy.web.viewer import Place
from corduroy.web.viewer.viewer import PointMm
from corduroy.web.workbench import Workbench

_OF_CASE = tuple(kind for kind, record in BY_KIND.items() if record.parent == "case")


def add_case(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/cases/{case_id}", response_timeout=PATIENCE_S)
    async def case(case_id: str, scan: str | None = None) -> None:
        session = Session.of_page(workbench)
        try:
            whole = await to_thread(case_entries, workbench.registry, case_id)
        except InputError:
            with page_frame(session, text("case.none"), "cases"):
                ui.link(text("form.to_cases"), "/")
            return
        scans = await to_thread(workbench.scans.of_case, case_id)
        shown = next((one for one in scans if one.id == scan), scans[-1] if scans else None)
        results = None if shown is None else await to_thread(results_of, workbench, shown)
        with page_frame(session, _title(whole), "cases"):
            _head(session, whole, scans)
            if results is None:
                _no_scan(session, case_id)
            else:
                await _ScanPart(session, whole, scans, results).draw()
            _records(whole)


def _title(whole: CaseEntries) -> str:
    """Pseudonym and levels."""
    levels = ", ".join(getattr(whole.case.record, "levels", ()))
    return text("case.title", pseudonym=getattr(whole.patient.record, "pseudonym", ""), levels=levels)


def _head(session: Session, whole: CaseEntries, scans: list[Scan]) -> None:
    late = overdue(whole.file, date.today())
    with ui.row().classes("items-center gap-x-4 gap-y-1 w-full"):
        ui.link(text("case.patient"), f"/records/{whole.patient.id}")
        ui.link(text("case.record"), f"/records/{whole.case.id}")
        ui.space()
        if session.may(Role.EDITOR):
            with ui.element("label").classes("row items-center gap-2"):
                ui.label(text("case.add_record"))
                kinds = {kind: BY_KIND[kind].title for kind in _OF_CASE}
                chosen = ui.select(kinds, on_change=lambda e: ui.navigate.to(_new_record(e.value, whole.case.id)))
                chosen.props(f'dense aria-label="{text("case.add_record")}"').style("min-width: 12em")
    for finding in whole.file.findings():
        ui.label(finding.message).classes("doubt")
    draw_timeline(moments(whole.entries, scans, late, whole.case.id))


def _new_record(kind: str, case_id: str) -> str:
    return f"/records/new/{kind}?parent={case_id}"


def _no_scan(session: Session, case_id: str) -> None:
    with ui.card().classes("corduroy-empty"):
        heading(text("case.no_scan_title"), 2)
        ui.label(text("case.no_scan"))
        if session.may(Role.EDITOR):
            offer_scan(session, case_id)


class _ScanPart:
    """The viewer and, beside it, what is known of the scan."""

    def __init__(self, session: Session, whole: CaseEntries, scans: list[Scan], results: ScanResults) -> None:
        self._session = session
        self._whole = whole
        self._scans = scans
        self._results = results
        self._picture: ScanPicture | None = None
        self._table: MeasurementTable | None = None
        self._levels: dict[int, str] = {}
        self._cross_hair: PointMm | None = None

    async def draw(self) -> None:
        """Draw both, then the lines, which may have to be computed."""
        self._scan_links()
        with ui.element("div").classes("corduroy-split"):
            with ui.element("section").classes("corduroy-viewer-side").props(f'aria-label="{text("case.picture")}"'):
                scan = self._results.scan
                layers = await to_thread(layers_of, self._session.workbench, self._results)
                if layers:
                    self._picture = ScanPicture(scan.title, layers)
                    self._picture.on_place(self._mark)
                    self._draw_corridors()
                    ui.link(text("scan.large"), f"/scans/{scan.id}")
                else:
                    offer_copies(self._session, scan)
            with ui.element("section").classes("corduroy-facts-side").props(f'aria-label="{text("case.findings")}"'):
                await self._tabs()
        if self._picture is not None:
            ui.timer(0.05, self._draw_lines, once=True)

    def _scan_links(self) -> None:
        if len(self._scans) < 2:
            return
        with ui.element("nav").classes("row gap-3").props(f'aria-label="{text("case.scans")}"'):
            for scan in self._scans:
                link = ui.link(f"{scan_words(scan)}, {scan.visit.label}", f"/cases/{scan.case_id}?scan={scan.id}")
                if scan.id == self._results.scan.id:
                    link.props('aria-current="true"').classes("text-weight-bold")

    async def _tabs(self) -> None:
        results = self._results
        names = self._session.workbench.jobs.results
        made = set() if results.planned_by is None else set(await to_thread(names, results.planned_by.number))
        self._waiting()
        with ui.tabs().props("align=left dense no-caps mobile-arrows outside-arrows") as tabs:
            measured = ui.tab("measured", text("case.tab_measured"))
            scores = ui.tab("scores", text("case.tab_scores"))
            plan = ui.tab("plan", text("case.tab_plan"))
            simulated = ui.tab("simulated", text("case.tab_simulated"))
            files = ui.tab("files", text("case.tab_files"))
        with ui.tab_panels(tabs, value=measured if results.measured else files).classes("w-full"):
            with ui.tab_panel(measured):
                if results.measured is None:
                    ui.label(text("case.not_measured"))
                else:
                    self._table = MeasurementTable(results, self._choose)
                    ui.link(text("points.open"), f"/scans/{results.scan.id}/points")
            with ui.tab_panel(scores):
                if results.plan is None:
                    ui.label(text("case.not_planned"))
                else:
                    self._scores()
            with ui.tab_panel(plan):
                if results.plan is None:
                    ui.label(text("case.not_planned"))
                else:
                    show_plan(results, made)
                if PartRole.IMAGE in results.scan.parts and self._session.may(Role.EDITOR):
                    SeedPart(self._session, results.scan, lambda: self._cross_hair)
            with ui.tab_panel(simulated):
                show_simulations(results)
                if results.plan is not None:
                    ui.link(text("simulation.open"), f"/scans/{results.scan.id}/plan?tab=simulation")
            with ui.tab_panel(files):
                show_files(self._session, results, ui.navigate.reload)
                if self._session.may(Role.EDITOR):
                    heading(text("upload.another"), 2)
                    offer_scan(self._session, self._whole.case.id)

    def _waiting(self) -> None:
        """The jobs that are not over; the page is not drawn anew by itself, somebody may be writing in it."""
        address = f"/cases/{self._whole.case.id}?scan={self._results.scan.id}"
        for waiting in self._results.waiting:
            with ui.column().classes("w-full gap-0") as place:

                def over(job: Job, place: ui.column = place) -> None:
                    if job.state is State.DONE:
                        with place:
                            ui.link(text("case.show_results"), address)

                JobBar(self._session, waiting.number, over)

    def _scores(self) -> None:
        after = ui.row().classes("items-center gap-3")
        scan_id = self._results.scan.id

        def changed() -> None:
            after.clear()
            with after, ui.element("p").classes("corduroy-note doubt").props("role=status"):
                ui.label(text("scores.plan_anew"))

        ScoreTable(self._session, self._results, changed)
        ui.link(text("plan.open"), f"/scans/{scan_id}/plan")

    def _choose(self, level: str) -> None:
        if self._picture is not None:
            self._picture.choose(level)
        if self._table is not None:
            self._table.mark(level)

    def _mark(self, place: Place) -> None:
        """The vertebra under the cross-hair is marked in the table."""
        self._cross_hair = place.mm
        if self._picture is None or not self._picture.has_labels or len(place.values) < 2:
            return
        level = self._levels.get(round(place.values[1]))
        if level is not None and self._table is not None:
            self._table.mark(level)
            self._picture.choose(level, go=False)

    def _draw_corridors(self) -> None:
        plan = self._results.plan
        for purpose in ("biopsy", "cement"):
            found = None if plan is None else plan[f"{purpose}_corridors"]
            if self._picture is not None and found is not None and found["corridors"]:
                first = found["corridors"][0]
                ends = (tuple(first["entry_ras_mm"]), tuple(first["target_ras_mm"]))
                self._picture.show_corridor(purpose, ends)

    async def _draw_lines(self) -> None:
        """Endplates and angles; the first time they are computed, which takes a while."""
        workbench, picture = self._session.workbench, self._picture
        kept = lines_file(workbench, self._results.scan)
        lines = await to_thread(kept_lines, kept)
        if lines is None:
            try:
                files = await to_thread(files_of_scan, workbench, self._results)
                lines = await desk_of(workbench).ask(ask_lines, files, kept)
            except CorduroyError as error:
                ui.notify(text("case.no_lines", why=str(error)), type="warning")
                return
        if picture is not None:
            self._levels = {one.number: one.level for one in lines}
            picture.show_vertebrae(lines)
            levels: tuple[str, ...] = getattr(self._whole.case.record, "levels", ())
            self._choose(str(levels[0] if self._results.plan is None else self._results.plan["level"]))


def _records(whole: CaseEntries) -> None:
    heading(text("case.records"), 2)
    if not whole.entries:
        ui.label(text("case.no_records")).classes("quiet")
        return
    rows = [
        (
            lambda entry=entry: ui.link(entry.record.title, f"/records/{entry.id}"),
            str(getattr(entry.record, "on", "") or ""),
            str(getattr(getattr(entry.record, "visit", None), "label", "")),
            entry.id,
            str(entry.version),
        )
        for entry in whole.entries
    ]
    data_table(
        text("case.records"), [text(f"case.records_{key}") for key in ("kind", "on", "visit", "id", "version")], rows
    )
