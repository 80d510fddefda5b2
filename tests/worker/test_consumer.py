"""The background worker's threads: what is asked for is run soon, and told to end they finish what they are at."""

import os
import threading
import time
from collections.abc import Callable

import pytest

from registry.bootstrap import Registry
from registry.storage.jobs import Job, JobState
from registry.worker import consumer
from registry.worker.consumer import consume
from registry.worker.queue import JobQueue
from tests.registries import Desk
from tests.worker.runners import Hands

PATIENCE_SECONDS = 60


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def started(hands: Hands, threads: int = 2) -> tuple[threading.Thread, threading.Event]:
    ended = threading.Event()
    thread = threading.Thread(target=consume, args=(hands.runner(), threads, ended))
    thread.start()
    return thread, ended


def test_jobs_run_side_by_side_soon_after_they_were_asked_for(desk: Desk) -> None:
    both = threading.Barrier(2)
    hands = Hands(desk, act=lambda registry, job: both.wait(PATIENCE_SECONDS) and None)
    thread, ended = started(hands)
    for key in ("one", "two"):
        hands.ask(key)
    until(lambda: sorted(hands.done) == ["one", "two"])
    ended.set()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    events = [line["event"] for line in hands.lines()]
    assert events == ["background worker started", "background worker ended"]


def test_told_to_end_it_lets_a_job_finish_and_begins_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    made: list[consumer._Threads] = []

    class Seen(consumer._Threads):
        def __init__(self, queue: JobQueue, threads: int) -> None:
            super().__init__(queue, threads)
            made.append(self)

    def slow(registry: Registry, job: Job) -> None:
        begun.set()
        assert made[0].stop_flag.wait(PATIENCE_SECONDS)

    monkeypatch.setattr(consumer, "_Threads", Seen)
    hands = Hands(desk, act=slow)
    thread, ended = started(hands, threads=1)
    hands.ask("first")
    assert begun.wait(PATIENCE_SECONDS)
    hands.ask("second")
    until(lambda: made[0].huey.storage.queue_size() == 1)  # the second waits for the only thread
    ended.set()
    thread.join(PATIENCE_SECONDS)
    assert hands.done == ["first"]
    assert hands.job("first").state is JobState.DONE
    assert hands.job("second").state is JobState.WAITING


def test_standing_jobs_begin_with_it(desk: Desk) -> None:
    hands = Hands(desk, every=3_600_000)
    thread, ended = started(hands)
    until(lambda: hands.done == [""])
    ended.set()
    thread.join(PATIENCE_SECONDS)


def test_it_ends_when_its_parent_is_another(desk: Desk) -> None:
    hands = Hands(desk)
    consume(hands.runner(), 1, threading.Event(), parent=os.getppid() + 1)
    assert hands.lines()[-1]["event"] == "background worker ended"
