"""Which characters a field takes, in words instead of a pattern."""

from __future__ import annotations

import re
from typing import Any

_SHAPE = re.compile(r"\^(?P<first>\[A-Za-z0-9\])?\[A-Za-z0-9(?P<signs>[^]]*)\](?:\{0,(?P<more>\d+)\}|\*)\$")


def pattern_words(problem: Any) -> str | None:
    """What is allowed where a pattern was not met.

    Parameters
    ----------
    problem : mapping
        One of pydantic's ``errors()``.

    Returns
    -------
    str or None
        None if it is another problem, or a pattern of another shape.
    """
    if problem["type"] != "string_pattern_mismatch":
        return None
    found = _SHAPE.fullmatch(problem["ctx"]["pattern"])
    if found is None:
        return None
    words = f"expected only letters a to z and A to Z without accents, digits, and any of {' '.join(found['signs'])}"
    if found["first"]:
        words += ", a letter or digit first"
    if found["more"]:
        words += f", at most {int(found['more']) + bool(found['first'])} characters"
    return words
