"""The parts of the page for cement and laminectomy: a slider each, and what it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from nicegui import ui

from corduroy.anatomy.level import Level
from corduroy.errors import CorduroyError
from corduroy.planning.document import document_of
from corduroy.reports.plan.wording import share_words
from corduroy.web.conversation import Desk, FillAnswer, OpenedPlan, ScanFiles, WidthAnswer
from corduroy.web.conversation.questions import ask_fill, ask_width
from corduroy.web.pages.case.wording import number
from corduroy.web.pages.frame import heading
from corduroy.web.pages.tables import data_table
from corduroy.web.texts import text

_GREATEST_ML = 18.0  # per level, 50 hemangiomas: mean 6.8 ml, range 1 to 18; corduroy.planning.cement_evidence
AT_FIRST_ML = 4.5
"""As in the list of a plan (SWISSspine); a start for the slider, no recommendation."""
_NARROWEST_MM = 8.0
_FACET_DOUBT_PERCENT = 50.0


class _Amount:
    """A slider with a number beside it; only its last place is asked about."""

    def __init__(self, label: str, low: float, high: float, step: float, value: float) -> None:
        self.value = value
        self._asked = 0
        self._answering = asyncio.Lock()
        with ui.row().classes("items-center gap-4 no-wrap w-full"):
            slider = ui.slider(min=low, max=high, step=step, value=value).props(f'aria-label="{label}"')
            field = ui.number(label, min=low, max=high, step=step, value=value, format="%.1f").style("width: 11em")
        slider.bind_value(self, "value")
        field.bind_value(slider, "value")
        slider.on_value_change(lambda _: self.ask())
        self.answer = ui.column().classes("w-full gap-1").props("aria-live=polite")

    async def ask(self) -> None:
        """Answer for the value as it stands."""
        self._asked += 1
        mine = self._asked
        async with self._answering:
            if mine != self._asked or self.value is None:
                return
            try:
                draw = await self.drawing()
            except CorduroyError as error:
                words = str(error)
                draw = lambda: ui.label(words).classes("bad")  # noqa: E731
            self.answer.clear()
            with self.answer:
                draw()

    async def drawing(self) -> Callable[[], object]:
        """What draws the answer."""
        raise NotImplementedError


class CementPart(_Amount):
    """How full a volume of cement makes body and lesion."""

    def __init__(self, desk: Desk, files: ScanFiles, opened: OpenedPlan) -> None:
        self._desk, self._files = desk, files
        heading(text("plan.fill"), 2)
        ui.label(text("plan.injectable_short", value=number(*opened.injectable_ml, "ml"))).classes("quiet")
        super().__init__(text("plan.volume"), 0.5, _GREATEST_ML, 0.5, AT_FIRST_ML)

    async def drawing(self) -> Callable[[], object]:
        """What draws the shares."""
        answer = await self._desk.ask(ask_fill, self._files, float(self.value))
        return lambda: _fill(answer)


class LaminaPart(_Amount):
    """What laminectomies of one width open and cost."""

    def __init__(self, desk: Desk, files: ScanFiles, opened: OpenedPlan, planned: tuple[Level, ...]) -> None:
        self._desk, self._files = desk, files
        self.levels = [level for level in planned if level in opened.levels]
        heading(text("plan.laminectomy"), 2)
        with ui.element("fieldset").classes("corduroy-nudges"):
            with ui.element("legend"):
                ui.label(text("plan.laminae"))
            for level in opened.levels:
                box = ui.checkbox(str(level), value=level in self.levels)
                box.on_value_change(lambda event, level=level: self._switch(level, bool(event.value)))
        widest = max(opened.widest_mm.values(), default=_NARROWEST_MM + 1)
        super().__init__(text("plan.width"), _NARROWEST_MM, round(widest, 1), 0.5, round(widest, 1))

    async def _switch(self, level: Level, is_on: bool) -> None:
        self.levels = sorted({*self.levels, level} if is_on else {*self.levels} - {level}, key=lambda one: one.position)
        await self.ask()

    async def drawing(self) -> Callable[[], object]:
        """What draws the table."""
        answer = await self._desk.ask(ask_width, self._files, tuple(self.levels), float(self.value))
        return lambda: _widths(answer)


def _fill(answer: FillAnswer) -> None:
    rows = [(text("plan.of_body"), number(*answer.of_body, digits=0))]
    rows.append((text("plan.of_lesion"), share_words(document_of(answer.of_lesion))))
    data_table(text("plan.fill"), [text("plan.quantity"), text("plan.value")], rows)
    if answer.of_lesion is not None and answer.of_lesion.value > 100.0:
        ui.label(text("plan.over_full")).classes("doubt")
    ui.label(text("plan.answered", seconds=answer.seconds)).classes("quiet")


def _widths(answer: WidthAnswer) -> None:
    if not answer.rows:
        ui.label(text("plan.no_lamina")).classes("quiet")
        return
    rows = [
        (
            row["level"],
            number(row["width_mm"]),
            number(row["before_mm2"], digits=0),
            number(row["after_mm2"], digits=0),
            number(row["removed_ml"]),
            number(row["facet_left_percent"], digits=0),
            number(row["facet_right_percent"], digits=0),
        )
        for row in answer.rows
    ]
    names = ("level", "width", "before", "after", "removed", "facet_left", "facet_right")
    data_table(text("plan.laminectomy"), [text(f"plan.{name}") for name in names], rows)
    lost = [row[side] or 0.0 for row in answer.rows for side in ("facet_left_percent", "facet_right_percent")]
    if max(lost) > _FACET_DOUBT_PERCENT:
        ui.label(text("plan.facet_doubt", percent=_FACET_DOUBT_PERCENT)).classes("doubt")
    ui.label(text("plan.answered", seconds=answer.seconds)).classes("quiet")
