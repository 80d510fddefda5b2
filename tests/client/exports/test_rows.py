"""Rows in a table of columns are held against the records as well; so is a table with other columns."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.exported import exported, rebag, verified
from tests.registries import Desk, open_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("rows")
    made = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    work, _ = made.work("isrc:GBAYE0601498", "https://r1.example/x")
    made.declare(work, to=made.platform(), generative_training="conditional", search="deny")
    exported(made, folder / "export", formats=("jsonl", "csv", "parquet"))
    exported(made, folder / "table-alone", formats=("parquet",))
    yield made
    made.registry.close()


def test_a_table_alone_is_enough(desk: Desk) -> None:
    folder = desk.registry.settings.var.parent / "table-alone"
    found = verified(desk, folder)
    assert found.holds, found
    assert found.rows == 2
    assert not (folder / "data/records.jsonl").exists()


@pytest.mark.parametrize("change", ["value", "row less", "row more", "columns", "nonsense"])
def test_a_table_that_was_changed_is_found(desk: Desk, copy: Path, change: str) -> None:
    path = copy / "data/records.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    if change == "value":
        rows[1]["decision"] = "allow"
    elif change == "row less":
        rows = rows[:-1]
    elif change == "row more":
        rows = [*rows, rows[-1]]
    schema = table.schema if change != "columns" else table.schema.append(pa.field("x", pa.int64()))
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    if change == "nonsense":
        path.write_bytes(b"PAR1 nothing PAR1")
    rebag(copy)
    found = verified(desk, copy)
    assert (found.code, str(found.where).startswith("data/records.parquet")) == ("rows", True)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("index", lambda n: pa.array([1.0] * n)),
        ("time", lambda n: pa.array([1] * n, pa.timestamp("us", "No/Where"))),
        (
            "title",
            lambda n: pa.Array.from_buffers(
                pa.string(), n, pa.array([b"\xff"] * n, pa.binary()).buffers()
            ),
        ),
    ],
)
def test_a_table_whose_cells_cannot_be_read_is_no_such_table(
    desk: Desk, copy: Path, column: str, values: Callable[[int], Any]
) -> None:
    path = copy / "data/records.parquet"
    table = pq.read_table(path)
    place = table.schema.names.index(column)
    pq.write_table(table.set_column(place, column, values(len(table))), path)
    rebag(copy)
    found = verified(desk, copy)
    assert (found.code, found.where) == ("rows", "data/records.parquet")


def test_other_columns_in_csv_and_no_rows_at_all_are_found(desk: Desk, copy: Path) -> None:
    path = copy / "data/records.csv"
    path.write_bytes(path.read_bytes().replace(b'"decision"', b'"verdict"', 1))
    rebag(copy)
    assert verified(desk, copy).where == "data/records.csv"
    for name in ("csv", "jsonl", "parquet"):
        (copy / f"data/records.{name}").unlink()
    rebag(copy)
    assert "no rows" in str(verified(desk, copy).wrong)
