"""The answer where there is no page: a page of our own, without scripts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from corduroy.web.pages.theme import system_style_sheet
from corduroy.web.texts import LANGUAGE, text


def add_not_found(pages: FastAPI) -> None:
    """Have NiceGUI's application answer so in place of its own page.

    Parameters
    ----------
    pages : FastAPI
        NiceGUI's.
    """

    @pages.exception_handler(404)
    async def not_found(_: Request, __: Exception) -> HTMLResponse:
        return HTMLResponse(_page(), 404)


@cache
def _page() -> str:
    source = files("corduroy.web").joinpath("not_found_page.html").read_text(encoding="utf-8")
    told = {"language": LANGUAGE, "style": system_style_sheet(), "text": text}
    return Environment(autoescape=True).from_string(source).render(**told)
