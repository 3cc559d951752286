"""`corduroy users`: accounts of the workbench, for whoever sits at its machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corduroy.cli.guard import guarded
from corduroy.cli.registry.options import answerable

if TYPE_CHECKING:
    from corduroy.web.accounts import Accounts
    from corduroy.web.accounts import Role as Roles

users = typer.Typer(help="Accounts of the workbench (`corduroy serve`).", no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="The workbench's folder.")]
Name = Annotated[str, typer.Argument(metavar="NAME")]
Role = Annotated[str, typer.Option(help="viewer reads, editor also writes, admin also manages users.")]
_DEFAULT = Path("corduroy-workbench")


@users.command()
def add(name: Name, role: Role = "editor", folder: Folder = _DEFAULT) -> None:
    """Add a user; the password is asked for, or read from the standard input."""
    with guarded(), _accounts(folder) as accounts:
        accounts.add(name, _asked_password(), _role(role), answerable(None))
        typer.echo(f"{name} can log in as {role}")


@users.command("list")
def list_users(folder: Folder = _DEFAULT) -> None:
    """Print everybody who may log in."""
    with guarded(), _accounts(folder) as accounts:
        for user in accounts.users():
            typer.echo(f"{user.name}\t{user.role}")


@users.command()
def password(name: Name, folder: Folder = _DEFAULT) -> None:
    """Give a user a new password, and log the user out everywhere."""
    with guarded(), _accounts(folder) as accounts:
        accounts.change(name, answerable(None), password=_asked_password())
        typer.echo(f"{name} has a new password")


@users.command()
def remove(name: Name, folder: Folder = _DEFAULT) -> None:
    """Take an account away; what the user wrote stays in the trail."""
    with guarded(), _accounts(folder) as accounts:
        accounts.remove(name, answerable(None))
        typer.echo(f"{name} has no account any more")


@contextmanager
def _accounts(folder: Path) -> Iterator[Accounts]:
    """The accounts in a folder; a server may run there meanwhile."""
    from corduroy.web.accounts import Accounts
    from corduroy.web.base import Database
    from corduroy.web.base import Folder as Places

    database = Database.opened(Places(folder).database)
    try:
        yield Accounts(database)
    finally:
        database.close()


def _role(word: str) -> Roles:
    from corduroy.errors import InputError
    from corduroy.web.accounts import Role as Roles

    try:
        return Roles(word)
    except ValueError:
        raise InputError(f"'{word}' as a role", f"one of {', '.join(Roles)}") from None


def _asked_password() -> str:
    import sys

    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
