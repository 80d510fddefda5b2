"""A post reaches the place that it is for, and nothing else; several go at once."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from registry.fetching import posting
from registry.fetching.limits import POST_BYTES, POST_REPLY_BYTES
from registry.fetching.lines import Post, Posted, decode_posted, encode_line
from registry.fetching.looking import Reach
from registry.fetching.posting import post, serve_posts
from tests.fetching.loopback import told_reach
from tests.receivers import PATIENCE_SECONDS, Receivers, Sent, receiving


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for a while is not a receiver that says nothing."""
    monkeypatch.setattr(posting, "POST_SECONDS", PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def receivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receivers]:
    with receiving(tmp_path_factory.mktemp("receivers")) as receivers:
        yield receivers


def reach(receivers: Receivers) -> Reach:
    return told_reach(json.loads(receivers.command()[-1]), "test")


def sent(receivers: Receivers, url: str, body: bytes = b"{}") -> Posted:
    fields = (("content-type", "application/json"), ("x-y", "z"))
    return post(reach(receivers), Post(7, url, fields, body))


def test_a_body_and_its_fields_arrive_as_they_were_given(receivers: Receivers) -> None:
    done = sent(receivers, "https://artist.example/hook?a=b", b'{"challenge":"c"}')
    assert done == Posted(7, 200, b"c")
    (arrived,) = receivers.at("artist.example")
    assert arrived.url == "https://artist.example/hook?a=b"
    assert arrived.body == b'{"challenge":"c"}'
    assert arrived.headers["x-y"] == "z"
    assert arrived.headers["user-agent"] == "test"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://music.example/", "only https"),
        ("https://inside.example/", "private use"),
        ("https://127.0.0.1/", "loopback"),
        ("https://[::1]/", "loopback"),
        ("https://music.example:8443/", "only ports 80 and 443"),
        ("https://u:p@music.example/", "user name"),
        ("https://nowhere.example/", "DNS does not know"),
        ("nothing", "no URL"),
    ],
)
def test_nothing_is_sent_to_what_is_no_public_https_address(
    receivers: Receivers, url: str, why: str
) -> None:
    before = len(receivers.sent)
    done = sent(receivers, url)
    assert (done.status, why in done.words) == (0, True), done.words
    assert len(receivers.sent) == before


def test_a_redirect_is_an_answer_and_is_not_followed(receivers: Receivers) -> None:
    receivers.answers["www.artist.example"] = lambda _: (302, b"")
    assert sent(receivers, "https://www.artist.example/").status == 302
    assert receivers.at("other.example") == []


def test_no_more_is_sent_or_read_than_the_limits_allow(receivers: Receivers) -> None:
    receivers.answers["www.music.example"] = lambda _: (200, b"x" * 10_000_000)
    assert sent(receivers, "https://www.music.example/").body == b"x" * POST_REPLY_BYTES
    assert (
        "bytes are not sent" in sent(receivers, "https://a.example/", b"x" * (POST_BYTES + 1)).words
    )


def test_whoever_says_nothing_is_left_when_the_time_is_over(
    receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "POST_SECONDS", 0.3)

    let_go = threading.Event()

    def hang(_: Sent) -> Any:
        let_go.wait(PATIENCE_SECONDS)

    receivers.answers["music.example"] = hang
    assert "did not answer within 0.3 s" in sent(receivers, "https://music.example/").words
    let_go.set()


def test_what_goes_wrong_here_counts_as_not_sent(
    receivers: Receivers, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def addresses(self, host: str, seconds: float) -> tuple[str, ...]:
            raise ZeroDivisionError

        texts = addresses

    broken = replace(reach(receivers), names=Broken())
    done = post(broken, Post(1, "https://artist.example/", (), b""))
    assert done == Posted(1, 0, words="the post went wrong")
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_every_post_has_its_reply_and_what_is_no_post_ends_the_loop(receivers: Receivers) -> None:
    lines = [
        encode_line(Post(n, "https://other.example/x", (), b'{"challenge":"c"}')) for n in range(20)
    ]
    out = BytesIO()
    serve_posts(BytesIO(b"".join(lines) + b"shell\n" + lines[0]), out, reach(receivers))
    replies = [decode_posted(line) for line in out.getvalue().splitlines()]
    assert sorted(each.number for each in replies) == list(range(20))
    assert {(each.status, each.body) for each in replies} == {(200, b"c")}
