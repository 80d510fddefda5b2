"""The rows of an export as Parquet, kept column by column until all are there. Needs pyarrow.

What is kept is a stream of Arrow's own (IPC) without an end, which can be cut and gone on with. The Parquet file does
not show in which parts the rows came.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from registry.errors import ConfigurationError

_ROWS: Final = 5_000
"""Rows of a row group, and in memory at once."""


class RowTable:
    """Every column is text, but `index` a number, and `lists` lists of text. `unlike`: those of which hardly any two
    values are the same, so that a dictionary of them would be in vain."""

    def __init__(
        self, columns: Sequence[str], lists: Collection[str], unlike: Collection[str]
    ) -> None:
        """Raises: ConfigurationError where pyarrow is not installed."""
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            raise ConfigurationError(
                'Parquet needs pyarrow: pip install "PATH/TO/CLONE[screening]"', field="--format"
            ) from None

        def kind(name: str) -> Any:
            if name == "index":
                return pa.int64()
            return pa.list_(pa.string()) if name in lists else pa.string()

        self._pa, self._pq = pa, pq
        # for the whole process: Arrow's own ways of having memory keep tens of megabytes for later
        pa.set_memory_pool(pa.system_memory_pool())
        self._schema = pa.schema([pa.field(name, kind(name)) for name in columns])
        self._alike = [
            f"{name}.list.element" if name in lists else name
            for name in columns
            if name not in unlike and name != "index"
        ]

    def head(self) -> bytes:
        """What the stream begins with."""
        return bytes(self._schema.serialize())

    def part(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """So many rows, each with its cells in the order of the columns, to be appended to the stream."""
        if not rows:
            return b""
        arrays = [
            self._pa.array(cells, field.type)
            for cells, field in zip(zip(*rows, strict=True), self._schema, strict=True)
        ]
        batch = self._pa.record_batch(arrays, schema=self._schema)
        return bytes(batch.serialize())

    def write_parquet(self, stream: Path, target: Path) -> None:
        """Writes the rows of a stream."""
        with (
            self._pa.OSFile(str(stream)) as source,
            self._pq.ParquetWriter(
                target, self._schema, compression="zstd", use_dictionary=self._alike
            ) as writer,
        ):
            for group in self._groups(self._pa.ipc.open_stream(source)):
                writer.write_table(group)

    def _groups(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The rows in tables of the same length, the last apart, each in one piece."""
        kept: list[Any] = []
        count = 0
        for batch in batches:
            start = 0
            while count + batch.num_rows - start >= _ROWS:
                stop = start + _ROWS - count
                kept.append(batch.slice(start, stop - start))
                yield self._joined(kept)
                kept, count, start = [], 0, stop
            kept.append(batch.slice(start))
            count += batch.num_rows - start
        if count:
            yield self._joined(kept)

    def _joined(self, batches: Sequence[Any]) -> Any:
        return self._pa.Table.from_batches(batches).combine_chunks()
