"""Where a needle is moved: corridors to begin with, gauge, entry and target, and the clearances."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nicegui import ui

from corduroy.errors import CorduroyError
from corduroy.planning.corridors import OUTER_DIAMETER_MM
from corduroy.planning.corridors.avoided import margin_mm
from corduroy.planning.corridors.settings import CorridorSettings
from corduroy.web.conversation import CorridorAnswer, Desk, ScanFiles
from corduroy.web.conversation.answers import PointMm
from corduroy.web.conversation.questions import ask_corridor
from corduroy.web.pages.case.plan_panel import CORRIDOR_COLUMNS, corridor_cells
from corduroy.web.pages.case.wording import MISSING, number
from corduroy.web.pages.frame import heading
from corduroy.web.pages.plan.choice import Needle
from corduroy.web.pages.tables import Cell, data_table
from corduroy.web.texts import text

if TYPE_CHECKING:
    from corduroy.planning.corridors import Corridor

_STEPS_MM = (1.0, 2.0, 5.0)
_SAME_MM = 0.5  # measuring puts an entry onto the skin anew
_DIRECTIONS: tuple[tuple[str, PointMm], ...] = (
    ("right", (1.0, 0.0, 0.0)),
    ("left", (-1.0, 0.0, 0.0)),
    ("anterior", (0.0, 1.0, 0.0)),
    ("posterior", (0.0, -1.0, 0.0)),
    ("superior", (0.0, 0.0, 1.0)),
    ("inferior", (0.0, 0.0, -1.0)),
)


class NeedlePart:
    """One needle: biopsy or cement.

    Parameters
    ----------
    desk : Desk
    files : ScanFiles
    purpose : {"biopsy", "cement"}
    found : dict
        The search's result in the plan's document.
    on_way : callable
        Called with entry and target when they have changed.
    """

    def __init__(
        self,
        desk: Desk,
        files: ScanFiles,
        purpose: str,
        found: dict[str, Any],
        on_way: Callable[[str, tuple[PointMm, PointMm]], object],
    ) -> None:
        self._desk, self._files, self._purpose, self._found = desk, files, purpose, found
        self._on_way = on_way
        self._settings = CorridorSettings.model_validate(found["settings"])
        self._gauge: int = self._settings.gauge
        first = found["corridors"][0]
        self._entry: PointMm = tuple(first["entry_ras_mm"])
        self._target: PointMm = tuple(first["target_ras_mm"])
        self._step = _STEPS_MM[1]
        self._asked = 0
        self._answering = asyncio.Lock()
        self.corridor: Corridor | None = None
        self._corridors()
        self._controls()
        self._answer = ui.column().classes("w-full gap-2").props("aria-live=polite")

    @property
    def ends(self) -> tuple[PointMm, PointMm]:
        """Entry and target."""
        return self._entry, self._target

    @property
    def chosen(self) -> Needle | None:
        """As it would be kept; None where the way cannot be measured."""
        if self.corridor is None:
            return None
        return Needle(
            gauge=self._gauge, entry_mm=self._entry, target_mm=self._target, spare_mm=round(self.corridor.spare_mm, 2)
        )

    @property
    def is_the_plans(self) -> bool:
        """Whether it still lies where the plan's first corridor does."""
        first = self._found["corridors"][0]
        away = math.dist(self._entry, first["entry_ras_mm"]) + math.dist(self._target, first["target_ras_mm"])
        return away < _SAME_MM and self._gauge == self._settings.gauge

    async def move_to(self, end: str, point_mm: PointMm) -> None:
        """Set entry or target to a point of the scan."""
        if end == "entry":
            self._entry = point_mm
        else:
            self._target = point_mm
        await self.ask(on_skin=end == "entry")

    async def ask(self, *, on_skin: bool = False) -> None:
        """Measure the way as it stands; while something is being dragged only the last place is measured."""
        self._asked += 1
        mine = self._asked
        async with self._answering:
            if mine != self._asked:
                return
            try:
                answer = await self._desk.ask(
                    ask_corridor, self._files, self._purpose, self._gauge, self._entry, self._target, on_skin
                )
            except CorduroyError as error:
                answer = CorridorAnswer(None, str(error), 0.0)
            self.corridor = answer.corridor
            if answer.corridor is not None:
                self._entry = answer.corridor.entry_mm
            self._show(answer)
            self._on_way(self._purpose, self.ends)

    def _corridors(self) -> None:
        heading(text("plan.corridors_found"), 3)
        rows = []
        for no, corridor in enumerate(self._found["corridors"], start=1):
            cells = corridor_cells(no, corridor)
            cells[0] = lambda no=no, corridor=corridor: self._row_button(no, corridor)  # type: ignore[misc]
            rows.append(cells)
        with ui.element("div").classes("corduroy-scroll"):
            data_table(text("plan.corridors_found"), [text(f"plan.{name}") for name in CORRIDOR_COLUMNS], rows).classes(
                "wraps"
            )

    def _row_button(self, no: int, corridor: dict[str, Any]) -> None:
        async def take() -> None:
            self._entry, self._target = tuple(corridor["entry_ras_mm"]), tuple(corridor["target_ras_mm"])
            await self.ask()

        ui.button(str(no), on_click=take).props(f'flat dense aria-label="{text("plan.take", no=no)}"')

    def _controls(self) -> None:
        with ui.row().classes("items-center gap-4"):
            gauges = {gauge: text("plan.gauge", gauge=gauge, mm=mm) for gauge, mm in OUTER_DIAMETER_MM.items()}
            select = ui.select(gauges, value=self._gauge, label=text("plan.gauge_label")).style("min-width: 11em")
            select.on_value_change(lambda event: self._set_gauge(event.value))
            steps = {step: text("plan.step", mm=step) for step in _STEPS_MM}
            ui.select(steps, value=self._step, label=text("plan.step_label")).bind_value(self, "_step").style(
                "min-width: 7em"
            )
        for end in ("entry", "target"):
            with ui.element("fieldset").classes("corduroy-nudges"):
                with ui.element("legend"):
                    ui.label(text(f"plan.move_{end}"))
                for name, way in _DIRECTIONS:
                    words = text(f"plan.to_{name}")
                    button = ui.button(words, on_click=lambda end=end, way=way: self._nudge(end, way))
                    button.props(f'outline dense aria-label="{text(f"plan.move_{end}")}: {words}"')

    async def _set_gauge(self, gauge: int) -> None:
        self._gauge = gauge
        await self.ask()

    async def _nudge(self, end: str, way: PointMm) -> None:
        at = self._entry if end == "entry" else self._target
        x, y, z = (value + self._step * part for value, part in zip(at, way, strict=True))
        await self.move_to(end, (x, y, z))

    def _show(self, answer: CorridorAnswer) -> None:
        self._answer.clear()
        with self._answer:
            corridor = answer.corridor
            if corridor is None:
                ui.label(answer.refused).classes("bad")
                return
            _verdict(corridor)
            rows: list[tuple[Cell, ...]] = [
                (
                    str(group),
                    number(found.value, found.uncertainty),
                    number(margin_mm(group, self._settings)),
                    number(found.value - margin_mm(group, self._settings)),
                )
                for group, found in corridor.clearances.items()
            ]
            columns = [text(f"plan.{name}") for name in ("structure", "clearance", "margin", "left")]
            data_table(text("plan.clearances"), columns, rows)
            _facts(corridor)
            ui.label(text("plan.answered", seconds=answer.seconds)).classes("quiet").props("data-seconds")


def _verdict(corridor: Corridor) -> None:
    if corridor.spare_mm >= 0:
        ui.label(text("plan.keeps", spare=corridor.spare_mm, tightest=corridor.tightest or MISSING)).classes("good")
    else:
        words = text("plan.breaks", missing=-corridor.spare_mm, tightest=corridor.tightest or MISSING)
        ui.label(words).classes("bad")
    for remark in corridor.remarks:
        ui.label(remark).classes("doubt")


def _facts(corridor: Corridor) -> None:
    angles, robust, walls = corridor.to_gantry, corridor.robustness, corridor.walls
    rows = [
        (text("plan.way"), f"{corridor.kind}, {corridor.side}"),
        (text("plan.angles_column"), text("plan.angles", axial=angles.axial_deg, sagittal=angles.sagittal_deg)),
        (text("plan.depth"), number(corridor.depth_mm)),
        (text("plan.in_lesion"), number(corridor.in_target_mm)),
        (text("plan.coverage"), number(100 * corridor.coverage, digits=0)),
        (text("plan.walls"), MISSING if walls is None else number(walls.nearest_mm)),
        (text("plan.robust"), number(100 * robust.from_bone, digits=0)),
        (text("plan.robust_entry"), number(100 * robust.from_entry, digits=0)),
        (text("plan.largest"), str(corridor.largest_gauge or MISSING)),
    ]
    data_table(text("plan.facts"), [text("plan.quantity"), text("plan.value")], rows)
