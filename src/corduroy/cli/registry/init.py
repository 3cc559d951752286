"""`corduroy registry init`: an empty registry."""

from __future__ import annotations

import typer

from corduroy.cli.guard import guarded
from corduroy.cli.registry.options import DEFAULT_PLACE, Place


def init(registry: Place = DEFAULT_PLACE) -> None:
    """Make an empty registry: a file, or the tables in a PostgreSQL database."""
    with guarded():
        from corduroy.registry.store import Registry

        with Registry.create(registry) as made:
            typer.echo(f"empty registry at {made.place}")
