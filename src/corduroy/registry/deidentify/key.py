"""The secret of a department: it decides by how much each patient's dates are shifted and what UIDs become.

The same patient is always shifted by the same number of days, in scans and in records, now and in a year's time, and
nobody without the key can undo it. The key is never part of an export.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from corduroy.errors import FileFormatError, InputError

_KEY_BYTES = 32
_SCHEMA = "corduroy/deidentification-key/1"
# Author's choice: at least a year, so that no date is nearly right; whole weeks, so that a weekday stays one.
_FEWEST_WEEKS = 53
_MOST_WEEKS = 208
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class DeidentificationKey:
    """Derives shifts and UIDs from a secret.

    Parameters
    ----------
    secret : bytes
        32 random bytes.
    """

    secret: bytes

    def date_shift(self, pseudonym: str) -> timedelta:
        """By how much the dates of a patient move: 53 to 208 weeks back, always the same for the same patient."""
        weeks = _FEWEST_WEEKS + self._number(f"shift:{pseudonym}") % (_MOST_WEEKS - _FEWEST_WEEKS + 1)
        return -timedelta(weeks=weeks)

    def uid(self, original: str) -> str:
        """A UID in the place of another: the same for the same original, so that references still meet.

        The form is ``2.25.`` and a 128-bit number (PS3.5 annex B.2).
        """
        return f"2.25.{self._number(f'uid:{original}') % 2**128}"

    def _number(self, message: str) -> int:
        return int.from_bytes(hmac.new(self.secret, message.encode(), hashlib.sha256).digest())


def load_key(path: Path) -> DeidentificationKey:
    """Read a key.

    Raises
    ------
    FileFormatError
        If the file is missing or is no key.
    InputError
        If other users of the machine may read it.
    """
    try:
        document = json.loads(path.read_text())
        secret = bytes.fromhex(document["secret"])
        known = document["schema"] == _SCHEMA and len(secret) == _KEY_BYTES
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileFormatError(f"{path.name} cannot be read as a key", f"a file of schema {_SCHEMA}") from error
    if not known:
        raise FileFormatError(f"{path.name} is no key of this version", f"a file of schema {_SCHEMA}")
    if os.name == "posix" and path.stat().st_mode & _OTHERS_MAY:
        raise InputError(f"{path.name} can be read by others", "a key that only you can read", f"chmod 600 {path.name}")
    return DeidentificationKey(secret)


def create_key(path: Path) -> DeidentificationKey:
    """Make a new key that only the owner can read; an existing file is never replaced.

    Raises
    ------
    InputError
        If the file exists or its folder cannot be written.
    """
    secret = secrets.token_bytes(_KEY_BYTES)
    document = {"schema": _SCHEMA, "secret": secret.hex(), "note": "keep it, keep it secret, never send it along"}
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError(
            f"{path} cannot be made ({error.strerror})", "a new file in a folder you can write to"
        ) from error
    with os.fdopen(descriptor, "w") as stream:
        json.dump(document, stream, indent=2)
    return DeidentificationKey(secret)
