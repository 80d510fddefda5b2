"""Rows of CSV (RFC 4180), TSV (IANA, text/tab-separated-values) and JSON Lines, each kept byte for byte.

A row that cannot be understood is unreadable and kept; a file that ends within a row, or whose quotes do not close, is
broken: there nothing shows any more where a row begins, so reading stops with an error. TSV has no quotes: there a line
is a row.
"""

import csv
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from registry.catalogues.json_members import why_ambiguous
from registry.client.corpus.codecs import open_text, packed
from registry.client.corpus.columns import Column, Named, Unreadable, named_in
from registry.client.corpus.source import Position, Rows
from registry.errors import InvalidInput

LONGEST_ROW: Final = 64 * 1024 * 1024
MOST_CHUNK_BYTES: Final = 64 * 1024 * 1024
_decode = msgspec.json.Decoder().decode
_TAB: Final = "\t"
Row = tuple[bytes, list[Any] | Unreadable]
"""A row's bytes, and its values in the order of the columns."""


@dataclass(slots=True)
class TextChunk:
    """Rows of text: their bytes, and their values."""

    first: int
    codec: str
    columns: Sequence[Column] = ()
    raw: list[bytes] = field(default_factory=list)
    values: list[list[Any] | Unreadable] = field(default_factory=list)
    position: Position = None

    def __len__(self) -> int:
        return len(self.raw)

    def named(self, rows: Sequence[int]) -> Sequence[Named]:
        values = self.values if len(rows) == len(self) else [self.values[row] for row in rows]
        read = [each for each in values if not isinstance(each, Unreadable)]
        readable = iter(named_in(list(zip(*read, strict=True)), self.columns) if read else ())
        if len(read) == len(values):
            return list(readable)
        return [each if isinstance(each, Unreadable) else next(readable) for each in values]

    def arrays(self) -> Sequence[Any] | None:
        """Also None where a value is no text. A row that cannot be read has nothing but nulls: it names nothing."""
        try:
            import pyarrow as pa

            nothing = [None] * len(self.columns)
            values = (nothing if isinstance(each, Unreadable) else each for each in self.values)
            return [pa.array(each, pa.string()) for each in zip(*values, strict=True)]
        except (ImportError, TypeError, ValueError):  # Arrow's own are of these kinds
            return None

    def some(self, runs: Sequence[Rows]) -> bytes:
        lines = [line for first, count in runs for line in self.raw[first : first + count]]
        whole = all(line.endswith(b"\n") for line in lines[-1:])
        text = b"".join(lines if whole else [*lines, b"\n"])
        return packed(text, self.codec)


class TextSource:
    """A corpus of text. `position` is an offset in bytes of the text."""

    def __init__(
        self, path: Path, form: str, codec: str, columns: Sequence[Column], chunk_rows: int
    ) -> None:
        """Raises: InvalidInput where a column is lacking, or the header cannot be read."""
        self.suffix = f".{form}{codec}"
        self._path, self._codec, self._columns = path, codec, columns
        self._chunk_rows = chunk_rows
        self._delimiter = {"csv": ",", "tsv": _TAB}.get(form)
        self._header = b""
        self._places: list[int] = []
        self._width = 0
        if self._delimiter is not None:
            csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW))
            self._read_header()

    def beginning(self) -> bytes:
        return packed(self._header, self._codec)

    def finish(self, rows: Path, path: Path) -> None:
        rows.replace(path)

    def chunks(self, position: Position, first: int) -> Iterator[TextChunk]:
        at = len(self._header) if position is None else int(position)
        try:
            with open_text(self._path, self._codec, at) as text:
                lines = _Lines(text, at)
                chunk, size = TextChunk(first, self._codec, self._columns), 0
                for raw, values in self._rows(lines, first):
                    chunk.raw.append(raw)
                    chunk.values.append(values)
                    size += len(raw)
                    if len(chunk.raw) == self._chunk_rows or size > MOST_CHUNK_BYTES:
                        chunk.position = lines.at
                        yield chunk
                        chunk, size = (
                            TextChunk(chunk.first + len(chunk), self._codec, self._columns),
                            0,
                        )
                if len(chunk):
                    chunk.position = lines.at
                    yield chunk
        except (EOFError, zlib.error, OSError) as error:
            raise InvalidInput(
                f"{self._path.name} is broken or cut off ({error}); fetch it again", field="input"
            ) from error

    def _rows(self, lines: "_Lines", first: int) -> Iterator[Row]:
        if self._delimiter is None:
            return self._json_rows(lines, first)
        return self._csv_rows(lines, first)

    def _json_rows(self, lines: "_Lines", first: int) -> Iterator[Row]:
        number = first
        for raw in lines:
            if not raw.strip():
                continue
            try:
                members = _decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                if not raw.endswith(b"\n"):
                    raise InvalidInput(
                        f"{self._path.name} ends within row {number + 1}: it was cut off",
                        field="input",
                    ) from None
                yield raw, Unreadable("no JSON")
            else:
                why = why_ambiguous(raw, members)
                yield raw, self._json_values(members) if why is None else Unreadable(why)
            number += 1

    def _json_values(self, members: Any) -> list[Any] | Unreadable:
        if not isinstance(members, Mapping):
            return Unreadable("no JSON object")
        return [members.get(each.name) for each in self._columns]

    def _csv_rows(self, lines: "_Lines", first: int) -> Iterator[Row]:
        number = first
        reader = self._fields(lines)
        while True:
            try:
                fields = next(reader, None)
            except csv.Error as error:
                raise InvalidInput(
                    f"{self._path.name} is broken in or after row {number + 1}: {error}; from there on nothing shows "
                    "where a row begins",
                    field="input",
                ) from error
            if fields is None:
                return
            raw = lines.taken()
            if not fields:
                continue
            if len(fields) != self._width:
                yield (
                    raw,
                    Unreadable(f"{len(fields)} fields where the header has {self._width}"),
                )
            else:
                yield raw, [fields[place] for place in self._places]
            number += 1

    def _fields(self, lines: "_Lines") -> Iterator[list[str]]:
        """The fields of each row; none for an empty line."""
        if self._delimiter == _TAB:
            ends = (line.removesuffix("\n").removesuffix("\r") for line in lines.texts())
            return (line.split(_TAB) if line else [] for line in ends)
        return csv.reader(lines.texts(), strict=True)

    def _read_header(self) -> None:
        try:
            with open_text(self._path, self._codec) as text:
                lines = _Lines(text, 0)
                names = next(self._fields(lines), [])
                self._header = lines.taken()
        except (EOFError, zlib.error, OSError, csv.Error) as error:
            raise InvalidInput(
                f"the header of {self._path.name} cannot be read ({error})", field="input"
            ) from error
        if not self._header.endswith(b"\n"):
            self._header += b"\n"
        names = [name.removeprefix("\ufeff").strip() for name in names]
        self._width = len(names)
        for column in self._columns:
            if names.count(column.name) != 1:
                raise InvalidInput(
                    f"{self._path.name} has {names.count(column.name)} columns named {column.name}; it has "
                    f"{', '.join(names)[:500]}",
                    field="columns",
                )
            self._places.append(names.index(column.name))


class _Lines:
    """Lines of bytes, and how far they were read."""

    def __init__(self, text: BinaryIO, at: int) -> None:
        self._text = text
        self._taken: list[bytes] = []
        self.at = at

    def __iter__(self) -> Iterator[bytes]:
        while line := self._text.readline(LONGEST_ROW):
            if len(line) == LONGEST_ROW:
                raise InvalidInput(
                    f"a row has more than {LONGEST_ROW:,} bytes; is this a file of rows?",
                    field="input",
                )
            self.at += len(line)
            yield line

    def texts(self) -> Iterator[str]:
        """As text; what is not UTF-8 stays recognisable."""
        keep = self._taken.append
        for line in self:
            keep(line)
            yield line.decode("utf-8", "surrogateescape")

    def taken(self) -> bytes:
        """The bytes of the lines that were read since the last call."""
        taken = self._taken
        whole = taken[0] if len(taken) == 1 else b"".join(taken)
        taken.clear()
        return whole
