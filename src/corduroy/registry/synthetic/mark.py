"""How an invented patient is told from a real one."""

from __future__ import annotations

from collections.abc import Iterable

PREFIX = "SYN-"
"""What the pseudonym of every invented patient begins with."""

NOTICE = "SYNTHETIC DATA: invented patients, no real person. Not for any conclusion about a treatment."
"""What a report prints on every page."""


def is_synthetic(pseudonyms: Iterable[str]) -> bool:
    """Whether any of these patients is invented; one is enough to spoil a series.

    Parameters
    ----------
    pseudonyms : iterable of str
    """
    return any(pseudonym.startswith(PREFIX) for pseudonym in pseudonyms)
