"""Logging in, users, tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from corduroy.errors import InputError
from corduroy.web.accounts import User
from corduroy.web.accounts.accounts import Token
from corduroy.web.api.bodies import ChangedPassword, ChangedUser, FreshToken, LogIn, Me, NewToken, NewUser, TokenOut
from corduroy.web.api.refusals import missing, refusals
from corduroy.web.api.who import Admin, Viewer
from corduroy.web.gate import COOKIE, login_of
from corduroy.web.login import address_of, set_login
from corduroy.web.workbench import Workbench

Name = Annotated[str, Path(min_length=1, max_length=63)]
Number = Annotated[int, Path(ge=1, le=2**53)]


def account_operations(workbench: Workbench) -> APIRouter:
    """Operations on logins, users and tokens."""
    router = APIRouter()
    _logins(router, workbench)
    _users(router, workbench)
    _tokens(router, workbench)
    return router


def _logins(router: APIRouter, workbench: Workbench) -> None:
    accounts = workbench.accounts

    @router.post("/login", responses=refusals(422, 429), tags=["login"])
    def log_in(given: LogIn, request: Request, answer: Response) -> Me:
        """Log in; the answer sets a cookie that expires after twelve hours."""
        user = accounts.checked(given.name, given.password, address_of(request))
        set_login(answer, accounts.open_login(user), is_secure=request.url.scheme == "https")
        return _me(user)

    @router.post("/logout", status_code=204, responses=refusals(), tags=["login"])
    def log_out(_: Viewer, request: Request, answer: Response) -> None:
        """Log out, in this browser."""
        if (secret := login_of(request.headers)) is not None:
            accounts.close_login(secret)
        answer.delete_cookie(COOKIE)

    @router.get("/me", responses=refusals(), tags=["login"])
    def me(user: Viewer) -> Me:
        """Who is asking."""
        return _me(user)

    @router.put("/me/password", status_code=204, responses=refusals(422, 429), tags=["login"])
    def change_password(given: ChangedPassword, user: Viewer, request: Request) -> None:
        """Give yourself another password; you are logged out everywhere."""
        accounts.checked(user.name, given.old, address_of(request))
        accounts.change(user.name, user.name, password=given.new)


def _users(router: APIRouter, workbench: Workbench) -> None:
    accounts = workbench.accounts

    @router.get("/users", responses=refusals(), tags=["users"])
    def users(_: Admin) -> list[Me]:
        """Everybody who may log in."""
        return [_me(user) for user in accounts.users()]

    @router.post("/users", status_code=201, responses=refusals(422), tags=["users"])
    def add_user(given: NewUser, admin: Admin) -> Me:
        """Add a user. From the first one on, everybody has to log in."""
        return _me(accounts.add(given.name, given.password, given.role, admin.name))

    @router.patch("/users/{name}", responses=refusals(404, 422), tags=["users"])
    def change_user(name: Name, given: ChangedUser, admin: Admin) -> Me:
        """Give a user another role or password; a new password logs the user out everywhere."""
        _require(accounts.users(), name)
        return _me(accounts.change(name, admin.name, role=given.role, password=given.password))

    @router.delete("/users/{name}", status_code=204, responses=refusals(404, 422), tags=["users"])
    def remove_user(name: Name, admin: Admin) -> None:
        """Take a user's account away; the trail keeps what was written."""
        _require(accounts.users(), name)
        accounts.remove(name, admin.name)


def _tokens(router: APIRouter, workbench: Workbench) -> None:
    accounts = workbench.accounts

    @router.get("/tokens", responses=refusals(), tags=["tokens"])
    def tokens(user: Viewer) -> list[TokenOut]:
        """Your own tokens, without their secrets."""
        return [_token(token) for token in accounts.tokens(user)]

    @router.post("/tokens", status_code=201, responses=refusals(422), tags=["tokens"])
    def add_token(given: NewToken, user: Viewer) -> FreshToken:
        """Make a token; the secret is shown this once."""
        if user.is_local:
            raise InputError("a token while there are no accounts", do="no token is needed on this machine")
        secret, token = accounts.new_token(user, given.title, given.days)
        return FreshToken(**_token(token).model_dump(), secret=secret)

    @router.delete("/tokens/{number}", status_code=204, responses=refusals(404, 422), tags=["tokens"])
    def remove_token(number: Number, user: Viewer) -> None:
        """Make one of your own tokens worthless."""
        if not accounts.remove_token(user, number):
            raise missing(f"token {number} of {user.name}")


def _me(user: User) -> Me:
    return Me(name=user.name, role=user.role, is_local=user.is_local)


def _token(token: Token) -> TokenOut:
    return TokenOut(number=token.number, title=token.title, made_at=token.made_at, expires_at=token.expires_at)


def _require(users: list[User], name: str) -> None:
    if name not in (user.name for user in users):
        raise missing(f"user {name}")
