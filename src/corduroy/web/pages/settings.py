"""What this server is, and who may use it."""

from __future__ import annotations

from functools import partial

from nicegui import run, ui

from corduroy import __version__
from corduroy.web.accounts import Role, User
from corduroy.web.gate import API
from corduroy.web.pages.frame import PATIENCE_S, heading, page_frame, telling
from corduroy.web.pages.own_account import TokenCard, password_card
from corduroy.web.pages.session import Session
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench

_ROLES = {str(role): text(f"settings.role_{role}") for role in Role}


def add_settings(workbench: Workbench) -> None:
    """Add the page."""

    @ui.page("/settings", response_timeout=PATIENCE_S)
    async def settings() -> None:
        session = Session.of_page(workbench)
        with page_frame(session, text("settings.title"), "settings"):
            _about(workbench)
            if not session.user.is_local:
                password_card(session)
                await TokenCard(session).refresh()
            with ui.card().classes("w-full"):
                heading(text("settings.users"), 2)
                if not session.may(Role.ADMIN):
                    ui.label(text("settings.users_for_admins"))
                    return
                await _Users(session).refresh()


def _about(workbench: Workbench) -> None:
    with ui.card().classes("w-full"):
        heading(text("settings.about"), 2)
        with ui.grid(columns="auto 1fr").classes("gap-x-6 gap-y-1"):
            told = {
                "version": __version__,
                "folder": str(workbench.folder.path),
                "registry": workbench.registry.place,
            }
            for key, value in told.items():
                ui.label(text(f"settings.{key}")).classes("quiet")
                ui.label(value)
            ui.label(text("settings.interface")).classes("quiet")
            ui.link(text("settings.interface_text", url=f"{API}/docs"), f"{API}/docs", new_tab=True)


class _Users:
    """The list of users with a form for a new one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._accounts = session.workbench.accounts
        self._place = ui.column().classes("w-full gap-2")
        with ui.row().classes("items-start gap-4"):
            self._name = ui.input(text("settings.name"))
            self._password = ui.input(text("settings.password"), password=True)
            self._password.props(f'hint="{text("settings.password_hint")}" autocomplete=new-password')
            first = Role.EDITOR if self._accounts.exist else Role.ADMIN  # who comes first has to be an admin
            self._role = ui.select(_ROLES, label=text("settings.role"), value=str(first)).style("min-width: 16em")
            ui.button(text("settings.add"), on_click=self._add).classes("q-mt-md")

    async def refresh(self) -> None:
        """Draw the list as it is now."""
        users = await run.io_bound(self._accounts.users)
        self._place.clear()
        with self._place:
            if not users:
                ui.label(text("settings.no_users"))
            for user in users or ():
                self._row(user)

    def _row(self, user: User) -> None:
        with ui.row().classes("items-center gap-4"):
            ui.label(user.name).classes("text-weight-bold").style("min-width: 14em")
            role = ui.select(_ROLES, value=str(user.role), on_change=lambda event: self._set_role(user, event.value))
            role.props(f'dense aria-label="{text("settings.role_of", name=user.name)}"').style("min-width: 16em")
            remove = text("settings.remove", name=user.name)
            button = ui.button(icon="delete", on_click=lambda: self._remove(user))
            button.props(f'flat round aria-label="{remove}"').tooltip(remove)

    async def _add(self) -> None:
        with telling():
            admin = self._session.require(Role.ADMIN)
            name, role = self._name.value, Role(self._role.value)
            await run.io_bound(self._accounts.add, name, self._password.value, role, admin.name)
            ui.notify(text("settings.added", name=name), type="positive")
            self._password.value = ""
            if self._session.user.is_local:
                ui.navigate.to("/login")
                return
            await self.refresh()

    async def _set_role(self, user: User, role: str) -> None:
        with telling():
            admin = self._session.require(Role.ADMIN)
            await run.io_bound(partial(self._accounts.change, user.name, admin.name, role=Role(role)))
            ui.notify(text("settings.role_set", name=user.name, role=_ROLES[role]), type="positive")
        await self.refresh()

    async def _remove(self, user: User) -> None:
        if not await _sure(text("settings.remove_sure", name=user.name), text("settings.remove_yes")):
            return
        with telling():
            admin = self._session.require(Role.ADMIN)
            await run.io_bound(self._accounts.remove, user.name, admin.name)
            ui.notify(text("settings.removed", name=user.name))
            await self.refresh()


async def _sure(question: str, yes: str) -> bool:
    """Ask once more before something that cannot be taken back."""
    with ui.dialog() as dialog, ui.card():
        heading(question, 2)
        with ui.row().classes("gap-3"):
            ui.button(yes, on_click=lambda: dialog.submit(True))
            ui.button(text("settings.remove_no"), on_click=lambda: dialog.submit(False)).props("flat")
    answer = bool(await dialog)
    dialog.delete()
    return answer
