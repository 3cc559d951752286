"""Why somebody is not let in."""

from __future__ import annotations

from corduroy.errors import InputError


class LoginError(InputError):
    """Name and password do not belong together; which of both is wrong is not told."""


class TooManyLoginsError(InputError):
    """Too many failures of this name or from this address.

    Attributes
    ----------
    wait_s : int
        After how many seconds it may be tried again.
    """

    wait_s: int = 0
