"""Zip archives, read in memory member by member: nothing is ever unpacked to disk."""

from __future__ import annotations

import contextlib
import stat
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, cast

from corduroy.errors import ArchiveError, FileFormatError

# Author's choices. A scan of 4 GiB is the largest that is read at all; CT slices shrink two- to threefold and label
# maps a few hundredfold, but these are small; a folder of one examination has some thousands of images.
MAX_TOTAL_BYTES = 6 << 30
MAX_MEMBER_BYTES = 4 << 30
MAX_RATIO = 100
RATIO_COUNTS_FROM_BYTES = 256 << 20
MAX_MEMBERS = 20_000
_ENCRYPTED = 0x1


@contextlib.contextmanager
def opened_zip(path: Path) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """Open a zip archive and check all its members before one is read.

    Yields
    ------
    ZipFile, list of ZipInfo
        The archive and its files, without folders.

    Raises
    ------
    ArchiveError
        If a name leads out of the archive, a member is a link or encrypted, or the archive unpacks to more than
        6 GiB, a member to more than 4 GiB, 256 MiB or more at a ratio above 100, or it has more than
        20 000 members.
    FileFormatError
        If the archive is truncated or damaged.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
        raise FileFormatError(
            f"{path.name} is truncated, damaged or of an unknown kind ({error})", "a zip archive", "copy it again"
        ) from error
    with archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        check_members(members, path.name)
        yield archive, members


def open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    """Open a checked member for reading; no more than its checked size will come out of it.

    Raises
    ------
    FileFormatError
        If the member is damaged or packed in an unknown way.
    """
    try:
        return cast(BinaryIO, archive.open(info))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, struct.error) as error:
        raise FileFormatError(
            f"{PurePosixPath(info.filename).name} cannot be unpacked ({error})", "a sound member", "zip it again"
        ) from error


def check_members(members: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse an archive that is unsafe to read."""
    if len(members) > MAX_MEMBERS:
        raise ArchiveError(f"{name} has {len(members)} members", f"at most {MAX_MEMBERS}", "zip one scan alone")
    for info in members:
        _check_name(info, name)
        if info.flag_bits & _ENCRYPTED:
            raise ArchiveError(f"{name} is encrypted", "an archive without a password", "unpack it first")
    _check_size(members, name)


def _check_name(info: zipfile.ZipInfo, name: str) -> None:
    inside = info.orig_filename
    both = (PurePosixPath(inside), PureWindowsPath(inside))
    if any(path.is_absolute() or path.anchor or ".." in path.parts for path in both) or "\0" in inside:
        raise ArchiveError(
            f"{name} has the member {inside!r}, which leads out of the archive",
            "names below the archive",
            "do not trust it; zip the folder of the scan again",
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ArchiveError(f"{name} has the link {inside!r}", "files", "zip the files themselves")


def _check_size(members: list[zipfile.ZipInfo], name: str) -> None:
    total = sum(info.file_size for info in members)
    packed = sum(info.compress_size for info in members)
    largest = max((info.file_size for info in members), default=0)
    ratio = total / max(packed, 1)
    bomb = total >= RATIO_COUNTS_FROM_BYTES and ratio > MAX_RATIO
    if total > MAX_TOTAL_BYTES or largest > MAX_MEMBER_BYTES or bomb:
        raise ArchiveError(
            f"{name} unpacks to {total / 2**30:.1f} GiB, {ratio:.0f} times its size",
            f"at most {MAX_TOTAL_BYTES >> 30} GiB and {MAX_RATIO} times",
            "do not trust it; zip the folder of the scan again",
        )
