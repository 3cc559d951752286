"""Where a registry lives: a SQLite file or a PostgreSQL database; what is set on each connection, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from corduroy.errors import InputError, MissingPartError, RegistryError
from corduroy.registry.store.problems import translated

# How long a writer waits for another one: longer than the largest import of the benchmark takes.
WAIT_S = 120
# Any number, the same in all programs that write: the first eight letters of "corduroy" as a signed 64-bit integer.
_WRITERS_LOCK = int.from_bytes(b"corduroy", "big", signed=True)
_POSTGRESQL = ("postgresql", "postgres")


@dataclass(frozen=True)
class Place:
    """Where a registry lives.

    Parameters
    ----------
    url : URL
    path : Path or None
        The file of a SQLite registry.
    """

    url: URL
    path: Path | None

    @classmethod
    def of(cls, place: str | Path) -> Place:
        """A path, or a URL ``postgresql://user:password@host:port/database``.

        Raises
        ------
        InputError
            If it is neither.
        """
        if isinstance(place, str) and "://" in place:
            return cls(_postgresql_url(place), None)
        path = Path(place).expanduser()
        return cls(URL.create("sqlite", database=str(path)), path)

    def __str__(self) -> str:
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    def engine(self) -> Engine:
        """A pool of connections.

        Raises
        ------
        MissingPartError
            If PostgreSQL is asked for and its driver is not installed.
        """
        if self.path:
            engine = create_engine(self.url, connect_args={"timeout": WAIT_S})
            _prepare_sqlite(engine)
            return engine
        try:
            return create_engine(self.url, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise MissingPartError(
                f"no driver for PostgreSQL ({error.name})", do='pip install "corduroy-spine[postgresql]"'
            ) from error


def _postgresql_url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername.partition("+")[0] not in _POSTGRESQL:
        scheme = text.partition("://")[0]
        raise InputError(f"a registry at {scheme}://…", "the path of a file, or postgresql://user@host/database")
    return url.set(drivername="postgresql+psycopg")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the registry from its first to its last question."""
    with translated(engine), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other writer can come between; undone as a whole if anything is raised."""
    with translated(engine), engine.connect().execution_options(corduroy_writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_S}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")
        yield connection


def _prepare_sqlite(engine: Engine) -> None:
    """Transactions begin where we say so, and a commit that was told is on the disk."""

    @event.listens_for(engine, "connect")
    def _connected(dbapi: Any, _: Any) -> None:
        # The driver would begin a transaction only at the first change, too late to read the chain's end safely.
        dbapi.isolation_level = None
        dbapi.execute("PRAGMA foreign_keys = ON")
        dbapi.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("corduroy_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def write_ahead(engine: Engine) -> None:
    """From now on readers and the one writer of this file do not wait for each other; the file remembers it."""
    connection = engine.raw_connection()
    connection.cursor().execute("PRAGMA journal_mode = WAL")
    connection.close()


def existing_file(place: Place) -> None:
    """Refuse to open a file that is not there: SQLite would make an empty one.

    Raises
    ------
    RegistryError
    """
    if place.path and not place.path.is_file():
        raise RegistryError(
            f"no registry at {place}",
            do="make one with `corduroy registry init`, or name the right place by --registry",
        )
