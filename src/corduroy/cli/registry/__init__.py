"""`corduroy registry`: one file per group of commands."""

from __future__ import annotations

import typer

from corduroy.cli.registry.check import check
from corduroy.cli.registry.export_folder import export_folder
from corduroy.cli.registry.import_file import draft_mapping, import_file

registry = typer.Typer(help="Keep cases: enter, import, check and export records.", no_args_is_help=True)
registry.command("import")(import_file)
registry.command("draft-mapping")(draft_mapping)
registry.command("export")(export_folder)
registry.command("check")(check)
