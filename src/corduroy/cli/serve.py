"""`corduroy serve`: the workbench in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corduroy.cli.guard import guarded

FOLDER_HELP = "Where scans, results, accounts and the registry are kept; made if it is not there."


def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=FOLDER_HELP)] = Path("corduroy-workbench"),
    registry: Annotated[
        str | None,
        typer.Option(envvar="CORDUROY_REGISTRY", metavar="PLACE", help="Another registry: a file or a PostgreSQL URL."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but this machine's own needs accounts (`corduroy users`).")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8417,
    name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A further name by which browsers call this server.")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, max=64, help="Processes that measure, plan and simulate.")] = 1,
) -> None:
    """Open the workbench: a web application on this machine, with a REST interface."""
    with guarded():
        from corduroy.web.serve import serve as serve_until_ended
        from corduroy.web.settings import ServerSettings

        settings = ServerSettings(
            folder=folder, registry=registry, host=host, port=port, names=tuple(name or ()), workers=workers
        )
        serve_until_ended(settings, lambda address: typer.echo(f"{address}  (Ctrl-C ends it)"))
