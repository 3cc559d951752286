"""What a series has found, in the order of its report: sentences, tables, figures, and the files to take away."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from nicegui import ui

from corduroy.web.api.jobs import result_address
from corduroy.web.jobs import Job
from corduroy.web.pages.frame import bullets, heading
from corduroy.web.pages.tables import data_table
from corduroy.web.texts import text

_DOCUMENTS = ("series.html", "series.pdf", "series.docx", "series.json")
_CONTENTS = "contents.json"
_MOST_ROWS = 60


def read_contents(folder: Path) -> dict[str, Any] | None:
    """The sections of the report that a job wrote; None where there are none."""
    path = folder / _CONTENTS
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def show_results(job: Job, contents: dict[str, Any]) -> None:
    """Draw the documents, a list of the sections, and the sections.

    Parameters
    ----------
    job : Job
    contents : dict
        See `read_contents`.
    """
    with ui.row().classes("gap-4"):
        for name in _DOCUMENTS:
            ui.link(text(f"study.{name.replace('.', '_')}"), result_address(job.number, name), new_tab=True)
    if contents["notice"]:
        ui.label(contents["notice"]).classes("doubt")
    with ui.element("nav").props(f'aria-label="{text("study.sections")}"').classes("row gap-x-4 gap-y-1"):
        for section in contents["sections"]:
            ui.link(section["title"], f"#{_anchor(section)}")
    for section in contents["sections"]:
        heading(section["title"], 3).props(f"id={_anchor(section)}")
        pictures = [block for block in section["blocks"] if block["kind"] == "picture"]
        for block in section["blocks"]:
            _block(job, block, is_alone=block.get("title") == section["title"])
        if pictures:
            _figures(job, pictures)


def _anchor(section: dict[str, Any]) -> str:
    return "part-" + re.sub(r"[^a-z0-9]+", "-", section["title"].lower()).strip("-")


def _block(job: Job, block: dict[str, Any], *, is_alone: bool) -> None:
    """A sentence, a list or a table; one that is called like its section needs no heading of its own."""
    if block["kind"] == "paragraph":
        ui.label(block["text"])
    elif block["kind"] == "bullets":
        bullets(block["entries"])
    elif block["kind"] == "table":
        if not is_alone:
            heading(block["title"], 4)
        _table(job, block)


def _table(job: Job, table: dict[str, Any]) -> None:
    data_table(table["title"], table["columns"], table["rows"][:_MOST_ROWS]).classes("wraps")
    for note in table["notes"]:
        ui.label(note).classes("quiet")
    with ui.row().classes("gap-3"):
        if (more := len(table["rows"]) - _MOST_ROWS) > 0:
            ui.label(text("study.more", n=more)).classes("quiet")
        ui.link(text("study.csv", name=table["title"]), result_address(job.number, f"{table['key']}.csv"))


def _figures(job: Job, pictures: list[dict[str, Any]]) -> None:
    with ui.element("div").classes("corduroy-figures"):
        for one in pictures:
            with ui.element("figure"):
                picture = ui.element("img").props("loading=lazy")
                picture._props |= {"src": result_address(job.number, f"{one['key']}.png"), "alt": one["alt"]}
                with ui.element("figcaption").classes("quiet"):
                    ui.label(one["caption"])
                    ui.link(text("study.svg"), result_address(job.number, f"{one['key']}.svg"), new_tab=True)
