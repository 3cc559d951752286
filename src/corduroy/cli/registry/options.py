"""Options that several commands of the registry share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from corduroy.registry.store import Registry

DEFAULT_PLACE = "registry.sqlite"

Place = Annotated[
    str,
    typer.Option(
        "--registry",
        envvar="CORDUROY_REGISTRY",
        metavar="PLACE",
        help="A file, or a PostgreSQL URL: postgresql://user@host/database.",
    ),
]
Who = Annotated[
    str | None, typer.Option("--who", help="Who is answerable, for the trail.", show_default="the name of your account")
]
JsonOut = Annotated[str | None, typer.Option("--json", metavar="OUT", help="JSON into a file; - prints it.")]


def opened(place: str) -> Registry:
    """The registry at a place."""
    from corduroy.registry.store import Registry

    return Registry.open(place)


def answerable(who: str | None) -> str:
    """Who was named, or the name of the account.

    Raises
    ------
    InputError
        If there is neither.
    """
    import getpass

    from corduroy.errors import InputError

    try:
        return who or getpass.getuser()
    except (KeyError, OSError) as error:
        raise InputError("an account without a name", do="say by --who who is answerable") from error


def write_out(value: Any, out: str) -> None:
    """JSON to a file, beside and then renamed, or to standard output."""
    import json
    from pathlib import Path

    from corduroy.pipeline.files import write_json

    if out == "-":
        typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
    else:
        write_json(Path(out), value)
