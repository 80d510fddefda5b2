"""Rows of Parquet and Arrow: all columns kept, found again from any chunk, and refused where they are broken."""

import io
from pathlib import Path
from typing import Any

import pytest

from registry.client.corpus.columns import Named, parse_columns
from registry.errors import InvalidInput

pa = pytest.importorskip("pyarrow", reason='no pyarrow; to have it: pip install ".[screening]"')
import pyarrow.parquet as pq  # noqa: E402

from registry.client.corpus.arrow_rows import ArrowSource  # noqa: E402

COLUMNS = parse_columns("isrc,sha256")


def table(rows: int) -> Any:
    return pa.table(
        {
            "isrc": pa.array([f"GBAYE{n:07d}" if n % 5 else None for n in range(rows)]),
            "sha256": pa.array([bytes([n % 256]) * 32 for n in range(rows)], pa.binary(32)),
            "genre": pa.array(["a", "b"] * (rows // 2)).dictionary_encode(),
            "tags": pa.array([[str(n)] for n in range(rows)]),
        }
    )


def write(path: Path, made: Any, form: str) -> None:
    if form == "parquet":
        pq.write_table(made, path, row_group_size=30, write_page_checksum=True)
        return
    maker = pa.ipc.new_file if form == "file" else pa.ipc.new_stream
    with maker(str(path), made.schema) as writer:
        writer.write_table(made, max_chunksize=30)


def everything(source: ArrowSource) -> tuple[bytes, list[Named]]:
    rows, names = b"", []
    position, first = None, 0
    while chunk := next(iter(source.chunks(position, first)), None):
        assert chunk.first == first
        rows += chunk.some([(row, 1) for row in range(len(chunk)) if (first + row) % 3])
        names += list(chunk.named(range(len(chunk))))
        position, first = chunk.position, first + len(chunk)
    return rows, names


@pytest.mark.parametrize("form", ["parquet", "stream", "file"])
@pytest.mark.parametrize("chunk_rows", [7, 30, 1000])
def test_every_row_comes_back_with_all_its_columns(
    tmp_path: Path, form: str, chunk_rows: int
) -> None:
    path, rows_file = tmp_path / "corpus", tmp_path / "rows"
    made = table(100)
    write(path, made, form)
    kind = "parquet" if form == "parquet" else "arrows"
    source = ArrowSource(path, kind, COLUMNS, chunk_rows)
    rows, names = everything(source)
    assert [list(each) for each in names[:2]] == [
        ["sha256:" + "00" * 32],
        ["isrc:GBAYE0000001", "sha256:" + "01" * 32],
    ]
    assert len(names) == 100
    rows_file.write_bytes(rows)
    out = tmp_path / f"out.{kind}"
    source.finish(rows_file, out)
    back = (
        pq.read_table(out) if kind == "parquet" else pa.ipc.open_stream(out.read_bytes()).read_all()
    )
    wanted = made.take([n for n in range(100) if n % 3])
    assert back.to_pylist() == wanted.to_pylist()
    assert back.schema.names == made.schema.names


def test_a_pile_without_rows_is_a_file_without_rows(tmp_path: Path) -> None:
    write(tmp_path / "c", table(10), "parquet")
    (tmp_path / "rows").write_bytes(b"")
    ArrowSource(tmp_path / "c", "parquet", COLUMNS, 10).finish(tmp_path / "rows", tmp_path / "o")
    assert pq.read_table(tmp_path / "o").num_rows == 0


def test_chunks_stay_small_where_rows_are_large(tmp_path: Path) -> None:
    large = pa.table({"isrc": ["a"] * 8, "sha256": [None] * 8, "audio": [bytes(9_000_000)] * 8})
    pq.write_table(large, tmp_path / "c")
    source = ArrowSource(tmp_path / "c", "parquet", COLUMNS, 10_000)
    assert max(len(chunk) for chunk in source.chunks(None, 0)) <= 4


@pytest.mark.parametrize("form", ["parquet", "stream", "file"])
@pytest.mark.parametrize("left", [0, 4, 0.5, -1])
def test_what_was_cut_off_is_refused(tmp_path: Path, form: str, left: float) -> None:
    path = tmp_path / "c"
    write(path, table(100), form)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(left * len(whole)) if isinstance(left, float) else left])
    kind = "parquet" if form == "parquet" else "arrows"
    with pytest.raises(InvalidInput):
        everything(ArrowSource(path, kind, COLUMNS, 10))


def test_a_changed_byte_of_a_page_with_a_checksum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c"
    plain = {"use_dictionary": False, "compression": "none", "write_page_checksum": True}
    pq.write_table(table(100), path, **plain)
    whole = path.read_bytes()
    at = whole.index(b"GBAYE0000017")  # neither the first nor the last, which stand elsewhere too
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(InvalidInput, match="broken"):
        everything(ArrowSource(path, "parquet", COLUMNS, 10))


def test_a_lacking_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    write(tmp_path / "c", table(10), "parquet")
    with pytest.raises(InvalidInput, match="genre"):
        ArrowSource(tmp_path / "c", "parquet", parse_columns("url"), 10)


@pytest.mark.parametrize("form", ["stream", "file"])
@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", "b"], pa.string_view()),
        pa.array([["a"], ["b"]], pa.list_(pa.string_view())),
        pa.RunEndEncodedArray.from_arrays(pa.array([1, 2], pa.int32()), pa.array(["a", "b"])),
    ],
    ids=["view", "views within", "runs"],
)
def test_a_column_whose_rows_cannot_be_picked_is_refused_by_its_name(
    tmp_path: Path, form: str, column: Any
) -> None:
    made = pa.table({"isrc": ["a", "b"], "sha256": [None, None], "odd": column})
    write(tmp_path / "c", made, form)
    with pytest.raises(InvalidInput, match="column odd cannot be sorted"):
        ArrowSource(tmp_path / "c", "arrows", COLUMNS, 10)


def test_a_plain_file_is_no_parquet(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(io.BytesIO(b"hello").getvalue() * 100)
    with pytest.raises(InvalidInput):
        ArrowSource(tmp_path / "c", "parquet", COLUMNS, 10)
