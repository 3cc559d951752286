"""The list of cases."""

from __future__ import annotations

from nicegui import run, ui

from corduroy.web.pages.frame import page_frame
from corduroy.web.pages.session import Session
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench

_COLUMNS = ("pseudonym", "levels", "operated", "last_seen")
_PAGE = 50


def add_cases(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/")
    async def cases() -> None:
        session = Session.of_page(workbench)
        rows = await run.io_bound(workbench.registry.list_cases, _PAGE)
        with page_frame(session, text("cases.title"), "cases"):
            if not rows:
                ui.label(text("cases.empty"))
                return
            columns = [
                {"name": name, "label": text(f"cases.{name}"), "field": name, "align": "left"} for name in _COLUMNS
            ]
            shown = [
                {
                    "case_id": row.case_id,
                    "pseudonym": row.pseudonym,
                    "levels": ", ".join(row.levels),
                    "operated": str(row.operated_on or ""),
                    "last_seen": str(row.last_assessed_on or ""),
                }
                for row in rows
            ]
            ui.table(columns=columns, rows=shown, row_key="case_id").classes("w-full")
