"""`corduroy registry import`: a sheet or a REDCap export into the registry; first a dry run, then `--write`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import BAD_INPUT, guarded

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from corduroy.registry.exchange import Problem, Reading
    from corduroy.registry.store import Registry

_MOST_LINES = 200


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
    registry: Annotated[str | None, typer.Option(help="Registry to add to: a file or a PostgreSQL URL.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write; without it only a report is made.")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="I have looked at the doubts and stand by them.")] = False,
    who: Annotated[str | None, typer.Option(help="Who is answerable, for the audit trail; needed to write.")] = None,
    why: Annotated[str | None, typer.Option(help="Reason, for the audit trail.")] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="The report as JSON.")] = None,
) -> None:
    """Read FILE, list every problem with its cell, and write nothing before all are mended."""
    with guarded():
        from corduroy.errors import InputError
        from corduroy.registry.exchange import write_reading

        if write and not (registry and who):
            raise InputError("--write without --registry and --who", "both: where to write, and who is answerable")
        with _opened(registry) as target:
            reading = _read(file, mapping, form, target)
            _report(reading, json)
            if reading.problems:
                typer.echo("Nothing was written.", err=True)
                raise typer.Exit(BAD_INPUT)
            if not write or target is None:
                typer.echo("Dry run: nothing was written; --write --registry R --who W writes it.")
                return
            if reading.doubts and not confirm:
                typer.echo("Nothing was written: look at the doubts, then add --confirm.", err=True)
                raise typer.Exit(BAD_INPUT)
            why = why or f"import of {file.name}"
            number = write_reading(target, reading, who=who or "", why=why, confirmed=confirm)
            typer.echo(f"{number} records written to {target.place}")


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


def _opened(registry: str | None) -> AbstractContextManager[Registry | None]:
    from contextlib import nullcontext

    from corduroy.registry.store import Registry

    return Registry.open(registry) if registry else nullcontext(None)


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


def _report(reading: Reading, json: Path | None) -> None:
    from corduroy.pipeline.files import write_json

    for note in reading.notes:
        typer.echo(f"note: {note}")
    _list("problem", reading.problems)
    _list("doubt", reading.doubts)
    told = ", ".join(f"{number} {kind}" for kind, number in reading.counts.items()) or "no records"
    typer.echo(f"{reading.rows} rows: {len(reading.problems)} problems, {len(reading.doubts)} doubts; {told}")
    if json:
        write_json(json, reading.as_plain())


def _list(word: str, problems: list[Problem]) -> None:
    for problem in problems[:_MOST_LINES]:
        typer.echo(f"{word}: {problem}")
    if len(problems) > _MOST_LINES:
        typer.echo(f"… and {len(problems) - _MOST_LINES} more; --json OUT holds all of them")
