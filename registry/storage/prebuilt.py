"""Statements of the writer's way, compiled once a dialect and handed to the driver as constant text.

SQLAlchemy writes them; what it does on each execution costs more than SQLite itself. They run on the connection, and
so in the transaction, that the unit of work holds; the driver's errors are made ours where that is opened. On
PostgreSQL they go past psycopg's cursor, too (`prepared_writer`).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from operator import itemgetter
from typing import Any

from sqlalchemy import ClauseElement, Connection, Insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

from registry.storage.prepared_writer import settle_first, writer_on
from registry.storage.wired import Wired, wired, wired_of_arrays

_DIALECTS: dict[str, Any] = {
    "sqlite": sqlite.dialect(paramstyle="qmark"),
    "postgresql": psycopg.dialect(),  # type: ignore[no-untyped-call]
}


_MANY = 16
"""From so many rows on, one statement with an array a column is sent instead of one statement a row."""


class Prebuilt:
    """A statement with named parameters, of values that both drivers take as they are."""

    def __init__(self, statement: ClauseElement) -> None:
        self._text: dict[str, str] = {}
        self._constants: dict[str, Any] = {}
        self._given: dict[str, Callable[[Mapping[str, Any]], Any]] = {}
        """What a driver is given of a row; SQLite's takes half the time for values in their places, without names."""
        self.wired: Wired | None = None
        self._in_one: Wired | None = None
        for name, dialect in _DIALECTS.items():
            if statement.stringify_dialect in ("default", name):
                compiled = statement.compile(dialect=dialect)
                self._text[name] = str(compiled)
                given = compiled.params.items()
                self._constants = {key: value for key, value in given if value is not None}
                self._given[name] = dict if name == "postgresql" else _in_places(compiled)
                if name == "postgresql":
                    self.wired = wired(compiled)
                    if self.wired and isinstance(statement, Insert):
                        self._in_one = wired_of_arrays(compiled)

    def rows(
        self, connection: Connection, parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """What it gives."""
        row = {**self._constants, **(parameters or {})}
        dialect = connection.dialect.name
        if self.wired is not None and dialect == "postgresql":
            writer = writer_on(connection)
            if writer.is_fit():
                return writer.rows(self.wired, row)
        cursor = _cursor(connection)
        try:
            cursor.execute(self._text[dialect], self._given[dialect](row))
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def rows_of_each(
        self, connection: Connection, each: Sequence[Mapping[str, Any]]
    ) -> list[tuple[Any, ...]]:
        """What it gives for one after the other; asked with one message, where the database is reached by messages."""
        if self.wired is not None and connection.dialect.name == "postgresql":
            writer = writer_on(connection)
            if writer.is_fit():
                return writer.rows_of_each(self.wired, [{**self._constants, **row} for row in each])
        return [found for row in each for found in self.rows(connection, row)]

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Carries it out for each row. Returns how many rows of the store it touched; 0 within `sent_together`."""
        if self._constants:
            rows = [{**self._constants, **row} for row in rows]
        dialect = connection.dialect.name
        if self.wired is not None and dialect == "postgresql":
            writer = writer_on(connection)
            if writer.is_fit():
                if self._in_one is None or len(rows) < _MANY:
                    return writer.run(self.wired, rows)
                columns = {name: [row[name] for row in rows] for name in rows[0]}
                return writer.run(self._in_one, [columns])
        text, given = self._text[dialect], self._given[dialect]
        cursor = _cursor(connection)
        try:
            if len(rows) == 1:
                cursor.execute(text, given(rows[0]))
            else:
                cursor.executemany(text, map(given, rows))
            return int(cursor.rowcount)
        finally:
            cursor.close()


def _in_places(compiled: Any) -> Callable[[Mapping[str, Any]], Any]:
    names = compiled.positiontup or []
    return itemgetter(*names) if len(names) > 1 else lambda row: [row[name] for name in names]


def _cursor(connection: Connection) -> Any:
    settle_first(connection)
    return connection.connection.cursor()


def in_order(rows: list[dict[str, Any]], *columns: str) -> list[dict[str, Any]]:
    """The rows in the order of their key: rows that lie on one page of the store are then written one after the
    other, and pages fill up instead of being split."""
    return sorted(rows, key=itemgetter(*columns)) if len(rows) > 1 else rows


def sent_together(connection: Connection) -> AbstractContextManager[Any]:
    """What `run` carries out within is sent without waiting for each answer, where the database is reached by
    messages (PostgreSQL's pipeline); whatever fails is raised at the end of the block at the latest. How many rows
    were touched is not known within it."""
    if connection.dialect.name != "postgresql":
        return nullcontext()
    return writer_on(connection).together()
