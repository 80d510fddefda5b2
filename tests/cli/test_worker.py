"""`registry worker`: a process of its own that runs jobs until a signal, or until its parent is gone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from registry.bootstrap import Registry
from tests.cli.conftest import Command

PATIENCE_SECONDS = 60


def start(command: Command, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    with (folder / "printed").open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "registry.cli", "worker", *options],
            env={**os.environ, **command.env},
            stdout=out,
            stderr=out,
        )


def wait_for(registry: Registry, kind: str, log: Path) -> None:
    """Until a job of this kind has ended."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        with registry.reading() as uow:
            if uow.jobs.newest_finish([kind]) is not None:
                return
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_runs_what_stands_and_ends_cleanly_when_told_to(
    command: Command, registry: Registry, tmp_path: Path, number: signal.Signals
) -> None:
    worker = start(command, tmp_path)
    wait_for(registry, "log-check", tmp_path / "printed")
    worker.send_signal(number)
    assert worker.wait(PATIENCE_SECONDS) == 0
    text = (tmp_path / "printed").read_text()
    assert '"event":"background worker ended"' in text
    assert "Traceback" not in text


def test_it_ends_when_the_process_that_it_goes_with_is_not_its_parent_any_more(
    command: Command, tmp_path: Path
) -> None:
    worker = start(command, tmp_path, "--with", str(os.getpid() + 1))
    assert worker.wait(PATIENCE_SECONDS) == 0


def test_on_a_store_that_is_not_prepared_it_does_not_start(unprepared: Command) -> None:
    assert "registry migrate" in unprepared("worker", code=1).stderr
