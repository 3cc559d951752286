"""The injection on the terminal."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table

from corduroy.cli.guard import warn_plainly
from corduroy.cli.tables import terminal
from corduroy.pipeline.injection_part import leak_table, summary_of, what_if_table
from corduroy.planning.simulated import SimulatedTable


def print_injection(document: dict[str, Any]) -> None:
    """Warnings to standard error, everything else to standard output."""
    for warning in document["warnings"]:
        warn_plainly(warning)
    console = terminal()
    typer.echo(f"{document['case']}: injection of {document['level']}. {document['disclaimer']}")
    for sentence in summary_of(document):
        console.print(sentence, highlight=False, markup=False)
    tables = [leak_table(document)]
    if document["what_if"] is not None:
        tables.append(what_if_table(document))
    for table in tables:
        console.print("", _drawn(table), highlight=False)
        console.print(table.note, style="dim", highlight=False, markup=False)


def _drawn(table: SimulatedTable) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for place, title in enumerate(table.columns):
        drawn.add_column(title, justify="left" if place == 0 else "right", max_width=34 if place == 0 else 16)
    for row in table.rows:
        drawn.add_row(*row)
    return drawn
