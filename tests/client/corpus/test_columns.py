"""From columns to identifiers: nothing is guessed, and what names nothing is unreadable."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.client.corpus.columns import (
    Column,
    Unreadable,
    identifiers_of,
    named_in,
    parse_columns,
)
from registry.errors import InvalidInput

COLUMNS = parse_columns("url,track=isrc,sha256,ids=id")


def test_a_column_is_called_like_its_scheme_or_says_it() -> None:
    assert (
        Column("url", "url"),
        Column("track", "isrc"),
        Column("sha256", "sha256"),
        Column("ids", "id"),
    ) == COLUMNS


@pytest.mark.parametrize("text", ["", "title", "a=title", "url,url", "=isrc", "url,"])
def test_what_is_no_scheme_is_refused_with_those_that_are(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_columns(text)
    assert refused.value.field == "columns"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (["https://a.example/", None, "", None], ["https://a.example/"]),
        ([None, " GBAYE0601498 ", None, None], ["isrc:GBAYE0601498"]),
        ([None, "ISRC:GBAYE0601498", None, None], ["ISRC:GBAYE0601498"]),
        ([None, None, bytes(32), None], ["sha256:" + "00" * 32]),
        ([None, None, None, ["isrc:a", "https://b.example"]], ["isrc:a", "https://b.example"]),
        ([None, 12, None, None], ["isrc:12"]),
        ([b"https://a.example/", None, None, None], ["https://a.example/"]),
    ],
)
def test_each_value_gets_its_scheme(values: list[Any], named: list[str]) -> None:
    assert identifiers_of(values, COLUMNS) == named


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([None, "", b"", []], "no identifier"),
        (["https://a.example/", 1.5, None, None], "float"),
        (["https://a.example/", True, None, None], "bool"),
        ([{"a": 1}, None, None, None], "dict"),
        (["https://a.example/\udc80", None, None, None], "not UTF-8"),
        ([b"\xff", None, None, None], "not UTF-8"),
        (["h" * 8_193, None, None, None], "longer"),
        ([["a:1"] * 101, None, None, None], "more than 100"),
    ],
)
def test_a_row_that_names_nothing_or_something_unclear_is_unreadable(
    values: list[Any], why: str
) -> None:
    named = identifiers_of(values, COLUMNS)
    assert isinstance(named, Unreadable)
    assert why in named.why


cells = st.sampled_from(
    [
        "GBAYE0601498",
        "ab" * 32,
        "isrc:GBAYE0601498",
        "a b",
        "",
        "ü",
        " x",
        None,
        7,
        b"\xff",
        ["a", "b"],
        "n" * 9_000,
    ]
)


@given(
    st.lists(st.tuples(cells, cells), min_size=1, max_size=8),
    st.sampled_from(["isrc", "url", "url,sha256"]),
)
def test_many_rows_at_once_name_what_each_names_alone(
    rows: list[tuple[Any, Any]], text: str
) -> None:
    columns = parse_columns(text)
    rows = [row[: len(columns)] for row in rows]  # type: ignore[misc]
    alone = [identifiers_of(row, columns) for row in rows]
    together = named_in(list(zip(*rows, strict=True)), columns)
    assert [each if isinstance(each, Unreadable) else list(each) for each in together] == alone


def test_plain_columns_name_the_same_as_any_other() -> None:
    (column,) = (parse_columns("isrc"),)
    values = [f"GBAYE{number:07d}" for number in range(50)]
    assert [list(each) for each in named_in([values], column)] == [  # type: ignore[arg-type]
        identifiers_of([value], column) for value in values
    ]
