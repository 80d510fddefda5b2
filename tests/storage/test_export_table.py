"""Rows become Parquet, whatever the parts in which they came."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from registry.storage.export_table import RowTable

COLUMNS = ("index", "title", "schemes")
ROWS = [(number, f"title {number % 7}", ["isrc", "url"][: number % 3]) for number in range(12_001)]


def table() -> RowTable:
    return RowTable(COLUMNS, ("schemes",), ("title",))


def written(folder: Path, parts: Iterator[Sequence[Sequence[Any]]]) -> Path:
    stream, target = folder / "stream", folder / "table.parquet"
    stream.write_bytes(table().head() + b"".join(map(table().part, parts)))
    table().write_parquet(stream, target)
    return target


def in_parts(length: int) -> Iterator[Sequence[Sequence[Any]]]:
    return (ROWS[at : at + length] for at in range(0, len(ROWS), length))


def test_the_rows_come_back(tmp_path: Path) -> None:
    read = pq.read_table(written(tmp_path, in_parts(256)))
    assert read.to_pylist() == [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def test_the_parts_in_which_they_came_do_not_show(tmp_path: Path) -> None:
    whole = written(tmp_path, in_parts(len(ROWS))).read_bytes()
    for length in (131, 5_000, 9_999):
        assert written(tmp_path, in_parts(length)).read_bytes() == whole


def test_no_rows_are_a_table_too(tmp_path: Path) -> None:
    assert table().part([]) == b""
    assert pq.read_table(written(tmp_path, iter(()))).num_rows == 0
