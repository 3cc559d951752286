"""A plan from a point in the lesion: for a lesion that is not found by itself."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from corduroy.web.pages.case.upload import start_and_watch
from corduroy.web.pages.frame import heading
from corduroy.web.pages.session import Session
from corduroy.web.scans import PartRole, Scan
from corduroy.web.texts import text
from corduroy.web.viewer.viewer import PointMm

_AXES = ("right", "anterior", "superior")


class SeedPart:
    """The point, typed or taken from the cross-hair, and the button that plans with it.

    Parameters
    ----------
    session : Session
        Of somebody who may start jobs.
    scan : Scan
    cross_hair : callable
        Where it was last set, RAS+ in mm; None before the first click.
    """

    def __init__(self, session: Session, scan: Scan, cross_hair: Callable[[], PointMm | None]) -> None:
        self._session, self._scan, self._cross_hair = session, scan, cross_hair
        heading(text("seed.title"), 3)
        ui.label(text("seed.hint")).classes("quiet")
        if PartRole.LESION in scan.parts:
            ui.label(text("seed.painted")).classes("doubt")
        with ui.row().classes("items-end gap-3"):
            self._fields = [ui.number(text(f"seed.{axis}"), format="%.1f").style("width: 8em") for axis in _AXES]
            ui.button(text("seed.take"), on_click=self._take).props("outline")
            ui.button(text("seed.start"), on_click=self._start)

    def _take(self) -> None:
        place = self._cross_hair()
        if place is None:
            ui.notify(text("seed.no_cross_hair"), type="warning")
            return
        for field, value in zip(self._fields, place, strict=True):
            field.value = round(value, 1)

    async def _start(self) -> None:
        point = [field.value for field in self._fields]
        if None in point:
            ui.notify(text("seed.incomplete"), type="warning")
            return
        await start_and_watch(self._session, self._scan, "plan", {"seed_mm": point})
