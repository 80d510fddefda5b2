"""Requests that are over are counted and written down soon, once, in order; also where the process ends."""

import io
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from registry.api.afterwards import Afterwards
from registry.api.counts import Counts
from registry.api.tallies import Tallies
from registry.logs import open_log
from tests.api.past import Past

NOW = 1_790_000_000_000


class Desk:
    """Where requests are counted and written down, and a look at both."""

    def __init__(
        self, folder: Path, level: str = "info", delay: float = 0.01, *, by_itself: bool = True
    ) -> None:
        """`by_itself`: is there a thread that writes down what waits, or only whoever comes next?"""
        self.tallies, self.written = Tallies(folder), io.StringIO()
        log = open_log(level, self.written, lambda: NOW)
        self.afterwards = Afterwards(Counts(self.tallies), log, delay)
        self.afterwards._is_looked_after = not by_itself

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.written.getvalue().splitlines()]

    def counted(self) -> float:
        registry = CollectorRegistry()
        self.tallies.collect_into(registry)
        labels = {"endpoint": "e", "method": "POST", "status": "2xx"}
        return registry.get_sample_value("registry_requests_total", labels) or 0.0


def wait_for_nobody_named_afterwards() -> None:
    until = time.monotonic() + 60
    while any(each.name == "afterwards" for each in threading.enumerate()):
        assert time.monotonic() < until, "the thread did not end"
        time.sleep(0.01)


def test_what_is_over_is_written_down_soon_without_anybody_asking(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.afterwards.add(Past(id="a", at=NOW - 5))
    wait_for_nobody_named_afterwards()
    (line,) = desk.lines()
    assert line == {
        "at": "2026-09-21T14:13:19.995Z",
        "level": "info",
        "event": "request",
        "request": "a",
    }
    assert desk.counted() == 1


def test_of_many_threads_each_request_is_written_once_and_the_thread_ends(tmp_path: Path) -> None:
    desk = Desk(tmp_path, delay=0.001)

    def add(first: int) -> None:
        for number in range(first, first + 300):
            desk.afterwards.add(Past(id=str(number)))
            if number % 50 == 0:
                time.sleep(0.004)

    threads = [threading.Thread(target=add, args=(300 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_for_nobody_named_afterwards()
    assert sorted(int(str(line["request"])) for line in desk.lines()) == list(range(1200))
    assert desk.counted() == 1200


def test_a_fault_is_written_at_once_after_what_came_before_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, by_itself=False)
    desk.afterwards.add(Past(id="a"))
    desk.afterwards.add(
        Past(id="b", fault=LookupError("secret"), problem=("x", False, True, False))
    )
    told = [(line["event"], line["request"]) for line in desk.lines()]
    assert told == [("request", "a"), ("fault", "b"), ("request", "b")]


def test_where_requests_have_no_lines_they_are_counted_and_faults_written(tmp_path: Path) -> None:
    desk = Desk(tmp_path, level="warning")
    desk.afterwards.add(Past())
    desk.afterwards.add(Past(fault=LookupError()))
    assert [line["event"] for line in desk.lines()] == ["fault"]
    assert desk.counted() == 2


def test_where_too_much_waits_whoever_comes_next_writes_it_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.api.afterwards.MOST_WAITING", 3)
    desk = Desk(tmp_path, by_itself=False)
    for _ in range(4):
        desk.afterwards.add(Past())
    assert len(desk.lines()) == 4


def test_after_a_failure_the_next_ones_are_counted_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(desk.tallies, "add", lambda *_: (_ for _ in ()).throw(OSError("full")))
        desk.afterwards.add(Past(id="lost"))
        wait_for_nobody_named_afterwards()
    desk.afterwards.add(Past(id="kept"))
    wait_for_nobody_named_afterwards()
    failed, lost, kept = desk.lines()
    assert failed["event"] == "requests were not counted"
    assert (lost["request"], kept["request"]) == ("lost", "kept")
    assert desk.counted() == 1


def test_where_no_line_can_be_written_no_request_fails_and_all_are_counted(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.written.close()
    desk.afterwards.add(Past(fault=LookupError()))
    desk.afterwards.add(Past())
    wait_for_nobody_named_afterwards()
    assert desk.counted() == 2


ENDING = """
import sys
from pathlib import Path
from registry.api.afterwards import Afterwards
from registry.api.counts import Counts
from registry.api.tallies import Tallies
from registry.logs import open_log
from tests.api.past import Past
log = open_log("info", sys.stderr, lambda: 0)
afterwards = Afterwards(Counts(Tallies(Path(sys.argv[1]))), log)
for number in range(500):
    afterwards.add(Past(id=str(number)))
"""


def test_a_process_that_ends_writes_down_what_waits_in_pieces_that_arrive_whole(
    tmp_path: Path,
) -> None:
    receiver, sender = os.pipe()
    with subprocess.Popen([sys.executable, "-c", ENDING, str(tmp_path)], stderr=sender) as process:
        os.close(sender)
        pieces = []
        while piece := os.read(receiver, 1 << 20):
            pieces.append(piece)
    os.close(receiver)
    assert process.returncode == 0
    assert [json.loads(line)["request"] for line in b"".join(pieces).splitlines()] == [
        str(number) for number in range(500)
    ]
    assert all(piece.endswith(b"\n") for piece in pieces)
