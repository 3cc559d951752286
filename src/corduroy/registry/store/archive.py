"""Backup and restore: the whole registry as one file that either database can take back.

The file is a zip of two members: ``trail.jsonl``, every line of the audit trail, and ``manifest.json``, which says what
the first must be like (its SHA-256, the number of lines, the chain's head). The tables are not in it: they are what the
trail's last lines say, and `verify` has shown that before the backup is written and shows it again after restoring.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, insert, select

from corduroy.errors import FileFormatError, RegistryError
from corduroy.registry.record import BY_KIND, RECORDS
from corduroy.registry.store import schema
from corduroy.registry.store.audit import COLUMNS, AuditRow, canonical
from corduroy.registry.store.tables import AUDIT, TABLES
from corduroy.registry.store.verification import Verification, last_states, row_of, verify

FORMAT = "corduroy registry backup 1"
_TRAIL, _MANIFEST = "trail.jsonl", "manifest.json"
_BATCH = 10_000


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Parameters
    ----------
    format : str
    form : str
        Revision of the tables from which it was made.
    lines, entries : int
    head : str
        Hash of the trail's last line.
    sha256 : str
        Of the member ``trail.jsonl``.
    """

    format: str
    form: str
    lines: int
    entries: int
    head: str
    sha256: str


def write_backup(connection: Connection, path: Path) -> Manifest:
    """Write a backup, beside and then renamed; folders that are not there are made.

    Raises
    ------
    RegistryError
        If the registry is not whole: a backup of it would look sound and not be.
    """
    # The pipeline brings the whole of imaging with it, which nobody needs who keeps records.
    from corduroy.pipeline.files import replacing

    found = verify(connection)
    if not found.is_whole:
        raise RegistryError(
            f"the registry is not whole: {found.problem}",
            do="nothing was written; keep a copy of the file or a pg_dump as it is, and restore the last good backup",
        )
    try:
        with replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open(_TRAIL, "w", force_zip64=True) as member:
                digest = _write_lines(connection, member)
            manifest = Manifest(FORMAT, schema.NEWEST, found.lines, found.entries, found.head, digest)
            archive.writestr(_MANIFEST, json.dumps(asdict(manifest), indent=2))
    except OSError as error:
        raise RegistryError(f"{path} cannot be written: {error.strerror or error}", do="make room") from error
    return manifest


def read_manifest(path: Path) -> Manifest:
    """What a backup says it holds, after its content was checked against that.

    Raises
    ------
    FileFormatError
        If it is no backup, or was damaged or changed.
    """
    with _opened(path) as archive:
        try:
            manifest = Manifest(**json.loads(archive.read(_MANIFEST)))
            digest = hashlib.sha256()
            with archive.open(_TRAIL) as member:
                while block := member.read(1 << 20):
                    digest.update(block)
        except (KeyError, TypeError, ValueError, zipfile.BadZipFile, EOFError, OSError) as error:
            raise FileFormatError(f"{path} is damaged or no backup of a registry", "an unchanged file") from error
    if manifest.format != FORMAT:
        raise FileFormatError(f"{path} is of the format '{manifest.format}'", f"'{FORMAT}'")
    if digest.hexdigest() != manifest.sha256:
        raise FileFormatError(f"{path} is damaged: its content has another checksum than it says", "an unchanged file")
    return manifest


def restore_backup(connection: Connection, path: Path) -> Verification:
    """Fill empty tables from a backup and verify them; the caller's transaction is to be undone if this raises.

    Raises
    ------
    FileFormatError, RegistryError
        If the backup is damaged, or its trail is not whole.
    """
    manifest = read_manifest(path)
    try:
        _fill(connection, path)
    except (ValueError, TypeError, AttributeError) as error:
        raise FileFormatError(f"{path} holds lines that no registry has written", "a backup") from error
    found = verify(connection)
    if found.problem or found.head != manifest.head:
        raise RegistryError(
            f"the trail in {path} is not whole: {found.problem or 'its last line has another hash than it says'}",
            do="nothing was restored; take an older backup",
        )
    return found


def _fill(connection: Connection, path: Path) -> None:
    """The trail as it was, then the tables from its last lines."""
    with _opened(path) as archive, archive.open(_TRAIL) as member:
        lines = _parsed(member, path)
        while batch := list(islice(lines, _BATCH)):
            connection.execute(insert(AUDIT), batch)
    for record in RECORDS:
        states = last_states(connection, record.kind)
        while rows := [row_of(line) for line in islice(states, _BATCH)]:
            connection.execute(insert(TABLES[record.kind]), rows)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise FileFormatError(f"no file {path}", "a backup made by `corduroy registry backup`") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise FileFormatError(f"{path} is no backup of a registry ({error})", "an unchanged file") from error


def _write_lines(connection: Connection, member: IO[bytes]) -> str:
    """The trail as JSON lines; the SHA-256 of what was written."""
    digest = hashlib.sha256()
    query = select(*(AUDIT.c[name] for name in COLUMNS), AUDIT.c.hash).order_by(AUDIT.c.seq)
    with connection.execute(query.execution_options(yield_per=_BATCH)) as found:
        for rows in found.partitions():
            block = "".join(canonical(list(row)) + "\n" for row in rows).encode()
            digest.update(block)
            member.write(block)
    return digest.hexdigest()


def _parsed(member: IO[bytes], path: Path) -> Iterator[dict[str, Any]]:
    names = (*COLUMNS, "hash")
    for text in member:
        values = json.loads(text)
        line = AuditRow(*values[:-1])
        if line.kind not in BY_KIND:
            raise RegistryError(
                f"{path} holds a record '{line.kind}'", f"one of {', '.join(BY_KIND)}", "use a newer Corduroy"
            )
        yield dict(zip(names, values, strict=True))
