"""YAML that people write: read strictly, refused in one line that names the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from corduroy.errors import FileFormatError

_MOST_BYTES = 1_000_000


def read_yaml(path: Path, expected: str, example: str) -> dict[str, Any]:
    """Names and values of a YAML file.

    Parameters
    ----------
    path : Path
    expected : str
        What the file should be, for the error: "the clinical facts of one case".
    example : str
        A line of such a file, for the error.

    Raises
    ------
    FileFormatError
        If it cannot be read, is too large, is no YAML of names and values, gives a name twice or holds aliases.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FileFormatError(f"{path.name} has more than {_MOST_BYTES} bytes", expected)
        document = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)
    except OSError as error:
        raise FileFormatError(f"{path} cannot be read ({error.strerror})", f"{expected} as YAML") from error
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise FileFormatError(f"{path.name} is no YAML: {_one_line(error)}", f"lines such as '{example}'") from error
    if not isinstance(document, dict):
        raise FileFormatError(f"{path.name} holds nothing of the kind", f"lines such as '{example}'")
    return document


def first_problem(name: str, error: ValidationError) -> str:
    """The first thing that is wrong, with its place, and how many more there are."""
    problems = error.errors(include_url=False)
    first = problems[0]
    place = ".".join(str(part) for part in first["loc"] if part != "value") or "all together"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{name}: {place}: {first['msg'].removeprefix('Value error, ')}{more}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


class _StrictLoader(yaml.SafeLoader):
    """Refuses aliases, which can blow up a file, and a name that is given twice."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = [key for key in names if names.count(key) > 1]
        if twice:
            raise yaml.YAMLError(f"'{twice[0]}' is given twice")
        return super().construct_mapping(node, deep)
