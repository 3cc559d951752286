"""`Workbench`: what the pages and the interface stand on: registry, accounts, scans, jobs."""

from __future__ import annotations

import getpass
import secrets
from types import TracebackType
from typing import Self

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from corduroy.errors import InputError
from corduroy.registry.store import Registry
from corduroy.web.accounts import Accounts
from corduroy.web.base import Database, Folder
from corduroy.web.base.tables import SETTINGS
from corduroy.web.jobs import Jobs
from corduroy.web.jobs.place import WorkerPlace
from corduroy.web.scans import Scans
from corduroy.web.settings import ServerSettings


class Workbench:
    """Open; close it, or use it in a ``with`` block.

    Parameters
    ----------
    settings : ServerSettings

    Raises
    ------
    InputError
        If the folder cannot be used or is used by another server, or if others could reach the server and there are
        no accounts.
    RegistryError
        If the registry that is named cannot be opened.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.folder = Folder(settings.folder)
        self.folder.lock()
        try:
            self.database = Database.opened(self.folder.database)
            self.accounts = Accounts(self.database)
            _require_accounts(settings, self.accounts)
            self.registry = _opened(settings, self.folder)
        except BaseException:
            self.folder.unlock()
            raise
        self.scans = Scans(self.database, self.folder, settings.largest_upload_bytes)
        self.jobs = Jobs(self.database, self.folder)
        self.scans.sweep()

    @property
    def registry_place(self) -> str:
        """Where the registry is, for worker processes."""
        return self.settings.registry or str(self.folder.registry)

    @property
    def worker_place(self) -> WorkerPlace:
        """What worker processes are told."""
        return WorkerPlace(self.folder.path, self.registry_place, self.settings.largest_upload_bytes)

    @property
    def local_name(self) -> str:
        """How the trail calls whoever sits at this machine."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return "local user"

    def storage_secret(self) -> str:
        """With which the pages sign what they remember in the browser; made once for a folder."""
        with self.database.writing() as connection:
            fresh = insert(SETTINGS).values(name="storage secret", value=secrets.token_urlsafe(32))
            connection.execute(fresh.on_conflict_do_nothing())
            query = select(SETTINGS.c.value).where(SETTINGS.c.name == "storage secret")
            return str(connection.execute(query).scalar_one())

    def close(self) -> None:
        """Let go of everything."""
        self.registry.close()
        self.database.close()
        self.folder.unlock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _require_accounts(settings: ServerSettings, accounts: Accounts) -> None:
    if not settings.is_local and not accounts.exist:
        raise InputError(
            f"--host {settings.host} without accounts: everybody who reaches this machine could read everything",
            "accounts, or 127.0.0.1",
            f"add an admin first: corduroy users add NAME --role admin --folder {settings.folder}",
        )


def _opened(settings: ServerSettings, folder: Folder) -> Registry:
    if settings.registry is not None:
        return Registry.open(settings.registry)
    if not folder.registry.exists():
        Registry.create(folder.registry).close()
    return Registry.open(folder.registry)
