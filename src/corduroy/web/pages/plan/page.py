"""The page on which a plan is talked over."""

from __future__ import annotations

from asyncio import to_thread
from functools import partial

from nicegui import ui

from corduroy.anatomy.level import Level
from corduroy.errors import CorduroyError, InputError
from corduroy.web.accounts import Role
from corduroy.web.api.jobs import start_job
from corduroy.web.base import moment
from corduroy.web.conversation import Desk, OpenedPlan, ScanFiles, desk_of
from corduroy.web.conversation.answers import PointMm
from corduroy.web.conversation.lines import kept_lines
from corduroy.web.conversation.questions import ask_plan
from corduroy.web.jobs import Job, State
from corduroy.web.pages.case.layers import layers_of
from corduroy.web.pages.case.picture import ScanPicture
from corduroy.web.pages.case.results import ScanResults, files_of_scan, lines_file, results_of
from corduroy.web.pages.frame import PATIENCE_S, heading, page_frame, telling
from corduroy.web.pages.job_bar import JobBar
from corduroy.web.pages.plan.amounts import AT_FIRST_ML, CementPart, LaminaPart
from corduroy.web.pages.plan.choice import Choice, Needle, choices, keep_choice
from corduroy.web.pages.plan.needle import NeedlePart
from corduroy.web.pages.plan.simulation import SimulationPart
from corduroy.web.pages.scan import offer_copies
from corduroy.web.pages.session import Session
from corduroy.web.pages.tables import data_table
from corduroy.web.texts import text
from corduroy.web.viewer import Place
from corduroy.web.workbench import Workbench

_PURPOSES = ("cement", "biopsy")
_TABS = (*_PURPOSES, "amounts", "simulation", "kept")


def add_plan(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/scans/{scan_id}/plan", response_timeout=PATIENCE_S)
    async def plan(scan_id: str, tab: str | None = None) -> None:
        session = Session.of_page(workbench)
        scan = await to_thread(workbench.scans.scan, scan_id)
        results = None if scan is None else await to_thread(results_of, workbench, scan)
        if results is None:
            with page_frame(session, text("scan.none"), "cases"):
                ui.label(text("scan.none_do"))
            return
        if results.plan is None:
            with page_frame(session, text("plan.title"), "cases"):
                ui.label(text("case.not_planned"))
                ui.link(text("plan.to_case"), f"/cases/{results.scan.case_id}?scan={scan_id}")
            return
        with page_frame(session, text("plan.of", level=results.plan["level"]), "cases"):
            ui.link(text("plan.to_case"), f"/cases/{results.scan.case_id}?scan={scan_id}")
            files = await to_thread(files_of_scan, workbench, results)
            await _Talk(session, results, files, tab if tab in _TABS else _TABS[0]).draw()


class _Talk:
    """The picture, the parts that can be changed, and what was kept."""

    def __init__(self, session: Session, results: ScanResults, files: ScanFiles, tab: str) -> None:
        assert results.plan is not None  # the page shows something else then
        self._session = session
        self._results = results
        self._document = results.plan
        self._files = files
        self._desk: Desk = desk_of(session.workbench)
        self._picture: ScanPicture | None = None
        self._needles: dict[str, NeedlePart] = {}
        self._cement: CementPart | None = None
        self._laminae: LaminaPart | None = None
        self._sets = "cross-hair"
        self._simulation: SimulationPart | None = None
        self._tab = tab
        self._purpose = tab if tab in _PURPOSES else _PURPOSES[0]

    async def draw(self) -> None:
        """Draw the picture; the rest follows when the plan lies on the desk."""
        with ui.element("div").classes("corduroy-split"):
            with ui.element("section").classes("corduroy-viewer-side").props(f'aria-label="{text("case.picture")}"'):
                ends = {
                    "cross-hair": text("plan.sets_nothing"),
                    **{e: text(f"plan.sets_{e}") for e in ("entry", "target")},
                }
                with ui.row().classes("items-center gap-3"):
                    ui.label(text("plan.sets"))
                    chosen = ui.radio(ends, value=self._sets).props(f'inline dense aria-label="{text("plan.sets")}"')
                    chosen.bind_value(self, "_sets")
                layers = await to_thread(layers_of, self._session.workbench, self._results)
                if layers:
                    self._picture = ScanPicture(self._results.scan.title, layers)
                    self._picture.on_place(self._placed)
                else:
                    offer_copies(self._session, self._results.scan)
            with ui.element("section").classes("corduroy-facts-side").props(f'aria-label="{text("plan.title")}"'):
                self._place = ui.column().classes("w-full gap-4")
                with self._place, ui.row().classes("items-center gap-3").props("role=status"):
                    ui.spinner(size="md")
                    ui.label(text("plan.opening"))
        ui.timer(0.05, self._open, once=True)

    async def _open(self) -> None:
        try:
            opened = await self._desk.ask(ask_plan, self._files)
        except CorduroyError as error:
            self._place.clear()
            with self._place:
                ui.label(str(error)).classes("bad")
            return
        self._place.clear()
        with self._place:
            self._parts(opened)
        if self._picture is not None:
            lines = await to_thread(kept_lines, lines_file(self._session.workbench, self._results.scan))
            self._picture.show_vertebrae(lines or ())
            self._picture.choose(str(opened.level))
        for part in (*self._needles.values(), self._cement, self._laminae):
            if part is not None:
                await part.ask()
        await self._show_kept()

    def _parts(self, opened: OpenedPlan) -> None:
        with ui.tabs().props("align=left dense no-caps mobile-arrows outside-arrows") as tabs:
            for name in _TABS:
                ui.tab(name, text(f"plan.{name}"))
        tabs.on_value_change(lambda event: self._turn_to(str(event.value)))
        with ui.tab_panels(tabs, value=self._tab, keep_alive=True).classes("w-full"):
            for purpose in _PURPOSES:
                with ui.tab_panel(purpose):
                    self._needle(purpose)
            with ui.tab_panel("amounts"):
                self._cement = CementPart(self._desk, self._files, opened)
                self._laminae = LaminaPart(self._desk, self._files, opened, self._planned_levels())
            with ui.tab_panel("simulation"):
                heading(text("plan.simulation"), 2)
                self._simulation = SimulationPart(
                    self._session, self._results, self._volume, self._moved_needle, self._simulated
                )
            with ui.tab_panel("kept"):
                self._keeping()

    def _needle(self, purpose: str) -> None:
        found = self._document[f"{purpose}_corridors"]
        heading(text(f"plan.{purpose}"), 2)
        if found is None or not found["corridors"]:
            why = self._document["missing"].get(f"{purpose}_corridors", "") if found is None else found["verdict"]
            ui.label(why)
            return
        self._needles[purpose] = NeedlePart(self._desk, self._files, purpose, found, self._drawn)

    def _turn_to(self, tab: str) -> None:
        if tab in _PURPOSES:
            self._purpose = tab
        elif tab == "simulation" and self._simulation is not None:
            self._simulation.follow()

    def _volume(self) -> float:
        return AT_FIRST_ML if self._cement is None else float(self._cement.value or AT_FIRST_ML)

    def _moved_needle(self) -> Needle | None:
        """The cement needle where it was moved; None where it is the plan's first corridor, or there is none."""
        part = self._needles.get("cement")
        return None if part is None or part.is_the_plans else part.chosen

    async def _simulated(self, results: ScanResults) -> None:
        if self._picture is not None:
            self._picture.show_layers(await to_thread(layers_of, self._session.workbench, results))

    def _planned_levels(self) -> tuple[Level, ...]:
        cut = self._document["decompression"]
        return () if cut is None else tuple(Level(one["level"]) for one in cut["levels"])

    def _drawn(self, purpose: str, ends: tuple[PointMm, PointMm]) -> None:
        if self._picture is not None:
            self._picture.show_corridor(purpose, ends)

    async def _placed(self, place: Place) -> None:
        """A click or a drag sets what was chosen above the picture."""
        needle = self._needles.get(self._purpose)
        if self._sets in ("entry", "target") and needle is not None:
            await needle.move_to(self._sets, place.mm)

    def _keeping(self) -> None:
        heading(text("plan.kept"), 2)
        ui.label(text("plan.kept_hint")).classes("quiet")
        if self._session.may(Role.EDITOR):
            with ui.row().classes("gap-3"):
                ui.button(text("plan.keep"), on_click=self._keep)
                ui.button(text("plan.markups"), on_click=self._download).props("outline")
                ui.button(text("plan.anew"), on_click=self._plan_anew).props("outline")
        self._jobs = ui.column().classes("w-full")
        self._kept = ui.column().classes("w-full gap-2").props("aria-live=polite")

    def _choice(self, who: str) -> Choice:
        needles = {purpose: part.chosen for purpose, part in self._needles.items()}
        if self._cement is None or self._laminae is None or self._results.planned_by is None:
            raise InputError(text("plan.opening"))
        return Choice(
            plan_job=self._results.planned_by.number,
            who=who,
            at=moment(),
            needles={purpose: needle for purpose, needle in needles.items() if needle is not None},
            cement_ml=float(self._cement.value),
            laminectomy_mm=float(self._laminae.value),
            laminectomy_levels=tuple(self._laminae.levels),
        )

    async def _keep(self) -> None:
        with telling():
            user = self._session.require(Role.EDITOR)
            choice = self._choice(user.name)
            await to_thread(keep_choice, self._session.workbench, self._results.scan.id, choice)
            ui.notify(text("plan.kept_now"), type="positive")
            await self._show_kept()

    def _download(self) -> None:
        with telling():
            ui.download.content(self._choice(self._session.user.name).as_markups(), "corridors.mrk.json")

    async def _plan_anew(self) -> None:
        with telling():
            user = self._session.require(Role.EDITOR)
            asked = {**self._results.asked_of_plan, "level": self._document["level"]}
            start = partial(start_job, self._session.workbench, "plan", asked, user.name)
            job = await to_thread(start, self._results.scan.id)
            with self._jobs:
                JobBar(self._session, job.number, self._over)

    def _over(self, job: Job) -> None:
        if job.state is State.DONE:
            with self._jobs:
                ui.link(text("plan.anew_done"), f"/scans/{self._results.scan.id}/plan")

    async def _show_kept(self) -> None:
        kept = await to_thread(choices, self._session.workbench, self._results.scan.id)
        self._kept.clear()
        with self._kept:
            if not kept:
                ui.label(text("plan.nothing_kept")).classes("quiet")
                return
            columns = [text(f"plan.kept_{name}") for name in ("at", "who", "needles", "cement", "laminae")]
            data_table(text("plan.kept"), columns, [_cells(one) for one in kept])


def _cells(one: Choice) -> tuple[str, ...]:
    needles = "; ".join(
        text("plan.kept_needle", purpose=text(f"plan.{purpose}"), gauge=needle.gauge, spare=needle.spare_mm)
        for purpose, needle in one.needles.items()
    )
    laminae = f"{', '.join(one.laminectomy_levels)}: {one.laminectomy_mm:.1f} mm"
    return one.at[:16].replace("T", " "), one.who, needles, f"{one.cement_ml:.1f} ml", laminae
