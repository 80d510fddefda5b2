"""Rows of CSV and JSON Lines: kept byte for byte, found again from any chunk, and stopped at where they are broken."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.client.corpus.codecs import packed
from registry.client.corpus.columns import Named, Unreadable, parse_columns
from registry.client.corpus.text_rows import TextSource
from registry.errors import InvalidInput

COLUMNS = parse_columns("isrc")


def source(path: Path, text: bytes, form: str, codec: str = "", chunk_rows: int = 2) -> TextSource:
    path.write_bytes(packed(text, codec))
    return TextSource(path, form, codec, COLUMNS, chunk_rows)


def everything(made: TextSource) -> tuple[bytes, list[Named]]:
    """The rows put together again, chunk by chunk, each chunk read in a reading of its own."""
    rows, names = b"", []
    position, first = None, 0
    while chunk := next(iter(made.chunks(position, first)), None):
        assert chunk.first == first
        rows += chunk.some([(0, 1), (1, len(chunk) - 1)])
        names += list(chunk.named(range(len(chunk))))
        position, first = chunk.position, first + len(chunk)
    return rows, names


fields = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8
) | st.sampled_from(["a,b", 'say "no"', "two\nlines", "ümlaut", "\n\n", '"'])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(fields, fields, fields), max_size=9),
    ends=st.sampled_from(["\n", "\r\n"]),
    codec=st.sampled_from(["", ".gz", ".zst"]),
    chunk_rows=st.integers(1, 4),
)
def test_every_row_of_csv_comes_back_as_it_was(
    tmp_path: Path, rows: list[tuple[str, str, str]], ends: str, codec: str, chunk_rows: int
) -> None:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator=ends)
    writer.writerow(["title", "isrc", "note"])
    header = len(written.getvalue().encode())
    writer.writerows(rows)
    text = written.getvalue().encode()
    made = source(tmp_path / "a", text, "csv", codec, chunk_rows)
    found, names = everything(made)
    assert made.beginning() == packed(text[:header], codec)
    (tmp_path / "b").write_bytes(made.beginning() + found)
    again = TextSource(tmp_path / "b", "csv", codec, COLUMNS, 100)
    assert everything(again)[1] == names
    assert [name for name in names if not isinstance(name, Unreadable)] == [
        [f"isrc:{isrc.strip()}"] for _, isrc, _ in rows if isrc
    ]
    assert len(names) == len(rows)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.sampled_from(
            [
                '{"isrc":"GBAYE0601498"}',
                '{"isrc":["a","b"],"x":{}}',
                "{}",
                "[]",
                '{"isrc":',
                "",
                "7",
                '"\\ud800"',
                '{"isrc":"\\ud800"}',
                "\udcff",
            ]
        ),
        max_size=9,
    ),
    codec=st.sampled_from(["", ".gz"]),
    chunk_rows=st.integers(1, 4),
)
def test_every_line_of_json_comes_back_as_it_was(
    tmp_path: Path, rows: list[str], codec: str, chunk_rows: int
) -> None:
    lines = [row.encode("utf-8", "surrogateescape") + b"\n" for row in rows]
    made = source(tmp_path / "a", b"".join(lines), "jsonl", codec, chunk_rows)
    found, names = everything(made)
    kept = [line for line in lines if line.strip()]
    (tmp_path / "b").write_bytes(found)
    again = TextSource(tmp_path / "b", "jsonl", codec, COLUMNS, 100)
    assert everything(again)[1] == names
    if not codec:
        assert found == b"".join(kept)
    assert len(names) == len(kept)
    readable = [
        json.loads(line)["isrc"] for line in kept if line.startswith((b'{"isrc":"G', b'{"isrc":['))
    ]
    assert sum(not isinstance(name, Unreadable) for name in names) == len(readable)


def test_a_last_row_without_its_newline_is_whole(tmp_path: Path) -> None:
    rows, names = everything(source(tmp_path / "a", b"isrc\na\nb", "csv"))
    assert (rows, len(names)) == (b"a\nb\n", 2)
    rows, names = everything(source(tmp_path / "b", b'{"isrc":"a"}', "jsonl"))
    assert (rows, len(names)) == (b'{"isrc":"a"}\n', 1)


def test_a_row_with_other_fields_than_the_header_is_unreadable_and_kept(tmp_path: Path) -> None:
    rows, names = everything(source(tmp_path / "a", b"isrc,title\na,b\nc\nd,e,f\ng,h\n", "csv"))
    assert rows == b"a,b\nc\nd,e,f\ng,h\n"
    assert [isinstance(name, Unreadable) for name in names] == [False, True, True, False]


def test_a_line_of_tsv_is_a_row_whatever_quotes_are_in_it(tmp_path: Path) -> None:
    text = b'"Heroes\ta\nother\tb\nSong"\tc\r\n7" mix\t"d"\n\ne\tf\tg\nx\ry\th'
    rows, names = everything(source(tmp_path / "a", b"title\tisrc\r\n" + text, "tsv"))
    assert rows == text.replace(b"\n\n", b"\n") + b"\n"
    wanted = [["isrc:a"], ["isrc:b"], ["isrc:c"], ['isrc:"d"'], None, ["isrc:h"]]
    assert [None if isinstance(name, Unreadable) else name for name in names] == wanted


@pytest.mark.parametrize(
    ("row", "twice"),
    [
        ('{"isrc":"a","isrc":"b"}', "isrc"),
        ('{"isrc":"a","\\u0069src":"b"}', "isrc"),
        ('{"isrc":"a","title":"x: y","title":"z"}', "title"),
        ('{"isrc":"a","more":[{"n":1,"n":1}]}', "n"),
    ],
)
def test_a_row_of_json_with_a_member_given_twice_is_unreadable(
    tmp_path: Path, row: str, twice: str
) -> None:
    text = row.encode() + b'\n{"isrc":"c","title":"x: y","more":{"isrc":1}}\n'
    rows, names = everything(source(tmp_path / "a", text, "jsonl"))
    assert rows == text
    assert names == [Unreadable(f"the member {twice!r} is given twice"), ["isrc:c"]]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    _, names = everything(source(tmp_path / "a", b"\xef\xbb\xbfisrc\na\n", "csv"))
    assert names == [["isrc:a"]]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("csv", b'isrc\na\n"b\nc\nd\n'),
        ("csv", b'isrc\na\n"b"c\nd\n'),
        ("jsonl", b'{"isrc":"a"}\n{"isrc":"b'),
    ],
)
def test_a_file_that_ends_within_a_row_is_broken(tmp_path: Path, form: str, text: bytes) -> None:
    made = source(tmp_path / "a", text, form)
    with pytest.raises(InvalidInput, match=r"row 2"):
        everything(made)


@pytest.mark.parametrize("codec", [".gz", ".zst"])
def test_a_compressed_file_that_was_cut_off_is_broken(tmp_path: Path, codec: str) -> None:
    text = b"isrc\n" + b"".join(b"%d\n" % (number * 7919) for number in range(5_000))
    made = source(tmp_path / "a", text, "csv", codec, 1_000)
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-20])
    with pytest.raises(InvalidInput, match="cut off"):
        everything(made)


@pytest.mark.parametrize("text", [b"", b"title\n", b"isrc,isrc\n", b'"isrc\n'])
def test_a_header_without_the_column_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(InvalidInput):
        source(tmp_path / "a", text, "csv")


def test_values_of_text_can_be_had_as_arrays_but_for_what_is_no_text(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason='no pyarrow; to have it: pip install ".[screening]"')
    lines = b'{"isrc": "a"}\n{"isrc": null}\n[]\n{"isrc": ""}\n'
    (chunk,) = source(tmp_path / "a", lines, "jsonl", chunk_rows=9).chunks(None, 0)
    arrays = chunk.arrays()
    assert arrays is not None
    assert [each.to_pylist() for each in arrays] == [["a", None, None, ""]]
    numbers = [(b'{"isrc": %b}\n' % value, "jsonl") for value in (b"7", b'["a"]', b"true")]
    for text, form in (*numbers, (b"isrc\n\xff\n", "csv")):
        (chunk,) = source(tmp_path / "b", text, form).chunks(None, 0)
        assert chunk.arrays() is None
