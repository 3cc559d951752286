"""Texts that a spreadsheet would run as a formula: how exports quote them, how imports recognise them.

The rule, the same in every CSV that is written here: a text whose first character is one of ``= + - @``, a tab, a
carriage return or an apostrophe gets an apostrophe in front. Reading takes one apostrophe off wherever it stands
before one of these characters, so that every text comes back as it was. Numbers are not texts: ``-5`` stays ``-5``.

The list of characters is OWASP's ("CSV Injection"); the apostrophe is in it so that the rule can be undone.
"""

from __future__ import annotations

TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
_QUOTE = "'"


def neutralised(text: str) -> str:
    """The text as it is written into a CSV file."""
    return _QUOTE + text if text.startswith((*TRIGGERS, _QUOTE)) else text


def restored(text: str) -> str:
    """The text as it was before `neutralised`."""
    return text[1:] if text.startswith(_QUOTE) and text[1:].startswith((*TRIGGERS, _QUOTE)) else text


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return text.startswith(TRIGGERS)
