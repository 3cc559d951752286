"""`corduroy registry check`: what cannot be, what is unusual, what is missing, who is overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from corduroy.cli.guard import BAD_INPUT, guarded
from corduroy.cli.registry.options import DEFAULT_PLACE, JsonOut, Place, opened, write_out

if TYPE_CHECKING:
    from corduroy.registry.exchange import RegistryCheck

_MOST_LINES = 200


def check(
    registry: Place = DEFAULT_PLACE,
    json: JsonOut = None,
) -> None:
    """Check every case; exit code 2 if anything cannot be true."""
    with guarded():
        from datetime import date

        from corduroy.registry.exchange import check_registry

        with opened(registry) as source:
            found = check_registry(source, date.today())
        if json:
            write_out(found.as_plain(), json)
        if json != "-":
            _print(found)
        if found.errors:
            raise typer.Exit(BAD_INPUT)


def _print(found: RegistryCheck) -> None:
    for word, several in (("error", found.errors), ("doubt", found.doubts)):
        _lines([f"{word}: {one.pseudonym}, case {one.case_no}: {one.finding.message}" for one in several])
    _lines(
        [
            f"overdue: {one.pseudonym}, case {one.case_no}: '{one.visit.label}' was due on {one.due},"
            f" last seen {one.last_seen or 'never'}"
            for one in found.overdue
        ]
    )
    _lines([f"missing: {one.label}: {one.missing} of {one.entries}" for one in found.missing])
    confirmed = f" ({found.confirmed} more confirmed)" if found.confirmed else ""
    typer.echo(
        f"{found.cases} cases: {len(found.errors)} errors, {len(found.doubts)} doubts{confirmed}, "
        f"{len(found.overdue)} overdue"
    )


def _lines(lines: list[str]) -> None:
    for line in lines[:_MOST_LINES]:
        typer.echo(line)
    if len(lines) > _MOST_LINES:
        typer.echo(f"… and {len(lines) - _MOST_LINES} more; --json OUT holds all of them")
