"""A child process that is kept running: it comes back when it dies, later each time, and goes when it is told to."""

import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.cli.child import Child
from registry.instants import system_clock
from registry.logs import open_log

PATIENCE_SECONDS = 60
SLEEP = "import sys, time; open(sys.argv[1], 'a').write('begun\\n'); time.sleep(600)"
DIE = "import sys; open(sys.argv[1], 'a').write('begun\\n'); sys.exit(3)"


class Kept:
    """A child that writes a line whenever it begins."""

    def __init__(self, folder: Path, code: str, first_pause: float = 0.05) -> None:
        self.written = io.StringIO()
        self.begun_file = folder / "begun"
        log = open_log("info", self.written, system_clock)
        command = [sys.executable, "-c", code, str(self.begun_file)]
        self.child = Child(command, log, first_pause)

    def begun(self) -> int:
        return self.begun_file.read_text().count("\n") if self.begun_file.exists() else 0

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.written.getvalue().splitlines()]


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[..., Kept]]:
    made: list[Kept] = []

    def start(code: str, first_pause: float = 0.05) -> Kept:
        made.append(Kept(tmp_path, code, first_pause))
        made[-1].child.start()
        return made[-1]

    yield start
    for kept in made:
        kept.child.stop()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def pid_of(kept: Kept, but: int | None = None) -> int:
    """Of the one that runs, once it is another than this. It may write that it has begun before that is noted here."""
    until(lambda: kept.child.pid not in (None, but))
    assert kept.child.pid is not None
    return kept.child.pid


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_that_was_killed_comes_back_and_it_is_said(keep: Callable[..., Kept]) -> None:
    kept = keep(SLEEP)
    until(lambda: kept.begun() == 1)
    first = pid_of(kept)
    os.kill(first, signal.SIGKILL)
    until(lambda: kept.begun() == 2)
    assert pid_of(kept, but=first) != first
    (line,) = kept.lines()
    assert (line["event"], line["code"]) == ("child process ended by itself", -signal.SIGKILL)


def test_one_that_dies_at_once_is_waited_for_longer_each_time(keep: Callable[..., Kept]) -> None:
    kept = keep(DIE)
    until(lambda: len(kept.lines()) >= 4)
    assert [line["again_in_seconds"] for line in kept.lines()[:4]] == [0.05, 0.1, 0.2, 0.4]


def test_replaced_it_begins_anew_at_once_and_without_a_word(keep: Callable[..., Kept]) -> None:
    kept = keep(SLEEP, first_pause=600)
    until(lambda: kept.begun() == 1)
    first = pid_of(kept)
    kept.child.replace()
    until(lambda: kept.begun() == 2)
    assert pid_of(kept, but=first) != first
    assert kept.lines() == []


def test_stopped_it_is_gone_and_stays_gone(keep: Callable[..., Kept]) -> None:
    kept = keep(SLEEP)
    until(lambda: kept.begun() == 1)
    pid = pid_of(kept)
    kept.child.stop()
    assert not is_alive(pid)
    assert kept.child.pid is None
    assert kept.begun() == 1


def test_one_that_does_not_listen_is_killed_in_the_end(
    keep: Callable[..., Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.cli.child.END_SECONDS", 0.2)
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
    kept = keep(deaf)
    until(lambda: kept.begun() == 1)
    pid = pid_of(kept)
    kept.child.stop()
    assert not is_alive(pid)


def test_what_cannot_be_started_is_tried_again_and_said(tmp_path: Path) -> None:
    written = io.StringIO()
    child = Child([str(tmp_path / "nothing")], open_log("info", written, system_clock), 0.01)
    child.start()
    until(lambda: written.getvalue().count("\n") >= 2)
    child.stop()
    assert json.loads(written.getvalue().splitlines()[0])["code"] is None
