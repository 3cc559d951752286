"""`Folder`: where a workbench keeps everything, and that only one server works there at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from corduroy.errors import InputError
from corduroy.pipeline.files import require_writable

DATABASE_NAME = "workbench.sqlite"
REGISTRY_NAME = "registry.sqlite"


class Folder:
    """The places in a workbench's folder.

    Parameters
    ----------
    path : Path
        Made if it is not there, for its owner alone: scans name their patients.

    Raises
    ------
    InputError
        If it cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        require_writable(self.path)
        if not self.path.exists():
            self.path.mkdir(parents=True, mode=0o700)
        self._lock: IO[str] | None = None

    @property
    def database(self) -> Path:
        """Accounts, scans and jobs."""
        return self.path / DATABASE_NAME

    @property
    def registry(self) -> Path:
        """The records, unless another registry is named."""
        return self.path / REGISTRY_NAME

    @property
    def sessions(self) -> Path:
        """What pages remember of a browser."""
        return self.path / "sessions"

    def scan(self, scan_id: str) -> Path:
        """The files of a scan. The id is one that the workbench made."""
        return self.path / "scans" / scan_id

    def job(self, number: int) -> Path:
        """Log and results of a job."""
        return self.path / "jobs" / str(number)

    def lock(self) -> None:
        """Keep every other server out until this process ends.

        Raises
        ------
        InputError
            If another server works here.
        """
        self._lock = (self.path / "server.lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise InputError(
                f"another `corduroy serve` works in {self.path}", "one server for a folder", "end it, or name a folder"
            ) from None
        os.set_inheritable(self._lock.fileno(), False)

    def unlock(self) -> None:
        """Let another server in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
