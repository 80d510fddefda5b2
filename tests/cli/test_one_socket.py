"""One socket for all server processes: one that dies loses nobody who waits, and another takes its place."""

import os
import signal
import time
from pathlib import Path

import httpx2

from tests.cli.conftest import Command
from tests.cli.serving import PATIENCE_SECONDS, Served, served

LASTED_SECONDS = 6
"""One that dies sooner after its start is taken for one that always will."""


def serving(server: Served) -> set[int]:
    """The ids of the processes that hold the listening socket beside the parent."""
    listed = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    children = {int(each) for path in listed for each in path.read_text().split()}
    return {pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_a_killed_process_is_replaced_and_whoever_connects_meanwhile_is_answered(
    tmp_path: Path,
) -> None:
    Command({"REGISTRY_VAR": str(tmp_path / "var")})("migrate")
    with served(tmp_path, ("serve", "--no-worker")) as server:
        (first,) = serving(server)
        time.sleep(LASTED_SECONDS)
        os.kill(first, signal.SIGKILL)
        # no process serves at this moment: the connection waits in the parent's socket
        with httpx2.Client(trust_env=False, timeout=PATIENCE_SECONDS) as http:
            assert http.get(f"{server.url}/healthz").status_code == 200
        (second,) = serving(server)
        assert second != first
        assert server.process.poll() is None
