"""The list of cases: filters, overdue visits, and what to do where there is none yet."""

from __future__ import annotations

from asyncio import to_thread
from dataclasses import dataclass, field, replace
from datetime import date

from nicegui import ui

from corduroy.anatomy import Level
from corduroy.registry.record import CaseFile
from corduroy.registry.store import CaseFilter, CaseRow, Registry
from corduroy.registry.store.entries import number_of
from corduroy.registry.store.reading import files_of
from corduroy.web.accounts import Role
from corduroy.web.api.jobs import start_job
from corduroy.web.gate import API
from corduroy.web.pages.follow_up import Overdue, overdue
from corduroy.web.pages.frame import PATIENCE_S, heading, page_frame, telling
from corduroy.web.pages.session import Session
from corduroy.web.pages.tables import Cell, data_table
from corduroy.web.scans.view import thumbnail_file
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench

_PAGE = 50
_SCANNED_AT_ONCE = 500
_INDICATIONS = ("aggressive", "fracture", "deficit")
_COLUMNS = ("pseudonym", "scan", "case_no", "levels", "patient", "operated", "assessments", "last_seen", "next")
_YES_NO = {"": None, "yes": True, "no": False}


def add_cases(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/", response_timeout=PATIENCE_S)
    async def cases() -> None:
        session = Session.of_page(workbench)
        total = await to_thread(workbench.registry.count_cases)
        with page_frame(session, text("cases.title"), "cases"):
            if total == 0:
                _empty(session)
                return
            if session.may(Role.EDITOR):
                with ui.row().classes("gap-2"):
                    ui.link(text("cases.new_patient"), "/records/new/patient").classes("corduroy-button")
            await _CaseTable(session).refresh()


@dataclass(frozen=True)
class Wanted:
    """What the page shows."""

    filters: CaseFilter = field(default_factory=CaseFilter)
    overdue_only: bool = False
    offset: int = 0


@dataclass(frozen=True)
class ShownCase:
    """A row of the table."""

    row: CaseRow
    overdue: Overdue | None


def scans_of(workbench: Workbench, cases: list[ShownCase]) -> dict[str, tuple[str, bool]]:
    """The newest scan of each case that has one, by case, and whether there is a small picture of it."""
    newest = workbench.scans.newest_of([case.row.case_id for case in cases])
    return {
        case_id: (scan_id, thumbnail_file(workbench.scans.derived(scan_id)).is_file())
        for case_id, scan_id in newest.items()
    }


def shown_cases(registry: Registry, wanted: Wanted, today: date) -> tuple[list[ShownCase], int]:
    """One page of cases and how many there are in all.

    Parameters
    ----------
    registry : Registry
    wanted : Wanted
    today : date
    """
    if not wanted.overdue_only:
        rows = registry.list_cases(_PAGE, wanted.offset, wanted.filters)
        return _with_overdue(registry, rows, today), registry.count_cases(wanted.filters)
    late: list[ShownCase] = []
    for offset in range(0, registry.count_cases(wanted.filters), _SCANNED_AT_ONCE):
        rows = registry.list_cases(_SCANNED_AT_ONCE, offset, wanted.filters)
        late += [case for case in _with_overdue(registry, rows, today) if case.overdue is not None]
    return late[wanted.offset : wanted.offset + _PAGE], len(late)


def _with_overdue(registry: Registry, rows: list[CaseRow], today: date) -> list[ShownCase]:
    numbers = [number_of(row.case_id)[1] for row in rows]
    with registry.connected() as connection:
        files: dict[int, CaseFile] = files_of(connection, numbers)
    return [ShownCase(row, overdue(files[no], today)) for row, no in zip(rows, numbers, strict=True) if no in files]


class _CaseTable:
    """Filters, the table, and the buttons to turn its pages."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanted = Wanted()
        self._filters()
        self._place = ui.column().classes("w-full gap-2").props("aria-live=polite")

    def _filters(self) -> None:
        with ui.element("form").classes("corduroy-filters").props(f'role=search aria-label="{text("cases.filters")}"'):
            ui.input(text("cases.pseudonym"), on_change=lambda e: self._filter(pseudonym=e.value or None)).props(
                "debounce=300 clearable"
            )
            levels = {"": text("cases.any"), **{str(level): str(level) for level in Level}}
            self._select(text("cases.level"), levels, lambda value: self._filter(level=Level(value) if value else None))
            answers = {key: text(f"cases.answer_{key or 'any'}") for key in _YES_NO}
            for name in _INDICATIONS:
                self._select(
                    text(f"cases.{name}"), answers, lambda value, name=name: self._filter(**{name: _YES_NO[value]})
                )
            ui.checkbox(text("cases.overdue_only"), on_change=lambda e: self._show(overdue_only=e.value, offset=0))

    def _select(self, label: str, options: dict[str, str], handler: object) -> None:
        chosen = ui.select(options, label=label, value="").style("min-width: 8.5em")
        chosen.on_value_change(lambda event: handler(event.value))  # type: ignore[operator]

    async def _filter(self, **changes: object) -> None:
        await self._show(filters=replace(self._wanted.filters, **changes), offset=0)  # type: ignore[arg-type]

    async def _show(self, **changes: object) -> None:
        self._wanted = replace(self._wanted, **changes)  # type: ignore[arg-type]
        await self.refresh()

    async def refresh(self) -> None:
        """Draw what is wanted; an answer that comes after a newer question is let go."""
        wanted, workbench = self._wanted, self._session.workbench
        shown, total = await to_thread(shown_cases, workbench.registry, wanted, date.today())
        scans = await to_thread(scans_of, workbench, shown)
        if wanted is not self._wanted:
            return
        self._place.clear()
        with self._place:
            ui.label(text("cases.found", total=total)).classes("quiet")
            if not shown:
                ui.label(text("cases.none_fits"))
                return
            columns = [text(f"cases.{name}") for name in _COLUMNS]
            data_table(text("cases.title"), columns, [_cells(case, scans.get(case.row.case_id)) for case in shown])
            self._turning(total)

    def _turning(self, total: int) -> None:
        first = self._wanted.offset
        if total <= _PAGE:
            return
        with ui.row().classes("items-center gap-2"):
            back = ui.button(text("cases.back"), on_click=lambda: self._show(offset=max(0, first - _PAGE)))
            back.props("flat").set_enabled(first > 0)
            ui.label(text("cases.part", first=first + 1, last=min(first + _PAGE, total), total=total))
            on = ui.button(text("cases.on"), on_click=lambda: self._show(offset=first + _PAGE)).props("flat")
            on.set_enabled(first + _PAGE < total)


def _cells(case: ShownCase, scan: tuple[str, bool] | None) -> list[Cell]:
    row, late = case.row, case.overdue
    born = "" if row.birth_year is None else text("cases.born", year=row.birth_year)
    patient = ", ".join(part for part in ("" if row.sex is None else row.sex.label, born) if part)
    return [
        lambda: ui.link(row.pseudonym, f"/cases/{row.case_id}"),
        lambda: _picture(row, scan),
        str(row.case_no),
        ", ".join(row.levels),
        patient,
        str(row.operated_on or text("cases.not_operated")),
        str(row.assessments),
        str(row.last_assessed_on or ""),
        "" if late is None else (lambda: _late(late)),
    ]


def _picture(row: CaseRow, scan: tuple[str, bool] | None) -> None:
    """The scan in small, or in words why there is none."""
    if scan is None or not scan[1]:
        ui.label(text("cases.no_scan" if scan is None else "cases.not_measured")).classes("quiet")
        return
    words = text("cases.thumbnail", pseudonym=row.pseudonym)
    with ui.link(target=f"/cases/{row.case_id}?scan={scan[0]}"):
        picture = ui.element("img").props("loading=lazy").classes("corduroy-thumbnail")
        picture._props |= {"src": f"{API}/scans/{scan[0]}/view/thumbnail.png", "alt": words}


def _late(late: Overdue) -> None:
    with ui.row().classes("items-center gap-1 no-wrap doubt"):
        ui.icon("schedule").props("aria-hidden=true")
        ui.label(text("cases.overdue", visit=late.visit.label, due=late.due_on))


def _empty(session: Session) -> None:
    """What to do first."""
    with ui.card().classes("corduroy-empty"):
        heading(text("cases.empty_title"), 2)
        ui.label(text("cases.empty"))
        if not session.may(Role.EDITOR):
            ui.label(text("cases.empty_readers")).classes("quiet")
            return

        async def demo() -> None:
            with telling():
                user = session.require(Role.EDITOR)
                job = await to_thread(start_job, session.workbench, "demo", {}, user.name)
                ui.navigate.to(f"/jobs?watch={job.number}")

        with ui.row().classes("gap-3 items-center"):
            ui.button(text("cases.demo"), on_click=demo)
            ui.link(text("cases.new_patient"), "/records/new/patient").classes("corduroy-button plain")
        ui.label(text("cases.demo_hint")).classes("quiet")
