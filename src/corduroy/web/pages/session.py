"""`Session`: whose page this is, and what that person may do, asked anew whenever something is done."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui
from starlette.datastructures import Headers

from corduroy.errors import InputError
from corduroy.web.accounts import Role, User
from corduroy.web.gate import login_of
from corduroy.web.texts import text
from corduroy.web.workbench import Workbench


@dataclass(frozen=True)
class Session:
    """One page in one browser.

    Parameters
    ----------
    workbench : Workbench
    user : User
        As it was when the page was opened.
    login : str or None
        The secret in the browser's cookie.
    """

    workbench: Workbench
    user: User
    login: str | None

    @classmethod
    def of_page(cls, workbench: Workbench) -> Session:
        """The session of the page that is being built."""
        request = ui.context.client.request
        return cls(workbench, request.state.user, login_of(Headers(scope=request.scope)))

    def require(self, role: Role) -> User:
        """The user, if the login still holds and the role is enough; call it before anything is written.

        Raises
        ------
        InputError
            With words for the user.
        """
        accounts = self.workbench.accounts
        now = accounts.owner(self.login or "") if accounts.exist else self.user
        if now is None or (now.is_local and accounts.exist) or not now.role.may(role):
            raise InputError(text("app.no_right"))
        return now

    def may(self, role: Role) -> bool:
        """Whether something should be offered to this user at all."""
        return self.user.role.may(role)
