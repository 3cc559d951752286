"""The form of the tables, brought up and down by alembic's migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table

from corduroy.errors import RegistryError

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0001"
"""The revision that this version of Corduroy reads and writes, the last one in `corduroy.registry.migrations`. Alembic,
slow to be loaded, is needed only where tables are made or changed."""

VERSION_TABLE = "corduroy_registry_form"
"""Of its own name: in a PostgreSQL database another program may keep alembic's usual one."""


def bring_up(connection: Connection, revision: str = "head") -> None:
    """Make the tables, or bring older ones to a revision."""
    from alembic import command

    command.upgrade(_config(connection), revision)


def bring_down(connection: Connection, revision: str = "base") -> None:
    """Undo migrations; ``"base"`` drops every table and all that is in them."""
    from alembic import command

    command.downgrade(_config(connection), revision)


def current(connection: Connection) -> str | None:
    """The revision of the tables; None where there are none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()


def require_newest(connection: Connection, place: str) -> None:
    """Refuse tables of another form.

    Raises
    ------
    RegistryError
        If there are none, or if another version of Corduroy made them.
    """
    found = current(connection)
    if found == NEWEST:
        return
    if found is None:
        other = " (it holds other tables)" if inspect(connection).get_table_names() else ""
        raise RegistryError(f"no registry at {place}{other}", do="make one with `corduroy registry init`")
    raise RegistryError(
        f"the registry at {place} is of the form {found}", NEWEST, "use the version of Corduroy that made it"
    )


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "corduroy.registry:migrations")
    config.attributes["connection"] = connection
    return config
