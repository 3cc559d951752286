"""The migrations give the tables that the record calls for, can be undone, and guard the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, delete, insert, inspect, text, update
from sqlalchemy.exc import DBAPIError

from benchmarks.postgres_server import Server
from corduroy.errors import RegistryError
from corduroy.registry.record import RECORDS, Record
from corduroy.registry.store import Registry, schema
from corduroy.registry.store.place import Place, writing
from corduroy.registry.store.tables import AUDIT, METADATA, TABLES

NewPlace = Callable[[], str]


@pytest.fixture
def engine(new_place: NewPlace) -> Iterator[Engine]:
    made = Place.of(new_place()).engine()
    yield made
    made.dispose()


def _ours(name: str | None, kind: str, _: Any) -> bool:
    return not (kind == "table" and name == schema.VERSION_TABLE)


def _differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "include_name": _ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


def test_the_newest_form_is_that_of_the_last_migration() -> None:
    folder = Path(schema.__file__).parents[1] / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == schema.NEWEST


def _indexes(connection: Connection) -> set[tuple[Any, ...]]:
    """Names, columns and uniqueness, and the condition of those that hold for living entries only."""
    found = set()
    for table in METADATA.tables:
        for index in inspect(connection).get_indexes(table):
            options = index.get("dialect_options", {})
            where = str(next((v for k, v in options.items() if k.endswith("_where")), "")).strip("()")
            found.add((table, index["name"], tuple(index["column_names"]), bool(index["unique"]), where.casefold()))
    return found


def test_migrated_tables_are_those_that_the_record_calls_for(engine: Engine, new_place: NewPlace) -> None:
    with writing(engine) as connection:
        schema.bring_up(connection)
        assert _differences(connection) == []
        migrated = _indexes(connection)
    derived = Place.of(new_place()).engine()
    with writing(derived) as connection:
        METADATA.create_all(connection)
        assert _indexes(connection) == migrated
        for name in METADATA.tables:
            ours, theirs = inspect(connection).get_foreign_keys(name), inspect(engine).get_foreign_keys(name)
            assert [(key["name"], key["referred_table"]) for key in ours] == [
                (key["name"], key["referred_table"]) for key in theirs
            ]
    derived.dispose()


def test_the_comparison_can_fail(engine: Engine) -> None:
    with writing(engine) as connection:
        schema.bring_up(connection)
        connection.execute(text("ALTER TABLE patient_record ADD COLUMN shoe_size BIGINT"))
        assert len(_differences(connection)) == 1


def test_down_removes_everything_and_up_brings_it_back(engine: Engine) -> None:
    with writing(engine) as connection:
        schema.bring_up(connection)
        full = set(inspect(connection).get_table_names())
        schema.bring_down(connection)
        assert set(inspect(connection).get_table_names()) == {schema.VERSION_TABLE}
        assert schema.current(connection) is None
        schema.bring_up(connection)
        assert set(inspect(connection).get_table_names()) == full == {*METADATA.tables, schema.VERSION_TABLE}


def test_a_migration_that_fails_leaves_nothing(engine: Engine) -> None:

    def stumble(connection: Connection) -> None:
        schema.bring_up(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), writing(engine) as connection:
        stumble(connection)
    assert inspect(engine).get_table_names() == []


@pytest.mark.parametrize("change", [update(AUDIT).values(who="somebody else"), delete(AUDIT)])
def test_the_trail_refuses_to_be_changed(registry: Registry, records: list[Record], change: Any) -> None:
    with registry.transaction(who="R1", why="test") as at:
        at.add(records[0])
    with pytest.raises(RegistryError, match="append-only"), writing(registry._engine) as connection:
        connection.execute(change)
    assert registry.verify().is_whole


def test_the_trail_refuses_to_be_emptied_at_once(server: Server) -> None:
    with (
        Registry.create(server.new_database()) as registry,
        pytest.raises(RegistryError, match="append-only"),
        writing(registry._engine) as connection,
    ):
        connection.execute(text("TRUNCATE audit"))


def test_tables_refuse_twins_even_behind_the_stores_back(registry: Registry) -> None:
    row = {"version": 1, "deleted": False, "pseudonym": "P-1"}
    with pytest.raises((DBAPIError, RegistryError)), writing(registry._engine) as connection:
        connection.execute(insert(TABLES["patient"]), [{"entry_no": 1, **row}, {"entry_no": 2, **row}])


@pytest.mark.parametrize(("form", "told"), [("0000", "that made it"), (None, "registry init")])
def test_tables_of_another_form_are_not_opened(new_place: NewPlace, form: str | None, told: str) -> None:
    place = new_place()
    Registry.create(place).close()
    engine = Place.of(place).engine()
    with writing(engine) as connection:
        if form is None:
            schema.bring_down(connection)
        else:
            connection.execute(text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '{form}'"))
    engine.dispose()
    with pytest.raises(RegistryError, match=told):
        Registry.open(place)


def test_there_is_a_table_for_every_kind_and_a_column_for_every_field() -> None:
    for record in RECORDS:
        names = [column.name for column in TABLES[record.kind].columns]
        own = ["entry_no", *(["parent_no"] if record.parent else []), "version", "deleted"]
        assert names == [*own, *record.items()]


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    place = tmp_path / "registry.sqlite"
    place.write_text("my thesis")
    with pytest.raises(RegistryError, match="already"):
        Registry.create(place)
    assert place.read_text() == "my thesis"
    assert list(tmp_path.iterdir()) == [place]


def test_a_database_with_a_registry_is_not_made_anew(new_place: NewPlace) -> None:
    place = new_place()
    Registry.create(place).close()
    with pytest.raises(RegistryError, match="already"):
        Registry.create(place)
