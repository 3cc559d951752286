"""An export is a folder that is there as a whole, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corduroy.errors import InputError


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder`; it takes its name on success and is removed on failure.

    Raises
    ------
    InputError
        If `folder` is there already, or its parent cannot be written to.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is there already and not empty", "a folder that is not there yet", "name another")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.partial-", dir=folder.parent))
    except OSError as error:
        raise _not_writable(folder, error) from error
    try:
        yield beside
        beside.chmod(0o777 & ~_umask())
        # Replaces an empty folder, and fails where somebody has filled it meanwhile.
        beside.replace(folder)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise _not_writable(folder, error) from error
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _not_writable(folder: Path, error: OSError) -> InputError:
    reason = "no space left" if error.errno == errno.ENOSPC else error.strerror or str(error)
    return InputError(f"cannot write {folder} ({reason})", "a folder that can be written to", "nothing was left behind")


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
