"""Adding to what a registry holds already: new visits of known cases; never a change, never the same thing twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corduroy.registry.exchange import Reading, look_up_in, read_table, write_reading
from corduroy.registry.exchange.mapping import parse_mapping
from corduroy.registry.store import Registry

from .conftest import everything

MASTER: dict[str, Any] = {
    "form": "corduroy-import/1",
    "tables": [
        {
            "patient": "ID",
            "case": "Case",
            "records": [
                {"kind": "patient", "fields": {"sex": "Sex"}},
                {"kind": "case", "fields": {"levels": "Level"}},
                {
                    "kind": "operation",
                    "fields": {"on": "OP", "blood_loss_ml": "Loss", "blood_loss_how": {"value": "estimate"}},
                },
            ],
        }
    ],
}
VISITS: dict[str, Any] = {
    "form": "corduroy-import/1",
    "tables": [
        {
            "patient": "ID",
            "rows": "entry",
            "records": [{"kind": "assessment", "fields": {"visit": "Visit", "on": "Date", "frankel": "Frankel"}}],
        }
    ],
}
MASTER_ROWS = (
    "ID,Case,Sex,Level,OP,Loss\nP1,1,female,T7,2014-03-05,300\nP1,2,female,L1,2016-03-05,200\n"
    "P2,1,male,T8,2014-03-05,\n"
)
VISIT_ROWS = "ID,Visit,Date,Frankel\nP1,preop,2014-03-01,C\nP1,m12,2015-03-01,E\nP2,6 months,2014-09-01,D\n"


def read(tmp_path: Path, registry: Registry, rows: str, mapping: dict[str, Any]) -> Reading:
    path = tmp_path / "sheet.csv"
    path.write_text(rows, encoding="utf-8")
    return read_table(path, parse_mapping(mapping), look_up_in(registry))


def add(registry: Registry, reading: Reading) -> int:
    assert reading.problems == []
    return write_reading(registry, reading, who="R1", why="test", confirmed=True)


def test_two_cases_of_a_patient_share_the_patient(tmp_path: Path, registry: Registry) -> None:
    assert add(registry, read(tmp_path, registry, MASTER_ROWS, MASTER)) == 8
    assert [(e.record.pseudonym) for e in registry.entries("patient")] == ["P1", "P2"]  # type: ignore[attr-defined]
    assert len(list(registry.case_files())) == 3


def test_visits_are_added_to_known_cases(tmp_path: Path, registry: Registry) -> None:
    add(registry, read(tmp_path, registry, MASTER_ROWS, MASTER))
    reading = read(tmp_path, registry, VISIT_ROWS, VISITS)
    assert reading.counts == {"assessment": 3}
    assert add(registry, reading) == 3
    first = next(file for file in registry.case_files() if file.patient.pseudonym == "P1")
    assert [str(a.visit) for a in first.assessments] == ["preop", "m12"]


def test_the_same_file_again_is_refused_row_by_row(tmp_path: Path, registry: Registry) -> None:
    for rows, mapping in ((MASTER_ROWS, MASTER), (VISIT_ROWS, VISITS)):
        add(registry, read(tmp_path, registry, rows, mapping))
        before = everything(registry)
        again = read(tmp_path, registry, rows, mapping)
        assert {problem.place.row for problem in again.problems} == {2, 3, 4}
        assert all("in the registry already" in problem.got for problem in again.problems)
        assert everything(registry) == before


def test_an_import_never_changes_what_is_held(tmp_path: Path, registry: Registry) -> None:
    add(registry, read(tmp_path, registry, MASTER_ROWS, MASTER))
    changed = read(tmp_path, registry, "ID,Case,Sex,Level,OP,Loss\nP1,3,male,L2,2018-03-05,\n", MASTER)
    assert any("other than in the registry" in problem.got for problem in changed.problems)


def test_a_visit_of_nobody_is_refused(tmp_path: Path, registry: Registry) -> None:
    reading = read(tmp_path, registry, VISIT_ROWS, VISITS)
    assert len(reading.problems) == 2
    assert "patient 'P1' is neither in the registry nor described in this file" in reading.problems[0].got


def test_a_new_visit_is_checked_against_what_is_held(tmp_path: Path, registry: Registry) -> None:
    add(registry, read(tmp_path, registry, MASTER_ROWS, MASTER))
    (problem,) = read(tmp_path, registry, "ID,Visit,Date,Frankel\nP1,preop,2014-03-09,C\n", VISITS).problems
    assert "after the operation on 2014-03-05" in problem.got
    assert str(problem.place) == "sheet.csv!C2"


def test_rows_that_contradict_each_other_are_named(tmp_path: Path, registry: Registry) -> None:
    rows = MASTER_ROWS.replace("P1,2,female", "P1,2,male")
    (problem,) = read(tmp_path, registry, rows, MASTER).problems
    assert str(problem) == "sheet.csv!C3 (Sex): male, another value for the same; expected female, as in sheet.csv!C2"


def test_shifted_cells_are_refused(tmp_path: Path, registry: Registry) -> None:
    (problem,) = read(tmp_path, registry, MASTER_ROWS + "P3,1,male,T8\n", MASTER).problems
    assert "4 cells; expected 6" in str(problem)


def test_the_trail_says_who_confirmed_the_doubts(tmp_path: Path, registry: Registry) -> None:
    reading = read(tmp_path, registry, MASTER_ROWS.replace(",300", ",3"), MASTER)
    assert "Blood loss: 3 ml is unusual" in reading.doubts[0].got
    add(registry, reading)
    lines = [line for entry in registry.entries("case") for line in registry.history(entry.id)]
    assert any(line.action == "confirm" and "3 ml is unusual" in (line.after or "") for line in lines)
