"""`corduroy registry`: one file per group of commands."""

from __future__ import annotations

import typer

from corduroy.cli.registry.check import check
from corduroy.cli.registry.export_folder import export_folder
from corduroy.cli.registry.import_file import draft_mapping, import_file
from corduroy.cli.registry.init import init
from corduroy.cli.registry.look import list_entries, show
from corduroy.cli.registry.safety import backup, restore, verify
from corduroy.cli.registry.write import add, edit

registry = typer.Typer(help="Keep cases: enter, import, check and export records.", no_args_is_help=True)
registry.command()(init)
registry.command()(add)
registry.command()(edit)
registry.command("list")(list_entries)
registry.command()(show)
registry.command("import")(import_file)
registry.command("draft-mapping")(draft_mapping)
registry.command("export")(export_folder)
registry.command("check")(check)
registry.command()(verify)
registry.command()(backup)
registry.command()(restore)
