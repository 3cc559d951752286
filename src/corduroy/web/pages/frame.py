"""`page_frame`: what every page has around its content: navigation, user, dark and light, shortcuts, the notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from nicegui import app, ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import KeyEventArguments

from corduroy.errors import CorduroyError
from corduroy.web.pages.session import Session
from corduroy.web.pages.theme import apply_theme
from corduroy.web.texts import text

PATIENCE_S = 30.0
"""How long a page may take to be built, as ``response_timeout``: a busy machine is no fault of the page."""

_NOTICE = "notice"

NAVIGATION: tuple[tuple[str, str, str], ...] = (
    ("cases", "/", "c"),
    ("study", "/study", "t"),
    ("jobs", "/jobs", "j"),
    ("settings", "/settings", "s"),
)
"""Key in the texts (``nav.…`` and ``shortcuts.…``), address, and the key that follows g."""


@contextmanager
def page_frame(session: Session, title: str, active: str = "") -> Iterator[None]:
    """Draw the frame, and the content of the ``with`` block into it, below its heading.

    Parameters
    ----------
    session : Session
    title : str
        The heading and, with the program's name, the title of the tab.
    active : str
        The entry of `NAVIGATION` to which the page belongs.
    """
    ui.page_title(f"{title} · {text('app.name')}")
    apply_theme()
    app.storage.user.setdefault("dark", None)  # as the system is, until somebody chooses
    dark = ui.dark_mode(None).bind_value(app.storage.user, "dark")
    with ui.header().classes("corduroy-header items-center gap-2 q-py-sm"):
        ui.link(text("app.skip"), "#content").classes("corduroy-skip")
        ui.label(text("app.name")).classes("text-weight-bold q-mr-md")
        _navigation(active)
        ui.space()
        shortcuts = _shortcuts()
        _icon("keyboard", text("nav.shortcuts"), shortcuts.open)
        _icon("contrast", text("nav.dark"), lambda: dark.set_value(not dark.value))
        _user(session)
    if notice := app.storage.user.pop(_NOTICE, None):
        ui.notify(notice, type="positive")
    with ui.element("main").props("id=content tabindex=-1").classes("corduroy-main column gap-4"):
        heading(title)
        yield
    with ui.element("footer").classes("corduroy-footer"):
        ui.label(text("app.notice"))


def go_on(address: str, notice: str) -> None:
    """Leave the page, with words that the next one shows: a notice on this one would vanish with it."""
    app.storage.user[_NOTICE] = notice
    ui.navigate.to(address)


def heading(words: str, level: int = 1) -> TextElement:
    """A heading that screen readers find: 1 for the page, which `page_frame` draws, 2 for its parts."""
    return TextElement(tag=f"h{level}", text=words)


def bullets(sentences: Iterable[str]) -> None:
    """Sentences one below the other, as a list."""
    with ui.element("ul").classes("corduroy-sentences"):
        for sentence in sentences:
            TextElement(tag="li", text=sentence)


@contextmanager
def telling() -> Iterator[None]:
    """Show an error of Corduroy to the user in plain words, with what to do; for the body of an event's handler."""
    try:
        yield
    except CorduroyError as error:
        ui.notify(str(error), type="negative", multi_line=True, close_button=text("shortcuts.close"), timeout=0)


def _navigation(active: str) -> None:
    with ui.element("nav").props(f'aria-label="{text("nav.label")}"').classes("corduroy-nav row gap-1"):
        for key, address, _ in NAVIGATION:
            link = ui.link(text(f"nav.{key}"), address)
            if key == active:
                link.props('aria-current="page"')


def _icon(icon: str, label: str, handler: Callable[[], object]) -> None:
    ui.button(icon=icon, on_click=lambda: handler()).props(f'flat round aria-label="{label}"').tooltip(label)


def _user(session: Session) -> None:
    user = session.user
    words = (
        text("nav.local_user", name=user.name) if user.is_local else text("nav.user", name=user.name, role=user.role)
    )
    ui.label(words).classes("quiet")
    if not user.is_local:
        with ui.element("form").props('method="post" action="/logout"'):
            ui.button(text("nav.log_out")).props("flat type=submit")


def _shortcuts() -> ui.dialog:
    """The list of shortcuts, and what makes them work outside fields of text."""
    with ui.dialog() as dialog, ui.card():
        heading(text("shortcuts.title"), 2)
        with ui.grid(columns="auto auto").classes("gap-x-6 gap-y-2"):
            for key in (*(key for key, _, _ in NAVIGATION), "help"):
                ui.label(text(f"shortcuts.key_{key}")).classes("text-weight-bold")
                ui.label(text(f"shortcuts.{key}"))
        ui.button(text("shortcuts.close"), on_click=dialog.close).props("flat")
    after_g = {"waiting": False}

    def pressed(event: KeyEventArguments) -> None:
        if not event.action.keydown:
            return
        if str(event.key) == "?":
            dialog.open()
        if after_g["waiting"]:
            for _, address, letter in NAVIGATION:
                if str(event.key) == letter:
                    ui.navigate.to(address)
        after_g["waiting"] = str(event.key) == "g"

    ui.keyboard(on_key=pressed)
    return dialog
