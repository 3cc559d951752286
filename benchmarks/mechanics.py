"""All figures of the mechanics benchmark: ``make bench-mechanics``."""

from __future__ import annotations

from typing import Annotated

import typer

from benchmarks import (
    mechanics_bad_input,
    mechanics_clinical,
    mechanics_microct,
    mechanics_reference,
    mechanics_scaling,
    mechanics_speed,
    mechanics_verification,
    mechanics_vertebra,
)
from benchmarks.runner import Groups, run

GROUPS: Groups = {
    "verification": mechanics_verification.measure,
    "bad-input": mechanics_bad_input.measure,
    "reference": mechanics_reference.measure,
    "vertebra": mechanics_vertebra.measure,
    "clinical": mechanics_clinical.measure,
    "trabecular": mechanics_microct.measure,
    "scaling": mechanics_scaling.measure,
    "speed": mechanics_speed.measure,
}


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Small problems in each group: shows that it runs.")] = False,
    only: Annotated[list[str] | None, typer.Option(metavar="GROUP", help=f"One of {', '.join(GROUPS)}.")] = None,
) -> None:
    """Solve what has a known answer, a published vertebra and a scanned cube; time the solver beside its peers."""
    run("mechanics", GROUPS, quick, only or ())


if __name__ == "__main__":
    typer.run(main)
