"""What is asked and replied survives being a line, and redirects stay where they were told to."""

import msgspec
import pytest

from registry.fetching.lines import (
    Ask,
    Digest,
    Missed,
    ReadRecords,
    ReadText,
    Records,
    Reply,
    TakeDigest,
    Text,
    Within,
    decode_ask,
    decode_reply,
    encode_line,
)

HERE = Within(("a.example",), "/x/", below=True)


@pytest.mark.parametrize(
    "ask",
    [
        ReadText("https://a.example/x/", HERE),
        TakeDigest("https://a.example/x/y", HERE),
        ReadRecords("_x.a.example"),
    ],
)
def test_a_question_is_one_line(ask: Ask) -> None:
    line = encode_line(ask)
    assert line.count(b"\n") == 1
    assert decode_ask(line) == ask


@pytest.mark.parametrize(
    "reply",
    [Text("https://a.example/", "text/plain", b"\x00\n\xff", True), Digest("https://a.example/", "00", 1),
     Records(("a\nb",)), Missed("absent", "nothing there")],
)  # fmt: skip
def test_a_reply_is_one_line_whatever_bytes_it_carries(reply: Reply) -> None:
    line = encode_line(reply)
    assert line.count(b"\n") == 1
    assert decode_reply(line) == reply


@pytest.mark.parametrize(
    "line", [b"", b"{}", b'{"ask":"shell","url":"x"}', b'{"ask":"records","name":"x","y":1}']
)
def test_anything_else_is_no_question(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_ask(line)


def test_a_place_is_held_by_host_and_path_on_segment_borders() -> None:
    exact = Within(("a.example", "www.a.example"), "/x")
    assert exact.holds("www.a.example", "/x")
    assert not exact.holds("a.example", "/x/y")
    assert not exact.holds("b.example", "/x")
    assert HERE.holds("a.example", "/x/y")
    assert HERE.holds("a.example", "/x")
    assert not HERE.holds("a.example", "/xy")
    assert not HERE.holds("a.example", "/")
