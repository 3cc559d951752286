from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from corduroy.errors import InputError
from corduroy.pipeline.files import filling, replacing, sweep_partials, write_json


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    with pytest.raises(OSError, match="full"):
        _write_half(target)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


def test_a_failed_write_takes_back_the_folders_it_made(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), replacing(tmp_path / "new" / "deeper" / "out.json"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_filling_keeps_what_else_lies_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with filling(folder) as temporary:
        (temporary / "report.html").write_text("new")
    assert sorted(p.name for p in folder.iterdir()) == ["notes.txt", "report.html"]


def test_not_a_number_is_no_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "out.json", {"value": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write into"):
        write_json(tmp_path / "file" / "out.json", {})


def test_sweeping_spares_what_a_living_process_is_writing(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = tmp_path / f".partial-{ended.pid}-abc-out.json"
    dead.write_text("half")
    with replacing(tmp_path / "out.json") as living:
        sweep_partials(tmp_path)
        assert living.exists()
    assert not dead.exists()


def _write_half(target: Path) -> None:
    with replacing(target) as temporary:
        temporary.write_text("half")
        raise OSError("the disk is full")
