"""A process that was started by another ends when that one is killed, whatever it is at."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from registry.cli.orphans import end_with_parent
from tests.faults.processes import kill, runs, wait_until

CHILD = """
import multiprocessing, os, signal, sys, time
from pathlib import Path
from registry.cli import orphans

def child(stubborn):
    orphans.END_SECONDS = 1
    if stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    orphans.end_with_parent()
    Path(sys.argv[1]).write_text(str(os.getpid()))
    time.sleep(600)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=child, args=(sys.argv[2] == "stubborn",)).start()
    time.sleep(600)
"""


@pytest.mark.parametrize("kind", ["willing", "stubborn"])
def test_the_child_of_a_killed_process_ends(tmp_path: Path, kind: str) -> None:
    program, told = tmp_path / "program.py", tmp_path / "pid"
    program.write_text(CHILD)
    # no error output: multiprocessing's tracker complains of a parent that is gone
    parent = subprocess.Popen(
        [sys.executable, str(program), str(told), kind],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    try:
        wait_until(lambda: told.exists() and told.read_text() != "", "the child runs")
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    child = int(told.read_text())
    try:
        wait_until(lambda: not runs(child), "the child is gone")
    finally:
        kill(child)


def test_a_process_that_nobody_spawned_goes_on() -> None:
    before = threading.active_count()
    end_with_parent()
    assert threading.active_count() == before
