"""What the databases complain of, in words that tell what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError

from corduroy.errors import RegistryError

_NOTHING_LOST = "nothing of this change was kept, everything before it is"

# Part of the database's message, what it means, what to do. The first that fits is taken.
_KNOWN = (
    ("database or disk is full", f"the disk is full; {_NOTHING_LOST}", "make room and do it again"),
    ("no space left", f"the disk is full; {_NOTHING_LOST}", "make room and do it again"),
    ("disk i/o error", f"the disk cannot be written (full, over quota or broken); {_NOTHING_LOST}", "see to the disk"),
    ("database is locked", "another program has been writing to it for long", "try again when it has finished"),
    ("lock timeout", "another program has been writing to it for long", "try again when it has finished"),
    ("readonly database", "it may not be written", "see to the permissions of the file and its folder"),
    ("read-only", "it may not be written", "see to the permissions"),
    ("unable to open database file", "it cannot be opened", "see that the folder exists and may be written"),
    ("file is not a database", "it is no SQLite file", "name the registry's file"),
    ("malformed", "the file is damaged", "restore the last backup"),
    ("password authentication failed", "the database refuses user or password", "see to the URL"),
    ("connection refused", "the database server does not answer", "see to the URL, and that the server runs"),
    (
        "does not exist",
        "the database knows no such user, database or table",
        "see to the URL, or `corduroy registry init`",
    ),
)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Turn an error of the database into one line for a person.

    Raises
    ------
    RegistryError
    """
    try:
        yield
    except (DBAPIError, DatabaseError, InterfaceError) as error:
        raise _explained(engine, str(error.orig)) from error


def _explained(engine: Engine, told: str) -> RegistryError:
    place = engine.url.database if engine.dialect.name == "sqlite" else engine.url.render_as_string(hide_password=True)
    for part, meaning, do in _KNOWN:
        if part in told.casefold():
            return RegistryError(f"registry {place}: {meaning}", do=do)
    return RegistryError(
        f"registry {place}: the database says: {told.strip().splitlines()[0] if told.strip() else '-'}"
    )
