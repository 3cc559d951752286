"""`corduroy registry add` and `edit`: one entry at a time; errors refuse it, doubts must be confirmed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import BAD_INPUT, guarded
from corduroy.cli.registry.options import DEFAULT_PLACE, Place, Who, answerable, opened

if TYPE_CHECKING:
    from corduroy.registry.store import Change, Entry, Registry

Confirm = Annotated[bool, typer.Option("--confirm", help="I have looked at the doubts and stand by the values.")]
Fields = Annotated[
    list[str] | None,
    typer.Argument(metavar="FIELD=VALUE…", help="levels=T7,T8 for several; an empty value: not recorded."),
]
File = Annotated[Path | None, typer.Option("--file", metavar="F", help="The fields as YAML or JSON instead.")]


def add(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="patient, consent, case, assessment, operation, …")],
    fields: Fields = None,
    parent: Annotated[str | None, typer.Option(metavar="ID", help="The patient or case to which it belongs.")] = None,
    file: File = None,
    registry: Place = DEFAULT_PLACE,
    who: Who = None,
    why: Annotated[str, typer.Option(help="Reason, for the trail.")] = "entered",
    confirm: Confirm = False,
) -> None:
    """Add a record and print its id."""
    with guarded():
        from corduroy.cli.registry.fields import from_file, from_words, made
        from corduroy.errors import InputError
        from corduroy.registry.store.entries import record_class

        record = record_class(kind)
        if file and fields:
            raise InputError("fields and --file", "one of both")
        new = made(record, from_file(record, file) if file else from_words(record, fields or []))
        with opened(registry) as target:
            entry = _written(target, answerable(who), why, confirm, lambda change: change.add(new, parent))
        typer.echo(entry.id)


def edit(
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="Such as as-12.")],
    version: Annotated[int, typer.Option(min=1, help="The version that you have seen (`show`, `list`).")],
    why: Annotated[str, typer.Option(help="Reason, for the trail.")],
    fields: Fields = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it; it stays in the trail.")] = False,
    registry: Place = DEFAULT_PLACE,
    who: Who = None,
    confirm: Confirm = False,
) -> None:
    """Change fields of an entry, or delete it; refused if somebody else has changed it since VERSION."""
    with guarded():
        from corduroy.errors import InputError

        if bool(fields) == delete:
            raise InputError("both fields and --delete" if delete else "nothing to change", "FIELD=VALUE or --delete")
        with opened(registry) as target:
            deed = _deletion(entry_id, version) if delete else _update(target, entry_id, version, fields or [])
            entry = _written(target, answerable(who), why, confirm, deed)
        typer.echo(f"{entry.id} {'deleted, ' if entry.deleted else ''}version {entry.version}")


def _deletion(entry_id: str, version: int) -> Callable[[Change], Entry]:
    return lambda change: change.delete(entry_id, version)


def _update(target: Registry, entry_id: str, version: int, words: list[str]) -> Callable[[Change], Entry]:
    from corduroy.cli.registry.fields import from_words, made

    old = target.entry(entry_id).record
    new = made(type(old), old.as_plain() | from_words(type(old), words))
    return lambda change: change.update(entry_id, version, new)


def _written(target: Registry, who: str, why: str, confirm: bool, deed: Callable[[Change], Entry]) -> Entry:
    """Do it, unless there are errors, or doubts that nobody has confirmed."""
    from corduroy.errors import RecordError

    try:
        with target.transaction(who=who, why=why) as change:
            entry = deed(change)
            if doubts := change.check():
                for doubt in doubts:
                    typer.echo(f"doubt: {doubt.message}", err=True)
                if not confirm:
                    typer.echo("nothing was written: look at the doubts, then add --confirm", err=True)
                    raise typer.Exit(BAD_INPUT)
                change.confirm()
    except RecordError as refused:
        for problem in refused.problems:
            typer.echo(f"error: {problem}", err=True)
        typer.echo("nothing was written", err=True)
        raise typer.Exit(BAD_INPUT) from refused
    return entry
