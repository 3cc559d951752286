"""Reading a paper's claims from YAML: every scalar stays the text that was typed, every complaint names its line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from corduroy.errors import FileFormatError, InputError
from corduroy.study.published.claims import Paper

_MOST_BYTES = 2_000_000
_MOST_PROBLEMS = 5
_LONGEST_NAME = 40
_Place = tuple[str | int, ...]
_DO = "`corduroy check-paper --example` prints a file to start from"


def read_paper(path: Path) -> Paper:
    """Read a file of claims.

    Parameters
    ----------
    path : Path
        YAML; numbers as printed, quoted or not (trailing zeros are kept either way).

    Raises
    ------
    FileFormatError
        If it is no YAML file, or too large.
    InputError
        If it does not describe claims; up to five problems are named, each with claim and line.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", "a YAML file of claims", _DO) from error
    if size > _MOST_BYTES:
        raise FileFormatError(f"{path} has {size} bytes", f"a file of claims, at most {_MOST_BYTES} bytes", _DO)
    return parse_paper(content, path.name)


def parse_paper(content: str | bytes, name: str = "the text") -> Paper:
    """Read claims from YAML text; `name` stands in the messages. Raises as `read_paper` does."""
    tree, lines = _parse(content, name)
    try:
        return Paper.model_validate(tree)
    except ValidationError as error:
        problems = _problems(error, lines)
        more = len(problems) - _MOST_PROBLEMS
        listed = " | ".join(problems[:_MOST_PROBLEMS]) + (f" | and {more} more" if more > 0 else "")
        raise InputError(f"{name}: {listed}", do=_DO) from error


def _parse(content: str | bytes, name: str) -> tuple[Any, dict[_Place, int]]:
    try:
        node = yaml.compose(content, Loader=yaml.BaseLoader)
        if node is None:
            raise FileFormatError(f"{name} is empty", "a YAML file of claims", _DO)
        reader = _Reader(name)
        return reader.plain(node, ()), reader.lines
    except RecursionError as error:
        raise FileFormatError(f"{name} is nested too deeply", "a flat list of claims", _DO) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise FileFormatError(f"{name} is not YAML: {_where(error)}", "a YAML file of claims", _DO) from error


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    text = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{text} (line {mark.line + 1})" if mark else str(text)


class _Reader:
    """YAML nodes as dicts, lists and the very text of each scalar; notes the line of every place."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[_Place, int] = {}
        self._seen: set[int] = set()

    def plain(self, node: yaml.Node, place: _Place) -> Any:
        line = node.start_mark.line + 1
        if id(node) in self._seen:
            # A few nested references would stand for billions of values.
            raise FileFormatError(f"{self.name}, line {line}: a reference (&, *)", "the values themselves", _DO)
        self._seen.add(id(node))
        self.lines[place] = line
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*place, index)) for index, item in enumerate(node.value)]
        return node.value

    def _mapping(self, node: yaml.MappingNode, place: _Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise FileFormatError(f"{self.name}, line {line}: a key that is no word", "key: value", _DO)
            if key.value in found:
                raise FileFormatError(
                    f"{self.name}, line {line}: {_visible(key.value)} a second time", "each key once", _DO
                )
            found[key.value] = self.plain(value, (*place, key.value))
        return found


def _problems(error: ValidationError, lines: Mapping[_Place, int]) -> list[str]:
    """Every complaint; not that a list is too short where its members are what is wrong."""
    details = error.errors(include_url=False, include_context=False)
    wrong = [detail["loc"] for detail in details]
    return [
        _problem(detail, lines)
        for detail in details
        if detail["type"] != "too_short" or not any(_is_inside(place, detail["loc"]) for place in wrong)
    ]


def _is_inside(place: _Place, outer: _Place) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def _problem(detail: ErrorDetails, lines: Mapping[_Place, int]) -> str:
    """One complaint: claim, line, field, what was expected."""
    place, kind = detail["loc"], ""
    if len(place) > 2 and place[0] == "claims":
        # The model of the union that was tried stands in the place; it is no part of the file.
        place, kind = (*place[:2], *place[3:]), f" ({place[2]})"
    known = place
    while known not in lines:
        known = known[:-1]
    words = [f"line {lines[known]}"]
    if len(place) >= 2 and place[0] == "claims":
        words.insert(0, f"claim {int(place[1]) + 1}{kind}")
        place = place[2:]
    if place:
        words.append(".".join(_visible(part) for part in place))
    return f"{', '.join(words)}: {_expected(detail)}"


def _visible(part: str | int) -> str:
    text = str(part)[:_LONGEST_NAME]
    return text if text.isprintable() else ascii(text)


_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is no field here",
    "union_tag_not_found": "expected a field `kind`",
    "dict_type": "expected fields, one `name: value` a line",
    "model_type": "expected fields, one `name: value` a line",
    "tuple_type": "expected a list",
    "string_type": "expected a text",
}


def _expected(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return "expected " + detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "union_tag_invalid":
        return "expected as `kind` one of" + detail["msg"].rpartition(":")[2]
    return _WORDS.get(detail["type"]) or detail["msg"].replace("Input should", "should").replace("Tuple", "the list")
