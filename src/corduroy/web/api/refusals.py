"""How errors become answers, and how the description names them: every refusal has the form of `Problem`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

from corduroy.errors import ConflictError, CorduroyError, RecordError, RegistryError
from corduroy.registry.record.allowed import pattern_words
from corduroy.web.accounts import LoginError, TooManyLoginsError
from corduroy.web.api.bodies import Problem
from corduroy.web.gate import API
from corduroy.web.scans.scans import UploadTooLargeError

_WORDS = {
    400: "What was sent cannot be read, or ended too early; nothing is kept.",
    401: "Nobody is logged in, or name and password do not belong together.",
    403: "The role does not allow this, or another page sent it.",
    404: "There is no such thing.",
    409: "Somebody else was quicker; nothing was written.",
    413: "More bytes than the server takes.",
    421: "The server is not called by this name.",
    422: "What was sent cannot be used as it is.",
    429: "Too many logins failed.",
    503: "The registry cannot be reached just now.",
}
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_OF_ERRORS: tuple[tuple[type[CorduroyError], int], ...] = (
    (ConflictError, 409),
    (TooManyLoginsError, 429),
    (LoginError, 401),
    (UploadTooLargeError, 413),
    (RegistryError, 503),
)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the ``responses`` of an operation; what any operation may answer is always among them."""
    told = {401, 403, 421, *statuses, *([400] if 422 in statuses else [])}
    return {status: {"model": Problem, "description": _WORDS[status]} for status in sorted(told)}


def describe_refusals(document: dict[str, Any]) -> dict[str, Any]:
    """Say in the description that refusals are JSON also where the answer itself is a file or a text."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    (body,) = response["content"].values()
                    response["content"] = {"application/json": body}
    return document


def refuse_unknown(app: FastAPI) -> None:
    """Answer below the interface's address what no operation answers; to be added after all of them."""
    others = tuple(app.routes)

    @app.api_route(f"{API}/{{path:path}}", methods=_METHODS, include_in_schema=False)
    def unknown(request: Request, path: str) -> None:
        if any(route.matches(request.scope)[0] is Match.PARTIAL for route in others):
            raise HTTPException(405, f"{API}/{path} takes no {request.method}; see {API}/docs")
        raise HTTPException(404, f"there is no operation {API}/{path}; see {API}/docs")


def missing(what: str) -> HTTPException:
    """There is none."""
    return HTTPException(404, f"there is no {what}")


def add_refusals(app: FastAPI) -> None:
    """Have every error answered in the same form."""

    @app.exception_handler(CorduroyError)
    async def _refuse(_: Request, error: CorduroyError) -> JSONResponse:
        status = next((status for kind, status in _OF_ERRORS if isinstance(error, kind)), 422)
        problems = list(error.problems) if isinstance(error, RecordError) else []
        headers = {"retry-after": str(error.wait_s)} if isinstance(error, TooManyLoginsError) else None
        return _answer(status, str(error), problems, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def _unfit(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = [_told(problem) for problem in error.errors()]
        return _answer(422, "; ".join(problems), problems)

    @app.exception_handler(StarletteHTTPException)
    async def _http(_: Request, error: StarletteHTTPException) -> JSONResponse:
        return _answer(error.status_code, str(error.detail), headers=dict(error.headers or {}))


def _answer(
    status: int, message: str, problems: list[str] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    body = Problem(message=message, problems=problems or [])
    return JSONResponse(body.model_dump(), status, headers)


def _told(problem: Any) -> str:
    """One line of what pydantic found; the place without the word for where in the request it was."""
    place = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query", "path"))
    message = pattern_words(problem) or str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
