"""Wide and long tables: every value is there once, under a name that says what it is, and safe to open."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.postgres_server import NoServerError, running_server
from corduroy.errors import InputError
from corduroy.registry.exchange import export_long, export_wide
from corduroy.registry.exchange.formulas import TRIGGERS, is_formula_like, neutralised, restored
from corduroy.registry.record import RECORDS, Assessment, CaseFile, Operation, Patient, TreatedCase
from corduroy.registry.store import Registry

from .conftest import fill

DAY = date(2014, 3, 5)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def two_cases() -> list[CaseFile]:
    patient = Patient(pseudonym="P1", sex="female", also_published='=HYPERLINK("http://x")')
    first = CaseFile(
        patient,
        TreatedCase(case_no=1, levels=("T5", "T7"), aggressive=False),
        assessments=(
            Assessment(visit="unplanned", on=DAY, frankel="C", nurick=3),
            Assessment(visit="unplanned", on=date(2014, 4, 5), frankel="D"),
            Assessment(visit="preop", on=DAY, pain_back=7.5, pain_unit="0-10"),
        ),
        operations=(Operation(on=DAY, blood_loss_ml=300, cement_product="-x"),),
    )
    return [first, CaseFile(patient, TreatedCase(case_no=2, levels=("L1",)))]


@pytest.fixture
def small(registry: Registry) -> Registry:
    fill(registry, two_cases())
    return registry


def test_wide_has_a_row_for_each_case_and_the_visit_in_its_names(small: Registry, tmp_path: Path) -> None:
    assert export_wide(small, tmp_path / "out") == 2
    first, second = table(tmp_path / "out" / "wide.csv")
    assert (first["as_unplanned_frankel"], first["as_unplanned_2_frankel"]) == ("C", "D")
    assert (first["as_preop_pain_back"], first["op_blood_loss_ml"]) == ("7.5", "300")
    assert (first["cs_levels"], first["cs_aggressive"], first["cs_fracture"]) == ("T5|T7", "no", "")
    assert (second["pt_pseudonym"], second["cs_case_no"], second["as_preop_pain_back"]) == ("P1", "2", "")


def test_texts_that_a_spreadsheet_would_run_are_quoted(small: Registry, tmp_path: Path) -> None:
    export_wide(small, tmp_path / "wide")
    export_long(small, tmp_path / "long")
    assert table(tmp_path / "wide" / "wide.csv")[0]["pt_also_published"] == '\'=HYPERLINK("http://x")'
    assert table(tmp_path / "long" / "operation.csv")[0]["cement_product"] == "'-x"
    for path in [*(tmp_path / "wide").glob("*.csv"), *(tmp_path / "long").glob("*.csv")]:
        with path.open(encoding="utf-8", newline="") as stream:
            for cell in (cell for row in csv.reader(stream) for cell in row):
                assert not is_formula_like(cell) or float(cell) < 0, (path, cell)


@pytest.mark.parametrize("text", [*TRIGGERS, "=1", "'", "''", "'=1", "x", "1-2", "'x", "\t=1", "-5 mg"])
def test_quoting_can_be_undone(text: str) -> None:
    assert not neutralised(text).startswith(TRIGGERS)
    assert restored(neutralised(text)) == text


def test_long_has_a_file_for_each_kind(small: Registry, tmp_path: Path) -> None:
    counts = export_long(small, tmp_path / "out")
    assert counts["assessment"] == 3
    rows = table(tmp_path / "out" / "assessment.csv")
    assert {(row["pseudonym"], row["case_no"]) for row in rows} == {("P1", "1")}
    assert [row["nurick"] for row in rows] == ["3", "", ""]
    assert {path.stem for path in (tmp_path / "out").glob("*.csv")} == {r.kind for r in RECORDS} | {"codebook"}


def test_both_say_the_same_as_the_frames(filled: Registry, tmp_path: Path) -> None:
    export_long(filled, tmp_path / "out")
    for kind, frame in filled.frames().items():
        written = pd.read_csv(tmp_path / "out" / f"{kind}.csv", dtype=str, keep_default_na=False)
        assert len(written) == len(frame), kind
        for name in set(written.columns) & set(frame.columns):
            assert (written[name] != "").sum() == frame[name].notna().sum(), (kind, name)


def test_the_codebook_describes_every_column_and_counts_what_is_missing(small: Registry, tmp_path: Path) -> None:
    export_wide(small, tmp_path / "wide")
    columns = list(table(tmp_path / "wide" / "wide.csv")[0])
    book = {row["column"]: row for row in table(tmp_path / "wide" / "codebook.csv")}
    assert list(book) == columns
    pain = book["as_preop_pain_back"]
    assert (pain["label"], pain["possible"], pain["rows"], pain["missing"]) == (
        "Assessment, Before surgery: Pain, back", "0 to 100", "2", "1",
    )  # fmt: skip
    loss = book["op_blood_loss_ml"]
    assert (loss["unit"], loss["usual"]) == ("ml", "20 to 3500")
    assert "C = C: motor function present" in book["as_unplanned_frankel"]["choices"]
    assert all(row["source"] for row in book.values())
    assert len({row["label"] for row in book.values()}) == len(book), "labels are unique, the visit is in them"
    page = (tmp_path / "wide" / "codebook.md").read_text(encoding="utf-8")
    assert "| as_preop_pain_back | Assessment, Before surgery: Pain, back |" in page


def test_a_deleted_entry_is_not_exported(small: Registry, tmp_path: Path) -> None:
    entry = next(small.entries("operation"))
    with small.transaction(who="test", why="test") as change:
        change.delete(entry.id, entry.version)
    assert export_long(small, tmp_path / "out")["operation"] == 0
    assert not any(name.startswith("op_") for name in _header(small, tmp_path / "wide"))


def _header(registry: Registry, folder: Path) -> Iterator[str]:
    export_wide(registry, folder)
    return iter(table(folder / "wide.csv")[0])


def test_a_folder_is_whole_or_not_there(small: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        export_long(small, tmp_path / "full")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("corduroy.registry.exchange.long.write_codebook", fails)
    with pytest.raises(InputError, match="no space left"):
        export_long(small, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("registry")) == ["full"]


def test_an_empty_registry_gives_empty_tables(registry: Registry, tmp_path: Path) -> None:
    assert export_wide(registry, tmp_path / "wide") == 0
    assert sum(export_long(registry, tmp_path / "long").values()) == 0


def test_postgresql_gives_the_same_files(filled: Registry, six: list[CaseFile], tmp_path: Path) -> None:
    try:
        with running_server() as server, Registry.create(server.new_database()) as other:
            fill(other, six)
            for name, registry in (("one", filled), ("other", other)):
                export_long(registry, tmp_path / name / "long")
                export_wide(registry, tmp_path / name / "wide")
    except NoServerError as reason:
        pytest.skip(str(reason))
    for path in sorted((tmp_path / "one").rglob("*.csv")):
        same = tmp_path / "other" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == same.read_bytes(), path.name
