"""The page on which a vertebra is measured by six points."""

from __future__ import annotations

from asyncio import to_thread
from datetime import date
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nicegui import ui

from corduroy.anatomy.level import Level
from corduroy.errors import CorduroyError, InputError
from corduroy.morphometry.readings import POINT_NAMES
from corduroy.provenance import Measured
from corduroy.web.accounts import Role
from corduroy.web.base import moment
from corduroy.web.conversation import desk_of
from corduroy.web.conversation.answers import SagittalSlice
from corduroy.web.conversation.questions import ask_slice
from corduroy.web.pages.case.wording import MISSING, number
from corduroy.web.pages.frame import PATIENCE_S, heading, page_frame, telling
from corduroy.web.pages.points.readings import (
    KeptReading,
    complete_levels,
    keep_reading,
    readings_for,
    require_code,
    write_measurements,
)
from corduroy.web.pages.session import Session
from corduroy.web.pages.tables import data_table
from corduroy.web.scans import PartRole, Scan
from corduroy.web.scans.view import view_file
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench
from corduroy.web.writing import written

if TYPE_CHECKING:
    from corduroy.morphometry.results import VertebraMeasurement

_QUANTITIES = ("anterior", "middle", "posterior", "wedge")


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
            if not view_file(workbench.scans.derived(scan_id), PartRole.IMAGE).is_file():
                ui.label(text("scan.not_prepared"))
                return
            case = await to_thread(workbench.registry.entry, scan.case_id)
            await _Reading(session, scan, tuple(getattr(case.record, "levels", ()))).draw()


class PointsOnSlice(ui.element, component="points.js"):
    """A slice with points that can be set, dragged, moved by keys and taken back.

    Parameters
    ----------
    shown : SagittalSlice
    wanted : list of dict
        The points in the order in which they are set: ``key``, ``label``, ``plate``.
    points : list of dict
        Those that are set, with ``x`` and ``y`` too.
    """

    def __init__(self, shown: SagittalSlice, wanted: list[dict[str, str]], points: list[dict[str, Any]]) -> None:
        super().__init__()
        self._props["image"] = shown.address
        self._props["width"] = shown.width_mm
        self._props["height"] = shown.height_mm
        self._props["label"] = text("points.picture", right=shown.right_mm)
        self._props["wanted"] = wanted
        self._props["points"] = points
        self._props["words"] = {name: text(f"points.{name}") for name in ("next", "complete", "undo", "clear")}


class _Reading:
    """One reader at work; what others have read stays hidden until this reading is kept."""

    def __init__(self, session: Session, scan: Scan, levels: tuple[Level, ...]) -> None:
        self._session = session
        self._scan = scan
        self._levels = list(levels)
        self._points: list[dict[str, Any]] = []
        self._slice: SagittalSlice | None = None
        self._reader = session.user.name
        self._kept: KeptReading | None = None
        self._image = view_file(session.workbench.scans.derived(scan.id), PartRole.IMAGE)

    async def draw(self) -> None:
        """Draw everything; the slice follows."""
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
        ui.timer(0.05, lambda: self._show_slice(None), once=True)

    def _controls(self) -> None:
        with ui.row().classes("items-center gap-4 w-full"):
            names = [str(level) for level in Level]
            chosen = [str(level) for level in self._levels]
            select = ui.select(names, value=chosen, multiple=True, label=text("points.levels")).props("use-chips")
            select.style("min-width: 14em").on_value_change(lambda event: self._set_levels(event.value))
            ui.label(text("points.slice"))
            self._slider = ui.slider(min=0, max=1, value=0).style("width: 200px")
            self._slider.props(f'aria-label="{text("points.slice")}"')
            self._slider.on("change", lambda event: self._show_slice(int(event.args)))

    async def _set_levels(self, names: list[str]) -> None:
        self._levels = sorted((Level(name) for name in names), key=lambda level: level.position)
        known = {str(level) for level in self._levels}
        self._points = [point for point in self._points if point["key"].split(" ")[0] in known]
        self._draw_points()
        self._show_values()

    async def _show_slice(self, index: int | None) -> None:
        try:
            self._slice = await desk_of(self._session.workbench).ask(ask_slice, self._image, index)
        except CorduroyError as error:
            ui.notify(str(error), type="negative")
            return
        self._slider.props(f"max={self._slice.count - 1}")
        self._slider.set_value(self._slice.index)
        self._draw_points()

    def _draw_points(self) -> None:
        if self._slice is None:
            return
        self._picture.clear()
        with self._picture:
            wanted = [_wanted(level, name) for level in self._levels for name in POINT_NAMES]
            drawn = PointsOnSlice(self._slice, wanted, self._points)
            drawn.on("points", lambda event: self._set_points(event.args))

    def _set_points(self, points: list[dict[str, Any]]) -> None:
        self._points = points
        self._show_values()

    def _reading(self) -> KeptReading | None:
        grouped: dict[Level, dict[str, tuple[float, float]]] = {}
        for point in self._points:
            level, name = point["key"].split(" ")
            grouped.setdefault(Level(level), {})[name] = (float(point["x"]), float(point["y"]))
        complete = complete_levels(grouped)
        if not complete or self._slice is None:
            return None
        return KeptReading(reader=self._reader, repeat=1, at=moment(), slice_index=self._slice.index, points=complete)

    def _show_values(self) -> None:
        self._values.clear()
        with self._values:
            heading(text("points.values"), 2)
            reading = self._reading()
            if reading is None:
                ui.label(text("points.no_values")).classes("quiet")
                return
            try:
                measured = reading.measured()
            except CorduroyError as error:
                ui.label(str(error)).classes("bad")
                return
            columns = [text("points.level"), *(text(f"points.{name}") for name in _QUANTITIES)]
            rows = [(str(one.level), *(_words(value) for value in _of(one))) for one in measured.vertebrae]
            data_table(text("points.values"), columns, rows)

    def _keeping(self) -> None:
        if not self._session.may(Role.EDITOR):
            return
        with ui.row().classes("items-start gap-3"):
            reader = ui.input(text("points.reader"), value=self._reader).props(f'hint="{text("points.reader_hint")}"')
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
            ui.notify(text("points.written"), type="positive")

    async def _show_others(self) -> None:
        seen = await to_thread(readings_for, self._session.workbench, self._scan.id, self._reader)
        self._others.clear()
        with self._others:
            heading(text("points.readings"), 2)
            if not seen:
                ui.label(text("points.blind")).classes("quiet")
                return
            columns = [text(f"points.{name}") for name in ("reader", "level", *_QUANTITIES)]
            data_table(text("points.readings"), columns, _rows(seen))
            differences = _differences(seen)
            if differences:
                heading(text("points.differences"), 3)
                data_table(text("points.differences"), columns, differences)


def _wanted(level: Level, name: str) -> dict[str, str]:
    return {"key": f"{level} {name}", "label": f"{level}, {text(f'points.{name}')}", "plate": f"{level} {name[:3]}"}


def _of(vertebra: VertebraMeasurement) -> tuple[Measured | None, ...]:
    return (*(vertebra.heights[name] for name in _QUANTITIES[:3]), vertebra.wedge_angle)


def _words(value: Measured | None) -> str:
    return MISSING if value is None else number(value.value, value.uncertainty)


def _rows(seen: list[KeptReading]) -> list[tuple[str, ...]]:
    return [
        (f"{one.reader} ({one.repeat})", str(vertebra.level), *(_words(value) for value in _of(vertebra)))
        for one in seen
        for vertebra in one.measured().vertebrae
    ]


def _differences(seen: list[KeptReading]) -> list[tuple[str, ...]]:
    """The later of two readers' first readings minus the earlier one, where both read the same vertebra."""
    firsts = [one for one in seen if one.repeat == 1]
    rows = []
    for earlier, later in pairwise(firsts):
        before = {one.level: _of(one) for one in earlier.measured().vertebrae}
        for vertebra in later.measured().vertebrae:
            if vertebra.level in before:
                pairs = zip(_of(vertebra), before[vertebra.level], strict=True)
                gaps = (MISSING if a is None or b is None else f"{a.value - b.value:+.1f}" for a, b in pairs)
                rows.append((f"{later.reader} − {earlier.reader}", str(vertebra.level), *gaps))
    return rows


def _day(given: str | None) -> date:
    try:
        return date.fromisoformat(given or "")
    except ValueError:
        raise InputError(f"'{given}' as a day", "a day such as 2026-03-01") from None
