"""Random bytes, cells and mappings: an error in words or a list of problems, nothing else, and never half a write."""

from __future__ import annotations

import contextlib
import copy
import io
import shutil
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corduroy.errors import CorduroyError
from corduroy.registry.exchange import draft_mapping, load_mapping, read_redcap, read_table, write_reading
from corduroy.registry.exchange.mapping import parse_mapping
from corduroy.registry.exchange.redcap_names import INSTANCE, INSTRUMENT, RECORD_ID, all_fields
from corduroy.registry.record import BY_KIND
from corduroy.registry.store import Registry

from .test_dirty_sheet import CLEAN, HEADINGS, MAPPING

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
ODD = st.sampled_from(
    ["", " ", "1e999", "nan", "inf", "=1+1", "@x", "-", "+", "'", "1,5", "1.000,5", "2015-02-30", "30.02.2015", "T5-T7",
     "05.03.2014", "Th12", "m", "P1", "C", "yes", "#REF!", "٣", "0x10", "9" * 400, "\u200b", "1_000", "T5, T7", "n/a"]
)  # fmt: skip
CELLS: st.SearchStrategy[Any] = (
    ODD
    | st.text(CHARACTERS, max_size=20)
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none()
    | st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1))
)
ROWS = st.lists(st.lists(CELLS, min_size=12, max_size=12), min_size=1, max_size=6)


def in_a_file(name: str, content: bytes, then: Any) -> None:
    """Whatever `then` does with the file, it ends well or with an error of ours."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        with contextlib.suppress(CorduroyError):
            then(path)
        assert [found.name for found in Path(folder).iterdir()] == [name]


def read_all(path: Path) -> None:
    for reading in (
        lambda: read_table(path, parse_mapping(MAPPING)),
        lambda: read_redcap(path),
        lambda: draft_mapping(path),
    ):
        with contextlib.suppress(CorduroyError):
            reading()


@QUICK
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_random_bytes_are_an_error_in_words(content: bytes) -> None:
    in_a_file("a.csv", content, read_all)
    in_a_file("a.xlsx", b"PK\x03\x04" + content, read_all)


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Cases"
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@QUICK
@given(st.data())
def test_damaged_workbooks_are_an_error_in_words(data: st.DataObject) -> None:
    content = workbook([HEADINGS, CLEAN])
    source = zipfile.ZipFile(io.BytesIO(content))
    name = data.draw(st.sampled_from(source.namelist()))
    part = bytearray(source.read(name))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(part)))
        part[start : start + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=10))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for other in source.namelist():
            archive.writestr(other, bytes(part) if other == name else source.read(other))
    in_a_file("a.xlsx", stream.getvalue(), read_all)


@QUICK
@given(ROWS)
def test_random_cells_are_read_or_named(empty_file: Path, rows: list[list[Any]]) -> None:
    def then(path: Path) -> None:
        reading = read_table(path, parse_mapping(MAPPING))
        assert not (reading.problems and reading.cases)
        for problem in [*reading.problems, *reading.doubts]:
            assert problem.place.sheet == "Cases"
        if not reading.problems:
            _is_written_whole(empty_file, reading)

    in_a_file("a.xlsx", workbook([HEADINGS, CLEAN, *rows]), then)


def _is_written_whole(empty_file: Path, reading: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "r.sqlite"
        shutil.copy(empty_file, place)
        with Registry.open(place) as registry:
            number = write_reading(registry, reading, who="fuzz", why="fuzz", confirmed=True)
            assert number == sum(reading.counts.values()) == sum(1 for _ in registry.entries())


@QUICK
@given(st.data())
def test_random_redcap_exports_are_read_or_named(data: st.DataObject) -> None:
    ours = [RECORD_ID, INSTRUMENT, INSTANCE, *(column for field in all_fields() for column in field.columns)]
    names = data.draw(st.lists(st.sampled_from(ours) | st.text(CHARACTERS, max_size=8), max_size=8))
    cells = ODD | st.sampled_from(list(BY_KIND)) | st.text(CHARACTERS, max_size=8)
    rows = data.draw(st.lists(st.lists(cells, min_size=len(names) + 1, max_size=len(names) + 1), max_size=5))
    lines = [[RECORD_ID, *names], *rows]
    quoted = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    in_a_file("data.csv", quoted.encode(), read_redcap)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["ID", "patient", "on", "TODO"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@QUICK
@given(st.data())
def test_random_mappings_are_an_error_in_words(data: st.DataObject) -> None:
    document: Any = copy.deepcopy(MAPPING)
    for _ in range(data.draw(st.integers(1, 3))):
        spot = document
        while True:
            keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
            key = data.draw(st.sampled_from(keys))
            if not isinstance(spot[key], dict | list) or not spot[key] or data.draw(st.booleans()):
                spot[key] = data.draw(JSON)
                break
            spot = spot[key]
    sheet = workbook([HEADINGS, CLEAN])

    def then(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "a.xlsx"
            file.write_bytes(sheet)
            read_table(file, load_mapping(path))

    in_a_file("m.yaml", yaml.safe_dump(document, allow_unicode=True).encode(), then)


@QUICK
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_random_mapping_files_are_an_error_in_words(content: bytes) -> None:
    in_a_file("m.yaml", content, load_mapping)
    in_a_file("m.yaml", b"form: corduroy-import/1\ntables:\n" + content, load_mapping)
