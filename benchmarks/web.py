"""All figures of the workbench: ``make bench-web``."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks import web_answers, web_kill, web_load, web_memory, web_start, web_upload
from benchmarks.runner import Groups, run

GROUPS: Groups = {
    "startup": web_start.measure,
    "answers": web_answers.measure,
    "upload": web_upload.measure,
    "kill": web_kill.measure,
    "memory": web_memory.measure,
    "load": web_load.measure,
}


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A few samples of each group: shows that it runs.")] = False,
    only: Annotated[list[str] | None, typer.Option(metavar="GROUP", help=f"One of {', '.join(GROUPS)}.")] = None,
) -> None:
    """Start it, ask it, load it, fill it, kill it: what the workbench takes, and what survives."""
    run("web", GROUPS, quick, only or ())


if __name__ == "__main__":
    typer.run(main)
