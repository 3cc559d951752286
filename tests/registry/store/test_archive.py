"""A backup holds everything, restores into either database, and a damaged one restores nothing."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from corduroy.errors import FileFormatError, RegistryError
from corduroy.registry.record import Patient, Record
from corduroy.registry.store import Registry
from corduroy.registry.store.place import writing
from corduroy.registry.store.tables import TABLES

NewPlace = Callable[[], str]


@pytest.fixture
def full(registry: Registry, records: list[Record]) -> Registry:
    with registry.transaction(who="R1", why="entered: größe 中") as change:
        case = change.add(records[1], change.add(records[0]).id)
        added = [change.add(record, case.id) for record in records[2:]]
    with registry.transaction(who="R2", why="misread") as change:
        change.update(added[0].id, 1, records[2].model_copy(update={"pain_back": 6.0}))
        change.delete(added[2].id, 1)
        change.check()
        change.confirm()
    return registry


@pytest.fixture
def backup(full: Registry, tmp_path: Path) -> Path:
    path = tmp_path / "registry.backup"
    made = full.backup(path)
    assert (made.entries, made.head) == (5, full.head())
    assert [file.name for file in tmp_path.glob("*backup*")] == [path.name], "nothing half-written stays"
    return path


def contents(registry: Registry) -> list[object]:
    entries = list(registry.entries(include_deleted=True))
    return [entries, [registry.history(entry.id) for entry in entries], registry.head()]


def test_what_is_restored_is_what_was_there(full: Registry, backup: Path, new_place: NewPlace) -> None:
    place = new_place()
    found = Registry.restore(backup, place)
    assert found.is_whole
    with Registry.open(place) as restored:
        assert contents(restored) == contents(full)
        assert restored.verify(full.head()).is_whole
        with restored.transaction(who="R3", why="goes on") as change:
            assert change.add(Patient(pseudonym="P-2")).id == f"pt-{found.lines + 1}"
        assert restored.verify().is_whole


def test_a_registry_is_not_written_over_unless_told(full: Registry, backup: Path, new_place: NewPlace) -> None:
    place = new_place()
    with Registry.create(place) as other:
        with other.transaction(who="R", why="x") as change:
            change.add(Patient(pseudonym="OTHER"))
        with pytest.raises(RegistryError, match="--replace"):
            Registry.restore(backup, place)
        assert other.find_patient("OTHER") is not None
    Registry.restore(backup, place, replace=True)
    with Registry.open(place) as restored:
        assert contents(restored) == contents(full)


def test_an_empty_registry_can_be_backed_up(registry: Registry, tmp_path: Path) -> None:
    registry.backup(tmp_path / "empty.backup")
    Registry.restore(tmp_path / "empty.backup", tmp_path / "empty.sqlite")
    with Registry.open(tmp_path / "empty.sqlite") as restored:
        assert list(restored.entries()) == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a registry with one patient."""
    folder = tmp_path_factory.mktemp("sound")
    with Registry.create(folder / "registry.sqlite") as registry:
        with registry.transaction(who="R1", why="entered") as change:
            change.add(Patient(pseudonym="P-1"))
        registry.backup(folder / "registry.backup")
    return folder / "registry.backup"


def rewritten(path: Path, other: Path, change: Callable[[dict[str, bytes]], object], *, seal: bool) -> Path:
    """The backup with changed members; sealed: with a manifest that fits them."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if seal:
        manifest = json.loads(members["manifest.json"])
        members["manifest.json"] = json.dumps(
            {**manifest, "sha256": hashlib.sha256(members["trail.jsonl"]).hexdigest()}
        ).encode()
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return other


def swap(members: dict[str, bytes], old: bytes, new: bytes) -> None:
    assert old in members["trail.jsonl"]
    members["trail.jsonl"] = members["trail.jsonl"].replace(old, new, 1)


DAMAGED: dict[str, tuple[Callable[[dict[str, bytes]], object], bool, str]] = {
    "changed": (lambda m: swap(m, b"R1", b"R9"), False, "another checksum"),
    "changed and sealed": (lambda m: swap(m, b"R1", b"R9"), True, "not whole: line 1 "),
    "cut": (lambda m: m.update({"trail.jsonl": m["trail.jsonl"][:-200]}), False, "another checksum"),
    "no trail": (lambda m: m.pop("trail.jsonl"), False, "damaged or no backup"),
    "no manifest": (lambda m: m.pop("manifest.json"), False, "damaged or no backup"),
    "empty manifest": (lambda m: m.update({"manifest.json": b"{}"}), False, "damaged or no backup"),
    "listed manifest": (lambda m: m.update({"manifest.json": b"[1]"}), False, "damaged or no backup"),
    "unknown kind": (lambda m: swap(m, b'"patient"', b'"surgeon"'), True, "record 'surgeon'"),
    "no JSON": (lambda m: m.update({"trail.jsonl": b"hello\n"}), True, "no registry has written"),
    "no list": (lambda m: m.update({"trail.jsonl": b"{}\n"}), True, "no registry has written"),
    "short line": (lambda m: m.update({"trail.jsonl": b"[1,2]\n"}), True, "no registry has written"),
    "newer": (lambda m: m.update({"manifest.json": m["manifest.json"].replace(b"up 1", b"up 9")}), False, "up 9"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_backup_restores_nothing(sound: Path, tmp_path: Path, name: str) -> None:
    change, seal, told = DAMAGED[name]
    damaged = rewritten(sound, tmp_path / "damaged.backup", change, seal=seal)
    with pytest.raises((RegistryError, FileFormatError), match=told):
        Registry.restore(damaged, tmp_path / "registry.sqlite")
    assert list(tmp_path.iterdir()) == [damaged]


@pytest.mark.parametrize("name", ["changed and sealed", "unknown kind", "short line"])
def test_a_damaged_backup_leaves_the_registry_that_is_there(
    full: Registry, place: str, backup: Path, name: str
) -> None:
    before = contents(full)
    damaged = rewritten(backup, backup.with_name("damaged.backup"), DAMAGED[name][0], seal=True)
    with pytest.raises((RegistryError, FileFormatError), match=DAMAGED[name][2]):
        Registry.restore(damaged, place, replace=True)
    assert contents(full) == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip"])
def test_any_file_is_not_a_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(FileFormatError, match="no backup"):
        Registry.restore(tmp_path / "x", tmp_path / "y.sqlite")
    with pytest.raises(FileFormatError, match="no file"):
        Registry.restore(tmp_path / "missing", tmp_path / "y.sqlite")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_registry_that_is_not_whole_is_not_backed_up(full: Registry, tmp_path: Path) -> None:
    with writing(full._engine) as connection:
        connection.execute(TABLES["patient"].update().values(birth_year=1961))
    with pytest.raises(RegistryError, match="not whole: entry pt-1"):
        full.backup(tmp_path / "x.backup")
    assert list(tmp_path.glob("*.backup*")) == []


def test_a_file_that_is_no_registry_is_not_restored_into(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.sqlite").write_bytes(b"")
    with pytest.raises(RegistryError, match="no registry"):
        Registry.restore(backup, tmp_path / "thesis.sqlite", replace=True)
