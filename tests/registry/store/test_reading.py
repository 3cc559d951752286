"""Questions to the store: entries, files of cases, the list page, the history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from corduroy.anatomy import Level
from corduroy.errors import RegistryError
from corduroy.registry.record import Assessment, CaseFile, Consent, Operation, Patient, Record, TreatedCase
from corduroy.registry.store import CaseFilter, Registry
from corduroy.registry.store.place import writing
from corduroy.registry.store.tables import TABLES


@pytest.fixture
def three(registry: Registry, records: list[Record]) -> Registry:
    """Three patients; the second has two cases, one of them operated."""
    with registry.transaction(who="R1", why="entered") as change:
        case = change.add(records[1], change.add(records[0]).id)
        for record in records[2:]:
            change.add(record, case.id)
        second = change.add(Patient(pseudonym="P_2", sex="male"))
        change.add(Consent(scope="publication"), second.id)
        for number, level in enumerate(("T7", "T1"), 1):
            change.add(TreatedCase(case_no=number, levels=(level,), fracture=False), second.id)
        other = change.add(Operation(on="2021-06-01"), "cs-9")
        change.add(Patient(pseudonym="PX2"))
    assert other.parent_id == "cs-9"
    return registry


def test_entries_by_kind_and_by_parent(three: Registry) -> None:
    assert [entry.id for entry in three.entries("case")] == ["cs-2", "cs-8", "cs-9"]
    assert [entry.id for entry in three.entries(parent_id="pt-6")] == ["co-7", "cs-8", "cs-9"]
    assert [entry.id for entry in three.entries("case", "pt-6")] == ["cs-8", "cs-9"]
    assert [entry.id for entry in three.entries("operation", "pt-6")] == []


def test_a_half_read_list_lets_the_registry_go(three: Registry) -> None:
    entries: Iterator[object] = three.entries()
    next(entries)
    del entries
    with three.transaction(who="R", why="x") as change:
        change.add(Patient(pseudonym="P-9"))


def test_readers_see_the_state_before_the_change_until_it_is_done(three: Registry) -> None:
    with three.transaction(who="R", why="x") as change:
        change.add(Patient(pseudonym="P-9"))
        change.check()
        assert three.find_patient("P-9") is None
    assert three.find_patient("P-9") is not None


def test_a_patient_is_found_by_the_pseudonym(three: Registry) -> None:
    found = three.find_patient("P_2")
    assert found is not None
    assert found.id == "pt-6"
    assert three.find_patient("p_2") is None


def test_the_file_of_a_case_holds_all_of_it_and_nothing_else(three: Registry, records: list[Record]) -> None:
    files = list(three.case_files())
    assert files[0] == CaseFile.of(records)
    assert [file.case.case_no for file in files] == [1, 1, 2]
    assert files[1].consent == files[2].consent == Consent(scope="publication")
    assert (len(files[1].operations), len(files[2].operations)) == (0, 1)
    assert three.case_file("cs-9") == files[2]


def test_files_come_whole_over_the_limits_of_batches(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corduroy.registry.store.reading.BATCH", 3)
    with registry.transaction(who="R", why="x") as change:
        for number in range(10):
            case = change.add(TreatedCase(case_no=1, levels=("T7",)), change.add(Patient(pseudonym=f"P-{number}")).id)
            change.add(Assessment(visit="preop", on="2020-01-01", odi=number), case.id)
    assert [file.assessments[0].odi for file in registry.case_files()] == list(range(10))


def test_the_list_shows_a_case_in_a_row(three: Registry) -> None:
    first = three.list_cases()[0]
    assert (first.case_id, first.patient_id, first.pseudonym, first.case_no) == ("cs-2", "pt-1", "P-1", 1)
    assert (first.sex, first.birth_year, first.levels) == ("female", 1960, (Level.T7, Level.L1))
    assert (first.operated_on, first.assessments, first.last_assessed_on) == (
        date(2020, 1, 2),
        2,
        date(2020, 4, 1),
    )


def test_the_list_comes_page_by_page(three: Registry) -> None:
    ids = [row.case_id for row in three.list_cases()]
    assert ids == ["cs-2", "cs-8", "cs-9"]
    assert [row.case_id for row in three.list_cases(limit=1, offset=1)] == ids[1:2]
    assert three.list_cases(offset=3) == []


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (CaseFilter(), ["cs-2", "cs-8", "cs-9"]),
        (CaseFilter(pseudonym="P_"), ["cs-8", "cs-9"]),
        (CaseFilter(pseudonym="P%"), []),
        (CaseFilter(level=Level.T7), ["cs-2", "cs-8"]),
        (CaseFilter(level=Level.L1), ["cs-2"]),
        (CaseFilter(level=Level.T1), ["cs-9"]),
        (CaseFilter(fracture=True), ["cs-2"]),
        (CaseFilter(fracture=False), ["cs-8", "cs-9"]),
        (CaseFilter(operated_from=date(2020, 1, 2)), ["cs-2", "cs-9"]),
        (CaseFilter(operated_from=date(2020, 1, 3)), ["cs-9"]),
        (CaseFilter(operated_to=date(2020, 1, 2)), ["cs-2"]),
        (CaseFilter(operated_from=date(2020, 1, 3), operated_to=date(2021, 5, 31)), []),
    ],
)
def test_the_list_can_be_narrowed(three: Registry, wanted: CaseFilter, ids: list[str]) -> None:
    assert [row.case_id for row in three.list_cases(filters=wanted)] == ids
    assert three.count_cases(wanted) == len(ids)


def test_deleted_cases_and_operations_are_not_listed(three: Registry) -> None:
    with three.transaction(who="R", why="x") as change:
        change.delete("op-10", 1)
        change.delete("cs-8", 1)
    assert [(row.case_id, row.operated_on) for row in three.list_cases(filters=CaseFilter(pseudonym="P_"))] == [
        ("cs-9", None)
    ]
    assert three.count_cases(CaseFilter(operated_from=date(2021, 1, 1))) == 0


def test_a_row_that_no_record_can_be_is_named(three: Registry) -> None:
    with writing(three._engine) as connection:
        connection.execute(TABLES["patient"].update().values(sex="unknown"))
    with pytest.raises(RegistryError, match=r"entry pt-1 holds what no record can hold.*registry verify"):
        three.entry("pt-1")
    with pytest.raises(RegistryError, match=r"Sex.*registry verify"):
        three.frames()


def test_a_patient_is_found_by_the_index(tmp_path: Path) -> None:
    asked = []
    with Registry.create(tmp_path / "registry.sqlite") as registry:
        event.listen(registry._engine, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        registry.find_patient("P-1")
        registry.list_cases()
    with closing(sqlite3.connect(tmp_path / "registry.sqlite")) as connection:
        plans = [
            " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))
            for statement, parameters in asked
            if "patient_record" in statement
        ]
    assert len(plans) == 2
    assert all("uq_patient_record" in plan for plan in plans)
