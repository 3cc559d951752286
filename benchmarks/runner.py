"""Run the groups of a benchmark one after the other, print them, and write their figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.figures import Figure, print_table, print_verdict, write_json
from benchmarks.groups import Report
from benchmarks.pool import Tick

Groups = Mapping[str, Callable[[bool, Tick], Report]]

_FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"
_PLAIN_WIDTH = 160


def run(name: str, groups: Groups, quick: bool, only: Sequence[str]) -> None:
    """Run all groups or those named; a part is written under its own name, never over the whole.

    Parameters
    ----------
    name : str
        Of the benchmark and of its file in ``build/bench``.
    groups : mapping of str to callable
    quick : bool
        A few samples of each group.
    only : sequence of str
        Groups; empty for all.
    """
    if unknown := set(only) - set(groups):
        raise typer.BadParameter(f"no group {', '.join(sorted(unknown))}; there are {', '.join(groups)}")
    chosen = [group for group in groups if not only or group in only]
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PLAIN_WIDTH)
    figures: list[Figure] = []
    place = _FOLDER / f"{'-'.join([name, *(['quick'] if quick else []), *(chosen if only else [])])}.json"
    for group in chosen:
        report = _measured(group, groups[group], quick)
        figures += report.figures
        write_json(figures, place)
        print_table(group, report.figures, console)
        for table in report.particulars:
            if table.row_count:
                console.print(table, end="\n\n")
    print_verdict(figures, console)
    console.print(f"written to {place}", highlight=False, soft_wrap=True)


def _measured(name: str, measure: Callable[[bool, Tick], Report], quick: bool) -> Report:
    """Run one group under a progress bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=None)
        return measure(quick, lambda done, total: progress.update(task, completed=done, total=total))
