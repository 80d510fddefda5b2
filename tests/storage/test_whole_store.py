"""Every table is carried, whatever it holds, from either database into either."""

import pytest
from sqlalchemy import LargeBinary, insert, text

from registry.errors import ConfigurationError, Unavailable
from registry.storage.engine import open_engine, reading, writing
from registry.storage.migrate import migrate
from registry.storage.tables import metadata, tokens
from registry.storage.whole_store import (
    Shape,
    add_rows,
    columns_of,
    count_rows,
    empty_table,
    is_carried,
    is_empty,
    rows_of,
    shapes,
)
from tests.conftest import FreshDatabase
from tests.outside import free_port

ROWS = [
    (b"\x00\xff", "a", "01", 'with "quotes", a tab\t, a line\n, \\N and ü', 1, None),
    (b"", "b", "02", "", -(2**63), 2**63 - 1),
]


def test_every_table_of_this_version_is_carried_with_all_its_columns(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine)
    with reading(engine) as connection:
        found = {shape.name: [name for name, _ in shape.columns] for shape in shapes(connection)}
    engine.dispose()
    ours = {
        table.name: [column.name for column in table.columns]
        for table in metadata.sorted_tables
        if is_carried(table.name)
    }
    assert {name: sorted(columns) for name, columns in found.items()} == {
        name: sorted(columns) for name, columns in ours.items()
    }


def test_what_belongs_to_one_database_or_machine_is_left_behind() -> None:
    assert [
        name for name in ("alembic_version", "nonces", "huey_task", "events") if is_carried(name)
    ] == ["events"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_rows_arrive_as_they_were(fresh_database: FreshDatabase, kind: str, into: str) -> None:
    old, new = open_engine(fresh_database(kind)), open_engine(fresh_database(into))
    for engine in (old, new):
        migrate(engine)
    names = ("digest", "id", "rightsholder", "label", "created_at", "revoked_at")
    with writing(old) as connection:
        connection.execute(insert(tokens), [dict(zip(names, row, strict=True)) for row in ROWS])
    with reading(old) as source, writing(new) as target:
        shape = next(each for each in shapes(source) if each.name == "tokens")
        assert count_rows(source, shape) == 2
        assert add_rows(target, shape, rows_of(source, shape)) == 2
    with reading(new) as target:
        assert [row for part in rows_of(target, shape) for row in part] == sorted(ROWS)
    with writing(new) as target:
        empty_table(target, shape)
        assert count_rows(target, shape) == 0
    old.dispose()
    new.dispose()


def test_a_table_with_other_columns_takes_nothing(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine)
    shape = Shape("tokens", (("digest", "bytes"), ("nothing", "text")))
    with pytest.raises(ConfigurationError, match="tokens has other columns"), writing(engine) as c:
        add_rows(c, shape, [])
    engine.dispose()


def test_a_type_that_only_one_database_has_is_named(database_url: str) -> None:
    engine = open_engine(database_url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE odd (day DATE)"))
        with pytest.raises(ConfigurationError, match=r"odd\.day is of the type DATE"):
            columns_of(connection, "odd")
        assert columns_of(connection, "nowhere") == ()
    engine.dispose()


def test_a_store_is_empty_until_its_first_migration_whatever_nonces_are_there(
    database_url: str,
) -> None:
    engine = open_engine(database_url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE nonces (keyid TEXT)"))
    assert is_empty(engine)
    migrate(engine)
    assert not is_empty(engine)
    engine.dispose()


def test_every_column_of_ours_is_of_a_kind_that_both_databases_have() -> None:
    kinds = {
        column.type.python_type if not isinstance(column.type, LargeBinary) else bytes
        for table in metadata.sorted_tables
        for column in table.columns
    }
    assert kinds <= {int, str, bytes, float, bool}


def test_of_a_database_that_is_away_nobody_knows_whether_it_is_empty() -> None:
    engine = open_engine(f"postgresql+psycopg://127.0.0.1:{free_port()}/nobody")
    with pytest.raises(Unavailable):
        is_empty(engine)
    engine.dispose()
