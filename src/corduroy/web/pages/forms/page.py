"""The pages of the forms: a new record, and a record that is there, with its history."""

from __future__ import annotations

from asyncio import to_thread
from dataclasses import dataclass
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from corduroy.errors import ConflictError, CorduroyError, InputError, RecordError
from corduroy.registry.record import BY_KIND, Record, errors_of
from corduroy.registry.store import Change, Entry
from corduroy.registry.store.history import changes_in
from corduroy.web.accounts import Role, User
from corduroy.web.pages.forms.form import Filled, RecordForm, typed
from corduroy.web.pages.frame import PATIENCE_S, go_on, heading, page_frame
from corduroy.web.pages.session import Session
from corduroy.web.pages.tables import data_table
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench
from corduroy.web.writing import UnconfirmedError, written


def add_forms(workbench: Workbench) -> None:
    """Add both pages."""

    @ui.page("/records/new/{kind}", response_timeout=PATIENCE_S)
    async def new(kind: str, parent: str | None = None) -> None:
        session = Session.of_page(workbench)
        record = BY_KIND.get(kind)
        if record is None:
            _nothing(session, text("form.no_kind"))
            return
        values = await to_thread(_first_values, workbench, record, parent)
        with page_frame(session, text("form.new", title=record.title), "cases"):
            _form(session, _Sheet(record, parent, None), values, text("form.why_new"))

    @ui.page("/records/{entry_id}", response_timeout=PATIENCE_S)
    async def one(entry_id: str) -> None:
        session = Session.of_page(workbench)
        try:
            entry = await to_thread(workbench.registry.entry, entry_id)
        except InputError:
            _nothing(session, text("form.no_entry"))
            return
        with page_frame(session, text("form.change", title=entry.record.title, id=entry.id), "cases"):
            if entry.deleted:
                ui.label(text("form.deleted"))
            else:
                _form(session, _Sheet(type(entry.record), entry.parent_id, entry), entry.record.as_plain(), "")
            await _history(workbench, entry_id)


@dataclass(frozen=True)
class _Sheet:
    """Which record a form is for: a new one under a parent, or an entry as it was seen."""

    record: type[Record]
    parent: str | None
    entry: Entry | None

    @property
    def place(self) -> str:
        """Under which name the browser keeps unsaved work."""
        if self.entry is None:
            return f"new {self.record.kind} of {self.parent or 'nobody'}"
        return self.entry.id

    @property
    def version(self) -> int:
        """Of the entry; 0 for a new one."""
        return 0 if self.entry is None else self.entry.version

    def write(self, change: Change, record: Record, version: int) -> Entry:
        """Add it, or put it in place of what was seen."""
        if self.entry is None:
            return change.add(record, self.parent)
        return change.update(self.entry.id, version, record)


def _form(session: Session, sheet: _Sheet, values: dict[str, Any], reason: str) -> None:
    if not session.may(Role.EDITOR):
        ui.label(text("form.readers"))
    ui.label(text("form.required")).classes("quiet")
    meanwhile = ui.column().classes("w-full").props("aria-live=assertive")
    form = RecordForm(sheet.record, values, sheet.place, sheet.version, reason)

    async def save(filled: Filled) -> None:
        try:
            user = session.require(Role.EDITOR)
            record = filled.as_record(sheet.record)
            entry = await to_thread(_kept, session, user, sheet, record, filled)
        except ValidationError as problem:
            form.tell(errors_of(sheet.record, problem))
        except UnconfirmedError as error:
            form.tell(doubts=error.doubts)
        except ConflictError:
            await _meanwhile(session, sheet, filled, form, meanwhile)
        except RecordError as error:
            form.tell(error.problems or [str(error)])
        except CorduroyError as error:
            form.tell([str(error)])
        else:
            form.forget()
            go_on(_next(entry), text("form.saved", title=sheet.record.title))

    form.on_save(save)


def _kept(session: Session, user: User, sheet: _Sheet, record: Record, filled: Filled) -> Entry:
    return written(
        session.workbench.registry,
        user.name,
        filled.why,
        lambda change: sheet.write(change, record, filled.version),
        is_confirmed=filled.confirm,
    )


async def _meanwhile(session: Session, sheet: _Sheet, filled: Filled, form: RecordForm, place: ui.column) -> None:
    """Somebody was quicker: say who, and show what differs; the next saving stands on what they wrote."""
    assert sheet.entry is not None  # only what was there can have been changed
    now = await to_thread(session.workbench.registry.entry, sheet.entry.id)
    last = (await to_thread(session.workbench.registry.history, sheet.entry.id))[-1]
    theirs, items = typed(now.record), sheet.record.items()
    mine = {name: filled.values.get(name) or "" for name in items}
    form.tell()
    place.clear()
    with place, ui.element("section").classes("corduroy-note bad").props("role=alert"):
        heading(text("form.conflict"), 2)
        ui.label(text("form.conflict_who", who=last.who, at=last.at[:16].replace("T", " "), why=last.why))
        if now.deleted:
            ui.label(text("form.conflict_deleted"))
            return
        rows = [
            (items[name].label, _shown(theirs.get(name, "")), _shown(mine[name]))
            for name in items
            if _shown(theirs.get(name, "")) != _shown(mine[name])
        ]
        data_table(
            text("form.conflict_table"), [text(f"form.conflict_{key}") for key in ("field", "theirs", "mine")], rows
        )
        ui.label(text("form.conflict_do"))
    form.stand_on(now.version)


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _next(entry: Entry) -> str:
    """Where one goes on: a patient wants a case; everything else is looked at on its case."""
    if entry.kind == "patient":
        return f"/records/new/case?parent={entry.id}" if entry.version == 1 else "/"
    if entry.kind == "case":
        return f"/cases/{entry.id}"
    return f"/cases/{entry.parent_id}" if (entry.parent_id or "").startswith("cs-") else "/"


def _first_values(workbench: Workbench, record: type[Record], parent: str | None) -> dict[str, Any]:
    """What can be known beforehand: the next number of a case."""
    if record.kind != "case" or parent is None:
        return {}
    return {"case_no": 1 + sum(1 for _ in workbench.registry.entries("case", parent))}


def _nothing(session: Session, words: str) -> None:
    with page_frame(session, words, "cases"):
        ui.link(text("form.to_cases"), "/")


async def _history(workbench: Workbench, entry_id: str) -> None:
    lines = await to_thread(workbench.registry.history, entry_id)
    rows = [(line.at[:16].replace("T", " "), line.who, line.why, "; ".join(changes_in(line))) for line in lines]
    heading(text("form.history"), 2)
    data_table(text("form.history"), [text(f"form.history_{key}") for key in ("at", "who", "why", "what")], rows)
