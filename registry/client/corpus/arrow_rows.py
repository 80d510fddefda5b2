"""Rows of Parquet files and of Arrow streams or files, batch by batch. Needs pyarrow and numpy.

While a corpus is screened, rows are appended as small Arrow streams one after the other, which can be cut back to any
of them; at the end they become one file of the input's own format. Pages of Parquet are held against their checksums
where they have any.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from registry.client.corpus.columns import Column, Named, named_in
from registry.client.corpus.source import Position, Rows
from registry.errors import InvalidInput

BATCH_BYTES: Final = 32 * 1024 * 1024
_FILE_MAGIC: Final = b"ARROW1"
_END_OF_STREAM: Final = b"\xff\xff\xff\xff\x00\x00\x00\x00"


@dataclass(slots=True)
class ArrowChunk:
    """Rows of a record batch."""

    first: int
    position: Position
    batch: Any
    columns: Sequence[Column]

    def __len__(self) -> int:
        rows: int = self.batch.num_rows
        return rows

    def named(self, rows: Sequence[int]) -> Sequence[Named]:
        whole, arrays = len(rows) == len(self), self.arrays()
        if not whole:
            wanted = pa.array(rows, pa.int64())
            arrays = [each.take(wanted) for each in arrays]
        return named_in([each.to_pylist() for each in arrays], self.columns)

    def arrays(self) -> Sequence[Any]:
        return [self.batch.column(each.name) for each in self.columns]

    def some(self, runs: Sequence[Rows]) -> bytes:
        if not runs:
            return b""
        if len(runs) == 1:
            batch = self.batch.slice(*runs[0])
        else:
            rows = np.concatenate([np.arange(first, first + count) for first, count in runs])
            batch = self.batch.take(pa.array(rows))
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        data: bytes = sink.getvalue().to_pybytes()
        return data


class ArrowSource:
    """A corpus of Parquet or Arrow. `position` is [row group or batch, row within it]."""

    def __init__(self, path: Path, form: str, columns: Sequence[Column], chunk_rows: int) -> None:
        """Raises: InvalidInput for a file that cannot be read, or lacks a column."""
        self.suffix = f".{form}"
        self._path, self._form, self._columns = path, form, columns
        self._chunk_rows = chunk_rows
        try:
            with self._opened() as opened:
                self._schema = opened.schema_arrow if form == "parquet" else opened.schema
                self._repeating = _repeating(opened, columns) if form == "parquet" else []
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._broken(error) from error
        for column in columns:
            if len(self._schema.get_all_field_indices(column.name)) != 1:
                raise InvalidInput(
                    f"{path.name} has no single column named {column.name}; it has "
                    f"{', '.join(self._schema.names)[:500]}",
                    field="columns",
                )
        self._check_types()

    def beginning(self) -> bytes:
        return b""

    def chunks(self, position: Position, first: int) -> Iterator[ArrowChunk]:
        part, begin = (0, 0) if position is None else position
        try:
            for number, batches in self._parts(part):
                at = 0
                for batch in batches:
                    size = batch.num_rows
                    for start in range(max(0, begin - at), size, self._rows_at_once(batch)):
                        piece = batch.slice(start, self._rows_at_once(batch))
                        after = [number, at + start + piece.num_rows]
                        yield ArrowChunk(first, after, piece, self._columns)
                        first += piece.num_rows
                    at += size
                begin = 0
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._broken(error) from error

    def finish(self, rows: Path, path: Path) -> None:
        fresh = path.with_name(path.name + ".new")
        with fresh.open("wb") as sink, rows.open("rb") as file:
            writer = (
                pq.ParquetWriter(
                    sink,
                    self._schema,
                    compression="zstd",
                    use_dictionary=self._repeating,
                    write_page_checksum=True,
                )
                if self._form == "parquet"
                else pa.ipc.new_stream(sink, self._schema)
            )
            with writer:
                for batch in _appended(file):
                    writer.write_batch(batch)
        fresh.replace(path)

    def _check_types(self) -> None:
        """That rows of every column can be picked. Raises: InvalidInput for one of a type where pyarrow cannot."""
        for each in self._schema:
            try:
                pa.nulls(0, each.type).take(pa.array([], pa.int64()))
            except pa.ArrowNotImplementedError as error:
                raise InvalidInput(
                    f"{self._path.name}: rows of the column {each.name} cannot be sorted, since it is of the type "
                    f"{each.type}; write it with a plain type, such as string",
                    field="input",
                ) from error

    def _rows_at_once(self, batch: Any) -> int:
        """So many rows that a chunk stays small, however large one is."""
        each = max(1, batch.nbytes // max(1, batch.num_rows))
        return int(max(1, min(self._chunk_rows, BATCH_BYTES // each)))

    def _opened(self) -> Any:
        if self._form == "parquet":
            return pq.ParquetFile(self._path, page_checksum_verification=True)
        with self._path.open("rb") as file:
            is_file = file.read(len(_FILE_MAGIC)) == _FILE_MAGIC
            if not is_file:
                file.seek(-len(_END_OF_STREAM), 2)
                if file.read() != _END_OF_STREAM:
                    raise InvalidInput(
                        f"{self._path.name} has no end: an Arrow stream that was cut off looks like this",
                        field="input",
                    )
        source = pa.memory_map(str(self._path))
        return pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)

    def _parts(self, begin: int) -> Iterator[tuple[int, Iterator[Any]]]:
        """(number, batches) of each row group of a Parquet file, or of each batch of Arrow, from `begin` on."""
        with self._opened() as opened:
            if self._form == "parquet":
                for number in range(begin, opened.num_row_groups):
                    group = opened.metadata.row_group(number)
                    each = max(1, group.total_byte_size // max(1, group.num_rows))
                    size = int(max(1, min(self._chunk_rows, BATCH_BYTES // each)))
                    yield number, opened.iter_batches(size, row_groups=[number], use_threads=False)
            elif isinstance(opened, pa.ipc.RecordBatchFileReader):
                for number in range(begin, opened.num_record_batches):
                    yield number, iter([opened.get_batch(number)])
            else:
                for number, batch in enumerate(opened):
                    if number >= begin:
                        yield number, iter([batch])

    def _broken(self, error: Exception) -> InvalidInput:
        words = " ".join(str(error).split())[:300]
        return InvalidInput(
            f"{self._path.name} is broken or cut off ({words}); fetch it again", field="input"
        )


def _repeating(opened: Any, columns: Sequence[Column]) -> list[str]:
    """The leaves of a Parquet file whose values may repeat, as identifiers do not: a dictionary of these would be
    made, turn out too large and be thrown away, for half of the time that writing takes."""
    names = {column.name for column in columns}
    leaves = [opened.schema.column(number).path for number in range(len(opened.schema))]
    return [path for path in leaves if path not in names]


def _appended(file: Any) -> Iterator[Any]:
    """The batches of several streams, one after the other."""
    while True:
        mark = file.tell()
        if not file.read(1):
            return
        file.seek(mark)
        with pa.ipc.open_stream(pa.PythonFile(file)) as stream:
            yield from stream
        # the reader may not close what we go on reading
