"""Notices are sent soon; a receiver that is slow holds up nobody else, and a worker that is killed loses nothing."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from registry.bootstrap import Registry, open_registry
from registry.fetching import post_process
from registry.fetching.post_process import PostProcess
from registry.instants import system_clock
from registry.services.open_account import register_rightsholder
from registry.services.register_webhook import register_webhook
from registry.storage.webhooks import Webhook, WebhookState
from registry.worker.senders import TROUBLED, Senders, sending
from tests.receivers import PATIENCE_SECONDS, Receivers, Sent, echo, receiving
from tests.registries import STEWARD, Desk, open_desk
from tests.worker.runners import Hands


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Receivers, PostProcess]]:
    with receiving(tmp_path_factory.mktemp("r")) as receivers, receivers.poster() as poster:
        yield receivers, poster


@pytest.fixture
def receivers(posted: tuple[Receivers, PostProcess], monkeypatch: pytest.MonkeyPatch) -> Receivers:
    """Who does not answer is waited for longer than any test does, so that nothing goes on by that."""
    monkeypatch.setattr(post_process, "POST_SECONDS", 2 * PATIENCE_SECONDS)
    posted[0].sent.clear()
    posted[0].answers.clear()
    return posted[0]


@pytest.fixture
def senders(posted: tuple[Receivers, PostProcess], desk: Desk) -> Iterator[Senders]:
    """Senders that look when they are told to."""
    senders = Senders(Hands(desk).runner(), posted[1])
    yield senders
    senders.close()


def register(desk: Desk, url: str) -> Webhook:
    platform = desk.platform("P")
    with desk.registry.bookkeeping() as uow:
        return register_webhook(uow, platform, url, (), desk.clock())


def now(desk: Desk, webhook: Webhook) -> Webhook:
    with desk.registry.reading() as uow:
        return uow.webhooks.find(webhook.id)


def has_taken(desk: Desk, senders: Senders, webhook: Webhook, number: int) -> bool:
    """Looks again, and says whether so many notices were taken."""
    senders.look()
    return now(desk, webhook).delivered >= number


def settled(senders: Senders) -> None:
    until(lambda: not senders._at)


def test_whoever_echoes_is_told_of_what_is_said_within_a_second_or_two(
    desk: Desk, receivers: Receivers
) -> None:
    webhook = register(desk, "https://artist.example/hook")
    with sending(Hands(desk).runner(), lambda url: PostProcess(url, receivers.command())):
        until(lambda: now(desk, webhook).state is WebhookState.ACTIVE)
        desk.work("isrc:GBAYE0601498")
        sent = receivers.wait_for("artist.example", 2)[1]
    assert sent.members["type"] == "changes"


def test_a_receiver_that_hangs_holds_up_neither_the_others_nor_itself_twice(
    desk: Desk, receivers: Receivers, senders: Senders
) -> None:
    hanging, let_go = threading.Event(), threading.Event()

    def hang(sent: Sent) -> tuple[int, bytes]:
        hanging.set()
        let_go.wait(2 * PATIENCE_SECONDS)
        return echo(sent)

    receivers.answers["music.example"] = hang
    slow = register(desk, "https://music.example/slow")
    good = register(desk, "https://artist.example/good")
    senders.look()
    assert hanging.wait(PATIENCE_SECONDS)
    until(lambda: now(desk, good).state is WebhookState.ACTIVE)
    for isrc in ("isrc:GBAYE0601498", "isrc:USRC17607839"):
        before = now(desk, good).delivered
        desk.work(isrc)
        until(partial(has_taken, desk, senders, good, before + 1))
    assert len(receivers.at("music.example")) == 1
    assert now(desk, slow).state is WebhookState.ASKED, "the others waited for it"
    let_go.set()
    settled(senders)
    assert now(desk, slow).state is WebhookState.ACTIVE


def test_those_that_failed_before_leave_half_of_the_threads_to_the_others(
    desk: Desk, receivers: Receivers, senders: Senders
) -> None:
    let_go = threading.Event()
    away = [register(desk, f"https://music.example/{n}") for n in range(TROUBLED + 2)]
    receivers.answers["music.example"] = lambda _: (503, b"")
    senders.look()
    until(lambda: all(now(desk, each).trouble for each in away))
    settled(senders)

    def hang(_: Sent) -> None:
        let_go.wait(2 * PATIENCE_SECONDS)

    receivers.answers["music.example"] = hang
    receivers.sent.clear()
    desk.clock.forward(60_000)
    senders.look()
    assert len(senders._at) == TROUBLED
    good = register(desk, "https://artist.example/good")
    senders.look()
    until(lambda: now(desk, good).state is WebhookState.ACTIVE)
    let_go.set()
    settled(senders)


def test_what_a_receiver_did_wrong_is_no_error_of_ours(
    desk: Desk, receivers: Receivers, posted: tuple[Receivers, PostProcess]
) -> None:
    hands = Hands(desk)
    senders = Senders(hands.runner(), posted[1])
    receivers.answers["music.example"] = lambda _: (500, b"")
    register(desk, "https://music.example/")
    senders.look()
    settled(senders)
    senders.close()
    (line,) = hands.lines()
    assert (line["event"], line["level"]) == ("job went wrong", "info")


def test_where_the_store_is_away_nothing_is_sent_and_it_is_said_once(
    desk: Desk, posted: tuple[Receivers, PostProcess]
) -> None:
    hands = Hands(desk)
    runner = hands.runner()
    broken = replace(runner, registry=open_nowhere(desk))
    senders = Senders(broken, posted[1])
    assert (senders.look(), senders.look()) == (0, 0)
    senders.close()
    assert [line["event"] for line in hands.lines()] == ["no notice can be sent"]


def open_nowhere(desk: Desk) -> Registry:
    settings = replace(desk.registry.settings, database_url="sqlite:////nowhere/registry.sqlite")
    return open_registry(settings, desk.clock)


KILLS = 2


def test_a_worker_killed_in_the_middle_of_deliveries_loses_no_notice(
    tmp_path: Path, receivers: Receivers
) -> None:
    """Each entry after the registration is told of by exactly one notice, which came again where a kill hit it."""
    database_url = f"sqlite:///{tmp_path}/registry.sqlite"
    desk = open_desk(tmp_path, database_url)
    desk.clock.now = system_clock()
    webhook = register(desk, "https://artist.example/hook")
    arrived, killed = threading.Event(), threading.Event()

    def slowly(sent: Sent) -> tuple[int, bytes]:
        arrived.set()
        killed.wait(PATIENCE_SECONDS)
        return echo(sent)

    receivers.answers["artist.example"] = slowly
    command = json.dumps(receivers.command())
    written = 0
    for _ in range(KILLS):
        desk.clock.now = system_clock()
        for _ in range(3):
            with desk.registry.writing() as ledger:
                register_rightsholder(ledger, f"R{written}", STEWARD)
            written += 1
        arrived.clear()
        killed.clear()
        with killed_worker(tmp_path, database_url, command):
            assert arrived.wait(PATIENCE_SECONDS)
        killed.set()
    receivers.answers.clear()
    with killed_worker(tmp_path, database_url, command):
        until(partial(is_told_up_to, receivers, webhook.told + written))
    assert tells_of_each_once(receivers, webhook.told, webhook.told + written) < len(receivers.sent)


@contextmanager
def killed_worker(
    folder: Path, database_url: str, command: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker that sends, and that is killed at the end of the block."""
    program = [sys.executable, "-m", "tests.worker.sending_program", str(folder), database_url]
    with subprocess.Popen([*program, command], stdout=subprocess.PIPE) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"sending\n"
            yield worker
        finally:
            worker.kill()


def tells_of_each_once(receivers: Receivers, first: int, end: int) -> int:
    """Every index from `first` up to, not including, `end` is in one notice, however often that came. Returns how many
    notices there were, of all types."""
    notices: dict[str, dict[str, Any]] = {}
    for each in receivers.at("artist.example"):
        if each.members["type"] == "changes":
            notices.setdefault(each.members["notice"], each.members)
            assert notices[each.members["notice"]] == each.members
    following = first
    for members in sorted(notices.values(), key=lambda one: int(one["first"])):
        assert members["first"] == following
        following = members["last"] + 1
    assert following == end
    return len({each.members["notice"] for each in receivers.at("artist.example")})


def is_told_up_to(receivers: Receivers, end: int) -> bool:
    """Has a notice told of the last entry before this index?"""
    told = [each.members for each in receivers.at("artist.example")]
    return any(each["type"] == "changes" and each["last"] + 1 >= end for each in told)
