"""What `corduroy inject` and `corduroy mechanics` have in common: where their results go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from corduroy.pipeline.plan_outputs import PlanOutputs
    from corduroy.planning.simulated import SimulatedKind


def named_outputs(places: PlanOutputs, kind: SimulatedKind, name: str, asked: Path | None) -> PlanOutputs:
    """The plan's places, the JSON file under the name of this result."""
    if asked is not None or places.json is None:
        return places
    return replace(places, json=places.json.with_name(f"{name}_{kind}.json"))


def point_only(seed: str | None) -> str | None:
    """What `--seed` gives, which is a point in the lesion as for `corduroy plan`.

    Raises
    ------
    SettingsError
        If it is a whole number: the seed of the random draws has an option of its own.
    """
    from corduroy.errors import SettingsError

    if seed is not None and seed.strip().lstrip("+-").isdigit():
        raise SettingsError(
            f"--seed {seed}",
            "a point in the lesion, three numbers in mm such as 12.5,-40,310",
            f"for the random draws: --random-seed {seed}",
        )
    return seed


def print_places(kind: SimulatedKind, json: Path | None, report: Path | None) -> None:
    """Where the results are."""
    if json is not None:
        typer.echo(f"JSON    {json}")
    if report is not None:
        typer.echo(f"report  {report / f'{kind}.html'}")
        typer.echo(f"        {report / f'{kind}.pdf'}; the next `corduroy plan` with this folder shows it")
