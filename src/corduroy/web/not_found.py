"""The answer where there is no page: a page of our own, without scripts."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from corduroy.web.plain_page import plain_page


def add_not_found(pages: FastAPI) -> None:
    """Have NiceGUI's application answer so in place of its own page.

    Parameters
    ----------
    pages : FastAPI
        NiceGUI's.
    """

    @pages.exception_handler(404)
    async def not_found(_: Request, __: Exception) -> HTMLResponse:
        return HTMLResponse(plain_page("not_found_page.html"), 404)
