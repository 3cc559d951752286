"""The compared states on the terminal."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table

from corduroy.cli.guard import warn_plainly
from corduroy.cli.tables import terminal
from corduroy.reports.mechanics.wording import (
    change_words,
    facet_words,
    interval_words,
    mass_words,
    number_words,
    ratio_words,
    standing_and_lifting,
    strength_words,
)


def print_mechanics(document: dict[str, Any]) -> None:
    """Warnings to standard error, everything else to standard output."""
    for warning in document["warnings"]:
        warn_plainly(warning)
    console = terminal()
    typer.echo(f"{document['case']}: mechanics of {document['level']}. {document['disclaimer']}")
    console.print(_states(document), "", _sharing(document), highlight=False)
    neighbours = _neighbours(document)
    if neighbours is not None:
        console.print("", neighbours, highlight=False)
    for line in (mass_words(document), interval_words(document)):
        console.print(line, style="dim", highlight=False, markup=False)
    for name, reason in document["missing"].items():
        console.print(f"{name}: {reason}", style="dim", highlight=False, markup=False)


def _states(document: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("state", no_wrap=True)
    names = standing_and_lifting(document)
    for title in ("stiffness kN/mm", "change", "strength kN", "change", *(f"load/strength\n{name}" for name in names)):
        table.add_column(title, justify="right", no_wrap=True)
    for state in document["states"]:
        change = state["change_percent"]
        table.add_row(
            state["words"],
            number_words(state["stiffness"], 1, 1000.0),
            change_words(change["stiffness"]),
            strength_words(state["strength"]),
            change_words(change["strength"]),
            *(ratio_words(state, name) for name in names),
        )
    return table


def _sharing(document: dict[str, Any]) -> Table:
    """Where each state fails first, and which way the load goes."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("state", "fails first"):
        table.add_column(title, no_wrap=True)
    for title in ("first yield kN", "through the shell", "through the facets"):
        table.add_column(title, justify="right", no_wrap=True)
    for state in document["states"]:
        first = state["first_failure"]
        table.add_row(
            state["words"],
            first["place"],
            f"{first['force_n'] / 1000:.2f}",
            f"{state['shell_share_percent']:.0f} %",
            facet_words(state["segment"]),
        )
    return table


def _neighbours(document: dict[str, Any]) -> Table | None:
    """Strains of the three-vertebra model, medians."""
    segments = [(state["words"], state["segment"]) for state in document["states"] if state["segment"] is not None]
    if not segments:
        return None
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("with neighbours", no_wrap=True)
    names = list(segments[0][1]["strain_microstrain"])
    for name in names:
        table.add_column(f"{name} µε", justify="right", max_width=12)
    for words, segment in segments:
        strains = (f"{segment['strain_microstrain'][name]['median']:.0f}" for name in names)
        table.add_row(words, *strains)
    return table
