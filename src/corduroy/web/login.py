"""Logging in and out: a page without scripts, that needs nothing else of the server."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from corduroy.web.accounts import LoginError, TooManyLoginsError
from corduroy.web.accounts.accounts import LOGIN_HOURS
from corduroy.web.gate import COOKIE, LOGIN_PAGE, login_of
from corduroy.web.plain_page import plain_page
from corduroy.web.workbench import Workbench

_LONGEST_NAME, _LONGEST_PASSWORD, _LONGEST_ADDRESS = 63, 200, 2000


def login_pages(workbench: Workbench) -> APIRouter:
    """The page to log in, and the address to log out at."""
    router = APIRouter(include_in_schema=False)

    @router.get(LOGIN_PAGE)
    def show(next: str = "/") -> HTMLResponse:  # noqa: A002  # the name in the address
        return _page(next)

    @router.post(LOGIN_PAGE)
    def log_in(
        request: Request,
        name: Annotated[str, Form(max_length=_LONGEST_NAME)],
        password: Annotated[str, Form(max_length=_LONGEST_PASSWORD)],
        next: Annotated[str, Form(max_length=_LONGEST_ADDRESS)] = "/",  # noqa: A002
    ) -> Response:
        try:
            user = workbench.accounts.checked(name, password, address_of(request))
        except TooManyLoginsError as refused:
            return _page(next, name, str(refused), 429, {"retry-after": str(refused.wait_s)})
        except LoginError as refused:
            return _page(next, name, str(refused), 401)
        answer = RedirectResponse(_own_page(next), 303)
        set_login(answer, workbench.accounts.open_login(user), is_secure=request.url.scheme == "https")
        return answer

    @router.post("/logout")
    def log_out(request: Request) -> Response:
        if (secret := login_of(request.headers)) is not None:
            workbench.accounts.close_login(secret)
        answer = RedirectResponse(LOGIN_PAGE, 303)
        answer.delete_cookie(COOKIE)
        return answer

    return router


def set_login(answer: Response, secret: str, *, is_secure: bool) -> None:
    """Give the browser its login: no script can read it, and no other page can write with it."""
    answer.set_cookie(
        COOKIE, secret, max_age=LOGIN_HOURS * 3600, httponly=True, samesite="lax", secure=is_secure, path="/"
    )


def address_of(request: Request) -> str:
    """From where a request comes."""
    return request.client.host if request.client else ""


def _own_page(address: str) -> str:
    """Never to another server, whatever a link says."""
    is_own = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if is_own else "/"


def _page(
    next_address: str, name: str = "", refused: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    page = plain_page("login_page.html", refused=refused, name=name, next=_own_page(next_address))
    return HTMLResponse(page, status, headers)
