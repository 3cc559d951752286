"""`corduroy registry export`: the registry as tables, for REDCap, or as FHIR."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import guarded
from corduroy.cli.registry.options import DEFAULT_PLACE, Place, opened

if TYPE_CHECKING:
    from corduroy.registry.store import Registry


class ExportForm(StrEnum):
    """In which form to export."""

    WIDE = "wide"
    LONG = "long"
    REDCAP = "redcap"
    FHIR_R4 = "fhir-r4"
    FHIR_R5 = "fhir-r5"


def export_folder(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    form: Annotated[ExportForm, typer.Option("--as", help="Form of the export.")],
    registry: Place = DEFAULT_PLACE,
) -> None:
    """Write the whole registry into a new folder DIR."""
    with guarded():
        with opened(registry) as source:
            told = _export(source, folder, form)
        typer.echo(f"{told} written to {folder}")


def _export(source: Registry, folder: Path, form: ExportForm) -> str:
    from corduroy.registry.exchange import export_fhir, export_long, export_redcap, export_wide

    if form is ExportForm.WIDE:
        return f"{export_wide(source, folder)} cases"
    if form is ExportForm.LONG:
        return f"{sum(export_long(source, folder).values())} records"
    if form is ExportForm.REDCAP:
        return f"{export_redcap(source, folder)} rows"
    return f"{export_fhir(source, folder, 'R4' if form is ExportForm.FHIR_R4 else 'R5')} resources"
