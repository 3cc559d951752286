"""A plan on the terminal: what it says, what it asks, what it could not compute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from corduroy.cli.guard import warn_plainly

_WIDTH = 110


def print_plan(document: dict[str, Any]) -> None:
    """Warnings to standard error, everything else to standard output."""
    for warning in document["warnings"]:
        warn_plainly(warning)
    typer.echo(f"{document['case']}: plan for {document['level']}. {document['disclaimer']}")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, text in _rows(document):
        table.add_row(name, text)
    Console(width=_WIDTH, highlight=False).print(table)


def _rows(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "lesion", _lesion(document)
    for name in ("sins", "enneking", "tomita", "laredo", "escc", "wbb", "genant"):
        yield name.upper() if name in ("sins", "escc", "wbb") else name, score_words(document["scores"][name])
    for result in document["scores"]["clinical"]:
        yield result["scale"], score_words(result)
    biopsy = document["biopsy"]
    yield "biopsy", f"{biopsy['advice']} ({'; '.join(biopsy['reasons'])})"
    for purpose in ("biopsy", "cement"):
        yield f"{purpose} corridor", _corridors(document, f"{purpose}_corridors")
    arteries = document["embolization"]["arteries"]
    levels = ", ".join(dict.fromkeys(artery["level"] for artery in arteries))
    yield "embolization", f"look at {levels}, both sides; see the warning at each"
    yield "cement", _cement(document)
    yield "laminectomy", _laminectomy(document)
    for prompt in document["prompts"]:
        yield "stability?", prompt["text"]
    for part in ("injection", "mechanics"):
        if document[part] is None:
            yield part, document["missing"][part]
    yield "to confirm", f"{len(document['scores']['to_confirm'])} items of scales"


def score_words(result: dict[str, Any]) -> str:
    """Grade or total, or what is still possible, and how much was assessed."""
    assessed = f"{result['items_assessed']} of {result['items_total']} items assessed"
    confirmed = ", confirmed" if result["is_confirmed"] else ", to be confirmed" if result["items_assessed"] else ""
    label = result["grade_label"] or (None if result["grade"] is None else _plain(result["grade"]))
    if result["value"] is not None:
        number = f"{result['value']:g}"
        words = number if label is None else f"{number}: {label}"
    elif result["lowest"] is not None and result["items_assessed"]:
        words = f"{result['lowest']:g} to {result['highest']:g}" + (f": {label}" if label else "")
    else:
        words = label or "not known"
    return f"{words} ({assessed}{confirmed})"


def _plain(grade: Any) -> str:
    if isinstance(grade, dict):
        zones = ", ".join(map(str, sorted(grade["zones"])))
        return f"zones {zones} ({grade['numbering']}), layers {', '.join(grade['layers'])}, side: {grade['side']}"
    return str(grade)


def _lesion(document: dict[str, Any]) -> str:
    lesion = document["lesion"]
    if lesion is None:
        return str(document["missing"]["lesion"])
    words = [f"{_with(lesion['in_bone'])} in bone, {_with(lesion['body_share'], 0)} of the body"]
    words.append("involved: " + (", ".join(lesion["involved"]) or "no part of the arch"))
    for name in ("epidural", "paravertebral"):
        part = lesion[name]
        if part["volume"]["value"] > 0:
            words.append(f"{name} {_with(part['volume'])}" + (f" {part['side']}" if part["side"] else ""))
    return "; ".join(words)


def _corridors(document: dict[str, Any], name: str) -> str:
    found = document[name]
    return str(document["missing"][name] if found is None else found["verdict"])


def _cement(document: dict[str, Any]) -> str:
    found = document["augmentation"]
    if found is None:
        return str(document["missing"]["augmentation"])
    fills = ", ".join(f"{f['volume_ml']:g} ml {f['of_body_percent']['value']:.0f} %" for f in found["fills"])
    return f"{_with(found['injectable'])} injectable ({found['injectable_is']}); of the body: {fills}"


def _laminectomy(document: dict[str, Any]) -> str:
    found = document["decompression"]
    if found is None:
        return str(document["missing"]["decompression"])
    words = []
    for level in found["levels"]:
        width = level["borders"]["left_mm"] + level["borders"]["right_mm"]
        text = f"{level['level']}: {width:.0f} mm wide, {_with(level['bone_removed'])} of bone"
        if level["canal_area_before"] is not None:
            text += f", canal {_with(level['canal_area_before'], 0)} to {_with(level['canal_area_after'], 0)}"
        words.append(text)
    return "; ".join(words)


def _with(measured: dict[str, Any], digits: int = 1) -> str:
    unit = {"mm2": "mm²", "mm3": "mm³"}.get(measured["unit"], measured["unit"])
    return f"{measured['value']:.{digits}f} ± {measured['uncertainty']:.{digits}f} {unit}"
