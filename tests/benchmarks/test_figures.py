from __future__ import annotations

import io
import json
import math
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.figures import Figure, Row, Target, at_least, at_most, fill, print_table, print_verdict, write_json

KEYS = {"name", "value", "unit", "target", "holds", "peer"}
ROWS = (Row("height", "height error", "mm", at_most(0.3), "peer 0.5"), Row("count", "spines", ""))


@pytest.mark.parametrize(
    ("target", "value", "holds", "text"),
    [
        (at_most(0.3), 0.3, True, "<= 0.3"),
        (at_most(0.3), 0.30000001, False, "<= 0.3"),
        (at_least(0.95), 0.95, True, ">= 0.95"),
        (at_least(0.95), 0.9499, False, ">= 0.95"),
        (Target(90.0, 99.0), 99.5, False, "90 to 99"),
        (Target(90.0, 99.0), 90.0, True, "90 to 99"),
        (Target(0, 0), 0, True, "= 0"),
        (Target(0, 0), 1, False, "= 0"),
    ],
)
def test_a_target_includes_its_bounds_and_nothing_beyond(target: Target, value: float, holds: bool, text: str) -> None:
    figure = Figure("a", value, "mm", target)
    assert figure.holds is holds
    assert figure.as_dict()["target"] == text


def test_rounding_never_turns_a_miss_into_a_hit() -> None:
    row = Figure("a", 0.300004, "mm", at_most(0.3)).as_dict()
    assert row["value"] == 0.3
    assert row["holds"] is False


def test_json_has_six_keys_and_nulls_where_nothing_was_measured(tmp_path: Path) -> None:
    figures = [*fill(ROWS, {"height": 0.123456, "count": 3}), *fill(ROWS, {}, "no data here")]
    path = tmp_path / "bench" / "figures.json"
    write_json(figures, path)
    rows = json.loads(path.read_text())
    assert [set(row) for row in rows] == [KEYS] * 4
    assert rows[0] == {
        "name": "height error", "value": 0.1235, "unit": "mm", "target": "<= 0.3", "holds": True, "peer": "peer 0.5",
    }  # fmt: skip
    assert rows[1]["target"] is rows[1]["holds"] is rows[1]["peer"] is None
    assert rows[2]["value"] is rows[2]["holds"] is None
    assert rows[2]["name"] == "height error (not measured: no data here)"
    assert rows[2]["target"] == "<= 0.3"
    assert [entry.name for entry in path.parent.iterdir()] == ["figures.json"]


def test_not_a_number_is_no_figure(tmp_path: Path) -> None:
    (figure,) = fill(ROWS[:1], {"height": math.nan}, "nothing found")
    assert figure.value is None
    write_json([figure], tmp_path / "figures.json")
    assert "NaN" not in (tmp_path / "figures.json").read_text()


def test_a_peer_measured_in_this_run_goes_before_the_known_one() -> None:
    (figure,) = fill(ROWS[:1], {"height": 0.1}, peers={"height": 0.7})
    assert figure.peer == 0.7


def test_the_table_says_what_was_missed_and_shows_brackets() -> None:
    out = io.StringIO()
    console = Console(file=out, width=150)
    figures = [Figure("error [mm]", 0.5, "mm", at_most(0.3), "x [y]"), Figure("b", None, "", at_most(1), reason="gone")]
    print_table("group", figures, console)
    print_verdict([*figures, Figure("c", 1.0, "", at_least(0.5)), Figure("d", 1.0, "")], console)
    text = out.getvalue()
    assert "error [mm]" in text
    assert "x [y]" in text
    assert "MISSED" in text
    assert "not measured: gone" in text
    assert "1 of 3 targets held, 1 missed, 1 not measured" in text
