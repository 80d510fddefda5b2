"""Statements of the writer's way, compiled once a dialect and handed to the driver as constant text.

SQLAlchemy writes them; what it does on each execution costs more than SQLite itself. They run on the connection, and
so in the transaction, that the unit of work holds; the driver's errors are made ours where that is opened.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

_DIALECTS: dict[str, Any] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": psycopg.dialect(),  # type: ignore[no-untyped-call]
}


class Prebuilt:
    """A statement with named parameters, of values that both drivers take as they are."""

    def __init__(self, statement: ClauseElement) -> None:
        self._text: dict[str, str] = {}
        self._constants: dict[str, Any] = {}
        for name, dialect in _DIALECTS.items():
            if statement.stringify_dialect in ("default", name):
                compiled = statement.compile(dialect=dialect)
                self._text[name] = str(compiled)
                given = compiled.params.items()
                self._constants = {key: value for key, value in given if value is not None}

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
            else:
                cursor.executemany(text, rows)
            return int(cursor.rowcount)
        finally:
            cursor.close()
