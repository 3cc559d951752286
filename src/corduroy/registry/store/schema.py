"""The form of the tables, brought up and down by alembic's migrations."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from corduroy.errors import RegistryError

VERSION_TABLE = "corduroy_registry_form"
"""Of its own name: in a PostgreSQL database another program may keep alembic's usual one."""


def bring_up(connection: Connection, revision: str = "head") -> None:
    """Make the tables, or bring older ones to a revision."""
    command.upgrade(_config(connection), revision)


def bring_down(connection: Connection, revision: str = "base") -> None:
    """Undo migrations; ``"base"`` drops every table and all that is in them."""
    command.downgrade(_config(connection), revision)


def current(connection: Connection) -> str | None:
    """The revision of the tables; None where there are none."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def newest() -> str:
    """The revision that this version of Corduroy reads and writes."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:  # pragma: no cover
        raise RegistryError("the package holds no migrations", do="install Corduroy anew")
    return head


def require_newest(connection: Connection, place: str) -> None:
    """Refuse tables of another form.

    Raises
    ------
    RegistryError
        If there are none, or if another version of Corduroy made them.
    """
    found, wanted = current(connection), newest()
    if found == wanted:
        return
    if found is None:
        other = " (it holds other tables)" if inspect(connection).get_table_names() else ""
        raise RegistryError(f"no registry at {place}{other}", do="make one with `corduroy registry init`")
    raise RegistryError(
        f"the registry at {place} is of the form {found}", wanted, "use the version of Corduroy that made it"
    )


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "corduroy.registry:migrations")
    config.attributes["connection"] = connection
    return config
