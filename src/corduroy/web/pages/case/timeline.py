"""What happened to a patient, in the order of days: visits, images, procedures, events, scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from corduroy.registry.record import Record, Visit
from corduroy.registry.store import Entry
from corduroy.scales import LabelledStr
from corduroy.web.pages.case.wording import scan_words
from corduroy.web.pages.follow_up import Overdue
from corduroy.web.scans import Scan
from corduroy.web.texts import text

_ICONS = {
    "assessment": "assignment",
    "imaging": "image",
    "measurement": "straighten",
    "biopsy": "colorize",
    "embolization": "water_drop",
    "operation": "healing",
    "complication": "warning",
    "leak": "opacity",
    "event": "event",
}


@dataclass(frozen=True)
class Moment:
    """One thing that happened.

    Parameters
    ----------
    on : date or None
        None: nobody wrote the day down.
    title, detail : str
    icon : str
    address : str
    is_due : bool
        Whether it should have happened and did not.
    """

    on: date | None
    title: str
    detail: str
    icon: str
    address: str
    is_due: bool = False


def moments(entries: list[Entry], scans: list[Scan], late: Overdue | None, case_id: str) -> list[Moment]:
    """Everything dated, oldest first; scans stand beside the records of the same visit."""
    found = [_of_record(entry) for entry in entries if entry.kind in _ICONS and entry.kind != "measurement"]
    days = {getattr(entry.record, "visit", None): getattr(entry.record, "on", None) for entry in entries}
    for scan in scans:
        title = text("case.scan_of", title=scan_words(scan))
        on = days.get(scan.visit)
        address = f"/cases/{case_id}?scan={scan.id}"
        found.append(Moment(on, title, Visit(scan.visit).label, "view_in_ar", address))
    if late is not None:
        title = text("case.overdue", visit=late.visit.label)
        found.append(Moment(late.due_on, title, "", "schedule", f"/records/new/assessment?parent={case_id}", True))
    return sorted(found, key=lambda moment: (moment.on is None, moment.on or date.max))


def draw_timeline(found: list[Moment]) -> None:
    """A list that reads from left to right."""
    if not found:
        ui.label(text("case.no_moments")).classes("quiet")
        return
    with ui.element("ol").classes("corduroy-timeline").props(f'aria-label="{text("case.timeline")}"'):
        for moment in found:
            with ui.element("li").classes("doubt" if moment.is_due else ""):
                with ui.row().classes("items-center gap-1 no-wrap"):
                    ui.icon(moment.icon).props("aria-hidden=true")
                    TextElement(tag="span", text=str(moment.on or text("case.no_day"))).classes("numbers quiet")
                ui.link(moment.title, moment.address)
                if moment.detail:
                    ui.label(moment.detail).classes("quiet")


def _of_record(entry: Entry) -> Moment:
    record = entry.record
    on: date | None = getattr(record, "on", None)
    visit = getattr(record, "visit", None)
    title = f"{record.title}: {visit.label}" if isinstance(visit, LabelledStr) else record.title
    return Moment(on, title, _detail(record), _ICONS[entry.kind], f"/records/{entry.id}")


def _detail(record: Record) -> str:
    """The first few things that were recorded, in the words of the record."""
    told = []
    for name, item in record.items().items():
        value = getattr(record, name)
        if name in ("on", "visit") or value is None or item.kind not in ("choice", "number", "integer"):
            continue
        words = item.choices.get(str(getattr(value, "value", value)), str(value)) if item.choices else f"{value:g}"
        told.append(f"{item.label} {words}{f' {item.unit}' if item.unit else ''}")
        if len(told) == 2:
            break
    return ", ".join(told)
