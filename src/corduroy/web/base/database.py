"""`Database`: the workbench's own SQLite file. A commit that was told is on the disk, as in the registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, insert

from corduroy.errors import RegistryError
from corduroy.registry.store.place import Place, reading, write_ahead, writing
from corduroy.web.base.tables import EVENTS, FORM, METADATA


def moment() -> str:
    """Now, as the tables keep it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


class Database:
    """Open, with its tables made; safe to be used by several threads and by worker processes at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def opened(cls, path: Path) -> Self:
        """The database in a file, which is made if it is not there.

        Raises
        ------
        RegistryError
            If it cannot be read, or a newer version of Corduroy made it.
        """
        engine = Place.of(path).engine()
        try:
            write_ahead(engine)
            with writing(engine) as connection:
                _bring_up(connection, path)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one state."""
        return reading(self._engine)

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction, undone as a whole if anything is raised."""
        return writing(self._engine)

    @contextmanager
    def noted(self, who: str, what: str, about: str) -> Iterator[Connection]:
        """A transaction that also keeps who did what, about what."""
        with self.writing() as connection:
            yield connection
            connection.execute(insert(EVENTS).values(at=moment(), who=who, what=what, about=about))

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _bring_up(connection: Connection, path: Path) -> None:
    found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if found not in (0, FORM):
        raise RegistryError(f"{path} is of the form {found}", str(FORM), "use the version of Corduroy that made it")
    METADATA.create_all(connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {FORM}")
