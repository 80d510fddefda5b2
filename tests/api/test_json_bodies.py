"""JSON read strictly."""

import pytest

from registry.api.json_bodies import encode_json, read_json
from registry.errors import InvalidInput


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nul",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e999",
        b'{"a":1,"a":1}',
        b'[{"b":{"a":1,"a":2}}]',
        b"[" * 200_000,
        b'"\xff"',
        b'"\\ud800"',
        b'"\\ud800x"',
        b'"\\udc00"',
        b"9" * 5000,
        b"\xef\xbb\xbf{}",
        b"{} {}",
    ],
)
def test_what_two_readers_could_read_differently_is_refused(body):
    with pytest.raises(InvalidInput) as refused:
        read_json(body)
    assert refused.value.code == "malformed-json"


def test_plain_json_is_read():
    assert read_json('{"a":[1,null,"ä\\ud83c\\udfb5"]}'.encode()) == {"a": [1, None, "ä🎵"]}


def test_what_is_written_is_compact_utf8():
    assert encode_json({"a": ["ä", None]}) == '{"a":["ä",null]}'.encode()
