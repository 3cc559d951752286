"""Users and their roles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from corduroy.errors import InputError

# Author's choices; the name goes into the registry's trail as it is.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,62}")
_SHORTEST_PASSWORD = 12
_LONGEST_PASSWORD = 200


class Role(StrEnum):
    """What somebody may do; each may do what those before may."""

    VIEWER = "viewer"
    """Read everything."""

    EDITOR = "editor"
    """Write records, load scans, start and cancel jobs."""

    ADMIN = "admin"
    """Manage users, read the trail of everything."""

    def may(self, needed: Role) -> bool:
        """Whether this role is enough."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True)
class User:
    """Somebody who uses the workbench.

    Parameters
    ----------
    name : str
        As it stands in the trail.
    role : Role
    is_local : bool
        Whoever sits at this machine, while there are no accounts yet.
    """

    name: str
    role: Role
    is_local: bool = False


def require_name(name: str) -> None:
    """Refuse what cannot be the name of a user.

    Raises
    ------
    InputError
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"'{name[:70]}' as the name of a user", "up to 63 letters, digits and . _ @ -")


def require_password(password: str) -> None:
    """Refuse a password that is too short to be one, or too long to be hashed in good time.

    Raises
    ------
    InputError
    """
    if not _SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise InputError(
            f"a password of {len(password)} characters", f"{_SHORTEST_PASSWORD} to {_LONGEST_PASSWORD} characters"
        )
