from __future__ import annotations

import json
from pathlib import Path

import pytest

from corduroy.errors import DoubtWarning
from corduroy.pipeline.store import StepStore, key_of


def test_a_step_is_found_under_its_key_only(tmp_path: Path) -> None:
    store = StepStore(tmp_path / "steps")
    store.save("measure", "key", {"value": 1.25})
    assert store.load("measure", "key") == {"value": 1.25}
    assert store.load("measure", "another") is None
    assert store.load("report", "key") is None


@pytest.mark.parametrize("damage", ["", "{", "[1]", "null", '{"format": "corduroy/step/1"}'])
def test_a_damaged_entry_is_reported_and_counts_as_not_done(tmp_path: Path, damage: str) -> None:
    store = StepStore(tmp_path)
    store.save("measure", "key", {"value": 1})
    (tmp_path / "measure.json").write_text(damage)
    with pytest.warns(DoubtWarning, match="measure"):
        assert store.load("measure", "key") is None


def test_a_changed_number_is_damage(tmp_path: Path) -> None:
    store = StepStore(tmp_path)
    store.save("measure", "key", {"value": 1})
    entry = json.loads((tmp_path / "measure.json").read_text())
    entry["payload"]["value"] = 2
    (tmp_path / "measure.json").write_text(json.dumps(entry))
    with pytest.warns(DoubtWarning, match="damaged"):
        assert store.load("measure", "key") is None


def test_a_changed_result_file_is_damage(tmp_path: Path) -> None:
    store = StepStore(tmp_path / "steps")
    page = tmp_path / "report.html"
    page.write_text("page")
    store.save_files("report", "key", [page])
    assert store.load_files("report", "key", tmp_path) == [page]
    page.write_text("edited")
    with pytest.warns(DoubtWarning, match="report"):
        assert store.load_files("report", "key", tmp_path) is None


def test_keys_follow_their_parts() -> None:
    assert key_of(a=1, b={"x": 2}) == key_of(b={"x": 2}, a=1)
    assert key_of(a=1) != key_of(a=2)
