"""Writing that is never half done: everything is written beside its place and renamed into it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corduroy.errors import InputError

_PARTIAL = ".partial-"
_ANY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it takes the place of `path`, on failure it is removed.

    The temporary name keeps all suffixes of `path`, because writers choose their format by them.

    Raises
    ------
    InputError
        If the folder cannot be made or written to.
    """
    try:
        made = _make_folders(path.parent)
        handle, name = tempfile.mkstemp(prefix=_prefix(), suffix=f"-{path.name}", dir=path.parent)
    except OSError as error:
        raise _not_writable(path.parent, error) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        _remove_empty(made)
        raise


@contextlib.contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Give an empty folder inside `folder`; on success its files move up into `folder`, each by one rename.

    Files that `folder` already holds under other names stay.
    """
    try:
        made = _make_folders(folder)
        temporary = Path(tempfile.mkdtemp(prefix=_prefix(), dir=folder))
    except OSError as error:
        raise _not_writable(folder, error) from error
    try:
        yield temporary
        for file in sorted(temporary.iterdir()):
            file.replace(folder / file.name)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        _remove_empty(made)
        raise
    shutil.rmtree(temporary, ignore_errors=True)


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write a JSON document, UTF-8, without NaN (which is no JSON), atomically."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def require_writable(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to, before any work is done for it.

    A folder marked read-only is respected also where the system would let us in, as it does root in a container:
    shared data is often protected by nothing else.

    Raises
    ------
    InputError
        Naming the folder and the reason.
    """
    nearest = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    if not nearest.is_dir():
        raise _not_writable(folder, NotADirectoryError(errno.ENOTDIR, f"{nearest} is a file"))
    if not nearest.stat().st_mode & _ANY_WRITE or not os.access(nearest, os.W_OK | os.X_OK):
        raise _not_writable(folder, PermissionError(errno.EACCES, f"{nearest} is read-only"))


def sweep_partials(folder: Path) -> None:
    """Remove what killed runs left in `folder`; what a living run is writing stays."""
    if not folder.is_dir():
        return
    for leftover in folder.glob(f"{_PARTIAL}*"):
        process = leftover.name.removeprefix(_PARTIAL).partition("-")[0]
        if process.isdecimal() and _is_alive(int(process)):
            continue
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _prefix() -> str:
    return f"{_PARTIAL}{os.getpid()}-"


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder with its parents; return those that were made, deepest first."""
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        # A folder that something else has used meanwhile is not ours to remove.
        with contextlib.suppress(OSError):
            folder.rmdir()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _not_writable(folder: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(
        f"cannot write into {folder} ({reason})",
        "a folder that can be written to",
        "name another place (--json, --report)",
    )
