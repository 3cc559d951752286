"""`corduroy registry import`: a sheet or a REDCap export into the registry; first a dry run, then `--write`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import BAD_INPUT, guarded
from corduroy.cli.registry.options import DEFAULT_PLACE, JsonOut, Who, answerable, opened, write_out

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from corduroy.registry.exchange import Problem, Reading
    from corduroy.registry.store import Registry

_MOST_LINES = 200

PlaceIfAny = Annotated[
    str | None,
    typer.Option(
        "--registry",
        envvar="CORDUROY_REGISTRY",
        metavar="PLACE",
        help="Registry to add to: a file, or a PostgreSQL URL.",
        show_default=f"{DEFAULT_PLACE}, if it is there",
    ),
]


class Form(StrEnum):
    """What FILE is."""

    TABLE = "table"
    REDCAP = "redcap"


def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV or XLSX sheet, or a REDCap export (CSV, raw data).")
    ],
    mapping: Annotated[Path | None, typer.Option(metavar="M", help="Mapping file (YAML); needed for a sheet.")] = None,
    form: Annotated[Form, typer.Option("--as", help="What FILE is.")] = Form.TABLE,
    registry: PlaceIfAny = None,
    write: Annotated[bool, typer.Option("--write", help="Write; without it only a report is made.")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="I have looked at the doubts and stand by them.")] = False,
    who: Who = None,
    why: Annotated[str | None, typer.Option(help="Reason, for the trail.", show_default="import of FILE")] = None,
    json: JsonOut = None,
) -> None:
    """Read FILE, list every problem with its cell, and write nothing before all are mended."""
    with guarded():
        from corduroy.registry.exchange import write_reading

        with _opened(registry, write) as target:
            reading = _read(file, mapping, form, target)
            _report(reading, json)
            if reading.problems:
                typer.echo("Nothing was written.", err=True)
                raise typer.Exit(BAD_INPUT)
            if not write or target is None:
                typer.echo("Dry run: nothing was written; --write writes it.", err=True)
                return
            if reading.doubts and not confirm:
                typer.echo("Nothing was written: look at the doubts, then add --confirm.", err=True)
                raise typer.Exit(BAD_INPUT)
            why = why or f"import of {file.name}"
            number = write_reading(target, reading, who=answerable(who), why=why, confirmed=confirm)
            typer.echo(f"{number} records written to {target.place}", err=True)


def draft_mapping(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX sheet.")],
    out: Annotated[Path | None, typer.Option(metavar="M", help="Where to write it; printed, if not given.")] = None,
) -> None:
    """Draft a mapping file from the headings of FILE, for a person to edit."""
    with guarded():
        from corduroy.errors import InputError
        from corduroy.pipeline.files import replacing
        from corduroy.registry.exchange.drafting import draft_mapping as drafted

        text = drafted(file)
        if out is None:
            typer.echo(text, nl=False)
            return
        if out.exists():
            raise InputError(f"there is a file {out} already", "a new name", "it may hold edits of yours")
        with replacing(out) as temporary:
            temporary.write_text(text, encoding="utf-8")
        typer.echo(f"{out} written; replace every TODO in it")


def _opened(registry: str | None, write: bool) -> AbstractContextManager[Registry | None]:
    """The registry to add to; for a dry run there need not be one."""
    from contextlib import nullcontext

    place = registry or (DEFAULT_PLACE if write or Path(DEFAULT_PLACE).exists() else None)
    return opened(place) if place else nullcontext(None)


def _read(file: Path, mapping: Path | None, form: Form, target: Registry | None) -> Reading:
    from corduroy.errors import InputError
    from corduroy.registry.exchange import load_mapping, look_up_in, read_redcap, read_table
    from corduroy.registry.exchange.reading import nobody_known

    look_up = look_up_in(target) if target else nobody_known
    if form is Form.REDCAP:
        return read_redcap(file, look_up)
    if mapping is None:
        raise InputError("no --mapping", "a mapping file", "`corduroy registry draft-mapping` makes a first one")
    return read_table(file, load_mapping(mapping), look_up)


def _report(reading: Reading, json: str | None) -> None:
    """The report as text, unless JSON takes its place on standard output."""
    if json:
        write_out(reading.as_plain(), json)
    if json == "-":
        return
    for note in reading.notes:
        typer.echo(f"note: {note}")
    _list("problem", reading.problems)
    _list("doubt", reading.doubts)
    told = ", ".join(f"{number} {kind}" for kind, number in reading.counts.items()) or "no records"
    typer.echo(f"{reading.rows} rows: {len(reading.problems)} problems, {len(reading.doubts)} doubts; {told}")


def _list(word: str, problems: list[Problem]) -> None:
    for problem in problems[:_MOST_LINES]:
        typer.echo(f"{word}: {problem}")
    if len(problems) > _MOST_LINES:
        typer.echo(f"… and {len(problems) - _MOST_LINES} more; --json OUT holds all of them")
