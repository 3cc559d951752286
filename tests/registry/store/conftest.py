"""Empty registries in SQLite and PostgreSQL, and a case to put into them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from benchmarks.postgres_server import NoServerError, Server, running_server
from corduroy.registry.record import Assessment, Operation, Patient, Record, TreatedCase
from corduroy.registry.store import Registry
from corduroy.registry.store.place import Place, writing
from corduroy.registry.store.tables import METADATA

NewPlace = Callable[[], str]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of this test run."""
    try:
        with running_server() as started:
            yield started
    except NoServerError as reason:
        pytest.skip(str(reason))


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> NewPlace:
    """Gives places where no registry is, of each database."""
    if request.param == "postgresql":
        started: Server = request.getfixturevalue("server")
        return started.new_database
    names = iter(f"registry-{number}.sqlite" for number in range(100))
    return lambda: str(tmp_path / next(names))


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty registry, to be copied: that is quicker than migrating anew for every test."""
    place = tmp_path_factory.mktemp("empty") / "registry.sqlite"
    Registry.create(place).close()
    return place


@pytest.fixture(scope="session")
def empty_database(server: Server) -> str:
    """The same in PostgreSQL, for one test after the other: making a database takes long, emptying one does not."""
    place = server.new_database()
    Registry.create(place).close()
    return place


def _empty(place: str) -> None:
    engine = Place.of(place).engine()
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_no_change"))
        connection.execute(text(f"TRUNCATE {', '.join(METADATA.tables)}"))
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER audit_no_change"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty registry is, once in each database."""
    if request.param == "postgresql":
        database: str = request.getfixturevalue("empty_database")
        _empty(database)
        return database
    return str(shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "registry.sqlite"))


@pytest.fixture
def registry(place: str) -> Iterator[Registry]:
    """The same, opened."""
    with Registry.open(place) as opened:
        yield opened


@pytest.fixture
def records() -> list[Record]:
    """A patient, the case and what belongs to it, plausible as a whole."""
    return [
        Patient(pseudonym="P-1", sex="female", birth_year=1960),
        TreatedCase(
            case_no=1, levels=("T7", "L1"), aggressive=True, fracture=True, deficit=True, presentation=("pain",)
        ),
        Assessment(visit="preop", on="2020-01-01", pain_back=7, pain_unit="0-10", frankel="C", nurick=3),
        Operation(on="2020-01-02", duration_min=180, blood_loss_ml=900, blood_loss_how="suction"),
        Assessment(visit="m3", on="2020-04-01", pain_back=2, pain_unit="0-10", frankel="E", nurick=1),
    ]
