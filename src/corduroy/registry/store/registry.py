"""`Registry`: the store of records, in a SQLite file or a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, Engine

from corduroy.errors import InputError, RegistryError
from corduroy.registry.record import CaseFile
from corduroy.registry.store import archive, case_list, history, ledger, reading, schema, verification
from corduroy.registry.store.archive import Manifest
from corduroy.registry.store.audit import AuditRow
from corduroy.registry.store.case_list import CaseFilter, CaseRow
from corduroy.registry.store.change import Change
from corduroy.registry.store.entries import Entry, number_of, record_class
from corduroy.registry.store.making import closing, new_file
from corduroy.registry.store.place import Place, existing_file, writing
from corduroy.registry.store.place import reading as reading_from
from corduroy.registry.store.verification import Verification

if TYPE_CHECKING:
    import pandas as pd

    from corduroy.registry.frames import Columns
    from corduroy.registry.store.frames import StoredRecords

_EVERY_CASE = CaseFilter()


class Registry:
    """A registry that is open; close it, or use it in a ``with`` block.

    Safe to be used by several programs at once: one writes at a time, the others wait; readers see the state before
    or after a change, never one in between.

    Examples
    --------
    >>> with Registry.create("cases.sqlite") as registry:  # doctest: +SKIP
    ...     with registry.transaction(who="R1", why="entered from the chart") as change:
    ...         patient = change.add(Patient(pseudonym="P-001", sex="female", birth_year=1960))
    ...         case = change.add(TreatedCase(case_no=1, levels=("T7",)), patient.id)
    """

    def __init__(self, place: Place, engine: Engine) -> None:
        self._place = place
        self._engine = engine

    @classmethod
    def create(cls, place: str | Path) -> Self:
        """Make an empty registry and open it.

        Parameters
        ----------
        place : str or Path
            A file that is not there yet, or the URL of a PostgreSQL database (``postgresql://user@host/database``)
            that holds no registry.

        Raises
        ------
        RegistryError
            If there is one already, or the place cannot be written.
        """
        where = Place.of(place)
        if where.path:
            with new_file(where.path):
                pass
        else:
            with closing(where.engine()) as engine, writing(engine) as connection:
                if schema.current(connection):
                    raise RegistryError(
                        f"there is a registry at {where} already", do="open it, or name another database"
                    )
                schema.bring_up(connection)
        return cls.open(place)

    @classmethod
    def open(cls, place: str | Path) -> Self:
        """Open a registry.

        Raises
        ------
        RegistryError
            If there is none, it cannot be read, or its form is older or newer than this version of Corduroy.
        """
        where = Place.of(place)
        existing_file(where)
        engine = where.engine()
        try:
            with reading_from(engine) as connection:
                schema.require_newest(connection, str(where))
        except BaseException:
            engine.dispose()
            raise
        return cls(where, engine)

    @property
    def place(self) -> str:
        """Where it lives; a password is not shown."""
        return str(self._place)

    def close(self) -> None:
        """Let go of file or server."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self, *, who: str, why: str) -> Iterator[Change]:
        """Change the registry: all of it is written at the end of the ``with`` block, or nothing.

        Other writers wait from the beginning of the block to its end: read files and ask people before.

        Parameters
        ----------
        who : str
            The person who is answerable for it.
        why : str
            The reason; it is kept in the trail.

        Raises
        ------
        RecordError
            If a case could not be true as a whole, or an entry would be there twice.
        RegistryError
            If the place is full, locked for long, or cannot be written.
        """
        told = [_told(name, text) for name, text in (("who", who), ("why", why))]
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        with writing(self._engine) as connection:
            change = Change(connection, at, *told)
            yield change
            change.check()

    def entry(self, entry_id: str) -> Entry:
        """One entry as it is now, deleted or not.

        Raises
        ------
        InputError
            If there is none of that id.
        """
        with reading_from(self._engine) as connection:
            return reading.read_entry(connection, entry_id)

    def entries(
        self, kind: str | None = None, parent_id: str | None = None, include_deleted: bool = False
    ) -> Iterator[Entry]:
        """Entries of one kind or of all, parents before children, each kind in the order of adding."""
        if kind is not None:
            record_class(kind)
        with reading_from(self._engine) as connection:
            yield from reading.all_entries(connection, kind, parent_id, include_deleted)

    def find_patient(self, pseudonym: str) -> Entry | None:
        """The living patient of that pseudonym."""
        with reading_from(self._engine) as connection:
            return reading.read_patient(connection, pseudonym)

    def case_files(self) -> Iterator[CaseFile]:
        """The files of all living cases, a few hundred in memory at a time."""
        with reading_from(self._engine) as connection:
            for _, file in reading.read_case_files(connection):
                yield file

    def case_file(self, case_entry_id: str) -> CaseFile:
        """The file of one living case.

        Raises
        ------
        InputError
            If the id names no living case.
        """
        kind, number = number_of(case_entry_id)
        if kind == "case":
            with reading_from(self._engine) as connection:
                if found := reading.files_of(connection, [number]):
                    return found[number]
        raise InputError(f"{case_entry_id} is no living case", do="`corduroy registry list` shows the cases")

    def list_cases(self, limit: int = 50, offset: int = 0, filters: CaseFilter = _EVERY_CASE) -> list[CaseRow]:
        """One page of the list of cases, by pseudonym."""
        with reading_from(self._engine) as connection:
            return case_list.list_cases(connection, limit, offset, filters)

    def count_cases(self, filters: CaseFilter = _EVERY_CASE) -> int:
        """How many cases the list has in all."""
        with reading_from(self._engine) as connection:
            return case_list.count_cases(connection, filters)

    def history(self, entry_id: str) -> list[AuditRow]:
        """Every change of an entry, oldest first."""
        with reading_from(self._engine) as connection:
            return history.history(connection, *number_of(entry_id))

    def head(self) -> str:
        """The hash of the trail's last line. Written down elsewhere, it shows later whether lines were cut off."""
        with reading_from(self._engine) as connection:
            return ledger.chain_end(connection)[1]

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection that only reads and sees one state throughout, for what streams whole tables."""
        with reading_from(self._engine) as connection:
            yield connection

    def verify(self, kept_head: str | None = None) -> Verification:
        """Whether the trail is whole and the tables say what it says; `store.verification` tells what that shows.

        Parameters
        ----------
        kept_head : str, optional
            A head (see `head`) that was written down earlier.
        """
        with reading_from(self._engine) as connection:
            return verification.verify(connection, kept_head)

    def backup(self, path: str | Path) -> Manifest:
        """Write the whole registry, as it is at this moment, into one file from which `restore` makes it anew.

        Raises
        ------
        RegistryError
            If the registry is not whole, or the file cannot be written.
        """
        with reading_from(self._engine) as connection:
            return archive.write_backup(connection, Path(path))

    @classmethod
    def restore(cls, backup: str | Path, place: str | Path, *, replace: bool = False) -> Verification:
        """Make a registry from a backup, in either database, whichever it came from. All of it or nothing.

        Parameters
        ----------
        backup : str or Path
        place : str or Path
            As for `create`.
        replace : bool
            Whether a registry that is there may be given up, its trail with it.

        Raises
        ------
        RegistryError
            If the place holds a registry and `replace` is not said, or the backup's trail is not whole.
        FileFormatError
            If the backup is damaged.
        """
        where = Place.of(place)
        if where.path and not where.path.exists():
            archive.read_manifest(Path(backup))
            with new_file(where.path) as connection:
                return archive.restore_backup(connection, Path(backup))
        with closing(where.engine()) as engine, writing(engine) as connection:
            if schema.current(connection):
                if not replace:
                    told = "write over it with --replace, or name another place"
                    raise RegistryError(f"there is a registry at {where} already", do=told)
                schema.bring_down(connection)
            elif where.path:
                raise RegistryError(f"there is a file {where} already, and it is no registry", do="name another place")
            schema.bring_up(connection)
            return archive.restore_backup(connection, Path(backup))

    @contextmanager
    def records(self) -> Iterator[StoredRecords]:
        """The living entries as they are at this moment, to be read as frames by what a study asks for."""
        from corduroy.registry.store.frames import StoredRecords

        with reading_from(self._engine) as connection:
            yield StoredRecords(connection)

    def frames(self, columns: Columns | None = None) -> dict[str, pd.DataFrame]:
        """The living entries as one table for each kind; `corduroy.registry.frames` describes the columns.

        Parameters
        ----------
        columns : mapping of str to collection of str, optional
            The kinds to read, and of each the items. All, if left out.
        """
        with self.records() as records:
            return records.frames(columns)


def _told(name: str, text: str) -> str:
    """Who or why, as the trail can keep it."""
    told = text.strip()
    if not told or not told.isprintable():
        raise InputError(f"'{name}' is {text!r:.60}", "one line of text", "the trail tells who changed what and why")
    return told
