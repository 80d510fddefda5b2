"""The log's events read from end to end by the database's own driver, part by part, and with little memory.

Not for answers: on SQLite it gives up the map of the file into memory, which counts as memory of the process.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from registry.storage.log_store import StoredEvent

_SELECT = "SELECT seq, id, type, at, body, erased, erased_by FROM events WHERE seq >= {0} AND seq < {0} ORDER BY seq"
_PART = 1_000
_AT_ONCE = 256
"""Rows in memory together: few enough to be still near the processor when they are used."""


EventRow = tuple[int, str, str, int, bytes, bytes | None, int | None]
"""The members of a `StoredEvent`, as the driver gives them."""


def read_rows(connection: Connection, first: int, last: int) -> Iterator[list[EventRow]]:
    """The events with first ≤ seq < last, in order, some at once. Raises: the driver's own errors."""
    cursor = connection.connection.cursor()
    try:
        if connection.dialect.name == "sqlite":
            cursor.execute("PRAGMA mmap_size = 0")
            cursor.execute("PRAGMA cache_size = -4096")
            cursor.execute(_SELECT.format("?"), (first, last))
        else:
            cursor.execute(_SELECT.format("%s"), (first, last))
        while rows := cursor.fetchmany(_AT_ONCE):
            yield list(rows)
    finally:
        cursor.close()


def each_event(connection: Connection, first: int, last: int) -> Iterator[StoredEvent]:
    """The same, one after the other."""
    for start in range(first, last, _PART):
        for rows in read_rows(connection, start, min(start + _PART, last)):
            for row in rows:
                yield StoredEvent(*row)
