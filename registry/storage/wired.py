"""Statements as libpq takes them, and values as PostgreSQL's binary format has them (PostgreSQL manual, 55.2 and the
`send` and `recv` functions of each type).

It knows the few types of the registry's own tables: numbers of 32 and 64 bits, text, bytes; whoever has another one is
told so (None) and goes by psycopg's cursor.
"""

import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from psycopg import DataError
from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlalchemy.types import TypeEngine

BINARY: Final = 1
_int4 = struct.Struct("!i")
int8 = struct.Struct("!q")
_array_head = struct.Struct("!iiIii")
_NO_VALUE: Final = _int4.pack(-1)

Write = Callable[[Any], bytes]
Row = tuple[Any, ...]


def _as_it_is(value: bytes) -> bytes:
    return value


def _write_text(value: str) -> bytes:
    if "\0" in value:  # before the server sees it, which would end the transaction
        raise DataError("PostgreSQL has no text with U+0000 in it")
    return value.encode()


def _read_int4(value: bytes) -> int:
    found: int = _int4.unpack(value)[0]
    return found


def _read_int8(value: bytes) -> int:
    found: int = int8.unpack(value)[0]
    return found


# by pg_type.oid
_INT8, _INT4, _TEXT, _VARCHAR, _BYTEA = 20, 23, 25, 1043, 17
_READERS: Final[dict[int, Callable[[bytes], Any]]] = {
    _INT8: _read_int8,
    _INT4: _read_int4,
    _TEXT: bytes.decode,
    _VARCHAR: bytes.decode,
    _BYTEA: bytes,
}
# the wider of two related types stands first
_WRITERS: Final[tuple[tuple[type[TypeEngine[Any]], int, Write], ...]] = (
    (BigInteger, _INT8, int8.pack),
    (Integer, _INT4, _int4.pack),
    (String, _TEXT, _write_text),
    (LargeBinary, _BYTEA, _as_it_is),
)


class Wired:
    """A statement as libpq takes it, `$1` and so on for its parameters, and how each is written."""

    __slots__ = ("formats", "only_reads", "parameters", "text")

    def __init__(self, text: str, parameters: Iterable[tuple[str, Write]]) -> None:
        self.text = text.encode()
        self.only_reads = text.startswith("SELECT")
        self.parameters = tuple(parameters)
        self.formats = [BINARY] * len(self.parameters)

    def values(self, row: Mapping[str, Any]) -> list[bytes | None]:
        """A row's, in their order."""
        return [
            None if (value := row[name]) is None else write(value)
            for name, write in self.parameters
        ]


def wired(compiled: Any) -> Wired | None:
    """A statement compiled for psycopg; None where it has parameters of types that are not known here."""
    return _wired(str(compiled), {name: bind.type for name, bind in compiled.binds.items()})


def wired_of_arrays(compiled: Any) -> Wired | None:
    """An INSERT of one row as one of as many rows as its arrays are long; None as above, and where it takes more than
    the values of its columns."""
    into, _, rest = str(compiled).partition(" VALUES ")
    values, conflict, what_then = rest.partition(" ON CONFLICT ")
    if "%(" in what_then:
        return None
    types = {name: bind.type for name, bind in compiled.binds.items()}
    names = re.findall(r"%\((\w+)\)s", values)
    arrays = ", ".join(f"%({name})s::{types[name].compile(compiled.dialect)}[]" for name in names)
    text = f"{into} SELECT * FROM unnest({arrays}){conflict}{what_then}"  # noqa: S608
    return _wired(text, types, array=True)


def _wired(text: str, types: Mapping[str, Any], *, array: bool = False) -> Wired | None:
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
    found = [_writer(types[name]) for name in names]
    if None in found:
        return None
    known = [each for each in found if each is not None]
    writers = [_of_array(kind, write) if array else write for kind, write in known]
    places = {name: f"${place}" for place, name in enumerate(names, 1)}
    numbered = re.sub(r"%\((\w+)\)s", lambda match: places[match[1]], text).replace("%%", "%")
    return Wired(numbered, zip(names, writers, strict=True))


def _writer(type: TypeEngine[Any]) -> tuple[int, Write] | None:
    for known, kind, write in _WRITERS:
        if isinstance(type, known):
            return kind, write
    return None


def _of_array(kind: int, write: Write) -> Write:
    """One dimension from 1 on."""

    def written(values: Sequence[Any]) -> bytes:
        parts = [_array_head.pack(1, None in values, kind, len(values), 1)]
        for value in values:
            if value is None:
                parts.append(_NO_VALUE)
            else:
                data = write(value)
                parts += (_int4.pack(len(data)), data)
        return b"".join(parts)

    return written


def rows_of(result: Any) -> list[Row]:
    """Its rows, which have to be in binary. Raises: TypeError for a column of a type that is not known here."""
    get, kinds = result.get_value, [result.ftype(column) for column in range(result.nfields)]
    if not _READERS.keys() >= set(kinds):
        raise TypeError(f"prebuilt statements read no columns of the types {kinds} (pg_type.oid)")
    readers = [(column, _READERS[kind]) for column, kind in enumerate(kinds)]
    return [
        tuple(
            [
                None if (value := get(row, column)) is None else read(value)
                for column, read in readers
            ]
        )
        for row in range(result.ntuples)
    ]
