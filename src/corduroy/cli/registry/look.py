"""`corduroy registry list` and `show`: what is in the registry, and how it came to be so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import guarded
from corduroy.cli.registry.options import DEFAULT_PLACE, JsonOut, Place, opened, write_out

if TYPE_CHECKING:
    from corduroy.registry.store import CaseFilter, Registry

_PAGE = 50


def list_entries(
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="Entries of this kind; else cases.")] = None,
    pseudonym: Annotated[str | None, typer.Option(help="Cases: beginning of the patient's pseudonym.")] = None,
    level: Annotated[str | None, typer.Option(help="Cases: a level of the lesion.")] = None,
    parent: Annotated[str | None, typer.Option(metavar="ID", help="Entries: of this patient or case.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rows of a page.")] = _PAGE,
    offset: Annotated[int, typer.Option(min=0, help="Rows to skip.")] = 0,
    registry: Place = DEFAULT_PLACE,
    json: JsonOut = None,
) -> None:
    """List the cases, or the entries of KIND."""
    with guarded():
        from corduroy.anatomy import Level
        from corduroy.errors import InputError
        from corduroy.registry.store import CaseFilter

        if kind is None and parent is not None:
            raise InputError("--parent without KIND", "the kind of the entries, such as assessment")
        if kind is not None and (pseudonym is not None or level is not None):
            raise InputError("--pseudonym or --level with KIND", "no KIND: they choose cases")
        with opened(registry) as source:
            if kind is None:
                wanted = CaseFilter(pseudonym=pseudonym, level=Level.parse(level) if level else None)
                _list_cases(source, limit, offset, wanted, json)
            else:
                _list_kind(source, kind, parent, limit, offset, json)


def show(
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="Such as as-12.")],
    registry: Place = DEFAULT_PLACE,
    json: JsonOut = None,
) -> None:
    """Show an entry: its fields, what belongs to it, what is to be found in its case, every change."""
    with guarded(), opened(registry) as source:
        from corduroy.cli.registry.shown import described, print_description

        found = described(source, entry_id)
        if json:
            write_out(found, json)
        else:
            print_description(found)


def _list_cases(source: Registry, limit: int, offset: int, wanted: CaseFilter, json: str | None) -> None:
    rows = source.list_cases(limit, offset, wanted)
    if json:
        from pydantic import TypeAdapter

        from corduroy.registry.store import CaseRow

        write_out(TypeAdapter(list[CaseRow]).dump_python(rows, mode="json"), json)
        return
    cells = [
        [
            row.case_id, row.pseudonym, str(row.case_no), ", ".join(row.levels), row.sex or "",
            str(row.birth_year or ""), str(row.operated_on or ""), str(row.assessments),
            str(row.last_assessed_on or ""),
        ]
        for row in rows
    ]  # fmt: skip
    heads = ["id", "pseudonym", "case", "levels", "sex", "born", "operated", "assessments", "last assessed"]
    _print_table(heads, cells)
    _say_page(len(rows), offset, source.count_cases(wanted), "cases")


def _list_kind(source: Registry, kind: str, parent: str | None, limit: int, offset: int, json: str | None) -> None:
    from itertools import islice

    from corduroy.cli.registry.fields import as_words
    from corduroy.cli.registry.shown import plain_entry

    entries = list(islice(source.entries(kind, parent), offset, offset + limit))
    if json:
        write_out([plain_entry(entry) for entry in entries], json)
        return
    cells = [[entry.id, entry.parent_id or "", str(entry.version), as_words(entry.record)] for entry in entries]
    _print_table(["id", "belongs to", "version", "fields"], cells)
    _say_page(len(entries), offset, None, f"entries '{kind}'")


def _print_table(heads: list[str], cells: list[list[str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    from corduroy.cli.tables import terminal

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    terminal().print(table)


def _say_page(shown: int, offset: int, total: int | None, what: str) -> None:
    of_all = "" if total is None else f" of {total}"
    places = f"{offset + 1} to {offset + shown}" if shown else "none"
    typer.echo(f"{what}: {places}{of_all}")
