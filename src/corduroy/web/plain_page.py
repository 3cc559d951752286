"""Pages without scripts, that need nothing else of the server: to log in, and where there is no page."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, Template

from corduroy.web.pages.theme import system_style_sheet
from corduroy.web.texts import LANGUAGE, text


def plain_page(file: str, /, **told: str) -> str:
    """One of the HTML files beside this one, filled.

    Parameters
    ----------
    file : str
        Its name.
    **told : str
        What it asks for beside texts and style.
    """
    return _template(file).render(language=LANGUAGE, style=system_style_sheet(), text=text, **told)


@cache
def _template(file: str) -> Template:
    source = files("corduroy.web").joinpath(file).read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(source)
