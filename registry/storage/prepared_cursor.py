"""A cursor for the read path on PostgreSQL: constant statements, prepared once a connection, sent straight to libpq
with binary values (PostgreSQL manual, chapters 34.3 and 55.2). Psycopg's own cursor costs several times as much.

It knows the few types that look-ups use (text, bytes, 64-bit integers, lists of each) and refuses others. As
with psycopg's own prepared statements, a proxy that gives each transaction another connection does not go with it.
"""

import struct
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

_BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_INT8, _TEXT, _BYTEA, _VARCHAR = 20, 25, 17, 1043
_ARRAYS_OF = {str: _TEXT, bytes: _BYTEA, int: _INT8}
_FORMAT_BINARY = 1
_int8 = struct.Struct("!q")
_array_head = struct.Struct("!iiIii")
_length = struct.Struct("!i")


def _read_int8(value: bytes) -> int:
    found: int = _int8.unpack(value)[0]
    return found


_READERS: dict[int, Callable[[bytes], Any]] = {
    _INT8: _read_int8,
    _TEXT: bytes.decode,
    _VARCHAR: bytes.decode,
    _BYTEA: bytes,
}


_PLANNED_ONCE = (
    b"SET plan_cache_mode = force_generic_plan; SET jit = off; "
    b"SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"
)
"""By itself PostgreSQL plans a statement with `= ANY(array)` anew for each array, which takes ten times as long as to
carry it out. One plan for all is good if it goes by the indexes, also where nobody gathered statistics yet."""


class PreparedCursor:
    """One connection of psycopg, on which nobody begins a transaction but its user, seen through the statements that
    were prepared on it. Raises: the driver's errors."""

    def __init__(self, connection: Any) -> None:
        connection.autocommit = True
        self._connection = connection
        self._pgconn = connection.pgconn
        self.say(_PLANNED_ONCE)
        self._known: dict[str, tuple[bytes, tuple[Callable[[bytes], Any], ...]]] = {}
        self._rows: list[tuple[Any, ...]] = []
        self.rowcount = 0
        """How many rows the last statement gave or changed."""
        self.unchanged: dict[str, Any] = {}
        """What its user has read in this moment of the store and will need again, by names of its own."""

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> "PreparedCursor":
        """Carries out a statement with `%s` for each parameter. Raises: the driver's errors."""
        known = self._known.get(statement)
        if known is None:
            known = self._known[statement] = self._prepared(statement)
        name, readers = known
        values = [_written(value) for value in parameters]
        binary = [_FORMAT_BINARY] * len(values)
        result = self._pgconn.exec_prepared(name, values, binary, _FORMAT_BINARY)
        if result.status != ExecStatus.TUPLES_OK:
            _check(result)
            self._rows = []
            self.rowcount = result.command_tuples or 0
        else:
            self._rows = _rows(result, readers)
            self.rowcount = len(self._rows)
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows of the last statement."""
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        """Its first row, or None."""
        return self._rows[0] if self._rows else None

    def say(self, statement: bytes) -> None:
        """A statement without parameters or rows. Raises: the driver's errors."""
        _check(self._pgconn.exec_(statement))

    def begin(self) -> None:
        """From now on one moment is seen, and nothing can be written."""
        self.unchanged = {}
        self.say(_BEGIN)

    def end(self) -> None:
        """The moment is over."""
        self.say(b"ROLLBACK")

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _prepared(self, statement: str) -> tuple[bytes, tuple[Callable[[bytes], Any], ...]]:
        name = b"look-up %d" % len(self._known)
        _check(self._pgconn.prepare(name, _numbered(statement)))
        described = self._pgconn.describe_prepared(name)
        _check(described)
        kinds = [described.ftype(column) for column in range(described.nfields)]
        if not _READERS.keys() >= set(kinds):
            raise TypeError(f"look-ups read no columns of the types {kinds} (pg_type.oid)")
        return name, tuple(_READERS[kind] for kind in kinds)


def _rows(result: Any, readers: Sequence[Callable[[bytes], Any]]) -> list[tuple[Any, ...]]:
    get, columns = result.get_value, tuple(enumerate(readers))
    return [
        tuple(
            [
                None if (value := get(row, column)) is None else read(value)
                for column, read in columns
            ]
        )
        for row in range(result.ntuples)
    ]


def _check(result: Any) -> None:
    if result.status != ExecStatus.COMMAND_OK:
        raise error_from_result(result)


@cache
def _numbered(statement: str) -> bytes:
    parts = statement.split("%s")
    numbered = [f"{part}${place}" for place, part in enumerate(parts[:-1], 1)]
    return ("".join(numbered) + parts[-1]).encode()


def _written(value: Any) -> bytes:
    """A value as PostgreSQL's binary format has it. Raises: TypeError for a type that is not known here."""
    if type(value) is str:
        return value.encode()
    if type(value) is int:
        return _int8.pack(value)
    if type(value) is bytes:
        return value
    if type(value) is list:
        return _array(value)
    raise TypeError(f"look-ups send no {type(value).__name__}")


def _array(values: list[Any]) -> bytes:
    """One dimension from 1 on, no nulls; of the type of its first value."""
    kind = _ARRAYS_OF[type(values[0])] if values else _TEXT
    parts = [_array_head.pack(1, 0, kind, len(values), 1)]
    for value in values:
        written = _written(value)
        parts.append(_length.pack(len(written)))
        parts.append(written)
    return b"".join(parts)
