"""Every table of a store, row by row, in a form that both databases understand: what backups and moves carry.

The tables are those that the database has, of whatever revision it is. Left out is what belongs to one database
and one machine: Alembic's own mark, spent nonces, the queue of the background worker.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Engine,
    Float,
    LargeBinary,
    Text,
    column,
    inspect,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

from registry.errors import ConfigurationError
from registry.storage.engine import reading

Kind = Literal["integer", "text", "bytes", "real", "boolean"]
Row = tuple[Any, ...]
Progress = Callable[[str, int, int], None]

CHUNK: Final = 5_000
"""Rows in memory at once."""

_KIND_OF: Final[dict[type, Kind]] = {
    int: "integer",
    str: "text",
    bytes: "bytes",
    float: "real",
    bool: "boolean",
}
_TYPE_OF: Final[dict[Kind, TypeEngine[Any]]] = {
    "integer": BigInteger(),
    "text": Text(),
    "bytes": LargeBinary(),
    "real": Float(),
    "boolean": Boolean(),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A table's name, and its columns in order with the kind of what they hold."""

    name: str
    columns: tuple[tuple[str, Kind], ...]


def is_carried(name: str) -> bool:
    """Does this table belong to the registry, wherever it is kept?"""
    return name not in ("alembic_version", "nonces") and not name.startswith(("huey", "sqlite_"))


def shapes(connection: Connection) -> list[Shape]:
    """Every table that is carried, by name.

    Raises: ConfigurationError for a column of a kind that only one database has.
    """
    looking = inspect(connection)
    return [
        Shape(name, columns_of(connection, name))
        for name in sorted(looking.get_table_names())
        if is_carried(name)
    ]


def is_empty(engine: Engine) -> bool:
    """Is there no table of a registry yet? Spent nonces may be there. Raises: Unavailable."""
    with reading(engine) as connection:
        names = inspect(connection).get_table_names()
    return not any(is_carried(name) or name == "alembic_version" for name in names)


def rows_of(connection: Connection, shape: Shape) -> Iterator[list[Row]]:
    """The rows in the order of the table's key, a few thousand at a time."""
    key = inspect(connection).get_pk_constraint(shape.name)["constrained_columns"]
    statement = (
        select(*(column(name, _TYPE_OF[kind]) for name, kind in shape.columns))
        .select_from(table(shape.name))
        .order_by(*(column(name) for name in key))
        .execution_options(yield_per=CHUNK)
    )
    with connection.execute(statement) as result:
        for part in result.partitions():
            yield [tuple(row) for row in part]


def count_rows(connection: Connection, shape: Shape) -> int:
    """How many rows the table has."""
    counted = connection.exec_driver_sql(f'SELECT count(*) FROM "{shape.name}"')  # noqa: S608
    return int(counted.scalar_one())


def empty_table(connection: Connection, shape: Shape) -> None:
    """Takes every row out."""
    connection.exec_driver_sql(f'DELETE FROM "{shape.name}"')  # noqa: S608


def add_rows(connection: Connection, shape: Shape, parts: Iterable[list[Row]]) -> int:
    """Adds rows as they come, by COPY on PostgreSQL. Returns how many.

    Raises: ConfigurationError where the table here has other columns.
    """
    here = {name for name, _ in columns_of(connection, shape.name)}
    if here != {name for name, _ in shape.columns}:
        raise ConfigurationError(
            f"the table {shape.name} has other columns here than where its rows come from"
        )
    names = ", ".join(f'"{name}"' for name, _ in shape.columns)
    cursor = connection.connection.cursor()
    added = 0
    if connection.dialect.name == "postgresql":
        writer: Any = cursor
        with writer.copy(f'COPY "{shape.name}" ({names}) FROM STDIN') as copy:
            for row in chain.from_iterable(parts):
                copy.write_row(row)
                added += 1
    else:
        marks = ", ".join("?" * len(shape.columns))
        statement = f'INSERT INTO "{shape.name}" ({names}) VALUES ({marks})'  # noqa: S608
        for part in parts:
            cursor.executemany(statement, part)
            added += len(part)
    cursor.close()
    return added


def columns_of(connection: Connection, name: str) -> tuple[tuple[str, Kind], ...]:
    """The columns of one table, in order; none where there is no such table."""
    looking = inspect(connection)
    if not looking.has_table(name):
        return ()
    return tuple(_column(name, each) for each in looking.get_columns(name))


def _column(table_name: str, found: Any) -> tuple[str, Kind]:
    kind = _KIND_OF.get(found["type"].python_type)
    if kind is None:
        raise ConfigurationError(
            f"{table_name}.{found['name']} is of the type {found['type']}, which a backup cannot carry"
        )
    return found["name"], kind
