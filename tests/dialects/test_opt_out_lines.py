"""One row a line, in order, and the line comes back as it was sent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.dialects.opt_out_lines import (
    MOST_LINE_CHARS,
    Row,
    may_be_read,
    read_lines,
    write_rows,
)


@given(st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8")), min_size=1))
def test_whatever_the_lines_hold_they_come_back_byte_for_byte(lines: list[str]) -> None:
    read = read_lines("\n".join(lines).encode())
    written = json.loads(write_rows(Row(line, True, False) for line in read))
    assert [row["url"] for row in written["urls"]] == lines


@given(st.binary())
def test_any_bytes_give_as_many_rows_as_the_client_sent_lines(body: bytes) -> None:
    assert len(read_lines(body)) == body.count(b"\n") + 1


def test_a_row_says_no_yes_or_neither() -> None:
    rows = [Row("a", True, False), Row("b", False, True), Row("c", False, False)]
    assert json.loads(write_rows(rows)) == {
        "urls": [
            {"url": "a", "optOut": True, "optIn": False},
            {"url": "b", "optOut": False, "optIn": True},
            {"url": "c", "optOut": False, "optIn": False},
        ]
    }


@pytest.mark.parametrize("line", ["", "x" * (MOST_LINE_CHARS + 1), "https://a.example/\ufffd"])
def test_what_cannot_name_anything_is_not_looked_up(line: str) -> None:
    assert not may_be_read(line)


def test_bytes_that_are_no_text_are_not_looked_up() -> None:
    good, bad = read_lines(b"https://a.example/x\nhttps://a.example/\xff")
    assert may_be_read(good)
    assert not may_be_read(bad)
