"""Numbers of documents in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corduroy.web.scans import PartRole, Scan
from corduroy.web.scans.scan import DEFAULT_TITLE
from corduroy.web.texts import text

MISSING = "–"


def number(value: float | None, half_width: float | None = None, unit: str = "", digits: int = 1) -> str:
    """A value with the half-width of its 95 % interval; a dash where there is none."""
    if value is None:
        return MISSING
    spread = "" if half_width is None else f" ±\u00a0{half_width:.{digits}f}"
    return f"{value:.{digits}f}{spread}{f' {unit}' if unit else ''}"


def measured(part: Mapping[str, Any] | None, digits: int = 1) -> str:
    """A part of a document with value, uncertainty and unit."""
    if part is None:
        return MISSING
    return number(part["value"], part["uncertainty"], part.get("unit", ""), digits)


def of_uncertain(document: Mapping[str, Any], *path: str, digits: int = 1) -> str:
    """A value of a measurement's document, whose uncertainty stands at the same path below ``uncertainty``."""
    return number(_at(document, path), _at(document["uncertainty"], path), digits=digits)


def scan_words(scan: Scan) -> str:
    """What a scan is called: a radiograph that kept the title of a new scan is no CT."""
    is_film = PartRole.RADIOGRAPH in scan.parts
    return text("scan.radiograph") if is_film and scan.title == DEFAULT_TITLE else scan.title


def _at(document: Mapping[str, Any], path: tuple[str, ...]) -> float | None:
    value: Any = document
    for name in path:
        value = None if value is None else value.get(name)
    return None if value is None else float(value)
