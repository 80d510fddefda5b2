"""Migrations: from an empty database to exactly the tables that the code knows, back, and up again."""

import os
import warnings

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, Text, insert, inspect, select, text

from registry.storage.engine import open_engine, writing
from registry.storage.migrate import alembic_config, migrate, pending_migrations
from registry.storage.tables import audit_events, events, metadata, outbox, record_status


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def to(engine: Engine, revision: str) -> None:
    with writing(engine) as connection, warnings.catch_warnings():
        config = alembic_config()
        config.attributes["connection"] = connection
        down = revision == "base"
        (command.downgrade if down else command.upgrade)(config, revision)


def test_an_empty_database_becomes_what_the_code_knows_and_nothing_else(database_url: str) -> None:
    engine = open_engine(database_url)
    assert pending_migrations(engine)
    migrate(engine)
    assert pending_migrations(engine) == []
    assert differences(engine) == []
    migrate(engine)
    assert differences(engine) == []
    engine.dispose()


def test_down_to_nothing_and_up_again_gives_the_same_tables(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine)
    before = sorted(inspect(engine).get_table_names())
    to(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    to(engine, "head")
    assert sorted(inspect(engine).get_table_names()) == before
    assert differences(engine) == []
    engine.dispose()


def test_alembics_own_check_finds_nothing_to_migrate(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine)
    with writing(engine) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_a_password_with_a_percent_sign_reaches_the_configuration_whole() -> None:
    url = "postgresql+psycopg://user:a%40b@host/name"
    assert alembic_config(url).get_main_option("sqlalchemy.url") == url


@pytest.mark.parametrize("table", ["dossiers", "events", "audit_events", "outbox", "record_status"])
def test_small_rows_are_found_without_a_second_index_on_sqlite(
    tmp_path: object, table: str
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/registry.sqlite")
    migrate(engine)
    with engine.connect() as connection:
        sql = connection.exec_driver_sql(
            f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{table}'"
        ).scalar_one()
    assert ("seq INTEGER" in sql) if table == "events" else ("WITHOUT ROWID" in sql)
    engine.dispose()


def test_what_lies_in_tables_that_are_laid_out_anew_stays(database_url: str) -> None:
    engine = open_engine(database_url)
    to(engine, "0006")
    rows = {
        table: [
            {
                column.name: (
                    (
                        f'{{"{column.name}": "{n}"}}'
                        if column.name == "details"
                        else f"{column.name} {n}"
                    )
                    if isinstance(column.type, Text)
                    else n
                )
                for column in table.columns
                if column.name not in ("way", "session")  # which came later
            }
            for n in range(3)
        ]
        for table in (audit_events, outbox, record_status)
    }
    with writing(engine) as connection:
        for table, given in rows.items():
            connection.execute(table.insert(), given)
    for revision in ("0007", "0006", "head"):
        with writing(engine) as connection, warnings.catch_warnings():
            config = alembic_config()
            config.attributes["connection"] = connection
            (command.downgrade if revision == "0006" else command.upgrade)(config, revision)
            for table, given in rows.items():
                columns = [table.c[name] for name in given[0]]
                found = connection.execute(select(*columns).order_by(next(iter(table.primary_key))))
                assert [dict(row._mapping) for row in found] == given
    engine.dispose()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_on_postgresql_a_signed_record_stays_in_its_row(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine)
    row = {"seq": 0, "id": "r", "type": "t", "at": 1, "body": os.urandom(3_000)}
    with writing(engine) as connection:
        connection.execute(insert(events), row)
        beside = connection.execute(
            text("SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'events'")
        )
        assert beside.scalar_one() == 0
    engine.dispose()
