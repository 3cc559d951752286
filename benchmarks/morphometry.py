"""All figures of the morphometry benchmark: ``make bench-morphometry``.

Writes ``build/bench/morphometry.json``; a run of a part (``--quick``, ``--only``) writes beside it under its own name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import bad_input, graded_masks, phantom_accuracy, readers, real_spines, speed, stability
from benchmarks.figures import Figure, print_table, print_verdict, write_json
from benchmarks.groups import Report
from benchmarks.pool import Tick

GROUPS: dict[str, Callable[[bool, Tick], Report]] = {
    "phantoms": phantom_accuracy.measure,
    "graded": graded_masks.measure,
    "real": real_spines.measure,
    "stability": stability.measure,
    "speed": speed.measure,
    "bad-input": bad_input.measure,
    "readers": readers.measure,
}
_FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"
_PLAIN_WIDTH = 160


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A few samples of each group: shows that it runs.")] = False,
    only: Annotated[list[str] | None, typer.Option(metavar="GROUP", help=f"One of {', '.join(GROUPS)}.")] = None,
) -> None:
    """Measure accuracy, stability, speed and robustness of the morphometry, and say which targets are held."""
    if unknown := set(only or ()) - set(GROUPS):
        raise typer.BadParameter(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    chosen = [name for name in GROUPS if not only or name in only]
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PLAIN_WIDTH)
    figures: list[Figure] = []
    place = _FOLDER / f"{'-'.join(['morphometry', *(['quick'] if quick else []), *(chosen if only else [])])}.json"
    for name in chosen:
        report = _run(name, quick)
        figures += report.figures
        write_json(figures, place)
        print_table(name, report.figures, console)
        for table in report.particulars:
            if table.row_count:
                console.print(table, end="\n\n")
    print_verdict(figures, console)
    console.print(f"written to {place}", highlight=False, soft_wrap=True)


def _run(name: str, quick: bool) -> Report:
    """Run one group under a progress bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=None)
        return GROUPS[name](quick, lambda done, total: progress.update(task, completed=done, total=total))


if __name__ == "__main__":
    typer.run(main)
