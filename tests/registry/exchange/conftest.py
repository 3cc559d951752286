"""Registries to import into and to export from, and cases made at random from the record's own description."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner, Result

from corduroy.cli.app import app
from corduroy.registry.exchange import NewRecords, Reading, write_reading
from corduroy.registry.record import BY_KIND, RECORDS, CaseFile, Item, Record
from corduroy.registry.store import Registry
from corduroy.registry.synthetic import six_patients

DAY = date(2014, 3, 5)

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty registry, to be copied: quicker than making one anew for every test."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    Registry.create(path).close()
    return path


@pytest.fixture
def registry(empty_file: Path, tmp_path: Path) -> Iterator[Registry]:
    """An empty registry."""
    path = tmp_path / "registry.sqlite"
    shutil.copy(empty_file, path)
    with Registry.open(path) as opened:
        yield opened


@pytest.fixture(scope="session")
def six() -> list[CaseFile]:
    """The six invented patients."""
    return list(six_patients())


@pytest.fixture
def filled(registry: Registry, six: list[CaseFile]) -> Registry:
    """A registry of the six."""
    fill(registry, six)
    return registry


@pytest.fixture
def run() -> Run:
    """Runs `corduroy` with arguments of any type."""
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def fill(registry: Registry, files: Sequence[CaseFile]) -> None:
    """Put whole cases into an empty registry."""
    cases, known = [], set()
    for file in files:
        records = [
            r for r in file.records() if r.kind not in ("patient", "consent") or file.patient.pseudonym not in known
        ]
        known.add(file.patient.pseudonym)
        # The patient's own records come first, as parents do.
        records.sort(key=lambda record: record.parent is not None)
        cases.append(NewRecords(file.patient.pseudonym, file.case.case_no, tuple(records), file))
    write_reading(registry, Reading(cases=cases), who="test", why="test", confirmed=True)


def everything(registry: Registry) -> list[tuple[str, Record]]:
    """All records with the pseudonym they belong to, in an order of their own."""
    found = [(file.patient.pseudonym, record) for file in registry.case_files() for record in file.records()]
    return sorted(found, key=lambda pair: (pair[0], pair[1].kind, pair[1].model_dump_json()))


def _values(record: type[Record], item: Item) -> st.SearchStrategy[Any]:
    """What a field may hold, from its description."""
    if item.kind == "choice":
        return st.sampled_from(list(item.choices or {}))
    if item.kind in ("several choices", "levels"):
        return st.lists(st.sampled_from(list(item.choices or {})), min_size=1, max_size=4, unique=True)
    if item.kind == "yes/no":
        return st.booleans()
    if item.kind == "date":
        return st.just(DAY)
    low, high = (item.low, item.high) if item.low is not None else (10.0, 50.0)
    if item.kind == "integer":
        return st.integers(int(low or 0), int(min(high or 50, 2000)))
    if item.kind == "number":
        return st.floats(low, high, allow_nan=False)
    described = record.model_json_schema()["properties"][item.name]
    pattern = described.get("pattern") or next(
        (p["pattern"] for p in described.get("anyOf", ()) if "pattern" in p), None
    )
    if pattern:
        return st.from_regex(pattern, fullmatch=True)
    # Anything but half a character and what the record refuses itself.
    return st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\r\t"), min_size=1).filter(
        str.strip
    )


@st.composite
def _records(draw: st.DrawFn, record: type[Record], **given: Any) -> Record:
    items = {name: item for name, item in record.items().items() if name not in given}
    required = {name: draw(_values(record, item)) for name, item in items.items() if item.required}
    optional = draw(st.lists(st.sampled_from([n for n in items if n not in required] or [""]), unique=True, max_size=6))
    extra = {name: draw(_values(record, items[name])) for name in optional if name}
    while (made := _valid(record, {**given, **required, **extra})) is None and extra:
        # Two fields that contradict each other: leave one out.
        extra.popitem()
    if made is None:
        # One that is required after all, such as the definition of a recurrence.
        tried = ({name: draw(_values(record, item))} for name, item in items.items() if name not in required)
        made = next(found for one in tried if (found := _valid(record, {**given, **required, **one})))
    return made


def _valid(record: type[Record], values: dict[str, Any]) -> Record | None:
    try:
        return record.model_validate(values)
    except ValidationError:
        return None


@st.composite
def case_files(draw: st.DrawFn) -> list[CaseFile]:
    """One to three patients, with one or two cases each, in which nothing is impossible."""
    names = draw(
        st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True), min_size=1, max_size=3, unique=True)
    )
    files = []
    for name in names:
        patient = draw(_records(BY_KIND["patient"], pseudonym=name))
        consent = draw(st.none() | _records(BY_KIND["consent"]))
        for number in range(1, draw(st.integers(1, 2)) + 1):
            records = [patient, draw(_records(BY_KIND["case"], case_no=number)), *([consent] if consent else [])]
            for kind in (record for record in RECORDS if record.parent == "case"):
                records += draw(st.lists(_records(kind), max_size=2))
            files.append(_possible(records))
    return files


def _possible(records: list[Record]) -> CaseFile:
    """Without the records that cannot be true beside the others."""
    while True:
        file = CaseFile.of(records)
        wrong = [finding.about for finding in file.findings() if finding.is_hard]
        if not wrong:
            return file
        if any(record.kind == "case" for record in wrong if record):
            records = [r.model_copy(update={"pregnant": None}) if r.kind == "case" else r for r in records]
            continue
        records = [record for record in records if not any(record is bad for bad in wrong)]
