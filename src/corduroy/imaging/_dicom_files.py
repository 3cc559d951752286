"""Where DICOM data come from: files, folders and zip archives, all seen as `Source`."""

from __future__ import annotations

import contextlib
import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from corduroy.errors import DicomSeriesError, DoubtWarning, FileFormatError
from corduroy.imaging._paths import existing
from corduroy.imaging.archive import MAX_MEMBERS, open_member, opened_zip
from corduroy.provenance import folder_content

_IGNORED_NAMES = ("dicomdir", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One file, wherever it lies.

    Parameters
    ----------
    name : str
        The file's own name, for messages.
    open : callable
        Opens it for reading from its start; the stream is a context manager.
    n_bytes : int
        Its size.
    """

    name: str
    open: Callable[[], BinaryIO]
    n_bytes: int

    def read(self) -> io.BytesIO:
        """The whole content, in memory."""
        with self.open() as stream:
            return io.BytesIO(stream.read())


@contextlib.contextmanager
def opened_sources(paths: Path | Sequence[Path]) -> Iterator[list[Source]]:
    """All files that `paths` names, below folders and in zip archives too.

    Raises
    ------
    FileFormatError
        If a path does not exist or a file cannot be read.
    ArchiveError
        If an archive is unsafe.
    DicomSeriesError
        If there are more than 20 000 files.

    Warns
    -----
    DoubtWarning
        If something below a folder may not be read; it is left out.
    """
    found: list[Source] = []
    with contextlib.ExitStack() as stack:
        for path in [paths] if isinstance(paths, str | Path) else paths:
            found.extend(_below(existing(path, "a DICOM file, a folder of them or a zip archive"), stack))
        yield found


def _below(path: Path, stack: contextlib.ExitStack) -> Iterator[Source]:
    if path.is_dir():
        content = folder_content(path)
        files = [file for file in content.files if not _is_ignored(file.name)]
        if len(files) > MAX_MEMBERS:
            raise DicomSeriesError(
                f"{path.name or path} holds {len(files)} files", f"at most {MAX_MEMBERS}", "give the folder of one scan"
            )
        if content.unreadable:
            warnings.warn(DoubtWarning(content.told(path)), stacklevel=2)
        yield from map(_of_file, files)
    elif is_zip(path):
        archive, members = stack.enter_context(opened_zip(path))
        yield from (_of_member(archive, m) for m in members if not _is_ignored(PurePosixPath(m.filename).name))
    else:
        yield _of_file(path)


def is_zip(path: Path) -> bool:
    """Whether the file begins like a zip archive (also an empty one)."""
    try:
        with path.open("rb") as stream:
            return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError as error:
        raise FileFormatError(f"{path.name} cannot be read ({error.strerror})", "a readable file") from error


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.lower() in _IGNORED_NAMES


def _of_file(path: Path) -> Source:
    return Source(path.name, lambda: path.open("rb"), path.stat().st_size)


def _of_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Source:
    name = PurePosixPath(info.filename).name
    return Source(name, lambda: open_member(archive, info), info.file_size)
