"""Whether there is anything to read."""

from __future__ import annotations

from pathlib import Path

from corduroy.errors import FileFormatError


def existing(path: str | Path, expected: str) -> Path:
    """The path, if something is there.

    Raises
    ------
    FileFormatError
        If nothing is there, or the name or a folder above it makes it unreachable.
    """
    place = Path(path)
    try:
        place.stat()
    except FileNotFoundError as error:
        raise FileFormatError(f"{place} does not exist", expected) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileFormatError(f"{place.name[:80]} cannot be reached ({reason})", expected) from error
    return place
