"""What a simulation leaves beside a plan is taken up if it belongs to it, and named if it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from corduroy.anatomy import Level
from corduroy.pipeline.simulated import read_simulated, simulated_hashes, write_simulated
from corduroy.planning.simulated import SimulatedFigure, SimulatedKind, SimulatedPart, SimulatedTable, SimulatedValue

MECHANICS = SimulatedKind.MECHANICS
INPUTS = {"image": "a" * 64, "labels": "b" * 64}


def part(**changes: Any) -> SimulatedPart:
    given: dict[str, Any] = {
        "kind": MECHANICS,
        "case": "sub-1",
        "level": Level.T12,
        "summary": ("As stiff as a stone.",),
        "values": (SimulatedValue(name="stiffness", value=1.5, uncertainty=0.2, unit="kN/mm", method="a law"),),
        "inputs": INPUTS,
        "details": {"schema": "x/1", "curve": [[0.0, 1.0]]},
    }
    return SimulatedPart(**(given | changes))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_simulated(part(), tmp_path / "plan")
    found = read_simulated(tmp_path / "plan", Level.T12, INPUTS | {"facts": "c" * 64})
    assert found.parts == {MECHANICS: part()}
    assert not found.refused
    assert '"schema": "corduroy/plan-part/1"' in (tmp_path / "plan" / "mechanics.json").read_text()


def test_nothing_there_is_nothing_found(tmp_path: Path) -> None:
    assert read_simulated(None, Level.T12, INPUTS).parts == {}
    assert read_simulated(tmp_path, Level.T12, INPUTS) == read_simulated(None, Level.T12, {})
    assert simulated_hashes(tmp_path) == simulated_hashes(None) == {}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"level": Level.L1}, "it is of L1"),
        ({"inputs": INPUTS | {"labels": "d" * 64}}, "another labels"),
        ({"figures": (SimulatedFigure(file="a.png", alt="a", caption="a"),)}, "figure a.png is not"),
    ],
)
def test_a_part_of_something_else_is_refused_with_its_reason(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    write_simulated(part(**changes), tmp_path)
    found = read_simulated(tmp_path, Level.T12, INPUTS)
    assert not found.parts
    assert told in found.refused[MECHANICS]
    assert "mechanics.json" in found.refused[MECHANICS]


@pytest.mark.parametrize("text", ["", "{", '{"schema": "corduroy/plan-part/1"}', '{"schema": "other/1"}', "[1]"])
def test_a_damaged_file_is_named_not_raised(tmp_path: Path, text: str) -> None:
    (tmp_path / "mechanics.json").write_text(text)
    assert "cannot be read" in read_simulated(tmp_path, Level.T12, INPUTS).refused[MECHANICS]


def test_a_changed_part_is_another_part(tmp_path: Path) -> None:
    write_simulated(part(), tmp_path)
    before = simulated_hashes(tmp_path)
    write_simulated(part(summary=("Softer.",)), tmp_path)
    assert simulated_hashes(tmp_path) != before


def test_pictures_lie_in_the_folder_itself() -> None:
    for name in ("../a.png", "a/b.png", "/a.png", "a.svg", ""):
        with pytest.raises(ValidationError):
            SimulatedFigure(file=name, alt="a", caption="a")


def test_rows_have_as_many_cells_as_columns() -> None:
    with pytest.raises(ValidationError, match="2 cells"):
        SimulatedTable(title="t", columns=("a", "b"), rows=(("1",),))


def test_no_number_is_infinite() -> None:
    with pytest.raises(ValidationError):
        SimulatedValue(name="x", value=float("nan"), unit="", method="m")
