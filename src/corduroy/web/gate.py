"""`Gate`: what every request has to pass before anything else sees it.

1. The Host is one of ours: a page from elsewhere cannot reach the server by giving its own name our address.
2. It comes from our own pages or from a program: browsers name the page's Origin. A link from elsewhere may only read.
3. Once there are accounts, a login or token that has not expired; without one there is only the page to log in.

Answers carry headers that let a page load nothing from anywhere else, and no other page show it in a frame.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corduroy.web.accounts import Accounts, Role, User

COOKIE = "corduroy_login"
LOGIN_PAGE = "/login"
API = "/api/v1"
_OPEN = {LOGIN_PAGE, f"{API}/login", "/favicon.ico"}
_READING = {"GET", "HEAD", "OPTIONS"}
_CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "content-security-policy": _CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
}


class Gate:
    """An ASGI middleware; the user is in the scope's state for those behind it.

    Parameters
    ----------
    app : ASGI application
    accounts : Accounts
    hosts : collection of str
        Names, without port, by which the server may be called.
    local_name : str
        How the trail calls whoever sits at this machine while there are no accounts.
    """

    def __init__(self, app: ASGIApp, accounts: Accounts, hosts: Collection[str], local_name: str) -> None:
        self._app = app
        self._accounts = accounts
        self._hosts = frozenset(hosts)
        self._local = User(local_name, Role.ADMIN, is_local=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._misdirected(scope, headers)
        if refusal is None:
            user = self._user(headers)
            scope.setdefault("state", {})["user"] = user
            refusal = None if user is not None or scope["path"] in _OPEN else _not_logged_in(scope)
        if refusal is None:
            if scope["type"] == "websocket":
                receive = self._while_logged_in(headers, receive)
            await self._app(scope, receive, _with_headers(scope, send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, _with_headers(scope, send))

    def _misdirected(self, scope: Scope, headers: Headers) -> Response | None:
        """The refusal of what was not meant for us, or was sent by somebody else's page."""
        host = headers.get("host", "")
        if _name_of(host) not in self._hosts:
            return problem(421, f"this server is not called '{host[:100]}'", "open it by the address that it printed")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return problem(403, "a request that another page sent", "send it from the workbench's own pages")
        writes = scope["type"] == "websocket" or scope["method"] not in _READING
        if writes and headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return problem(403, "a request that another page sent", "send it from the workbench's own pages")
        return None

    def _user(self, headers: Headers) -> User | None:
        if not self._accounts.exist:
            return self._local
        for secret in _secrets(headers):
            if (user := self._accounts.owner(secret)) is not None:
                return user
        return None

    def _while_logged_in(self, headers: Headers, receive: Receive) -> Receive:
        """A page that stays open is cut off when its login has ended; browsers say something every half a minute."""

        async def receiving() -> Message:
            message = await receive()
            return message if self._user(headers) is not None else {"type": "websocket.disconnect", "code": 1008}

        return receiving


def login_of(headers: Headers) -> str | None:
    """The secret in the cookie."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value


def problem(status: int, got: str, do: str) -> JSONResponse:
    """A refusal in the form in which the whole interface refuses."""
    return JSONResponse({"message": f"{got}; {do}", "problems": [], "doubts": []}, status)


def _secrets(headers: Headers) -> Iterable[str]:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        yield token.strip()
    elif (login := login_of(headers)) is not None:
        yield login


def _not_logged_in(scope: Scope) -> Response:
    if scope["type"] == "websocket" or scope["path"].startswith(API) or scope["method"] not in _READING:
        refused = problem(401, "nobody is logged in", f"log in at {LOGIN_PAGE}, or send a token as a bearer")
        refused.headers["www-authenticate"] = "Bearer"
        return refused
    wanted = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    return RedirectResponse(f"{LOGIN_PAGE}?next={quote(wanted, safe='/')}", 303)


def _name_of(host: str) -> str:
    """Without the port; an IPv6 address is in brackets."""
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0].lower()


def _with_headers(scope: Scope, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if scope["path"].startswith((API, LOGIN_PAGE)):
                headers.setdefault("cache-control", "no-store")
        await send(message)

    return sending
