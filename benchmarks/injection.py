"""All figures of the injection benchmark: ``make bench-injection``. Writes ``build/bench/injection.json``."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks import (
    injection_behaviour,
    injection_calibration,
    injection_cases,
    injection_ensemble,
    injection_leaks,
    injection_peer,
    injection_published,
    injection_refusals,
    injection_speed,
)
from benchmarks.runner import Groups, run

GROUPS: Groups = {
    "speed": injection_speed.measure,
    "peer": injection_peer.measure,
    "analytic": injection_cases.measure,
    "published": injection_published.measure,
    "behaviour": injection_behaviour.measure,
    "leaks": injection_leaks.measure,
    "ensemble": injection_ensemble.measure,
    "calibration": injection_calibration.measure,
    "bad-input": injection_refusals.measure,
}


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A few samples of each group: shows that it runs.")] = False,
    only: Annotated[list[str] | None, typer.Option(metavar="GROUP", help=f"One of {', '.join(GROUPS)}.")] = None,
) -> None:
    """Hold the injection against paper, measurements and peers; see where it leaks; time it."""
    run("injection", GROUPS, quick, only or ())


if __name__ == "__main__":
    typer.run(main)
