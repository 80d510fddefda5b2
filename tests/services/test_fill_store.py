"""Rows come in under the schema they are of, and are brought up to date there."""

import pytest
from sqlalchemy import text

from registry.errors import ConfigurationError
from registry.services.fill_store import Filled, Source, fill_store
from registry.services.fsck import Report
from registry.storage.engine import open_engine, writing
from registry.storage.head_file import Head
from registry.storage.migrate import pending_migrations, revision_of, upgrade
from registry.storage.unit_of_work import unit_of_work
from registry.storage.whole_store import Shape, shapes
from tests.conftest import FreshDatabase
from tests.services.copies import quiet


def test_rows_of_the_first_revision_are_migrated_to_the_newest(
    database_url: str, fresh_database: FreshDatabase
) -> None:
    old, new = open_engine(fresh_database("sqlite")), open_engine(database_url)
    with writing(old) as connection:
        upgrade(connection, "0001")
        tables = tuple(shapes(connection))
        assert revision_of(connection) == "0001"
    row = (b"d", "id", "holder", "label", 1, None)

    def rows(shape: Shape) -> list[list[tuple[object, ...]]]:
        return [[row]] if shape.name == "tokens" else []

    with unit_of_work(new) as uow:
        assert fill_store(uow, Source("0001", tables, rows), quiet) == 1
    assert pending_migrations(new) == []
    with writing(new) as connection:
        assert connection.scalar(text("SELECT label FROM tokens")) == "label"
    old.dispose()
    new.dispose()


def test_rows_of_a_version_to_come_are_refused(database_url: str) -> None:
    engine = open_engine(database_url)
    with (
        pytest.raises(ConfigurationError, match="'9999', which this version does not know"),
        unit_of_work(engine) as uow,
    ):
        fill_store(uow, Source("9999", (), lambda shape: []), quiet)
    engine.dispose()


def test_rows_that_lack_a_table_of_their_schema_are_refused(database_url: str) -> None:
    engine = open_engine(database_url)
    with (
        pytest.raises(ConfigurationError, match=r"not of the tables .*events"),
        unit_of_work(engine) as uow,
    ):
        fill_store(uow, Source("0001", (), lambda shape: []), quiet)
    engine.dispose()


def test_what_is_missing_is_counted_against_the_released_head() -> None:
    def missing(size: int, released: int | None) -> int:
        known = None if released is None else Head(released, b"", 0)
        return Filled(0, Report(), Head(size, b"", 0), known).missing

    assert [missing(5, 8), missing(5, 5), missing(8, 5), missing(5, None)] == [3, 0, 0, 0]
