"""Statements of the writer's way, compiled once a dialect and handed to the driver as constant text.

SQLAlchemy writes them; what it does on each execution costs more than SQLite itself. They run on the connection, and
so in the transaction, that the unit of work holds; the driver's errors are made ours where that is opened.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from operator import itemgetter
from typing import Any

from sqlalchemy import ClauseElement, Connection, Insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

_DIALECTS: dict[str, Any] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": psycopg.dialect(),  # type: ignore[no-untyped-call]
}


_MANY = 16
"""From so many rows on, one statement with an array a column is sent instead of one statement a row."""


def _from_arrays(compiled: Any) -> str:
    """An INSERT of one row, for PostgreSQL, as an INSERT of as many rows as its arrays are long."""
    into, _, values = str(compiled).partition(" VALUES ")
    names = re.findall(r"%\((\w+)\)s", values.partition(" ON CONFLICT ")[0])
    arrays = ", ".join(
        f"%({name})s::{compiled.binds[name].type.compile(_DIALECTS['postgresql'])}[]"
        for name in names
    )
    _, conflict, what_then = values.partition(" ON CONFLICT ")
    return f"{into} SELECT * FROM unnest({arrays}){conflict}{what_then}"  # noqa: S608


class Prebuilt:
    """A statement with named parameters, of values that both drivers take as they are."""

    def __init__(self, statement: ClauseElement) -> None:
        self._text: dict[str, str] = {}
        self._constants: dict[str, Any] = {}
        self._in_one: str | None = None
        for name, dialect in _DIALECTS.items():
            if statement.stringify_dialect in ("default", name):
                compiled = statement.compile(dialect=dialect)
                self._text[name] = str(compiled)
                given = compiled.params.items()
                self._constants = {key: value for key, value in given if value is not None}
                if name == "postgresql" and isinstance(statement, Insert):
                    self._in_one = _from_arrays(compiled)

    def rows(
        self, connection: Connection, parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """What it gives."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(
                self._text[connection.dialect.name], {**self._constants, **(parameters or {})}
            )
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Carries it out for each row. Returns how many rows of the store it touched."""
        if self._constants:
            rows = [{**self._constants, **row} for row in rows]
        text = self._text[connection.dialect.name]
        cursor = connection.connection.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(text, rows[0])
            elif self._in_one and len(rows) >= _MANY and connection.dialect.name == "postgresql":
                cursor.execute(
                    self._in_one, {name: [row[name] for row in rows] for name in rows[0]}
                )
            else:
                cursor.executemany(text, rows)
            return int(cursor.rowcount)
        finally:
            cursor.close()


def in_order(rows: list[dict[str, Any]], *columns: str) -> list[dict[str, Any]]:
    """The rows in the order of their key: rows that lie on one page of the store are then written one after the
    other, and pages fill up instead of being split."""
    return sorted(rows, key=itemgetter(*columns)) if len(rows) > 1 else rows


def sent_together(connection: Connection) -> AbstractContextManager[Any]:
    """What `run` carries out within is sent without waiting for each answer, where the database is reached by
    messages (PostgreSQL's pipeline); whatever fails is raised at the end of the block at the latest. How many rows
    were touched is not known within it."""
    driver: Any = connection.connection.dbapi_connection
    pipeline: AbstractContextManager[Any] = (
        driver.pipeline() if connection.dialect.name == "postgresql" else nullcontext()
    )
    return pipeline
