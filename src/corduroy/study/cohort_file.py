"""The cohort file read: all that is wrong with it told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from corduroy.errors import FileFormatError, SettingsError
from corduroy.study.cohort import Cohort

_LARGEST_FILE = 1 << 20


def read_cohort(path: Path) -> Cohort:
    """A cohort from its file.

    Parameters
    ----------
    path : Path
        YAML.

    Raises
    ------
    FileFormatError
        If the file is missing, too large, or no YAML.
    SettingsError
        If it says something unknown or impossible; all problems are named at once.
    """
    return cohort_from(_loaded(path), path.name)


def cohort_from(content: Any, name: str) -> Cohort:
    """A cohort from what a file of that name held.

    Raises
    ------
    SettingsError
    """
    if not isinstance(content, dict):
        raise SettingsError(
            f"{name} holds {_kind(content)}", "a cohort: lines such as 'title: ...'", "see docs/study.md"
        )
    try:
        return Cohort.model_validate(content)
    except ValidationError as problem:
        raise SettingsError(f"{name}: {_told(problem)}", do="see docs/study.md") from None


def _loaded(path: Path) -> Any:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise FileFormatError(f"{path} is larger than 1 MB", "a cohort file of a few lines")
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileFormatError(f"{path}: {error.strerror}", "a cohort file (YAML)") from None
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise FileFormatError(f"{path} cannot be read as YAML", "a text file in UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise FileFormatError(f"{path}{place}: {getattr(error, 'problem', None) or 'no YAML'}", "YAML") from None


def _told(problem: ValidationError) -> str:
    """All problems in one line."""
    found = []
    for error in problem.errors(include_url=False):
        where = ".".join(str(part) for part in error["loc"] if part not in ("function-after",))
        message = error["msg"].removeprefix("Value error, ")
        if error["type"] == "missing":
            message = "is missing"
        elif error["type"] == "extra_forbidden":
            message = "is unknown"
        elif not error["msg"].startswith("Value error"):
            message = f"{message} (got {error['input']!r:.60})"
        found.append(f"{where}: {message}" if where else message)
    return "; ".join(found)


def _kind(content: Any) -> str:
    return "nothing" if content is None else f"a {type(content).__name__}"
