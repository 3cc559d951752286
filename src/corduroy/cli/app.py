"""The command and its subcommands put together."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from corduroy import __version__
from corduroy.cli.check_paper import check_paper
from corduroy.cli.deidentify import deidentify
from corduroy.cli.demo import demo
from corduroy.cli.inject import inject
from corduroy.cli.measure import measure
from corduroy.cli.mechanics import mechanics
from corduroy.cli.plan import plan
from corduroy.cli.registry import registry
from corduroy.cli.serve import serve
from corduroy.cli.study import study
from corduroy.cli.users import users
from corduroy.cli.validate import validate

app = typer.Typer(
    name="corduroy",
    help="Measure vertebrae on a CT or a label map. Research software, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(measure)
app.command()(plan)
app.command()(inject)
app.command()(mechanics)
app.command()(demo)
app.command()(validate)
app.command()(study)
app.command()(check_paper)
app.command()(serve)
app.add_typer(deidentify, name="deidentify")
app.add_typer(registry, name="registry")
app.add_typer(users, name="users")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"corduroy {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """The options of `corduroy` itself."""


def main() -> None:
    """Entry point of the command line."""
    # Many small products of matrices: threads cost more than they give, and three times as much processor time
    # where others compute too. Must be said before numpy is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()
