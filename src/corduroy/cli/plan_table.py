"""A plan on the terminal: what it says, what it asks, what it could not compute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from rich.table import Table

from corduroy.cli.guard import warn_plainly
from corduroy.cli.tables import terminal
from corduroy.reports.plan.wording import (
    assessed_words,
    cement_words,
    corridor_words,
    laminectomy_words,
    lesion_words,
    likeness_words,
    score_words,
    simulated_words,
)

_SCALES = ("sins", "enneking", "tomita", "laredo", "escc", "wbb", "genant")


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
    terminal().print(table, highlight=False, markup=False)


def _rows(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Lesion", lesion_words(document)
    yield "Like a hemangioma", likeness_words(document["character"])
    scores = document["scores"]
    for result in (*(scores[name] for name in _SCALES), *scores["clinical"]):
        yield result["scale"], f"{score_words(result)} ({assessed_words(result)})"
    biopsy = document["biopsy"]
    yield "Biopsy", f"{biopsy['advice']} ({'; '.join(biopsy['reasons'])})"
    yield "Biopsy corridor", corridor_words(document, "biopsy_corridors")
    levels = ", ".join(dict.fromkeys(artery["level"] for artery in document["embolization"]["arteries"]))
    yield "Embolization", f"look at {levels}, both sides; see the warning at each"
    yield "Cement", cement_words(document)
    yield "Cement corridor", corridor_words(document, "cement_corridors")
    yield "Laminectomy", laminectomy_words(document)
    for prompt in document["prompts"]:
        yield "Stable?", prompt["text"]
    yield from simulated_words(document)
    yield "To confirm", f"{len(document['scores']['to_confirm'])} items of scales"
