"""`corduroy registry verify`, `backup` and `restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from corduroy.cli.guard import BAD_INPUT, guarded
from corduroy.cli.registry.options import DEFAULT_PLACE, JsonOut, Place, opened, write_out

_KEEP = "write the head down elsewhere: only against it `verify --head` can tell that the end was cut off"


def verify(
    head: Annotated[str | None, typer.Option(metavar="HASH", help="A head that was written down earlier.")] = None,
    registry: Place = DEFAULT_PLACE,
    json: JsonOut = None,
) -> None:
    """Check that the audit trail is whole and that the tables say what it says; exit code 2 if not."""
    with guarded():
        with opened(registry) as source:
            found = source.verify(head)
        if json:
            write_out(asdict(found), json)
        if not found.is_whole:
            typer.echo(f"NOT WHOLE: {found.problem}", err=True)
            raise typer.Exit(BAD_INPUT)
        if not json:
            typer.echo(f"whole: {found.lines} lines of the trail, {found.entries} entries")
            typer.echo(f"head {found.head}")
            typer.echo(_KEEP)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")],
    registry: Place = DEFAULT_PLACE,
) -> None:
    """Write the whole registry, trail included, into one file; a FILE that is there is replaced when it is done."""
    with guarded():
        with opened(registry) as source:
            made = source.backup(file)
        typer.echo(f"{made.entries} entries, {made.lines} lines of the trail written to {file}")
        typer.echo(f"head {made.head}")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    registry: Place = DEFAULT_PLACE,
    replace: Annotated[bool, typer.Option("--replace", help="Give up the registry that is there.")] = False,
) -> None:
    """Make a registry from a backup, in a file or in PostgreSQL, whichever it came from."""
    with guarded():
        from corduroy.registry.store import Registry

        found = Registry.restore(file, registry, replace=replace)
        typer.echo(f"{found.entries} entries, {found.lines} lines of the trail restored and verified")
        typer.echo(f"head {found.head}")
