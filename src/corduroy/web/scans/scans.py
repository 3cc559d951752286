"""`Scans`: the files of the cases. A file is there as a whole and checked, or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import IO

from anyio import to_thread
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from corduroy.errors import InputError
from corduroy.registry.record import Visit
from corduroy.web.base import Database, Folder, moment
from corduroy.web.base.tables import JOBS, PARTS, SCANS
from corduroy.web.scans.checks import suffix_of
from corduroy.web.scans.scan import Part, PartRole, Scan
from corduroy.web.scans.view import view_folder

_PARTIAL = ".partial-"


class UploadTooLargeError(InputError):
    """More bytes than the server takes."""


class Scans:
    """Thread-safe. Names of files are the workbench's own: nothing that an uploader says becomes part of a path."""

    def __init__(self, database: Database, folder: Folder, largest_bytes: int) -> None:
        self._database = database
        self._folder = folder
        self._largest_bytes = largest_bytes

    def add(self, case_id: str, visit: Visit, title: str, who: str) -> Scan:
        """A scan without files yet."""
        scan_id = secrets.token_hex(8)
        row = {"id": scan_id, "case_id": case_id, "visit": visit, "title": title, "made_by": who}
        with self._database.noted(who, "add scan", f"{scan_id} of {case_id}") as connection:
            connection.execute(insert(SCANS).values(**row, made_at=moment()))
            return _scan(connection, scan_id)

    def scan(self, scan_id: str) -> Scan | None:
        """One scan, or None."""
        with self._database.reading() as connection:
            found = connection.execute(select(SCANS.c.id).where(SCANS.c.id == scan_id)).first()
            return None if found is None else _scan(connection, scan_id)

    def of_case(self, case_id: str) -> list[Scan]:
        """The scans of a case, oldest first."""
        query = select(SCANS.c.id).where(SCANS.c.case_id == case_id).order_by(SCANS.c.made_at)
        with self._database.reading() as connection:
            return [_scan(connection, scan_id) for scan_id in connection.execute(query).scalars()]

    def newest_of(self, case_ids: Sequence[str]) -> dict[str, str]:
        """The id of the newest scan of each case that has one."""
        query = select(SCANS.c.case_id, SCANS.c.id).where(SCANS.c.case_id.in_(case_ids)).order_by(SCANS.c.made_at)
        with self._database.reading() as connection:
            return {row.case_id: row.id for row in connection.execute(query)}

    async def receive(self, scan_id: str, role: PartRole, blocks: AsyncIterator[bytes], who: str) -> Part:
        """Take a file as it comes, look at it, and keep it.

        Parameters
        ----------
        scan_id : str
        role : PartRole
        blocks : async iterator of bytes
        who : str

        Raises
        ------
        UploadTooLargeError
        InputError
            If it is not what its role says; nothing of it is kept then.
        """
        partial = self._partial(scan_id)
        try:
            digest, n_bytes = hashlib.sha256(), 0
            with partial.open("wb") as out:
                async for block in blocks:
                    n_bytes += len(block)
                    if n_bytes > self._largest_bytes:
                        raise UploadTooLargeError(
                            f"more than {self._largest_bytes >> 20} MiB", f"at most {self._largest_bytes >> 20} MiB"
                        )
                    digest.update(block)
                    await to_thread.run_sync(out.write, block)
                await to_thread.run_sync(_to_disk, out)
            suffix = await to_thread.run_sync(suffix_of, role, partial)
            return await to_thread.run_sync(self._keep, partial, scan_id, role, suffix, digest.hexdigest(), who)
        finally:
            partial.unlink(missing_ok=True)

    def keep_file(self, scan_id: str, role: PartRole, path: Path, who: str) -> Part:
        """Take a file that is on this machine, as an upload; `path` is moved.

        Raises
        ------
        InputError
            If it is not what its role says.
        """
        suffix = suffix_of(role, path)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return self._keep(path, scan_id, role, suffix, digest, who)

    def file(self, scan_id: str, role: PartRole) -> Path | None:
        """Where a file of a scan is, or None."""
        query = select(PARTS.c.file).where(PARTS.c.scan_id == scan_id, PARTS.c.role == role)
        with self._database.reading() as connection:
            name = connection.execute(query).scalar()
        return None if name is None else self._folder.scan(scan_id) / name

    def derived(self, scan_id: str) -> Path:
        """Where what is made from a scan is kept: viewers' copies and the steps from which a job resumes."""
        return self._folder.scan(scan_id) / "derived"

    def sweep(self) -> None:
        """Remove what was being uploaded when a server ended, and files that no row names."""
        root = self._folder.path / "scans"
        if not root.is_dir():
            return
        with self._database.reading() as connection:
            named = {(row.scan_id, row.file) for row in connection.execute(select(PARTS.c.scan_id, PARTS.c.file))}
        for path in [*root.glob("*/*")]:
            if path.is_file() and (path.parent.name, path.name) not in named:
                path.unlink(missing_ok=True)
        _remove_empty(root.iterdir())

    def _partial(self, scan_id: str) -> Path:
        folder = self._folder.scan(scan_id)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{_PARTIAL}{secrets.token_hex(8)}"

    def _keep(self, partial: Path, scan_id: str, role: PartRole, suffix: str, sha256: str, who: str) -> Part:
        """Rename it into its place and tell of it in one transaction; a file of the same role gives way."""
        name = f"{role}-{secrets.token_hex(4)}{suffix}"
        place = self._folder.scan(scan_id) / name
        row = {"file": name, "bytes": partial.stat().st_size, "sha256": sha256, "made_at": moment(), "made_by": who}
        with self._database.noted(who, f"upload {role}", scan_id) as connection:
            if not connection.execute(select(SCANS.c.id).where(SCANS.c.id == scan_id)).first():
                raise InputError(f"there is no scan {scan_id}", do="add it before its files")
            _require_alone(connection, scan_id, role)
            mine = (PARTS.c.scan_id == scan_id, PARTS.c.role == role)
            before = connection.execute(select(PARTS.c.file).where(*mine)).scalar()
            place.parent.mkdir(parents=True, exist_ok=True)
            partial.replace(place)
            told = upsert(PARTS).values(scan_id=scan_id, role=role, **row)
            connection.execute(told.on_conflict_do_update(index_elements=["scan_id", "role"], set_=row))
        if before is not None:
            (place.parent / before).unlink(missing_ok=True)
            shutil.rmtree(view_folder(self.derived(scan_id)), ignore_errors=True)  # a picture of what is no more
        return Part.model_validate({"role": role, **row})

    def remove(self, scan_id: str, who: str) -> bool:
        """Take a scan with all its files away; False if there is none. Its jobs keep their results."""
        with self._database.noted(who, "remove scan", scan_id) as connection:
            connection.execute(JOBS.update().where(JOBS.c.scan_id == scan_id).values(scan_id=None))
            gone = connection.execute(delete(SCANS).where(SCANS.c.id == scan_id)).rowcount
        shutil.rmtree(self._folder.scan(scan_id), ignore_errors=True)
        return bool(gone)


def _scan(connection: Connection, scan_id: str) -> Scan:
    row = connection.execute(select(SCANS).where(SCANS.c.id == scan_id)).mappings().one()
    query = select(PARTS).where(PARTS.c.scan_id == scan_id).order_by(PARTS.c.role)
    parts = {part["role"]: dict(part) for part in connection.execute(query).mappings()}
    return Scan.model_validate({**row, "parts": parts})


def _require_alone(connection: Connection, scan_id: str, role: PartRole) -> None:
    """A radiograph shares its scan with nothing: what is read on it must not pass for a reading of a CT."""
    query = select(PARTS.c.role).where(PARTS.c.scan_id == scan_id, PARTS.c.role != role)
    others = set(connection.execute(query).scalars())
    if others and PartRole.RADIOGRAPH in {role, *others}:
        there = ", ".join(sorted(others))
        raise InputError(f"{role} beside {there} in one scan", "a radiograph alone in its scan", "add a scan for it")


def _to_disk(out: IO[bytes]) -> None:
    out.flush()
    os.fsync(out.fileno())


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
