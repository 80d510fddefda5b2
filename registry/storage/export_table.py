"""The rows of an export as Parquet, written from the JSON Lines of the same rows, part by part. Needs pyarrow."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from registry.errors import ConfigurationError

_ROWS: Final = 5_000
"""Rows in memory at once."""


def write_parquet(
    source: Path,
    table: Path,
    columns: Sequence[str],
    lists: Collection[str],
    read: Callable[[bytes], Sequence[Any]],
) -> None:
    """Every column is text, but `index` a number, and `lists` lists of text. `read`: a line → its cells, in the order
    of the columns.

    Raises: ConfigurationError where pyarrow is not installed.
    """
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

    schema = pa.schema([pa.field(name, kind(name)) for name in columns])
    with pq.ParquetWriter(table, schema, compression="zstd") as writer, source.open("rb") as lines:
        for part in _parts(lines):
            cells = zip(*map(read, part), strict=True)
            arrays = [pa.array(each, field.type) for each, field in zip(cells, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _parts(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while part := list(islice(lines, _ROWS)):
        yield part
