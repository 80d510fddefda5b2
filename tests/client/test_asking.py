"""The core without a network: what is sent again, and when, and what never is."""

import json

import pytest

from registry.client.asking import (
    Trust,
    Way,
    published_keys,
    sent_until_answered,
    verified,
)
from registry.client.asking import signed_head as signed
from registry.client.pace import LONGEST_WAIT_SECONDS
from registry.client.question import MOST_QUESTION_BYTES, Asked, Asset
from registry.client.wire import Flow, Lost, Pause, Reply, Request
from registry.errors import TooLarge, Unavailable, VerificationFailed
from registry.signing.keys import generate
from registry.signing.note import vkey

NOW = 1_790_000_000_000
OK = Reply(200, {}, b"ok")
BUSY = Reply(503, {}, b"")


def play(flow: Flow[object], *replies: Reply | Lost) -> tuple[object, list[Request], list[float]]:
    """Plays the network: what the flow returned, what it sent, and how long it waited."""
    sent: list[Request] = []
    waited: list[float] = []
    coming = iter(replies)
    step = next(flow)
    try:
        while True:
            if isinstance(step, Pause):
                waited.append(step.seconds)
                step = flow.send(None)
            else:
                sent.append(step)
                step = flow.send(next(coming))
    except StopIteration as done:
        return done.value, sent, waited


def sending(attempts: int = 4) -> Flow[object]:
    numbers = iter(range(100))
    return sent_until_answered(
        lambda: Request("GET", f"https://r.example/{next(numbers)}"), attempts, lambda: NOW, "it"
    )


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_trouble_that_passes_is_waited_out_and_each_attempt_is_made_anew(status: int) -> None:
    (_, reply), sent, waited = play(sending(), Reply(status, {}, b""), Lost("reset"), OK)  # type: ignore[misc]
    assert reply is OK
    assert [each.url[-1] for each in sent] == ["0", "1", "2"]
    assert 0 < waited[0] < waited[1]


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 413, 418, 500])
def test_nothing_else_is_sent_again(status: int) -> None:
    reply = Reply(status, {}, b"{}")
    (_, found), sent, waited = play(sending(), reply)  # type: ignore[misc]
    assert (found, len(sent), waited) == (reply, 1, [])


def test_a_registry_that_lost_its_nonces_is_asked_again_with_a_fresh_one() -> None:
    forgot = Reply(401, {}, json.dumps({"code": "signature-before-nonces"}).encode())
    _, sent, _ = play(sending(), forgot, OK)
    assert len(sent) == 2


def test_it_comes_back_no_sooner_than_it_was_asked_to() -> None:
    _, _, waited = play(sending(), Reply(429, {"retry-after": "30"}, b""), BUSY, OK)
    assert waited[0] == 30
    assert waited[1] < 30


def test_a_wait_that_is_too_long_is_an_error_that_says_how_long() -> None:
    long = str(int(LONGEST_WAIT_SECONDS) + 1)
    with pytest.raises(Unavailable, match=f"{long} seconds"):
        play(sending(), Reply(503, {"retry-after": long}, b""))


def test_when_the_attempts_are_used_up_it_is_an_error_with_the_last_trouble() -> None:
    with pytest.raises(Unavailable, match=r"4 attempts \(ReadTimeout\)"):
        play(sending(), BUSY, BUSY, BUSY, Lost("ReadTimeout"))
    with pytest.raises(Unavailable, match="1 attempt "):
        play(sending(1), BUSY)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(404, {}, b""), Unavailable),
        (Reply(200, {}, b"[]"), VerificationFailed),
        (Reply(200, {}, b'{"keys":[{"kty":"RSA"}]}'), VerificationFailed),
    ],
)
def test_keys_are_read_or_it_is_an_error(reply: Reply, error: type[Exception]) -> None:
    with pytest.raises(error):
        play(published_keys("https://r.example", 1, lambda: NOW), reply)


@pytest.mark.parametrize("note", [b"", b"\xff", b"o\n1\nAAAA\n\n"])
def test_a_checkpoint_that_no_pinned_key_signed_is_refused(note: bytes) -> None:
    key = vkey("o", generate().public.raw)
    with pytest.raises(VerificationFailed):
        signed(note, [key])
    with pytest.raises(VerificationFailed):
        signed(note, [])


def test_the_log_lies_under_the_registrys_address() -> None:
    way = Way("https://r.example", generate(), "k", lambda: NOW)
    assert way.log_url == "https://r.example/log"


def test_where_no_place_is_left_a_question_waits_until_there_is_one() -> None:
    way = Way("https://r.example", generate(), "k", lambda: NOW, elapsed=lambda: 100.0)
    question = Asked("search", [Asset(("https://a.example/",))])
    assert isinstance(next(verified(question, way, Trust(None))), Request)
    way.pace.saw({"ratelimit": '"platform";r=0;t=12'}, 100.0)
    assert next(verified(question, way, Trust(None))) == Pause(12.0)


def test_a_question_over_the_limit_is_not_sent() -> None:
    asked = Asked("search", [Asset(("https://a.example/" + "ü" * 8_000,))] * 300)
    with pytest.raises(TooLarge):
        play(verified(asked, Way("https://r.example", generate(), "k", lambda: NOW), Trust(None)))
    assert all(len(half.body()) < MOST_QUESTION_BYTES for half in asked.halves())
