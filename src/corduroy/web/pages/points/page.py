"""The page on which a vertebra is measured by six points."""

from __future__ import annotations

from asyncio import to_thread
from datetime import date
from functools import partial
from typing import Any

from nicegui import ui

from corduroy.anatomy.level import Level
from corduroy.errors import CorduroyError, InputError
from corduroy.morphometry.readings import POINT_NAMES
from corduroy.morphometry.six_point import MAGNIFICATION_UNKNOWN
from corduroy.web.accounts import Role
from corduroy.web.base import moment
from corduroy.web.pages.frame import PATIENCE_S, heading, page_frame, telling
from corduroy.web.pages.points.comparison import QUANTITIES, differences_of, rows_of, values_of, words
from corduroy.web.pages.points.drawing import PointsOnPicture
from corduroy.web.pages.points.film_picture import FilmPicture
from corduroy.web.pages.points.readings import (
    KeptReading,
    complete_levels,
    keep_reading,
    readings_for,
    require_code,
    write_measurements,
)
from corduroy.web.pages.points.slice_picture import SlicePicture
from corduroy.web.pages.session import Session
from corduroy.web.pages.tables import data_table
from corduroy.web.scans import PartRole, Scan
from corduroy.web.scans.view import view_file
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench
from corduroy.web.writing import written


def add_points(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/scans/{scan_id}/points", response_timeout=PATIENCE_S)
    async def points(scan_id: str) -> None:
        session = Session.of_page(workbench)
        scan = await to_thread(workbench.scans.scan, scan_id)
        if scan is None:
            with page_frame(session, text("scan.none"), "cases"):
                ui.label(text("scan.none_do"))
            return
        with page_frame(session, text("points.title"), "cases"):
            ui.link(text("plan.to_case"), f"/cases/{scan.case_id}?scan={scan_id}")
            picture: FilmPicture | SlicePicture
            if PartRole.RADIOGRAPH in scan.parts:
                picture = FilmPicture(session, scan)
            elif view_file(workbench.scans.derived(scan_id), PartRole.IMAGE).is_file():
                picture = SlicePicture(session, scan)
            else:
                ui.label(text("scan.not_prepared"))
                return
            case = await to_thread(workbench.registry.entry, scan.case_id)
            await _Reading(session, scan, picture, tuple(getattr(case.record, "levels", ()))).draw()


class _Reading:
    """One reader at work; what others have read stays hidden until this reading is kept."""

    def __init__(
        self, session: Session, scan: Scan, source: FilmPicture | SlicePicture, levels: tuple[Level, ...]
    ) -> None:
        self._session = session
        self._scan = scan
        self._levels = list(levels)
        self._points: list[dict[str, Any]] = []
        self._source = source
        # An account reads as itself, so that the others' readings stay hidden; at this machine alone anybody may sit.
        self._reader = "" if session.user.is_local else session.user.name
        self._kept: KeptReading | None = None

    async def draw(self) -> None:
        """Draw everything; the picture follows."""
        ui.label(text("points.hint")).classes("quiet")
        with ui.element("div").classes("corduroy-split"):
            with ui.element("section").props(f'aria-label="{text("case.picture")}"'):
                self._controls()
                self._picture = ui.column().classes("w-full")
                with self._picture, ui.row().classes("items-center gap-3").props("role=status"):
                    ui.spinner(size="md")
                    ui.label(text("points.cutting"))
            with ui.element("section").props(f'aria-label="{text("points.values")}"'):
                self._values = ui.column().classes("w-full gap-2").props("aria-live=polite")
                self._keeping()
                self._others = ui.column().classes("w-full gap-2 q-mt-md").props("aria-live=polite")
        self._show_values()
        await self._show_others()
        ui.timer(0.05, self._show_picture, once=True)

    def _controls(self) -> None:
        with ui.row().classes("items-center gap-4 w-full"):
            names = [str(level) for level in Level]
            chosen = [str(level) for level in self._levels]
            select = ui.select(names, value=chosen, multiple=True, label=text("points.levels")).props("use-chips")
            select.style("min-width: 14em").on_value_change(lambda event: self._set_levels(event.value))
            self._source.controls(self._drawn_anew, self._show_values)

    async def _set_levels(self, names: list[str]) -> None:
        self._levels = sorted((Level(name) for name in names), key=lambda level: level.position)
        known = {str(level) for level in self._levels}
        self._points = [point for point in self._points if point["key"].split(" ")[0] in known]
        self._draw_points()
        self._show_values()

    async def _show_picture(self) -> None:
        try:
            await self._source.load()
        except CorduroyError as error:
            self._picture.clear()
            with self._picture:
                ui.label(str(error)).classes("bad")
            return
        if isinstance(self._source, FilmPicture) and self._session.may(Role.EDITOR):
            on = self._source.acquired
            self._day.set_value("" if on is None else on.isoformat())
        self._draw_points()

    def _drawn_anew(self, is_flipped: bool) -> None:
        drawn = self._source.drawn
        if is_flipped and drawn is not None:
            self._points = [{**point, "x": drawn.width - point["x"]} for point in self._points]
        self._draw_points()
        self._show_values()

    def _draw_points(self) -> None:
        drawn = self._source.drawn
        if drawn is None:
            return
        self._picture.clear()
        with self._picture:
            wanted = [_wanted(level, name) for level in self._levels for name in POINT_NAMES]
            shown = PointsOnPicture(drawn, wanted, self._points)
            shown.on("points", lambda event: self._set_points(event.args))

    def _set_points(self, points: list[dict[str, Any]]) -> None:
        self._points = points
        self._show_values()

    def _reading(self) -> KeptReading | None:
        """What is set now, None while no vertebra is whole; raises where it cannot be measured as it is."""
        grouped: dict[Level, dict[str, tuple[float, float]]] = {}
        for point in self._points:
            level, name = point["key"].split(" ")
            grouped.setdefault(Level(level), {})[name] = (float(point["x"]), float(point["y"]))
        complete = complete_levels(grouped)
        if not complete or self._source.drawn is None:
            return None
        return KeptReading(
            reader=self._reader,
            repeat=1,
            at=moment(),
            slice_index=self._source.index,
            film=self._source.scale(),
            points=self._source.in_mm(complete),
            sha256=self._source.sha256,
        )

    def _show_values(self) -> None:
        self._values.clear()
        with self._values:
            heading(text("points.values"), 2)
            try:
                reading = self._reading()
                measured = None if reading is None else reading.measured()
            except CorduroyError as error:
                ui.label(str(error)).classes("bad")
                return
            if reading is None or measured is None:
                ui.label(text("points.no_values")).classes("quiet")
                return
            if not reading.has_true_heights:
                ui.label(text("film.magnified")).classes("doubt")
            columns = [text("points.level"), *(text(f"points.{name}") for name in QUANTITIES)]
            rows = [(str(one.level), *(words(value) for value in values_of(one))) for one in measured.vertebrae]
            data_table(text("points.values"), columns, rows)
            for one in measured.vertebrae:
                if remarks := [flag for flag in one.flags if flag != MAGNIFICATION_UNKNOWN]:
                    ui.label(f"{one.level}: {'; '.join(remarks)}").classes("doubt")

    def _keeping(self) -> None:
        if not self._session.may(Role.EDITOR):
            return
        with ui.row().classes("items-start gap-3"):
            hint = text("points.reader_hint" if self._session.user.is_local else "points.reader_account")
            reader = ui.input(text("points.reader"), value=self._reader).props(f'hint="{hint}"')
            reader.on_value_change(lambda event: self._set_reader(event.value or ""))
            reader.set_enabled(self._session.user.is_local)
            ui.button(text("points.keep"), on_click=self._keep).classes("q-mt-md")
        with ui.row().classes("items-end gap-3"):
            self._day = ui.input(text("points.day"), value=date.today().isoformat()).props("type=date stack-label")
            ui.button(text("points.to_registry"), on_click=self._write).props("outline")

    async def _set_reader(self, reader: str) -> None:
        self._reader = reader
        await self._show_others()

    async def _keep(self) -> None:
        with telling():
            user = self._session.require(Role.EDITOR)
            reading = self._reading()
            if reading is None:
                raise InputError(text("points.no_values"))
            require_code(reading.reader)
            reading.measured()  # what contradicts itself is refused, not kept
            bench = self._session.workbench
            self._kept = await to_thread(keep_reading, bench, self._scan.id, reading, user.name)
            ui.notify(text("points.kept", reader=self._kept.reader, repeat=self._kept.repeat), type="positive")
            await self._show_others()

    async def _write(self) -> None:
        with telling():
            user = self._session.require(Role.EDITOR)
            if self._kept is None:
                raise InputError(text("points.keep_first"))
            on = _day(self._day.value)
            deed = partial(write_measurements, case_id=self._scan.case_id, reading=self._kept)
            await to_thread(
                written,
                self._session.workbench.registry,
                user.name,
                text("points.why", scan=self._scan.id),
                lambda change: deed(change, visit=self._scan.visit, on=on),
            )
            told = text("points.written") if self._kept.has_true_heights else text("film.angles_written")
            ui.notify(told, type="positive")

    async def _show_others(self) -> None:
        seen = await to_thread(readings_for, self._session.workbench, self._scan.id, self._reader)
        self._others.clear()
        with self._others:
            heading(text("points.readings"), 2)
            if not seen:
                ui.label(text("points.blind")).classes("quiet")
                return
            columns = [text(f"points.{name}") for name in ("reader", "level", *QUANTITIES)]
            data_table(text("points.readings"), columns, rows_of(seen))
            differences = differences_of(seen)
            if differences:
                heading(text("points.differences"), 3)
                data_table(text("points.differences"), columns, differences)


def _wanted(level: Level, name: str) -> dict[str, str]:
    return {"key": f"{level} {name}", "label": f"{level}, {text(f'points.{name}')}", "plate": f"{level} {name[:3]}"}


def _day(given: str | None) -> date:
    try:
        return date.fromisoformat(given or "")
    except ValueError:
        got = f"'{given}' as a day" if given else "the day of the image is missing"
        raise InputError(got, "a day such as 2026-03-01", f'fill in "{text("points.day")}"') from None
