"""Fields of a record as they are typed: ``name=value``, or a file of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
import yaml
from pydantic import ValidationError

from corduroy.cli.guard import BAD_INPUT
from corduroy.errors import FileFormatError, InputError
from corduroy.registry.record import Record, errors_of
from corduroy.registry.values import SEVERAL

_MOST_BYTES = 1_000_000
_NOTHING = ("", "null", "~")


def from_words(record: type[Record], words: list[str]) -> dict[str, Any]:
    """The values of ``name=value`` words; ``name=`` stands for what is not recorded, commas part several choices.

    Raises
    ------
    InputError
        If a word is not of that form, names no field, or names one twice.
    """
    given: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise InputError(f"'{word}'", "field=value")
        if name in given:
            raise InputError(f"{name} is given twice", "each field once")
        _refuse_unknown(record, name)
        given[name] = _parted(record, name, value)
    return given


def from_file(record: type[Record], path: Path) -> dict[str, Any]:
    """The fields in a YAML or JSON file; an empty value stands for what is not recorded.

    Raises
    ------
    FileFormatError
        If it cannot be read or holds no fields.
    InputError
        If it names a field that the record has not.
    """
    given = _parsed(path)
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given):
        raise FileFormatError(f"{path} holds no fields", "lines such as 'visit: preop'")
    for name, value in given.items():
        parts = value if isinstance(value, list) else [value]
        if any(isinstance(part, list | dict) for part in parts):
            raise FileFormatError(f"{path}: {name} is nested", "a value, or a list of values")
        _refuse_unknown(record, name)
    return {name: _parted(record, name, value) for name, value in given.items()}


def made(record: type[Record], given: dict[str, Any]) -> Record:
    """The record; what is wrong with it is printed line by line, and ends the command."""
    try:
        return record.model_validate(given)
    except ValidationError as problem:
        for finding in errors_of(record, problem):
            typer.echo(f"error: {' '.join(finding.message.split())}", err=True)
        typer.echo("nothing was written", err=True)
        raise typer.Exit(BAD_INPUT) from problem


def as_words(record: Record) -> str:
    """What is recorded, as it would be typed."""
    plain = record.model_dump(mode="json", exclude_none=True)
    return " ".join(
        f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}" for name, value in plain.items()
    )


def _parsed(path: Path) -> Any:
    """Every value of YAML as text: it is the record that knows what is a number, a date, or the answer no."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise FileFormatError(f"{path} has more than {_MOST_BYTES} bytes", "the fields of one record")
        text = path.read_text(encoding="utf-8")
        return json.loads(text) if path.suffix == ".json" else yaml.load(text, yaml.BaseLoader)
    except OSError as error:
        raise FileFormatError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        told = " ".join(str(error).split())
        raise FileFormatError(f"{path} is neither YAML nor JSON: {told}", "lines such as 'visit: preop'") from error


def _refuse_unknown(record: type[Record], name: str) -> None:
    if name not in record.items():
        raise InputError(f"'{name}' is no field of {record.kind}", f"one of {', '.join(record.items())}")


def _parted(record: type[Record], name: str, value: Any) -> Any:
    if isinstance(value, str) and value.strip() in _NOTHING:
        return None
    if isinstance(value, str) and record.items()[name].kind in SEVERAL:
        return [part.strip() for part in value.split(",")]
    return value
