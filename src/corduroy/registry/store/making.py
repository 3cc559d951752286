"""Making a registry's file: whole, or not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from corduroy.errors import RegistryError
from corduroy.registry.store import schema
from corduroy.registry.store.place import Place, write_ahead, writing


@contextmanager
def new_file(path: Path) -> Iterator[Connection]:
    """A file with empty tables, made beside and then renamed: a file that is there is a whole registry."""
    if path.exists():
        raise RegistryError(f"there is a file {path} already", do="open it, or name another one")
    if not path.parent.is_dir():
        raise RegistryError(f"no folder {path.parent}", do="make it first")
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)
    try:
        with closing(Place.of(beside).engine()) as engine:
            with writing(engine) as connection:
                schema.bring_up(connection)
                yield connection
            write_ahead(engine)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def closing(engine: Engine) -> Iterator[Engine]:
    """The pool's connections are let go at the end of the block."""
    try:
        yield engine
    finally:
        engine.dispose()
