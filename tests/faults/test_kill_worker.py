"""The background worker killed with signal 9 in the midst of its jobs: each is run again, its effect there once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from registry.bootstrap import Registry, open_registry
from registry.settings import Settings
from registry.storage.jobs import JobState
from registry.storage.tables import idempotency
from tests.faults.killed_worker import LEASE_MS

PATIENCE_SECONDS = 60
KEYS = [f"k{number}" for number in range(4)]


def until(true: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)


def start(folder: Path, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.killed_worker", str(folder)],
            env=environ,
            stdout=log,
            stderr=log,
            cwd=Path(__file__).resolve().parents[2],
        )


def begun(folder: Path) -> list[str]:
    path = folder / "begun"
    return path.read_text().splitlines() if path.exists() else []


def states(registry: Registry) -> set[JobState]:
    with registry.reading() as uow:
        return {job.state for job in uow.jobs.listed(kind="work", limit=10)}


@pytest.mark.faults
def test_a_worker_killed_in_the_middle_of_its_jobs_loses_none(
    tmp_path: Path, database_url: str
) -> None:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")},
        "REGISTRY_VAR": str(tmp_path / "var"),
        "REGISTRY_DATABASE_URL": database_url,
    }
    registry = open_registry(
        Settings.from_environ({k: v for k, v in environ.items() if k.startswith("REGISTRY_")})
    )
    registry.prepare()
    with registry.bookkeeping() as uow:
        for key in KEYS:
            uow.jobs.add("work", key, registry.clock())
    (tmp_path / "takes").write_text("600")
    log = tmp_path / "log"
    for _ in range(2):
        count = len(begun(tmp_path))
        worker = start(tmp_path, environ)
        try:
            until(lambda: len(begun(tmp_path)) >= count + 2, log)  # noqa: B023
        finally:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        assert JobState.RUNNING in states(registry)
        time.sleep(LEASE_MS / 1_000)
    (tmp_path / "takes").write_text("0")
    worker = start(tmp_path, environ)
    try:
        until(lambda: states(registry) == {JobState.DONE}, log)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert len(begun(tmp_path)) > len(KEYS), "what was killed was begun again"
    assert all((tmp_path / f"done-{key}").exists() for key in KEYS)
    with registry.reading() as uow:
        effects = uow.connection.execute(select(func.count()).select_from(idempotency)).scalar_one()
    assert effects == len(KEYS)
    registry.close()
