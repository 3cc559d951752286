"""All figures of the registry benchmark: ``make bench-registry``."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks import registry_safety, registry_speed
from benchmarks.runner import Groups, run

GROUPS: Groups = {
    "safety": registry_safety.measure,
    "speed": registry_speed.measure,
}


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A few samples of each group: shows that it runs.")] = False,
    only: Annotated[list[str] | None, typer.Option(metavar="GROUP", help=f"One of {', '.join(GROUPS)}.")] = None,
) -> None:
    """Kill writers, let them meet, fill their disk; build large registries and time what people wait for."""
    run("registry", GROUPS, quick, only or ())


if __name__ == "__main__":
    typer.run(main)
