"""`corduroy deidentify`: DICOM without the person, and a check of what is left in an export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import BAD_INPUT, guarded, warn_plainly

if TYPE_CHECKING:
    from corduroy.registry.deidentify import Leftover

deidentify = typer.Typer(
    help="Copy DICOM images without the person, and check exports for what is left.", no_args_is_help=True
)


@deidentify.command()
def dicom(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="A DICOM file, folder or zip of one patient.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder for the copies.")],
    pseudonym: Annotated[str, typer.Option(help="The patient's pseudonym in the registry.")],
    key: Annotated[Path, typer.Option(help="The department's key; made, if there is none.")],
) -> None:
    """Copy images by the basic profile of DICOM PS3.15; dates move by the patient's own shift."""
    with guarded():
        from corduroy.cli.progress import count_bar
        from corduroy.registry.deidentify import create_key, deidentify_dicom, load_key
        from corduroy.registry.record import require_pseudonym

        require_pseudonym(pseudonym)
        secret = load_key(key) if key.exists() else create_key(key)
        with count_bar("de-identify") as on_file:
            result = deidentify_dicom(source, out, pseudonym, secret, on_file)
        typer.echo(f"{result.written} images written to {out}")
        for reason, count in result.skipped.items():
            warn_plainly(f"{count} files left out: {reason}")
        for warning in result.warnings:
            warn_plainly(warning)


@deidentify.command()
def check(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="A file or folder that is to be given away.")],
    original: Annotated[
        list[Path] | None, typer.Option(help="Original DICOM of the patients: their names and numbers are looked for.")
    ] = None,
    names: Annotated[Path | None, typer.Option(help="A text file of names and numbers, one per line.")] = None,
) -> None:
    """Look for names, dates and numbers that are left in an export; exit code 2 if any is found."""
    with guarded():
        from corduroy.registry.deidentify import find_leftovers, identifiers_in, listed_identifiers

        known = frozenset[str]().union(*(identifiers_in(path) for path in original or ()))
        known |= listed_identifiers(names) if names else frozenset()
        found = find_leftovers(export, known)
        if found:
            _print_leftovers(found)
            raise typer.Exit(BAD_INPUT)
        typer.echo(f"nothing found in {export}" + ("" if known else " (no names were given to look for)"))
        typer.echo("this is no proof: text inside pictures is never read")


def _print_leftovers(found: list[Leftover]) -> None:
    from rich.table import Table
    from rich.text import Text

    from corduroy.cli.tables import terminal

    table = Table(title=f"{len(found)} left in the export", box=None, title_justify="left", header_style="bold")
    for heading in ("where", "what", "found"):
        table.add_column(heading, overflow="fold")
    for left in found:
        table.add_row(Text(left.place), left.what, Text(left.text))
    terminal().print(table)
