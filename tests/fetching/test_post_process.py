"""The parent's side of posting: one process for many threads, replaced when it dies."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.errors import Unavailable
from registry.fetching import post_process
from registry.fetching.post_process import PostProcess
from tests.receivers import PATIENCE_SECONDS, Receivers, Sent, echo, receiving

BODY = b'{"challenge":"c"}'


@pytest.fixture(scope="module")
def receivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receivers]:
    with receiving(tmp_path_factory.mktemp("receivers")) as receivers:
        yield receivers


def test_a_receiver_that_hangs_holds_nobody_else_up(
    receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post_process, "POST_SECONDS", 2 * PATIENCE_SECONDS)
    hanging, let_go = threading.Event(), threading.Event()

    def hang(sent: Sent) -> tuple[int, bytes]:
        hanging.set()
        let_go.wait(PATIENCE_SECONDS)
        return echo(sent)

    receivers.answers["music.example"] = hang
    with receivers.poster() as poster, ThreadPoolExecutor(4) as threads:
        slow_one = threads.submit(poster.post, "https://music.example/", {}, BODY)
        assert hanging.wait(PATIENCE_SECONDS)
        for _ in range(10):
            assert poster.post("https://artist.example/", {}, BODY).status == 200
        assert not slow_one.done(), "the ten waited for it"
        let_go.set()
        assert slow_one.result(PATIENCE_SECONDS).status == 200


def test_many_threads_share_one_process_that_is_replaced_in_time(
    receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post_process, "MOST_POSTS", 10)
    with receivers.poster() as poster, ThreadPoolExecutor(4) as threads:
        done = list(
            threads.map(lambda n: poster.post(f"https://other.example/{n}", {}, BODY), range(25))
        )
    assert [each.status for each in done] == [200] * 25
    assert len({each.url for each in receivers.at("other.example")}) == 25


def test_a_process_that_dies_has_sent_nothing_and_another_takes_its_place() -> None:
    dies = (sys.executable, "-c", "import sys; sys.stdin.readline()")
    with PostProcess("https://registry.example", dies) as poster:
        for _ in range(2):
            assert poster.post("https://artist.example/", {}, BODY).status == 0


def test_one_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post_process, "START_SECONDS", 0.1)
    monkeypatch.setattr(post_process, "POST_SECONDS", 0.1)
    hangs = (sys.executable, "-c", "import time; time.sleep(60)")
    with PostProcess("https://registry.example", hangs) as poster:
        assert "more time or memory" in poster.post("https://artist.example/", {}, BODY).words


def test_one_that_cannot_be_started_is_not_taken_for_a_receiver_that_is_away() -> None:
    with PostProcess("x", ("/nowhere/python",)) as poster, pytest.raises(Unavailable):
        poster.post("https://artist.example/", {}, BODY)


def test_the_product_itself_posts_to_nothing_on_this_machine(receivers: Receivers) -> None:
    before = len(receivers.sent)
    with PostProcess("https://registry.example") as poster:
        for host in ("127.0.0.2", "[::1]"):
            assert poster.post(f"https://{host}/", {}, BODY).status == 0
    assert len(receivers.sent) == before
