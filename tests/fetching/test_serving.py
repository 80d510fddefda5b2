"""The loop answers line by line, and ends with its input or with what is no question."""

from dataclasses import replace
from io import BytesIO

import pytest

from registry.fetching.lines import (
    LONGEST_LINE,
    Missed,
    ReadRecords,
    ReadText,
    Records,
    TakeDigest,
    Within,
    decode_reply,
    encode_line,
)
from registry.fetching.serving import answer, serve
from tests.fetching.loopback import told_reach
from tests.fetching.sites import Web, reply

HERE = Within(("artist.example",), "/x")


def replies(web: Web, lines: bytes) -> list[object]:
    out = BytesIO()
    serve(BytesIO(lines), out, told_reach(web.told))
    return [decode_reply(line) for line in out.getvalue().splitlines()]


def test_every_question_has_its_reply_in_order(web: Web) -> None:
    web.put("artist.example", "/x", reply("crp1-x"))
    web.records("_consent-registry.artist.example", "crp1-x")
    text, digest, records, missed = replies(
        web,
        encode_line(ReadText("https://artist.example/x", HERE))
        + encode_line(TakeDigest("https://artist.example/x", HERE))
        + encode_line(ReadRecords("_consent-registry.artist.example"))
        + encode_line(ReadText("https://artist.example:81/x", HERE)),
    )
    assert getattr(text, "body", None) == b"crp1-x"
    assert getattr(digest, "size", None) == 6
    assert records == Records(("crp1-x",))
    assert isinstance(missed, Missed)


def test_a_look_that_goes_wrong_counts_as_unreachable_and_the_next_one_is_answered(
    web: Web, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def addresses(self, host: str, seconds: float) -> tuple[str, ...]:
            raise ZeroDivisionError

        texts = addresses

    reach = replace(told_reach(web.told), names=Broken())
    for ask in (ReadRecords("x.example"), ReadText("https://artist.example/x", HERE)):
        assert answer(ask, reach) == Missed("unreachable", "the look went wrong")
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_what_is_no_question_ends_it(web: Web) -> None:
    good = encode_line(ReadRecords("x.example"))
    assert len(replies(web, good + b"shell\n" + good)) == 1
    assert replies(web, b'{"ask":"records","name":"' + b"x" * (LONGEST_LINE + 1) + b'"}\n') == []
    assert replies(web, b"") == []
