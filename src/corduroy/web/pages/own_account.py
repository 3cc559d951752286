"""What everybody may change about the own account: the password, and tokens for programs."""

from __future__ import annotations

from nicegui import run, ui

from corduroy.web.accounts import Role
from corduroy.web.accounts.accounts import LONGEST_TOKEN_DAYS, Token
from corduroy.web.pages.frame import heading, telling
from corduroy.web.pages.session import Session
from corduroy.web.texts import text

_TOKEN_DAYS = 90


def password_card(session: Session) -> None:
    """A new password, for whoever knows the old one; it logs out everywhere."""
    with ui.card().classes("w-full"):
        heading(text("account.password"), 2)
        with ui.row().classes("items-start gap-4"):
            old = ui.input(text("account.old"), password=True).props("autocomplete=current-password")
            new = ui.input(text("account.new"), password=True)
            new.props(f'hint="{text("settings.password_hint")}" autocomplete=new-password')

            async def change() -> None:
                accounts, address = session.workbench.accounts, ui.context.client.ip or ""
                with telling():
                    user = session.require(Role.VIEWER)
                    await run.io_bound(accounts.checked, user.name, old.value, address)
                    await run.io_bound(accounts.change, user.name, user.name, password=new.value)
                    ui.navigate.to("/login")

            ui.button(text("account.change"), on_click=change).classes("q-mt-md")


class TokenCard:
    """The tokens of a user; a new one's secret is shown once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._accounts = session.workbench.accounts
        with ui.card().classes("w-full"):
            heading(text("account.tokens"), 2)
            self._place = ui.column().classes("w-full gap-2")
            with ui.row().classes("items-end gap-4"):
                self._title = ui.input(text("account.token_title"))
                self._days = ui.number(text("account.token_days"), value=_TOKEN_DAYS, min=1, max=LONGEST_TOKEN_DAYS)
                ui.button(text("account.token_add"), on_click=self._add)

    async def refresh(self) -> None:
        """Draw the list as it is now."""
        tokens = await run.io_bound(self._accounts.tokens, self._session.user)
        self._place.clear()
        with self._place:
            if not tokens:
                ui.label(text("account.no_tokens"))
            for token in tokens or ():
                self._row(token)

    def _row(self, token: Token) -> None:
        with ui.row().classes("items-center gap-4"):
            ui.label(token.title).classes("text-weight-bold").style("min-width: 14em")
            ui.label(text("account.token_expires", day=token.expires_at[:10])).classes("quiet numbers")
            remove = text("account.token_remove", title=token.title)
            button = ui.button(icon="delete", on_click=lambda: self._remove(token))
            button.props("flat round").tooltip(remove)
            button.props["aria-label"] = remove  # a title may hold quotes

    async def _add(self) -> None:
        with telling():
            user = self._session.require(Role.VIEWER)
            title, days = self._title.value.strip() or text("account.token_untitled"), int(self._days.value or 0)
            made = await run.io_bound(self._accounts.new_token, user, title, days)
            if made is not None:
                self._show(made[0])
            await self.refresh()

    def _show(self, secret: str) -> None:
        with ui.dialog() as dialog, ui.card():
            heading(text("account.token_once"), 2)
            ui.label(secret).classes("numbers").style("font-family: monospace; user-select: all; word-break: break-all")
            ui.button(text("shortcuts.close"), on_click=dialog.close).props("flat")
        dialog.on("hide", dialog.delete)
        dialog.open()

    async def _remove(self, token: Token) -> None:
        with telling():
            user = self._session.require(Role.VIEWER)
            await run.io_bound(self._accounts.remove_token, user, token.number)
            await self.refresh()
