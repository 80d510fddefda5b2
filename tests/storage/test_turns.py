"""Writers of one SQLite file come up in the order in which they arrived, in one process and between several."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import pytest

from registry.errors import Unavailable
from registry.storage import turns
from registry.storage.turns import Turns

PATIENCE_SECONDS = 60
OTHER_PROCESS = """
import sys, time
from registry.storage.turns import Turns
with Turns(sys.argv[1]).turn(60):
    print("in", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "store")


def arrive(line: Turns, number: int, came: list[int]) -> threading.Thread:
    def write() -> None:
        with line.turn(PATIENCE_SECONDS):
            came.append(number)

    thread = threading.Thread(target=write)
    thread.start()
    until = time.monotonic() + PATIENCE_SECONDS
    while len(line._waiting) < number:
        assert time.monotonic() < until, "it does not stand in line"
        time.sleep(0.001)
    return thread


def test_who_came_first_writes_first(path: str) -> None:
    line, came = Turns(path), []
    with line.turn(1):
        threads = [arrive(line, number, came) for number in range(1, 21)]
    for thread in threads:
        thread.join()
    assert came == list(range(1, 21))


def test_a_flood_does_not_starve_one_who_writes_now_and_then(path: str) -> None:
    line, over, written = Turns(path), threading.Event(), [0]

    def flood() -> None:
        while not over.is_set():
            with line.turn(PATIENCE_SECONDS):
                written[0] += 1
                time.sleep(0.001)

    threads = [threading.Thread(target=flood) for _ in range(8)]
    for thread in threads:
        thread.start()
    before_me = []
    for _ in range(11):
        came = written[0]
        with line.turn(PATIENCE_SECONDS):
            before_me.append(written[0] - came)
        time.sleep(0.005)
    over.set()
    for thread in threads:
        thread.join()
    # eight others stood in line, and now and then one more came before this thread did
    assert median(before_me) <= len(threads) + 2


def test_only_one_at_a_time_across_processes_and_a_killed_one_gives_way(path: str) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin is not None
    assert other.stdout is not None
    with other.stdin, other.stdout:
        assert other.stdout.readline() == "in\n"
        with pytest.raises(Unavailable), Turns(path).turn(0.05):
            pass
        other.kill()
        other.wait()
        with Turns(path).turn(PATIENCE_SECONDS):
            pass


def test_who_waited_too_long_is_told_so_and_leaves_the_line(path: str) -> None:
    line = Turns(path)
    refused: list[Unavailable] = []

    def wait() -> None:
        try:
            with line.turn(0.02):
                pass
        except Unavailable as error:
            refused.append(error)

    with line.turn(1):
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
    assert len(refused) == 1
    with line.turn(0.05):  # nobody is left in the line
        pass


def test_a_line_that_is_too_long_turns_the_next_one_away(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 1)
    line, came = Turns(path), []
    with line.turn(1):
        thread = arrive(line, 1, came)
        with pytest.raises(Unavailable), line.turn(5):
            pass
    thread.join()
    assert came == [1]


def test_a_failed_write_gives_its_turn_back(path: str) -> None:
    line = Turns(path)
    with pytest.raises(LookupError), line.turn(1):
        raise LookupError
    with line.turn(0.05):
        pass


def test_a_place_that_cannot_be_written_to_is_away(tmp_path: Path) -> None:
    line = Turns(str(tmp_path / "no such folder" / "store"))
    for _ in range(2):
        with pytest.raises(Unavailable), line.turn(1):
            pass
