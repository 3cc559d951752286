"""Looking words up."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGE = "en"


def text(key: str, **values: Any) -> str:
    """The words of a key, with values put into their places.

    Parameters
    ----------
    key : str
        Section and name: ``"jobs.empty"``.
    **values
        For the places in braces.

    Raises
    ------
    KeyError
        If there are no such words.
    """
    return _words()[key].format(**values)


def keys() -> frozenset[str]:
    """Every key that has words."""
    return frozenset(_words())


@cache
def _words() -> dict[str, str]:
    content = files("corduroy.web.texts").joinpath(f"{LANGUAGE}.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(content)
    return {f"{section}.{name}": words for section, own in sections.items() for name, words in own.items()}
