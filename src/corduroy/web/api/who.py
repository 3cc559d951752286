"""Who is asking, and whether the role is enough; for the signatures of the interface's functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from corduroy.web.accounts import Role, User
from corduroy.web.gate import COOKIE

# The gate has checked them; these are for the description of the interface.
_BEARER = HTTPBearer(auto_error=False, description="A token, made at POST /tokens.")
_COOKIE = APIKeyCookie(name=COOKIE, auto_error=False, description="A login, made at POST /login.")


def _at_least(role: Role) -> Callable[..., User]:
    def user_of(
        request: Request,
        bearer: Annotated[object, Security(_BEARER)] = None,
        cookie: Annotated[object, Security(_COOKIE)] = None,
    ) -> User:
        del bearer, cookie
        user: User = request.state.user
        if not user.role.may(role):
            raise HTTPException(403, f"{user.name} is {user.role}; this needs at least {role}; ask an admin")
        return user

    return user_of


Viewer = Annotated[User, Depends(_at_least(Role.VIEWER))]
Editor = Annotated[User, Depends(_at_least(Role.EDITOR))]
Admin = Annotated[User, Depends(_at_least(Role.ADMIN))]
