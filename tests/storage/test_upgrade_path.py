"""Each revision keeps what the version before it relies on, so that old processes go on while new ones start.

Nothing is dropped, renamed or made stricter in one step: expand, migrate, contract (docs/operators.md). The walk is
over all revisions, so whoever adds one is tested by it.
"""

from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from registry.storage.engine import open_engine, writing
from registry.storage.migrate import alembic_config, revision_of, upgrade
from tests.conftest import FreshDatabase

VALUES: dict[type, Any] = {int: 7, str: "x", bytes: b"x", float: 1.5, bool: True}


def revisions() -> list[str]:
    script = ScriptDirectory.from_config(alembic_config())
    return [each.revision for each in script.walk_revisions()][::-1]


def schema(connection: Connection) -> dict[str, Any]:
    """Table → its columns (name → type, may it be null) and its unique sets of columns."""
    looking = sa.inspect(connection)
    # each of these asks about all tables at once, which the walk does for every revision
    columns, unique = looking.get_multi_columns(), looking.get_multi_unique_constraints()
    indexes, keys = looking.get_multi_indexes(), looking.get_multi_pk_constraint()
    return {
        table: {
            "columns": {
                each["name"]: (str(each["type"]), each["nullable"]) for each in columns[place]
            },
            "unique": {tuple(each["column_names"]) for each in unique.get(place, ())}
            | {tuple(each["column_names"]) for each in indexes.get(place, ()) if each["unique"]},
            "key": keys[place]["constrained_columns"],
        }
        for place in columns
        for table in place[1:]
    }


def broken_promises(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What code that knows `before` can no longer rely on."""
    broken = []
    for table, was in before.items():
        now = after.get(table)
        if now is None:
            broken.append(f"the table {table} is gone")
            continue
        for column, (kind, nullable) in was["columns"].items():
            if column not in now["columns"]:
                broken.append(f"{table}.{column} is gone")
            elif now["columns"][column][0] != kind:
                broken.append(f"{table}.{column} is of another type")
            elif nullable and not now["columns"][column][1]:
                broken.append(f"{table}.{column} may no longer be null")
        if now["key"] != was["key"]:
            broken.append(f"{table} has another key")
        broken += [f"{table} has a new unique {names}" for names in now["unique"] - was["unique"]]
    return broken


def insert_as_before(connection: Connection, before: dict[str, Any]) -> None:
    """One row into each table, with the columns that the version before knew: with all, and with those that must be."""
    now = sa.MetaData()
    now.reflect(connection)
    for table, was in before.items():
        if table == "alembic_version":
            continue
        reflected = now.tables[table]
        kinds = {each.name: each.type.python_type for each in reflected.columns}
        row = {name: VALUES[kinds[name]] for name in was["columns"]}
        least = {name: row[name] for name, (_, nullable) in was["columns"].items() if not nullable}
        for each in (row, least):  # the last one stays, so that the next revision meets rows
            connection.execute(sa.delete(reflected))
            connection.execute(sa.insert(reflected), each)


def test_every_revision_keeps_what_the_one_before_relies_on(database_url: str) -> None:
    engine = open_engine(database_url)
    walked = revisions()
    assert len(walked) >= 3
    with writing(engine) as connection:
        upgrade(connection, walked[0])
        before = schema(connection)
        for old, new in pairwise(walked):
            assert revision_of(connection) == old
            upgrade(connection, new)
            after = schema(connection)
            assert (new, broken_promises(before, after)) == (new, [])
            insert_as_before(connection, before)
            before = after
    engine.dispose()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP TABLE outbox", "the table outbox is gone"),
        ("ALTER TABLE tokens DROP COLUMN label", "tokens.label is gone"),
        ("ALTER TABLE tokens RENAME COLUMN label TO name", "tokens.label is gone"),
        ("CREATE UNIQUE INDEX uq ON tokens (label)", "tokens has a new unique ('label',)"),
    ],
)
def test_the_walk_would_notice(database_url: str, change: str, words: str) -> None:
    engine = open_engine(database_url)
    with writing(engine) as connection:
        upgrade(connection, "0001")
        before = schema(connection)
        connection.exec_driver_sql(change)
        assert broken_promises(before, schema(connection)) == [words]
    engine.dispose()


def test_the_walk_would_notice_a_column_that_old_code_does_not_fill(
    fresh_database: FreshDatabase,
) -> None:
    engine = open_engine(fresh_database("postgresql"))
    with engine.begin() as connection:
        upgrade(connection, "0001")
        before = schema(connection)
        connection.exec_driver_sql("ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL")
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        insert_as_before(connection, before)
    engine.dispose()
