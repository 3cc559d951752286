"""Nothing that was acknowledged is lost: killed writers, writers that meet, full disks, locks, odd places."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.crash import kill_writers, lost_of, meeting_writers, small_disk, write_until_full
from benchmarks.postgres_server import Server
from corduroy.errors import InputError, RegistryError
from corduroy.registry.record import Patient
from corduroy.registry.store import Registry

NewPlace = Callable[[], str]


@pytest.mark.parametrize("kills", [7, pytest.param(200, marks=pytest.mark.slow)])
def test_killed_writers_lose_nothing_that_was_acknowledged(new_place: NewPlace, kills: int) -> None:
    outcome = kill_writers(new_place, kills, np.random.default_rng(kills))
    assert outcome.kills == kills
    assert outcome.acknowledged >= kills
    assert outcome.lost == []
    assert outcome.broken == []


def test_writers_that_meet_lose_nothing(new_place: NewPlace) -> None:
    refused, wrong = meeting_writers(new_place(), writers=2, transactions=20)
    assert wrong == []
    assert refused >= 0


def test_what_is_lost_would_be_seen(new_place: NewPlace) -> None:
    with Registry.create(new_place()) as registry, pytest.raises(InputError, match="no entry as-3"):
        lost_of(registry, ["as-3 1 1.0"])


def test_a_file_that_may_not_grow_stays_whole(tmp_path: Path) -> None:
    place = str(tmp_path / "registry.sqlite")
    Registry.create(place).close()
    acknowledged, error = write_until_full(place, 400_000)
    assert "registry.sqlite: the disk" in error
    assert "everything before it is" in error
    assert len(acknowledged) > 1
    with Registry.open(place) as registry:
        assert lost_of(registry, acknowledged) == []
        assert registry.verify().is_whole
        with registry.transaction(who="R", why="there is room again") as change:
            change.add(Patient(pseudonym="P-9"))


def test_a_full_disk_gives_a_clear_error_and_an_intact_file(tmp_path: Path) -> None:
    try:
        with small_disk(tmp_path / "disk", "600k") as disk:
            place = str(disk / "registry.sqlite")
            Registry.create(place).close()
            acknowledged, error = write_until_full(place, 100_000_000)
            assert "the disk is full; nothing of this change was kept" in error
            with Registry.open(place) as registry:
                assert lost_of(registry, acknowledged) == []
                assert registry.verify().is_whole
                with pytest.raises(RegistryError, match="cannot be written: No space left"):
                    registry.backup(disk / "x.backup")
            assert not list(disk.glob("*.backup*"))
    except PermissionError as reason:
        pytest.skip(f"no small disk to fill: {reason}")


def test_a_writer_that_blocks_for_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corduroy.registry.store.place.WAIT_S", 0.1)
    place = tmp_path / "registry.sqlite"
    with Registry.create(place) as registry:
        blocker = sqlite3.connect(place, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegistryError, match="another program"), registry.transaction(who="R", why="x"):
            pass
        blocker.close()


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"my thesis" * 100, "no SQLite file"), (b"", "registry init"), (b"SQLite format 3\0", "file")],
)
def test_a_file_that_is_no_registry_is_not_opened(tmp_path: Path, content: bytes, told: str) -> None:
    place = tmp_path / "x.sqlite"
    place.write_bytes(content)
    with pytest.raises(RegistryError, match=told):
        Registry.open(place)
    assert place.read_bytes() == content


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("postgresql://corduroy:secret@127.0.0.1:1/x", "does not answer"),
        ("postgresql://corduroy:secret@127.0.0.1:notaport/x", "expected the path of a file, or postgresql://"),
        ("mysql://corduroy:secret@127.0.0.1/x", "expected the path of a file, or postgresql://"),
        ("sqlite:///x.sqlite", "expected the path of a file"),
        ("/nowhere/at/all.sqlite", "no registry at"),
    ],
)
def test_a_wrong_place_is_told_without_its_password(place: str, told: str) -> None:
    with pytest.raises((RegistryError, InputError), match=told) as refused:
        Registry.open(place)
    assert "secret" not in str(refused.value)


def test_a_refused_password_is_told_without_it(server: Server) -> None:
    url = server.new_database().replace(server.password, "wrong-secret")
    with pytest.raises(RegistryError, match="refuses user or password") as refused:
        Registry.open(url)
    assert "wrong-secret" not in str(refused.value)
    with pytest.raises(RegistryError, match="knows no such"):
        Registry.open(server.url("nothing"))
    with pytest.raises(RegistryError, match="registry init"):
        Registry.open(server.new_database())
